"""Keeping halls as they are until a transaction ends."""

from __future__ import annotations

from sqlalchemy import select

from app.catalog.models import HallRow
from app.core.db import db, hold


def hold_hall(code: str, *, alone: bool) -> None:
    """Keep a hall as it is until this transaction ends: with others, or `alone` to change it."""
    hold(f"hall:{code}", alone=alone)


def hold_every_hall() -> None:
    """Have every hall alone, to change what all of them stand on; in the order of their codes, as
    whoever holds several does."""
    for code in db.session.scalars(select(HallRow.code).order_by(HallRow.code)).all():
        hold_hall(code, alone=True)
