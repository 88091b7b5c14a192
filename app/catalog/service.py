"""The catalog's use cases: halls as values, items by words, what a day promises, and the live
status of counters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, bindparam, select, update

from app.catalog.adjusted import adjusted, standing
from app.catalog.errors import UnknownCounter, UnknownHall, UnknownItem, UnknownLane
from app.catalog.finding import Entry, find
from app.catalog.holding import hold_hall
from app.catalog.models import CounterRow, HallDayRow, HallRow
from app.catalog.plan import AutoCall, Counter, HallDay, HallPlan, Item, Lane
from app.catalog.stored import filled, read_plan
from app.core.acts import Actor
from app.core.db import after_commit, db, in_transaction, insert_into
from app.core.parts import parts
from queueing.order import Promises

HALLS = HallRow.__table__

# Made once: each request of a hall runs the one, each call the other, and making a statement takes
# longer than running it.
REVISION = select(HALLS.c.revision).where(HALLS.c.code == bindparam("hall"))
LOCK_COUNTER = (
    select(CounterRow.__table__.c.status)
    .where(CounterRow.__table__.c.id == bindparam("counter"))
    .with_for_update()
)


@dataclass(frozen=True)
class DayPromises:
    """What a hall promises on one hall day; never changes once a number was given on it."""

    hall: Promises
    lane_walk_in: Mapping[str, int]
    """Letters -> walk-in promise in milliseconds, where a lane has its own."""

    def for_lane(self, letters: str) -> Promises:
        """The hall's promises, with this lane's own for walk-ins."""
        return replace(self.hall, walk_in=self.walk_in(letters))

    def walk_in(self, letters: str) -> int:
        """Milliseconds from taking a number of this lane to its due time."""
        return self.lane_walk_in.get(letters, self.hall.walk_in)


def plan_of(hall: str, revision: int | None = None) -> HallPlan:
    """The hall of this code as it stands. Raises UnknownHall.

    As its file says, and as it was adjusted on the spot. Costs one small query, or none where its
    `revision` was read just now; the rest is kept in this process until the revision moves, or the
    day of the adjustments ends.
    """
    kept: dict[str, HallPlan] = _kept("plans")
    plan = kept.get(hall)
    revision = _revision(hall) if revision is None else revision
    while plan is None or plan.revision != revision or _has_ended(plan):
        # Its tables are read one after another: only a revision that stood still makes a plan.
        plan = _read_adjusted(hall)
        revision = _revision(hall)
        kept[hall] = plan
    return plan


def _read_adjusted(hall: str) -> HallPlan:
    plan = read_plan(hall)
    day = plan.day_of(parts().clock.now()).date
    return adjusted(plan, standing(plan.id, day), day)


def _has_ended(plan: HallPlan) -> bool:
    """Whether the day is over for which this plan was adjusted."""
    return plan.adjusted_until is not None and parts().clock.now() >= plan.adjusted_until


def plan_for(asker: Actor, hall: str | None = None) -> HallPlan:
    """The hall that whoever asks belongs to, or the one named: where it is the same, its revision
    was read with them. Raises UnknownHall."""
    hall = hall or asker.hall or ""
    return plan_of(hall, asker.revision if hall == asker.hall else None)


def held_plan(hall: str, *, alone: bool = False) -> HallPlan:
    """The hall as it stands, and as it stays until this transaction ends: whoever changes it
    waits, and with `alone` whoever else holds it, too. Raises UnknownHall."""
    hold_hall(hall, alone=alone)
    return plan_of(hall)


def plans() -> list[HallPlan]:
    """Every hall, in the order in which they were first loaded."""
    kept: dict[str, HallPlan] = _kept("plans")
    found = db.session.execute(select(HallRow.code, HallRow.revision).order_by(HallRow.id)).all()
    return [
        plan
        if (plan := kept.get(code)) and plan.revision == revision and not _has_ended(plan)
        else plan_of(code)
        for code, revision in found
    ]


def item_of(plan: HallPlan, code: str) -> Item:
    """An item that can be chosen now. Raises UnknownItem."""
    if code not in plan.items:
        raise UnknownItem
    return plan.items[code]


def counter_of(plan: HallPlan, no: str) -> Counter:
    """A counter of the hall. Raises UnknownCounter."""
    if no not in plan.counters:
        raise UnknownCounter
    return plan.counters[no]


def lane_of(plan: HallPlan, letters: str) -> Lane:
    """A lane of the hall. Raises UnknownLane."""
    if letters not in plan.lanes:
        raise UnknownLane
    return plan.lanes[letters]


def find_items(plan: HallPlan, q: str) -> list[Item]:
    """The items of a hall that are meant by what somebody typed: `finding.find`."""
    entries = [Entry(item, plan.departments[item.department]) for item in plan.items.values()]
    return [entry.item for entry in find(entries, q)]


def find_everywhere(halls: Iterable[HallPlan], q: str) -> list[list[tuple[HallPlan, Item]]]:
    """The same over several halls: what goes by one name is one thing, with every hall that does
    it."""
    alike: dict[str, list[tuple[HallPlan, Item]]] = {}
    for plan in halls:
        for item in plan.items.values():
            alike.setdefault(item.name, []).append((plan, item))
    found = find([_one_of(done) for done in alike.values()], q)
    return [alike[entry.item.name] for entry in found]


def _one_of(alike: Sequence[tuple[HallPlan, Item]]) -> Entry:
    """The first of them, by whatever any hall calls it."""
    plan, item = alike[0]
    aliases = dict.fromkeys(alias for _, each in alike for alias in each.aliases)
    return Entry(replace(item, aliases=tuple(aliases)), plan.departments[item.department])


def lock_counter(counter: Counter) -> str:
    """Hold the counter's row until this transaction ends (on SQLite the transaction itself is the
    lock); open, paused or closed."""
    status: str = db.session.execute(LOCK_COUNTER, {"counter": counter.id}).scalar_one()
    return status


def set_counter_status(counter: Counter, status: str, at: datetime) -> None:
    """Open, pause or close a counter, from this moment on."""
    change = update(CounterRow.__table__).where(CounterRow.__table__.c.id == counter.id)
    db.session.execute(change.values(status=status, status_at=at))


def counter_statuses(plan: HallPlan) -> dict[str, tuple[str, datetime | None]]:
    """Number -> status and since when, as of now, not locked."""
    query = select(CounterRow.no, CounterRow.status, CounterRow.status_at)
    rows = db.session.execute(query.where(CounterRow.hall_id == plan.id, ~CounterRow.retired))
    return {row.no: (row.status, row.status_at) for row in rows}


def auto_call_of(counter: Counter) -> AutoCall:
    """Whether this counter's console calls by itself, as of now."""
    query = select(CounterRow.auto_call, CounterRow.auto_call_pause_s)
    return AutoCall(*db.session.execute(query.where(CounterRow.id == counter.id)).one())


def set_auto_call(counter: Counter, auto: AutoCall) -> None:
    """Let this counter's console call by itself, or no longer."""
    change = update(CounterRow.__table__).where(CounterRow.__table__.c.id == counter.id)
    db.session.execute(change.values(auto_call=auto.on, auto_call_pause_s=auto.pause_s))


def promises_shown(plan: HallPlan, day: HallDay) -> DayPromises:
    """What a hall day promises as things stand, to be told and nothing more: a day on which no
    number was given yet may still promise otherwise."""
    return _stored_promises(plan, day.date) or _by_the_file(plan)


def promises_of_day(plan: HallPlan, day: HallDay) -> DayPromises:
    """What the hall promises on this hall day.

    Inside a transaction the first asker freezes them for the day; outside, where nothing may be
    changed, an unused day shows what it would promise now.
    """
    kept: dict[tuple[int, date], DayPromises] = _kept("promises")
    key = plan.id, day.date
    if key in kept:
        return kept[key]
    if not in_transaction():
        stored = _stored_promises(plan, day.date)
        if stored is not None:  # committed, and never changed again
            kept[key] = stored
        return stored or _by_the_file(plan)
    promises = _stored_promises(plan, day.date) or _freeze(plan, day.date)
    # A rollback would take back the row, so it is believed only after the commit.
    after_commit(lambda: kept.__setitem__(key, promises))
    return promises


def _by_the_file(plan: HallPlan) -> DayPromises:
    own = {
        lane.letters: lane.walk_in_promise
        for lane in plan.lanes.values()
        if lane.walk_in_promise is not None
    }
    return DayPromises(plan.promises, own)


def _freeze(plan: HallPlan, day: date) -> DayPromises:
    """Write the row, unless another was quicker; what it says."""
    present = _by_the_file(plan)
    db.session.execute(
        insert_into(HallDayRow)
        .values(
            hall_id=plan.id,
            date=day,
            promises=asdict(present.hall),
            lane_promises=dict(present.lane_walk_in),
        )
        .on_conflict_do_nothing()
    )
    return _stored_promises(plan, day) or present


def _stored_promises(plan: HallPlan, day: date) -> DayPromises | None:
    query = select(HallDayRow.promises, HallDayRow.lane_promises)
    found = db.session.execute(
        query.where(HallDayRow.hall_id == plan.id, HallDayRow.date == day)
    ).one_or_none()
    return DayPromises(filled(Promises, found[0]), found[1]) if found else None


def revision_of(hall: ColumnElement[str | None]) -> ColumnElement[int]:
    """The revision of the hall a row names, to be read with the row."""
    return select(HALLS.c.revision).where(HALLS.c.code == hall).scalar_subquery()


def _revision(hall: str) -> int:
    revision: int | None = db.session.execute(REVISION, {"hall": hall}).scalar_one_or_none()
    if revision is None:
        raise UnknownHall
    return revision


def _kept(what: str) -> dict[Any, Any]:
    """Values kept in this process, for each app its own. Reading and setting one key is atomic,
    and two threads that fill the same key fill it with the same, so no lock is needed."""
    kept: dict[Any, Any] = current_app.extensions.setdefault(f"catalog_{what}", {})
    return kept
