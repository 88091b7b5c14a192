"""What is done at night with what was kept long enough, run by RQ."""

from __future__ import annotations

from datetime import datetime

from app.core.db import transaction
from app.core.jobs import take_run
from app.core.parts import parts
from app.privacy.service import forget_aged

FORGET_PERSONAL = "forget_personal"


def forget_personal_of(hall: str, due: str) -> int:
    """Empty or delete what was kept long enough, of whatever hall: with the first night of a day;
    how many rows."""
    now = parts().clock.now()
    forgotten = forget_aged(now)
    with transaction():
        take_run(f"{FORGET_PERSONAL}:{hall}", datetime.fromisoformat(due), now)
    return forgotten
