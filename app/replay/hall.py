"""The hall of one recorded day: a lane for each kind of business, a counter for each server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from itertools import count, product
from string import ascii_uppercase

from app.catalog.hall_file import HallFile
from app.catalog.loading import load_hall
from app.catalog.plan import Counter, Department, HallDay, HallPlan, Item, Lane, Rules
from app.catalog.service import plan_of
from app.core.db import transaction
from app.replay.reading import Row
from queueing.order import Promises

SECOND = 1_000
NAME_LENGTH = 60
ALL_DAY = (((0, 24 * 60),),) * 7


@dataclass(frozen=True, kw_only=True)
class RecordedDay(HallPlan):
    """A hall on one recorded day, which lasts until its last row is done, however far past
    midnight: the record says what belongs to the day, not the clock."""

    today: date

    def day_of(self, instant: datetime) -> HallDay:
        return self.hall_day(self.today)


@dataclass(frozen=True, slots=True)
class Duty:
    """One server's day, by the data: from the earliest start of a service to the latest end of
    one, both moments included. Milliseconds of the day."""

    server: str
    lanes: frozenset[str]
    """As the file names them."""
    starts: int
    ends: int


def duties_of(rows: Sequence[Row]) -> list[Duty]:
    """Who is on duty on the day of these rows, by name."""
    served: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.server is not None and not row.gave_up:
            served[row.server].append(row)
    return [
        Duty(
            server=server,
            lanes=frozenset(row.lane for row in theirs),
            starts=min(row.stopped_waiting_s for row in theirs) * SECOND,
            ends=max(row.stopped_waiting_s + (row.served_s or 0) for row in theirs) * SECOND,
        )
        for server, theirs in sorted(served.items())
    ]


def letters() -> Iterator[str]:
    """A to Z, AA to ZZ, AAA …: what a file calls its lanes may be longer than a lane's letters."""
    for length in count(1):
        yield from map("".join, product(ascii_uppercase, repeat=length))


def set_up(code: str, day: date, lanes: dict[str, str], duties: dict[str, Duty]) -> RecordedDay:
    """Make the hall `code` what this day needs, with an item for each lane.

    `lanes`: as the file names them -> letters; `duties`: by counter number. Quotas, hours and
    the last-number rule are off; promises are the house's defaults.
    """
    plan = HallPlan(
        id=0,
        code=code,
        name="回放",
        revision=0,
        timezone="UTC",
        day_starts_at=time(0),
        week=ALL_DAY,
        exceptions=(),
        closed_on_holidays=False,
        promises=Promises(),
        rules=Rules(last_number=False),
        departments={"replay": Department("replay", "回放")},
        lanes={
            short: Lane(0, short, name[:NAME_LENGTH], walk_in_quota=None, walk_in_promise=None)
            for name, short in lanes.items()
        },
        counters={
            no: Counter(
                id=0,
                no=no,
                name=duty.server[:NAME_LENGTH],
                kind="general",
                accessible=False,
                tiers=(tuple(sorted(lanes[lane] for lane in duty.lanes)),),
                hours=None,
            )
            for no, duty in duties.items()
        },
        items={
            short: Item(0, short, name[:NAME_LENGTH], "replay", short, minutes=10, papers=())
            for name, short in lanes.items()
        },
    )
    with transaction():
        load_hall(HallFile(plan, sha=""))
    stored = plan_of(code)
    parts = {field.name: getattr(stored, field.name) for field in fields(stored)}
    return RecordedDay(**parts, today=day)
