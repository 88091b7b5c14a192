"""What a day of the watch over licences costs: `python -m benchmarks.renewal_scan`.

Libraries of 10,000, 100,000 and 1,000,000 invented licences, in each of which the same number is
due on the day, on a private PostgreSQL (or on TEST_DATABASE_URL) or on SQLite. It is to cost what
is due, and not what exists: so the growth from size to size is told, and beside it the one bare
statement that reads those rows. Each library is watched by a process of its own, as a worker does
it; half of the day it is stopped after, and another goes on. A private PostgreSQL does not wait for
the disk.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, text

from app.citizens.queries import PEOPLE
from app.citizens.rules import BEIJING
from app.core.acts import SYSTEM, Act
from app.core.clock import SetClock
from app.core.db import db
from app.factory import create_app
from app.licences import rules
from app.licences.kinds import Kind, parse_kinds
from app.licences.queries import LICENCES
from app.licences.service import load_kinds, put
from app.renewals.loading import load_plans
from app.renewals.plan_file import parse_plans
from app.renewals.reminding import REMINDERS
from app.renewals.watching import watch
from benchmarks.library import stores
from benchmarks.licence_import import MEGABYTE, resident
from config.settings import Settings
from tests.house import HALL, House, open_house
from tests.licences.register import licence
from tests.servers import DATABASE_KINDS

SIZES = (10_000, 100_000, 1_000_000)
DUE = 3_000
TODAY = date(2026, 11, 23)
MORNING = datetime.combine(TODAY, clock_time(8, 30), BEIJING)
LAST_DAY = TODAY + timedelta(days=30)
"""Of the due: a month is left."""
AT_ONCE = 500
FILLED_AT_ONCE = 10_000
LOOKS = 5
"""How often the bare statement is asked; the fastest counts."""
KINDS = """
kinds:
  - code: food-licence
    name: 食品经营许可证
    type_code: 11100000000013338W103
    holder: firm
    validity: {years: 5}
    renewal: {from: 90 days, until: 15 days}
    fields:
      - {name: premises, title: 经营场所, required: true}
      - {name: contact_phone, title: 联系电话, type: phone}
"""
PLANS = """
plans:
  - kind: food-licence
    event: renewal
    hall: t
    contact: contact_phone
    steps: [{before: 30 days, note: 请尽快申请延续, text: "您的{licence}（{number}）{until}到期"}]
    one_tap:
      published: 2026-01-01
      decide: rule
      checks: [state_valid, in_window]
      term: {from: old_end}
      site_check: never
      ways: [electronic]
"""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the watch."""

    due: int
    first_half_s: float
    second_half_s: float
    again_s: float
    """Once more, when nothing is left."""
    bare_s: float
    """One statement that reads the columns of what is due."""
    reads: str
    """How the database finds them."""
    grown: int
    """Bytes of memory more than before."""
    said: int

    @property
    def whole_s(self) -> float:
        return self.first_half_s + self.second_half_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--due", type=int, default=DUE)
    parser.add_argument("--database", choices=DATABASE_KINDS, default="postgresql")
    given = parser.parse_args()
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    first: Day | None = None
    for rows in given.rows:
        with stores(given.database) as (settings, _):
            brought_in(settings, rows, given.due)
            day = alone(settings)
        first = first or day
        tell(rows, day, first)


def tell(rows: int, day: Day, first: Day) -> None:
    print(
        f"{rows:>9,} licences, {day.due:,} due: {day.whole_s:.2f} s"
        f" ({day.whole_s / day.due * 1e3:.2f} ms each; halves {day.first_half_s:.2f} and"
        f" {day.second_half_s:.2f} s), {day.whole_s / first.whole_s:.2f} times the first;"
        f" {day.said:,} reminders"
    )
    print(
        f"          once more {day.again_s * 1e3:.1f} ms; bare SQL {day.bare_s * 1e3:.1f} ms,"
        f" {day.bare_s / first.bare_s:.2f} times the first; memory grew by"
        f" {day.grown / MEGABYTE:.1f} MB; {day.reads}"
    )


# The library


def brought_in(settings: Settings, rows: int, due: int) -> None:
    """The due as registers bring them; the others as copies that are due on other days."""
    house = open_house(settings, SetClock(MORNING))
    (kind,) = parse_kinds(KINDS)
    act = Act(MORNING, SYSTEM)
    house.within(lambda: load_kinds([kind], act))
    plans = parse_plans(PLANS, {kind.code: kind}, {HALL: house.plan.items})
    house.within(lambda: load_plans(plans, act))
    with house.app.app_context():
        watch(act)  # the plans are new to no licence that comes later
    ours = _due(kind, due)
    while some := list(islice(ours, AT_ONCE)):
        house.within(lambda some=some: put(some, act, "benchmark"))
    _fill(house, rows - due)
    with house.app.app_context():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        db.engine.dispose()


def _due(kind: Kind, number: int) -> Iterator[rules.LicenceRecord]:
    rng = Random(1)  # noqa: S311 (chance that makes up licences guards nothing)
    for nth in range(number):
        said = licence(kind, nth, nth, rng)
        yield rules.judge(said | {"valid_until": LAST_DAY.isoformat()}, {kind.code: kind}, TODAY)


def _fill(house: House, rows: int) -> None:
    with house.app.app_context():
        sample = dict(db.session.execute(select(LICENCES).limit(1)).mappings().one())
        person = dict(
            db.session.execute(select(PEOPLE).where(PEOPLE.c.id == sample["holder_id"]))
            .mappings()
            .one()
        )
    for begin in range(0, rows, FILLED_AT_ONCE):
        numbers = range(begin, min(begin + FILLED_AT_ONCE, rows))
        people = [_person(person, nth) for nth in numbers[::2]]
        others = [_other(sample, nth) for nth in numbers]
        house.within(lambda people=people: db.session.execute(insert(PEOPLE), people))
        house.within(lambda others=others: db.session.execute(insert(LICENCES), others))


def _person(sample: dict[str, Any], nth: int) -> dict[str, Any]:
    return sample | {"id": _id(nth), "number_index": f"filled {nth}", "phone_index": None}


def _other(sample: dict[str, Any], nth: int) -> dict[str, Any]:
    """One in ten has nothing before it; the others have it in the next five years."""
    ahead = timedelta(days=1 + nth % 1800)
    return sample | {
        "id": _id(nth),
        "identifier_index": f"filled {nth}",
        "holder_id": _id(nth - nth % 2),
        "valid_until": LAST_DAY + ahead,
        "watch_on": TODAY + ahead if nth % 10 else None,
    }


def _id(nth: int) -> str:
    """Spread over all ids, as those of licences are."""
    return f"{nth * 2654435761 % 2**32:08x}{nth:024x}"


# The day


def alone(settings: Settings) -> Day:
    """In a process of its own, that nothing else has used memory in."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, settings))
    process.start()
    theirs.close()
    day: Day = ours.recv()
    process.join()
    return day


def work(pipe: Any, settings: Settings) -> None:
    app = create_app(settings, SetClock(MORNING))
    with app.app_context():
        act = Act(MORNING, SYSTEM)
        bare_s, reads = min(_bare() for _ in range(LOOKS)), _reads()
        due = db.session.execute(select(func.count()).where(LICENCES.c.watch_on <= TODAY)).scalar()
        db.session.rollback()
        before = resident()
        first_half_s, looked_at = _watched(act, due // 2)
        db.engine.dispose()  # whoever had it in hand is gone
        second_half_s, others = _watched(act, due)
        again_s, more = _watched(act, due)
        if (looked_at + others, more) != (due, 0):
            raise RuntimeError(f"{due} were due, and {looked_at}, {others}, {more} looked at")
        said = db.session.execute(select(func.count()).select_from(REMINDERS)).scalar()
        grown = resident() - before
        pipe.send(Day(due, first_half_s, second_half_s, again_s, bare_s, reads, grown, said))
        db.session.remove()
        db.engine.dispose()


def _watched(act: Act, at_most: int) -> tuple[float, int]:
    """Seconds, and how many were looked at."""
    began, looked_at = time.monotonic(), 0
    while looked_at < at_most and (some := watch(act)):
        looked_at += some
    return time.monotonic() - began, looked_at


BARE = (
    "SELECT id, kind, holder_id, state, issued_on, valid_from, valid_until FROM licences"
    " WHERE watch_on <= :today ORDER BY watch_on, id"
)


def _bare() -> float:
    began = time.monotonic()
    db.session.execute(text(BARE), {"today": TODAY.isoformat()}).all()
    return time.monotonic() - began


def _reads() -> str:
    is_sqlite = db.engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    rows = db.session.execute(text(f"{explain} {BARE}"), {"today": TODAY.isoformat()}).all()
    return " ".join(str(row[-1]).strip().split("  (")[0] for row in rows)


if __name__ == "__main__":
    main()
