"""Telling people, inside the transaction of what they are told of."""

from __future__ import annotations

from app.core.acts import Act
from app.core.db import insert_once
from app.notices.models import NoticeRow

TABLE = NoticeRow.__table__


def notify(citizen: str, kind: str, text: str, cause: str, act: Act) -> None:
    """Tell an account something, once for each cause: it reads it under its messages."""
    insert_once(
        TABLE, id=act.new_id(), citizen_id=citizen, kind=kind, text=text, cause=cause, at=act.now
    )
