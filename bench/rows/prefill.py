"""Row 9: how long a form of twenty fields takes to open, filled, with half a million licences.

Forty people with four licences each, whom earlier submissions remember as well, show their card at
the desk. Measured is the use case with its transaction, beside the very SELECTs it sends, sent
again by psycopg with nothing around them. Others' licences are rows only: what is sealed in them
is never opened.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from statistics import median, quantiles
from typing import Any

from sqlalchemy import event, func, select, text

from app.citizens.models import PersonRow
from app.core.acts import Act, Actor
from app.core.db import db, transaction
from app.licences.models import LicenceRow
from app.submissions import beginning
from app.submissions.gathering import by_card
from bench.hall import Bench
from bench.library import HOLDERS, ROWS, copied, stores
from bench.pairs import paired
from bench.table import Result
from tests.house import HALL, Citizen, House, open_house
from tests.submissions.library import (
    PERMIT_FORM,
    bring,
    card,
    licence,
    permit,
    publish,
    stock,
    submitted,
    sure,
)
from tests.wechat_server import wechat_server

PEOPLE = 40
ROUNDS = 2
PAIRS = 7
KINDS = ("id-card", "permit", "disability")
UNLIMITED = 10**9
FIELDS = 20
BLOB = 420
"""Bytes of a licence's sealed content."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds of each opening."""

    wall: list[float]
    cpu: list[float]
    """Of this process, without a database server's: what others do on the machine matters less."""


def measure(bench: Bench) -> list[Result]:
    with wechat_server() as wechat, stores(WECHAT_API_URL=wechat.url) as (settings, _):
        unlimited = {"device_limit": UNLIMITED, "address_limit": UNLIMITED}
        house = stock(open_house(replace(settings, **unlimited)))
        publish(house, of_twenty_fields())
        people = [known(house, n) for n in range(PEOPLE)]
        alone = timed(use_case_of(house), people)
        fill(house, ROWS)
        bench.say(f"{counted(house):,} licences, a form of {FIELDS} fields")
        crowded = timed(use_case_of(house), people)
        result = beside_selects(house, people)
        with house.app.app_context():
            db.session.remove()
            db.engine.dispose()
    tell(bench, alone, crowded)
    return [result, flat(alone, crowded)]


def beside_selects(house: House, people: list[Citizen]) -> Result:
    """The use case beside its own SELECTs: what they are is taken from the driver."""
    opening = use_case_of(house)
    asked: dict[int, list[tuple[str, Any]]] = {}

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _x: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith("SELECT") and not many:
            asked[person].append((statement, values))

    with house.app.app_context():
        engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        for person, somebody in enumerate(people):
            asked[person] = []
            opening(somebody)
        event.remove(engine, "before_cursor_execute", note)
        with engine.connect() as connection:
            bare: Any = connection.connection.driver_connection

            def selects() -> float:
                began = time.perf_counter()
                for its in asked.values():
                    for statement, values in its:
                        bare.execute(statement, values).fetchall()
                    bare.commit()
                return 1000 * (time.perf_counter() - began) / len(people)

            def ours() -> float:
                began = time.perf_counter()
                for somebody in people:
                    opening(somebody)
                return 1000 * (time.perf_counter() - began) / len(people)

            found = paired(ours, selects, pairs=PAIRS)
    return Result(
        row="9",
        ours=f"prefill of a form of {FIELDS} fields, {ROWS:,} licences: opened and kept as a draft",
        beside="the SELECTs it sends, by psycopg alone",
        ours_median=f"{found.ours:.1f} ms",
        beside_median=f"{found.beside:.1f} ms",
        ratio=found.ratio,
        low=found.low,
        high=found.high,
        goal="≤ 2",
        met=found.ratio <= 2,
        note=f"{PAIRS} pairs of {len(people)}; {len(asked[0])} SELECTs each;"
        " ours also opens what is sealed, fills, writes the draft and the uses",
    )


def flat(alone: Spent, crowded: Spent) -> Result:
    ratio = median(crowded.wall) / median(alone.wall)
    return Result(
        row="9b",
        ours=f"the same with {ROWS:,} licences",
        beside="with those of the forty people only",
        ours_median=f"{median(crowded.wall):.1f} ms",
        beside_median=f"{median(alone.wall):.1f} ms",
        ratio=ratio,
        low=None,
        high=None,
        goal="≤ 1.3",
        met=ratio <= 1.3,
        note=f"medians of {len(alone.wall)} each, one after the other",
    )


def of_twenty_fields() -> str:
    """The form of the tests, with ten more that an archive or the last submission fills."""
    more = range(FIELDS - 10)
    fields = "".join(
        f"    more_{n}: {{type: string, title: 其他{n}, title_en: More {n}, maxLength: 50}}\n"
        for n in more
    )
    names = ", ".join(f"more_{n}" for n in more)
    sources = "".join(f"  {n}: [{{from: last.{n}}}]\n" for n in ("renting", *names.split(", ")))
    return (
        PERMIT_FORM.replace("layout:\n", fields + "layout:\n")
        .replace("phone, grade, job]", f"phone, grade, job, {names}]")
        .replace("checks:\n", sources + "checks:\n")
    )


def known(house: House, n: int) -> Citizen:
    """Somebody with licences, who has submitted the form before."""
    somebody = sure(house, f"person-{n}")
    number = somebody.id_number
    address = {"address": f"南宁市青秀区民族大道 {n} 号"}
    bring(
        house,
        permit(number),
        permit(number, "南宁市良庆区 1 号", issued_on="2025-05-06", valid_until="2026-05-05"),
        licence("id-card", number, data=address),
        licence("disability", number, data={"grade": "三级"}),
    )
    more = {f"more_{each}": f"值{each}" for each in range(FIELDS - 10)}
    submitted(somebody, job="木工", renting=True, landlord="王五", **more)
    return somebody


def use_case_of(house: House) -> Callable[[Citizen], None]:
    """Opening the form for somebody, filled."""
    kiosk, plan = Actor("kiosk", "benchmark", HALL, reader=True), house.plan

    def use_case(somebody: Citizen) -> None:
        shown = card(somebody)
        with house.app.app_context():
            act = Act(house.clock.now(), kiosk)
            there = beginning.card_of(shown["id_number"], shown["name"], True, act)
            with transaction():
                filling = by_card(there.who, there.read, None, act)
                made = beginning.begin(filling, plan, "id-card", act)
        if len(made.values) < FIELDS:
            raise RuntimeError(f"only {len(made.values)} of {FIELDS} fields are filled")

    return use_case


def timed(opening: Callable[[Citizen], None], people: list[Citizen]) -> Spent:
    for somebody in people[:5]:  # statements and forms are read once
        opening(somebody)
    wall, cpu = [], []
    for somebody in people * ROUNDS:
        began, worked = time.perf_counter(), time.process_time()
        opening(somebody)
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - worked))
    return Spent(wall, cpu)


def fill(house: House, rows: int) -> None:
    """So many licences of others, one or two a holder."""
    with house.app.app_context():
        people = [secrets.token_hex(16) for _ in range(min(HOLDERS, rows))]
        now = datetime.now(UTC)
        connection = db.session.connection().connection.driver_connection
        copied(connection, PersonRow.__table__, holder_rows(people, now))
        copied(connection, LicenceRow.__table__, licence_rows(people, rows, now))
        db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        db.session.remove()
        db.engine.dispose()  # SQLite puts its log into the file as the last connection closes


def holder_rows(people: list[str], now: datetime) -> Iterator[dict[str, Any]]:
    for person in people:
        yield {
            "id": person,
            "kind": "person",
            "number_sealed": secrets.token_bytes(48),
            "number_index": secrets.token_hex(32),
            "created_at": now,
        }


def licence_rows(people: list[str], rows: int, now: datetime) -> Iterator[dict[str, Any]]:
    for n in range(rows):
        yield {
            "id": secrets.token_hex(16),
            "kind": KINDS[n % len(KINDS)],
            "holder_id": people[n % len(people)],
            "identifier_index": secrets.token_hex(32),
            "state": "valid",
            "version": "001",
            "issued_on": date(2026, 5, 6),
            "valid_from": None,
            "valid_until": date(2027, 5, 5),
            "issuer": "11430000006122244L",
            "place": None,
            "as_of": now,
            "source": "benchmark",
            "content_hash": secrets.token_hex(32),
            "content_sealed": secrets.token_bytes(BLOB),
            "created_at": now,
            "updated_at": now,
        }


def counted(house: House) -> int:
    with house.app.app_context():
        query = select(func.count()).select_from(LicenceRow.__table__)
        count: int = db.session.execute(query).scalar_one()
        return count


def tell(bench: Bench, alone: Spent, crowded: Spent) -> None:
    for what, empty, full in (("clock", alone.wall, crowded.wall), ("cpu", alone.cpu, crowded.cpu)):
        for percent, at in ((50, median), (95, p95)):
            bench.say(f"{what} p{percent}: {at(empty):.1f} ms empty, {at(full):.1f} full")


def p95(spent: list[float]) -> float:
    return quantiles(spent, n=20)[-1]
