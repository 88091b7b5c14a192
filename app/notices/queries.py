"""Reading notices."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.notices.models import NoticeRow

TABLE = NoticeRow.__table__
SHOWN = 100


def latest_of(citizen: str) -> list[dict[str, Any]]:
    """What this account was told, the latest first."""
    query = select(TABLE).where(TABLE.c.citizen_id == citizen)
    ordered = query.order_by(TABLE.c.at.desc(), TABLE.c.id).limit(SHOWN)
    return [dict(row) for row in db.session.execute(ordered).mappings()]
