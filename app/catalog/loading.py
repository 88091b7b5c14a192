"""Bringing a judged hall file into the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import select

from app.catalog.errors import LaneInUse
from app.catalog.hall_file import HallFile
from app.catalog.holding import hold_hall
from app.catalog.models import CounterRow, DepartmentRow, HallRow, ItemRow, LaneRow
from app.catalog.plan import HallPlan
from app.catalog.stored import hall_columns, plain
from app.core.db import db

Row = TypeVar("Row", DepartmentRow, LaneRow, CounterRow, ItemRow)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading a hall file did."""

    hall: str
    revision: int
    added: int
    kept: int
    """Parts that were there before, changed or not."""
    retired: tuple[str, ...]
    """In words, what was there before and is not in the file any more."""


def load_hall(hall_file: HallFile, live: Mapping[str, int] | None = None) -> LoadReport:
    """Bring in a hall, inside the caller's transaction: what is new is added, what is known is
    changed, what is gone is retired. Counters keep their live status.

    `live`: letters -> how many tickets there are not done with. Raises LaneInUse rather than
    retire such a lane: no counter would ever call them."""
    plan = hall_file.plan
    for letters, count in (live or {}).items():
        if letters not in plan.lanes:
            raise LaneInUse(f"{letters} 队列还有 {count} 个号没有办完，不能从文件中去掉。")
    hall = _hall_row(plan.code)
    for column, value in hall_columns(plan).items():
        setattr(hall, column, value)
    hall.file_sha, hall.file = hall_file.sha, hall_file.text
    hall.revision += 1
    db.session.flush()

    departments = Parts(DepartmentRow, "code", "部门", hall.id)
    lanes = Parts(LaneRow, "letters", "业务队列", hall.id)
    counters = Parts(CounterRow, "no", "窗口", hall.id)
    items = Parts(ItemRow, "code", "事项", hall.id)
    _put_all(plan, departments, lanes, counters, items)
    everything: tuple[Parts[Any], ...] = (departments, lanes, counters, items)
    retired = tuple(words for parts in everything for words in parts.retire_the_rest())
    db.session.flush()
    return LoadReport(
        hall=plan.code,
        revision=hall.revision,
        added=sum(parts.added for parts in everything),
        kept=sum(len(parts.put_keys) - parts.added for parts in everything),
        retired=retired,
    )


def is_loaded(hall_file: HallFile) -> bool:
    """Whether the hall stands as this very file says, and the file is kept."""
    kept = select(HallRow.file_sha).where(HallRow.code == hall_file.plan.code)
    sha = db.session.scalars(kept.where(HallRow.file.is_not(None)))
    return sha.one_or_none() == hall_file.sha


def file_of(hall: str) -> str | None:
    """The file this hall was last brought in with; None where it was not kept."""
    return db.session.scalars(select(HallRow.file).where(HallRow.code == hall)).one_or_none()


class Parts(Generic[Row]):
    """The rows of one kind in a hall, by their natural key."""

    def __init__(self, kind: type[Row], key: str, word: str, hall_id: int) -> None:
        self._kind: type[Row] = kind
        self._key, self._word, self._hall_id = key, word, hall_id
        found = db.session.scalars(select(kind).where(kind.hall_id == hall_id))
        self.rows: dict[str, Row] = {getattr(row, key): row for row in found}
        self.put_keys: list[str] = []
        self.added = 0

    def put(self, key: str, **columns: Any) -> None:
        """Add or change one; its place is the order of the calls."""
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = self._kind(hall_id=self._hall_id, **{self._key: key})
            db.session.add(row)
            self.added += 1
        for column, value in columns.items():
            setattr(row, column, value)
        row.position, row.retired = len(self.put_keys), False
        self.put_keys.append(key)

    def retire_the_rest(self) -> list[str]:
        """Retire what was not put; those retired just now, in words."""
        gone = [key for key in self.rows.keys() - set(self.put_keys) if not self.rows[key].retired]
        for key in gone:
            self.rows[key].retired = True
        return sorted(f"{self._word} {key}" for key in gone)


def _hall_row(code: str) -> HallRow:
    hold_hall(code, alone=True)
    query = select(HallRow).where(HallRow.code == code)
    hall = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if hall is None:
        hall = HallRow(code=code, revision=0)
        db.session.add(hall)
    return hall


def _put_all(
    plan: HallPlan,
    departments: Parts[DepartmentRow],
    lanes: Parts[LaneRow],
    counters: Parts[CounterRow],
    items: Parts[ItemRow],
) -> None:
    for department in plan.departments.values():
        departments.put(department.code, name=department.name, name_en=department.name_en)
    for lane in plan.lanes.values():
        lanes.put(
            lane.letters,
            name=lane.name,
            name_en=lane.name_en,
            walk_in_quota=lane.walk_in_quota,
            walk_in_promise=lane.walk_in_promise,
        )
    for counter in plan.counters.values():
        counters.put(
            counter.no,
            name=counter.name,
            name_en=counter.name_en,
            kind=counter.kind,
            accessible=counter.accessible,
            tiers=plain(counter.tiers),
            hours=plain(counter.hours),
            exceptions=plain(counter.exceptions),
            shares=plain(counter.shares),
        )
    db.session.flush()  # gives departments and lanes the ids that items point to
    for item in plan.items.values():
        items.put(
            item.code,
            name=item.name,
            name_en=item.name_en,
            department_id=departments.rows[item.department].id,
            lane_id=lanes.rows[item.lane].id,
            minutes=item.minutes,
            papers=plain(item.papers),
            papers_en=plain(item.papers_en),
            aliases=plain(item.aliases),
            form=item.form,
            collects=item.collects,
            bookable=plain(item.bookable),
        )
