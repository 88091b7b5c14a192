"""Sealing what was written since the last round; what is done with the chain once a night.

Nobody who writes a row waits for this: rows get their ids before they are committed, so one with a
lower id may come to light after one with a higher. A block therefore names its rows, and each round
looks back over the last blocks for such latecomers.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select

from app.audit.chain import BEGINNING, Block, hash_of, ids_in, key_of, ranges
from app.audit.models import BlockRow
from app.core import audit
from app.core.acts import SYSTEM, Act
from app.core.db import db, insert_once, transaction
from app.core.jobs import has_run, take_run
from app.core.parts import parts

log = logging.getLogger(__name__)

BLOCKS = BlockRow.__table__
ROWS = audit.TABLE
A_BLOCK = 1_000
LOOKED_BACK = 50
"""Blocks, of which there is one a round at most: far more rounds than a transaction lives."""
AT_ONCE = 20
"""Blocks sealed in one round, where the schedule had been away."""
A_MONTH = timedelta(days=31)
NIGHT = time(19, tzinfo=UTC)
"""Three in the night in China."""
FORGOTTEN_AT_ONCE = 200
ANCHOR = "audit_anchor"


def seal(now: datetime) -> int:
    """Seal what no block has yet; how many blocks that took."""
    return next((nth for nth in range(AT_ONCE) if not _seal_one(now)), AT_ONCE)


def _seal_one(now: datetime) -> bool:
    """False where there is nothing to seal, or another schedule just did."""
    with transaction():
        latest = _latest(LOOKED_BACK)
        rows = _unsealed(latest)
        if not rows:
            return False
        last = latest[0] if latest else None
        ids = [row.id for row in rows]
        block = Block(
            n=last.n + 1 if last else 1,
            sealed_at=now,
            ids=ranges(ids),
            up_to=max(ids[-1], last.up_to if last else 0),
            before_at=last.sealed_at if last else None,
            hash_before=last.hash if last else BEGINNING,
        )
        hash = hash_of(block, rows, key_of(parts().settings.index_key))
        values = {name: getattr(block, name) for name in Block.__slots__} | {"hash": hash}
        return insert_once(BLOCKS, **values)


def _latest(most: int) -> Sequence[Row[Any]]:
    """The last blocks, the last first."""
    return db.session.execute(select(*BLOCKS.c).order_by(BLOCKS.c.n.desc()).limit(most)).all()


def _unsealed(latest: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """The first rows that none of these blocks has, in order, as many as fit into one."""
    settled = latest[-1].up_to if len(latest) == LOOKED_BACK else 0
    sealed = {id for block in latest for id in ids_in(block.ids)}
    query = select(ROWS.c.id).where(ROWS.c.id > settled).order_by(ROWS.c.id)
    ids = db.session.scalars(query.limit(len(sealed) + A_BLOCK))
    wanted = [id for id in ids if id not in sealed][:A_BLOCK]
    found = select(*ROWS.c).where(ROWS.c.id.in_(wanted)).order_by(ROWS.c.id)
    return db.session.execute(found).all() if wanted else []


def look_after(now: datetime) -> bool:
    """Once a night: say where the chain ends, so that a cut is noticed, and forget what is older
    than it must be kept. Whether that was due."""
    due = datetime.combine(now.date(), NIGHT)
    due = due if due <= now else due - timedelta(days=1)
    if has_run(ANCHOR, due):
        return False
    with transaction():
        if not take_run(ANCHOR, due, now):
            return False
        _drop_anchor(now)
    while forget_some(now):
        pass
    return True


def _drop_anchor(now: datetime) -> None:
    """Where the chain ends, kept where the database's owner cannot reach: in the log of this
    process, and in AUDIT_ANCHOR, if there is one."""
    latest = _latest(1)
    if not latest:
        return
    told = f"{latest[0].n}:{latest[0].hash}"
    log.info("audit anchor %s", told)
    path = parts().settings.audit_anchor
    if path is not None:
        with path.open("a", encoding="ascii") as file:
            file.write(f"{now.isoformat(timespec='seconds')} {told}\n")


def forget_some(now: datetime) -> int:
    """Forget the oldest blocks and their rows, where they are older than AUDIT_MONTHS; how many
    blocks. What comes after them keeps their last hash."""
    before = now - parts().settings.audit_months * A_MONTH
    with transaction():
        last_of_all = select(func.max(BLOCKS.c.n)).scalar_subquery()
        old = select(*BLOCKS.c).where(BLOCKS.c.sealed_at < before, BLOCKS.c.n < last_of_all)
        blocks = db.session.execute(old.order_by(BLOCKS.c.n).limit(FORGOTTEN_AT_ONCE)).all()
        if not blocks:
            return 0
        for block in blocks:
            db.session.execute(delete(ROWS).where(ROWS.c.id.in_(ids_in(block.ids))))
        first, last = blocks[0].n, blocks[-1].n
        db.session.execute(delete(BLOCKS).where(BLOCKS.c.n.between(first, last)))
        act = Act(now, SYSTEM)
        audit.note(act, "", "audit_forgotten", f"{first}-{last}", hash=blocks[-1].hash)
        return len(blocks)
