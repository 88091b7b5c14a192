"""Row 8: what a day of the watch over licences costs.

Two libraries, of ten thousand and of a million invented licences, in each of which the same number
is due on the day. Each is watched by a process of its own, as a worker does it; half of the day it
is stopped after, and another goes on. What the watch finds is compared with one statement that
reads the same rows, sent by psycopg and fetched; what it does, with that statement and bare ones
that write the very rows the watch wrote. It is to cost what is due, and not what exists. The stores
do not wait for the disk.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from itertools import islice
from random import Random
from typing import Any

import psycopg
from psycopg.types.json import Json
from sqlalchemy import func, select, text

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
from app.renewals.queries import TABLE as RENEWALS
from app.renewals.watch import watching
from app.renewals.watch.reminding import REMINDERS
from app.renewals.watch.watching import watch
from bench.hall import Bench
from bench.library import copied, stores
from bench.licence_import import MEGABYTE, resident
from bench.pairs import Pairs, paired
from bench.table import Result
from config.settings import Settings
from tests.house import HALL, House, open_house
from tests.licences.register import licence

SIZES = (10_000, 1_000_000)
DUE = 3_000
TODAY = date(2026, 11, 23)
MORNING = datetime.combine(TODAY, clock_time(8, 30), BEIJING)
LAST_DAY = TODAY + timedelta(days=30)
"""Of the due: a month is left."""
PAST_DAY = date(2021, 12, 23)
PAST = datetime.combine(PAST_DAY, clock_time(9), BEIJING)
RENEWED = 5_000
"""So many others were reminded and renewed before: tables that begin empty are read through by a
database that has not looked at them since."""
AT_ONCE = 500
JSON_TYPES = (114, 3802)
"""PostgreSQL's numbers of json and jsonb."""
LOOKS = 9
"""How often the two are asked."""
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
    """One day of the watch, in seconds."""

    due: int
    first_half_s: float
    second_half_s: float
    again_s: float
    """Once more, when nothing is left."""
    finding: Pairs
    """What is due and what follows from it, beside one statement that reads those rows."""
    writing_s: float
    """Bare statements that read those rows and write what the watch wrote."""
    written: dict[str, int]
    """Table -> rows."""
    grown: int
    """Bytes of memory more than before."""

    @property
    def whole_s(self) -> float:
        return self.first_half_s + self.second_half_s


def measure(bench: Bench) -> list[Result]:
    days = []
    for size in SIZES:
        with stores() as (settings, _):
            brought_in(settings, size, DUE)
            bench.say(f"{size:,} licences, {DUE:,} of them due: the day begins")
            days.append(alone(settings))
    few, many = days
    growth = many.whole_s / few.whole_s
    wrote = ", ".join(f"{rows:,} {table}" for table, rows in many.written.items())
    return [
        Result(
            row="8",
            ours=f"finding what is due and what follows, {SIZES[-1]:,} licences, {DUE:,} due",
            beside="the bare statement that reads those rows",
            ours_median=f"{many.finding.ours * 1e3:.1f} ms",
            beside_median=f"{many.finding.beside * 1e3:.1f} ms",
            ratio=many.finding.ratio,
            low=many.finding.low,
            high=many.finding.high,
            goal="≤ 3",
            met=many.finding.ratio <= 3,
            note=f"{LOOKS} pairs; both read of each licence what took its place, its renewals and"
            " reminders; ours says what follows from them by its plans",
        ),
        Result(
            row="8b",
            ours="the whole day: finding, deciding, writing and telling",
            beside="bare statements that read those rows and write the same ones",
            ours_median=f"{many.whole_s:.1f} s",
            beside_median=f"{many.writing_s:.1f} s",
            ratio=many.whole_s / many.writing_s,
            low=None,
            high=None,
            goal="≤ 3",
            met=many.whole_s <= 3 * many.writing_s,
            note=f"once; written: {wrote}; nothing due: {many.again_s * 1e3:.1f} ms;"
            f" memory +{many.grown / MEGABYTE:.0f} MB",
        ),
        Result(
            row="8c",
            ours=f"the whole day with {SIZES[-1]:,} licences",
            beside=f"with {SIZES[0]:,}, as many due",
            ours_median=f"{many.whole_s:.1f} s",
            beside_median=f"{few.whole_s:.1f} s",
            ratio=growth,
            low=None,
            high=None,
            goal="≤ 1.2",
            met=growth <= 1.2,
            note="once each",
        ),
    ]


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
            connection.execute(text("SET statement_timeout = 0"))
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
        connection = db.session.connection().connection.driver_connection
        connection.execute("SET LOCAL statement_timeout = 0")
        copied(connection, PEOPLE, (_person(person, nth) for nth in range(0, rows, 2)))
        copied(connection, LICENCES, (_other(sample, nth) for nth in range(rows)))
        copied(connection, RENEWALS, (_closed(nth) for nth in range(RENEWED)))
        copied(connection, REMINDERS, (_sent(nth) for nth in range(RENEWED)))
        db.session.commit()


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


def _closed(nth: int) -> dict[str, Any]:
    """A renewal of a term before this one."""
    return {
        "id": _id(nth),
        "code": f"{nth:010d}",
        "licence_id": _id(nth),
        "kind": "food-licence",
        "holder_id": _id(nth - nth % 2),
        "holder_kind": "firm",
        "hall": HALL,
        "state": "closed",
        "revision": 1,
        "valid_until": PAST_DAY,
        "ask_from": PAST_DAY,
        "ask_by": PAST_DAY,
        "found_at": PAST,
        "needs_person": False,
        "asked_times": 0,
        "fields_typed": 0,
        "files_uploaded": 0,
        "trips": 0,
        "closed_at": PAST,
    }


def _sent(nth: int) -> dict[str, Any]:
    return {
        "id": _id(nth),
        "licence_id": _id(nth),
        "holder_id": _id(nth - nth % 2),
        "event": "renewal",
        "last_day": PAST_DAY,
        "step": "30-days",
        "send_on": PAST_DAY,
        "state": "sent",
        "told": "phone",
        "created_at": PAST,
        "done_at": PAST,
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
    url = settings.database_url.replace("+psycopg", "")
    with app.app_context():
        act = Act(MORNING, SYSTEM)
        with psycopg.connect(url, autocommit=True) as line:
            finding = paired(partial(_found, act), partial(_bare, line), pairs=LOOKS)
        due = db.session.execute(select(func.count()).where(LICENCES.c.watch_on <= TODAY)).scalar()
        counts = _counts()
        db.session.rollback()
        before = resident()
        first_half_s, looked_at = _watched(act, due // 2)
        db.engine.dispose()  # whoever had it in hand is gone
        second_half_s, others = _watched(act, due)
        again_s, more = _watched(act, due)
        if (looked_at + others, more) != (due, 0):
            raise RuntimeError(f"{due} were due, and {looked_at}, {others}, {more} looked at")
        grown = resident() - before
        written = {
            table: rows - counts[table] for table, rows in _counts().items() if rows > counts[table]
        }
        writing_s = _written_barely(written)
        pipe.send(
            Day(due, first_half_s, second_half_s, again_s, finding, writing_s, written, grown)
        )
        db.session.remove()
        db.engine.dispose()


def _watched(act: Act, at_most: int) -> tuple[float, int]:
    """Seconds, and how many were looked at."""
    began, looked_at = time.monotonic(), 0
    while looked_at < at_most and (some := watch(act)):
        looked_at += some
    return time.monotonic() - began, looked_at


BARE = """
SELECT l.id, l.kind, l.holder_id, l.state, l.issued_on, l.valid_from, l.valid_until, s.id,
       r.id, r.holder_id, r.state, r.valid_until, r.confirmed_at IS NOT NULL,
       m.id, m.holder_id, m.event, m.last_day, m.step, m.state
  FROM licences l
  LEFT JOIN licences s ON s.predecessor_id = l.id
  LEFT JOIN renewals r ON r.licence_id = l.id
  LEFT JOIN reminders m ON m.licence_id = l.id AND (m.last_day >= %s OR m.state = 'pending')
 WHERE l.watch_on <= %s
 ORDER BY l.watch_on, l.id
"""
"""What anybody has to read who says what follows for a licence: the licence, what took its place,
its renewals, and what was said of it."""


def _bare(line: psycopg.Connection[Any]) -> float:
    began = time.monotonic()
    line.execute(BARE, [TODAY, TODAY]).fetchall()
    return time.monotonic() - began


def _found(act: Act) -> float:
    """What the watch finds, without holding the rows and without what it then does; all at one go,
    as the bare statement is."""
    began = time.monotonic()
    found = watching.found_due(LICENCES.c.watch_on <= TODAY, DUE, act)
    took = time.monotonic() - began
    if len(found) != DUE or not all(to_do.steps for _, to_do in found):
        raise RuntimeError("nothing follows from some that are due")
    return took


def _counts() -> dict[str, int]:
    names = db.session.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    ).scalars()
    return {
        name: db.session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
        for name in names.all()
    }


FOREIGN_KEYS = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
"""


def _written_barely(written: dict[str, int]) -> float:
    """Seconds that psycopg takes to read what was due and to write the rows that have come, into
    tables of the same columns, indexes and foreign keys; in as many transactions as the watch."""
    connection: Any = db.session.connection().connection.driver_connection
    cursor: psycopg.Cursor[Any] = psycopg.Cursor(connection)
    inserts = {}
    for table, many in written.items():
        cursor.execute(f'CREATE TABLE "bare_{table}" (LIKE "{table}" INCLUDING ALL)')
        for key in cursor.execute(FOREIGN_KEYS, [table]).fetchall():
            cursor.execute(f'ALTER TABLE "bare_{table}" ADD {key[0]}')
        found = cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
        is_json = [column.type_code in JSON_TYPES for column in found.description]
        marks = ", ".join(["%s"] * len(is_json))
        rows = [
            [
                Json(value) if json and value is not None else value
                for json, value in zip(is_json, row, strict=True)
            ]
            for row in found.fetchall()[-many:]
        ]
        inserts[f'INSERT INTO "bare_{table}" VALUES ({marks})'] = rows  # noqa: S608
    ids = cursor.execute("SELECT id FROM licences LIMIT %s", [DUE]).fetchall()
    inserts["UPDATE licences SET watch_on = watch_on WHERE id = %s"] = ids
    connection.commit()
    batches = -(-DUE // watching.LOOKED_AT_ONCE)
    began = time.monotonic()
    cursor.execute(BARE, [TODAY, TODAY]).fetchall()
    for nth in range(batches):
        for statement, rows in inserts.items():
            if some := rows[nth::batches]:
                cursor.executemany(statement, some)
        connection.commit()
    return time.monotonic() - began
