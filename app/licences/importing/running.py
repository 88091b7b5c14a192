"""Working an import off, batch by batch.

Where it stands, and what came of it so far, is written in the transaction that brings a batch's
licences in. Whoever is killed has therefore done a batch wholly or not at all, and the next worker
goes on behind the last. Two workers never have the same import in hand: each batch begins by seeing
whether the row still names this one.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from sqlalchemy import ColumnElement, and_, case, insert, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError

from app.citizens.rules import BEIJING
from app.core.acts import SYSTEM, Act
from app.core.clock import Clock
from app.core.db import after_commit, db, insert_into, transaction
from app.core.parts import parts
from app.core.sealing import KeyUnknown
from app.licences import queries as library
from app.licences import service
from app.licences.errors import RecordWrong
from app.licences.importing import files
from app.licences.importing.columns import (
    TITLES,
    Layout,
    Wording,
    from_cells,
    from_object,
    layout_of,
)
from app.licences.importing.errors import HeaderWrong
from app.licences.importing.queries import FAULTS, IMPORTS, KINDS, Import
from app.licences.importing.reading import Format, Row, begin_of, header_of, rows_of
from app.licences.importing.rules import (
    BATCH,
    FILE_LOCKED,
    LASTS,
    LEASE,
    OPEN,
    TRIES,
    State,
    masked,
)
from app.licences.kinds import Kind
from app.licences.rules import MISSING, LicenceRecord, judge

log = logging.getLogger(__name__)

AGAIN = 3
"""How often a batch is tried that another transaction stood in the way of."""
AGAIN_AFTER_S = 0.5
"""The other gets its turn first."""
SQLITE_RESTS_S = 0.02
"""SQLite has one writer: between two batches the others get their turn."""
UNKNOWN_AT_MOST = 50
"""Unknown columns that are told; an object a line may have new ones in each."""
GIVEN_UP = "导入程序几次没有进展，已经停止；已经导入的证照不受影响，请联系系统管理员。"
FILE_GONE = "收到的文件不见了，请重新上传。"
FIELD_AT_MOST = 200
REASON_AT_MOST = 500
NOT_UNDERSTOOD = "这一行的内容无法理解。"
NOT_KEPT = "这一行没有存进证照库，请联系系统管理员。"


class TakenOver(Exception):
    """The import was cancelled, or another worker has it in hand."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One row of a file: a licence, or what is wrong with it."""

    number: int
    end: int
    record: LicenceRecord | None
    kind: str | None
    licence: str
    faults: tuple[tuple[str, str], ...] = ()
    incomplete: bool = False


def go_on(import_id: str, watch: Callable[[Import], object] | None = None) -> bool:
    """Have the import in hand until it is over or others should get their turn; with `watch`, which
    hears of each batch, until it is over. False where it was not to be had."""
    clock = parts().clock
    job = _take(import_id, clock)
    if job is None:
        return False
    try:
        with files.opened(import_id) as file:
            is_over = _work(job, file, clock, watch)
    except TakenOver:
        return True
    except FileNotFoundError:
        _end(job, State.FAILED, clock.now(), FILE_GONE)
    except (KeyUnknown, InvalidTag) as error:
        log.error("the file of import %s does not open: %r", import_id, error)
        _end(job, State.FAILED, clock.now(), FILE_LOCKED)
    except HeaderWrong as error:
        _end(job, State.FAILED, clock.now(), error.detail)
    else:
        if is_over:
            _end(job, State.DONE, clock.now())
        else:
            _release(job)
    return True


def _take(import_id: str, clock: Clock) -> Import | None:
    now = clock.now()
    mine = update(IMPORTS).where(
        IMPORTS.c.id == import_id,
        IMPORTS.c.state.in_(OPEN),
        or_(IMPORTS.c.run_until.is_(None), IMPORTS.c.run_until < now),
    )
    with transaction():
        job = db.session.execute(
            mine.values(
                state=State.RUNNING,
                run=Act(now, SYSTEM).new_id(),
                run_until=now + LEASE,
                tries=IMPORTS.c.tries + 1,
                started_at=case((IMPORTS.c.started_at.is_(None), now), else_=IMPORTS.c.started_at),
            ).returning(*IMPORTS.c)
        ).one_or_none()
    if job is not None and job.tries > TRIES:
        _end(job, State.FAILED, now, GIVEN_UP)
        return None
    return job


def _work(
    job: Import, file: BinaryIO, clock: Clock, watch: Callable[[Import], object] | None
) -> bool:
    """Whether the file is at its end."""
    end = clock.now() + LASTS
    rows = _judged(job, file, clock.now())
    is_sqlite = db.engine.dialect.name == "sqlite"
    while batch := list(islice(rows.judged, BATCH)):
        _bring(job, batch, rows.unknown, clock)
        if watch is not None:
            watch(_as_it_stands(job))
        if len(batch) < BATCH:
            break
        if watch is None and clock.now() >= end:
            return False
        if is_sqlite:
            time.sleep(SQLITE_RESTS_S)
    return True


# Reading and judging


@dataclass(frozen=True, slots=True)
class Rows:
    judged: Iterator[Judged]
    unknown: list[str]
    """Grows while the rows are read."""


def _judged(job: Import, file: BinaryIO, now: datetime) -> Rows:
    form = Format(job.format)
    layout: Layout | None = None
    unknown = list(job.unknown)
    if form is Format.CSV:
        header, start = header_of(file, job.encoding)
        layout = layout_of(header)
        _tell_once(unknown, layout.unknown)
        first = 1
    else:
        start, first = begin_of(file), 0
    rows = rows_of(
        file,
        form,
        job.encoding,
        max(start, job.position),
        max(first, job.number),
        layout.width if layout else None,
    )
    kinds = library.kinds()
    as_of = job.as_of and job.as_of.isoformat()
    judging = _Judging(layout, kinds, Wording(kinds.values()), now, as_of, unknown)
    return Rows(map(judging.judged, rows), unknown)


def _tell_once(unknown: list[str], titles: Iterable[str]) -> None:
    unknown += [title for title in titles if title not in unknown][: UNKNOWN_AT_MOST - len(unknown)]


@dataclass(frozen=True, slots=True)
class _Judging:
    layout: Layout | None
    kinds: Mapping[str, Kind]
    wording: Wording
    now: datetime
    as_of: str | None
    unknown: list[str]

    def judged(self, row: Row) -> Judged:
        if row.found is None:
            return Judged(row.number, row.end, None, None, "", (("", row.fault),))
        if isinstance(row.found, list):
            assert self.layout is not None  # noqa: S101 (rows of cells come from a CSV file)
            said = from_cells(self.layout, row.found)
        else:
            said = from_object(row.found, lambda title: _tell_once(self.unknown, (title,)))
        said = self.wording.plain(said, self.as_of)
        kind = self.kinds.get(str(said.get("kind")))
        try:
            record = judge(said, self.kinds, self._today)
        except RecordWrong as error:
            faults = tuple(error.faults)
        except (ValueError, TypeError, ArithmeticError) as error:
            # not what it says: it may quote what stands in the row
            log.error("row %s is not understood: %s", row.number, type(error).__name__)
            faults = (("", NOT_UNDERSTOOD),)
        else:
            return Judged(row.number, row.end, record, record.kind, masked(said))
        return Judged(
            row.number,
            row.end,
            None,
            kind.code if kind else None,
            masked(said),
            faults,
            any(words == MISSING for _, words in faults),
        )

    @property
    def _today(self) -> date:
        return self.now.astimezone(BEIJING).date()


# Bringing in


def _bring(job: Import, batch: list[Judged], unknown: list[str], clock: Clock) -> None:
    """A batch, wholly. Where the database will not have it, the row is found that is the reason,
    and told as wrong. Raises TakenOver."""
    for left in range(AGAIN, 0, -1):
        try:
            return _bring_at_once(job, batch, unknown, clock.now())
        except (OperationalError, InterfaceError):
            if left == 1:
                raise
            time.sleep(AGAIN_AFTER_S)
        except (StatementError, ValueError, ArithmeticError):
            break
    if len(batch) > 1:
        half = len(batch) // 2
        _bring(job, batch[:half], unknown, clock)
        return _bring(job, batch[half:], unknown, clock)
    [row] = batch
    log.error("row %s of import %s is not kept", row.number, job.id)
    wrong = Judged(row.number, row.end, None, row.kind, row.licence, (("", NOT_KEPT),))
    _bring_at_once(job, [wrong], unknown, clock.now())
    return None


def _bring_at_once(job: Import, batch: Sequence[Judged], unknown: list[str], now: datetime) -> None:
    with transaction():
        holds = select(IMPORTS.c.id).where(_in_hand(job)).with_for_update()
        if db.session.execute(holds).first() is None:
            raise TakenOver
        records = [row.record for row in batch if row.record is not None]
        puts = service.put(records, Act(now, SYSTEM), f"import:{job.id}")
        counts = Counter(str(put.outcome) for put in puts)
        counts["wrong"] = len(batch) - len(records)
        db.session.execute(
            update(IMPORTS)
            .where(_in_hand(job))
            .values(
                {
                    **{name: IMPORTS.c[name] + count for name, count in counts.items() if count},
                    "read": IMPORTS.c.read + len(batch),
                    "position": batch[-1].end,
                    "number": batch[-1].number,
                    "unknown": unknown,
                    "run_until": now + LEASE,
                    "tries": 0,
                    "touched_at": now,
                }
            )
        )
        _keep_faults(job, batch)
        _keep_kinds(job, batch, now)


def _keep_faults(job: Import, batch: Sequence[Judged]) -> None:
    kinds = library.kinds()
    faults = [
        {
            "import_id": job.id,
            "number": row.number,
            "licence": row.licence,
            "field": _called(field, row.kind, kinds)[:FIELD_AT_MOST],
            "reason": reason[:REASON_AT_MOST],
        }
        for row in batch
        for field, reason in row.faults
    ]
    if faults:
        db.session.execute(insert(FAULTS), faults)


def _called(field: str, kind: str | None, kinds: Mapping[str, Kind]) -> str:
    """A field by its title, and as the file calls it: 颁发日期（issued_on）."""
    if field in TITLES:
        return f"{TITLES[field][0]}（{field}）"
    of_kind = kind and kinds[kind].field(field.removeprefix("data."))
    return f"{of_kind.title}（{field}）" if of_kind else field


def _keep_kinds(job: Import, batch: Sequence[Judged], now: datetime) -> None:
    counts: dict[str, Counter[str]] = {}
    for row in batch:
        if row.kind is not None:
            of_kind = counts.setdefault(row.kind, Counter())
            of_kind.update(read=1, wrong=row.record is None, incomplete=row.incomplete)
    if not counts:
        return
    insert = insert_into(KINDS)
    more = {name: KINDS.c[name] + insert.excluded[name] for name in ("read", "wrong", "incomplete")}
    db.session.execute(
        insert.on_conflict_do_update(
            index_elements=["kind", "import_id"], set_={**more, "at": insert.excluded.at}
        ),
        [
            {"kind": kind, "import_id": job.id, "at": now, **count}
            for kind, count in sorted(counts.items())
        ],
    )


def _in_hand(job: Import) -> ColumnElement[bool]:
    return and_(IMPORTS.c.id == job.id, IMPORTS.c.run == job.run, IMPORTS.c.state == State.RUNNING)


# Ending


def _end(job: Import, state: State, now: datetime, failure: str | None = None) -> None:
    """The import is over, and its file gone, unless it waits for its key."""
    with transaction():
        ended = db.session.execute(
            update(IMPORTS)
            .where(_in_hand(job))
            .values(state=state, failure=failure, ended_at=now, run=None, run_until=None)
            .returning(IMPORTS.c.id)
        ).first()
        if ended is not None and failure != FILE_LOCKED:
            after_commit(lambda: files.forget(job.id))


def _release(job: Import) -> None:
    """Whoever comes next may go on."""
    with transaction():
        db.session.execute(update(IMPORTS).where(_in_hand(job)).values(run=None, run_until=None))


def _as_it_stands(job: Import) -> Import:
    return db.session.execute(select(*IMPORTS.c).where(IMPORTS.c.id == job.id)).one()
