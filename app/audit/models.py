"""The blocks of the audit's chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db


class BlockRow(db.Model):
    """One block: which rows it seals, under the hash of the block before. Never changed."""

    __tablename__ = "audit_blocks"

    n: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Counts up from 1 without a gap."""
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ids: Mapped[str] = mapped_column(Text)
    """Of its rows, in order: `5-9,12`."""
    up_to: Mapped[int] = mapped_column(BigInteger)
    """The highest id that this block or one before it seals."""
    before_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the block before was sealed; None in the first."""
    hash_before: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
