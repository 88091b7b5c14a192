"""Row 9: what it takes to fill a form of twenty fields, with half a million licences.

Forty people with four licences each, whom earlier submissions remember as well. Measured is the
prefill, from who somebody is to every field's value: which form, what is known, opened, fitted to
the fields and judged. Beside it stand the very SELECTs it sends, sent again by psycopg with nothing
around them; both in a transaction for each person. Row 9c is the whole use case at the desk, from
the card to the draft that is kept and the uses that are written down, beside all its statements.
Others' licences are rows only: what is sealed in them is never opened.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import event, func, select, text

from app.citizens.models import PersonRow
from app.core.acts import Act, Actor
from app.core.db import db, transaction
from app.forms import queries as forms
from app.forms.prefill import prefill
from app.licences.models import LicenceRow
from app.submissions import beginning, gathering
from app.submissions.gathering import Filling
from bench.hall import Bench
from bench.library import HOLDERS, ROWS, copied, stores
from bench.pairs import Measure, Pairs, paired
from bench.table import Result
from tests.house import HALL, Citizen, House, open_house
from tests.submissions.library import (
    PERMIT,
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
PAIRS = 7
KINDS = ("id-card", "permit", "disability")
UNLIMITED = 10**9
FIELDS = 20
BLOB = 420
"""Bytes of a licence's sealed content."""


Opening = Callable[[Citizen], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One word to the database, as the driver got it."""

    statement: str
    names: tuple[str, ...]
    values: Any
    many: bool

    @property
    def reads(self) -> bool:
        return self.statement.lstrip().upper().startswith("SELECT")

    def with_own(self, own: dict[str, str], values: tuple[Any, ...]) -> list[Any]:
        """The values, some of them others of the same name."""
        return [own.get(name, value) for name, value in zip(self.names, values, strict=True)]


def measure(bench: Bench) -> list[Result]:
    with wechat_server() as wechat, stocked(wechat.url) as small, stocked(wechat.url) as big:
        fill(big, ROWS)
        bench.say(f"{counted(big):,} licences, a form of {FIELDS} fields")
        theirs, people = known_to(small), known_to(big)
        with small.app.app_context():
            fill_small = filling_of(small, theirs)
        with big.app.app_context():
            fill_big = filling_of(big, people)
            found = [prefill_row(bench, fill_big, people)]
        found.append(flat(run_of(big, fill_big, people), run_of(small, fill_small, theirs)))
        with big.app.app_context():
            found.append(opening_row(bench, opening_of(big), people))
    return found


@contextmanager
def stocked(wechat: str) -> Iterator[House]:
    """A hall with the form of twenty fields, on stores of its own."""
    with stores(WECHAT_API_URL=wechat) as (settings, _):
        unlimited = {"device_limit": UNLIMITED, "address_limit": UNLIMITED}
        house = stock(open_house(replace(settings, **unlimited)))
        publish(house, of_twenty_fields())
        yield house
        with house.app.app_context():
            db.session.remove()
            db.engine.dispose()


def known_to(house: House) -> list[Citizen]:
    return [known(house, n) for n in range(PEOPLE)]


def run_of(house: House, opening: Opening, people: list[Citizen]) -> Measure:
    """Milliseconds of one of these openings."""

    def run() -> float:
        with house.app.app_context():
            began = time.perf_counter()
            for somebody in people:
                opening(somebody)
            return 1000 * (time.perf_counter() - began) / len(people)

    return run


def prefill_row(bench: Bench, ours: Opening, people: list[Citizen]) -> Result:
    asked = [[each for each in said if each.reads] for said in words_of(ours, people)]
    found = beside(bench, ours, people, asked)
    return result_of(
        found,
        row="9",
        ours=f"prefill of a form of {FIELDS} fields, {ROWS:,} licences",
        beside="the SELECTs it sends, by psycopg alone",
        goal="≤ 2",
        met=found.ratio <= 2,
        note=f"{PAIRS} pairs of {len(people)}; {len(asked[0])} SELECTs each;"
        " ours also opens what is sealed, fits and judges it",
    )


def opening_row(bench: Bench, ours: Opening, people: list[Citizen]) -> Result:
    asked = words_of(ours, people)
    found = beside(bench, ours, people, asked)
    reads = sum(each.reads for each in asked[0])
    writes = len(asked[0]) - reads
    return result_of(
        found,
        row="9c",
        ours="the same at the desk: from the card to the draft and the uses written down",
        beside="its SELECTs and INSERTs in one transaction, by psycopg alone",
        goal="–",
        met=None,
        note=f"{PAIRS} pairs of {len(people)}; {reads} SELECTs, {writes} INSERTs each",
    )


def result_of(found: Pairs, **said: Any) -> Result:
    return Result(
        ours_median=f"{found.ours:.2f} ms",
        beside_median=f"{found.beside:.2f} ms",
        ratio=found.ratio,
        low=found.low,
        high=found.high,
        **said,
    )


def words_of(ours: Opening, people: list[Citizen]) -> list[list[Asked]]:
    """What each opening says to the database, taken from the driver."""
    found: list[list[Asked]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, word: Any, many: bool) -> None:
        found[-1].append(Asked(statement, tuple(word.compiled.positiontup), values, many))

    event.listen(db.engine, "before_cursor_execute", note)
    for somebody in people:
        found.append([])
        ours(somebody)
    event.remove(db.engine, "before_cursor_execute", note)
    return found


def beside(
    bench: Bench, ours: Opening, people: list[Citizen], asked: list[list[Asked]]
) -> Pairs:
    """Milliseconds of one opening, and of its words to the database alone. Told is the CPU of this
    process as well, without the database's: on a machine that others use, whoever needs more of it
    waits longer."""
    with db.engine.connect() as connection:
        bare: Any = connection.connection.driver_connection

        def alone() -> float:
            began = time.perf_counter()
            for said in asked:
                say_again(bare, said)
            return 1000 * (time.perf_counter() - began) / len(people)

        def opened() -> float:
            began = time.perf_counter()
            for somebody in people:
                ours(somebody)
            return 1000 * (time.perf_counter() - began) / len(people)

        bench.say(f"CPU: {cpu_of(opened):.2f} ms of {cpu_of(alone):.2f} for the words alone")
        return paired(opened, alone, pairs=PAIRS)


def say_again(bare: Any, said: list[Asked]) -> None:
    """In one transaction. What is inserted needs a draft's id and code of its own."""
    draft = {"id": secrets.token_hex(16), "code": secrets.token_hex(5)}
    for each in said:
        cursor = bare.cursor()
        if each.many:
            its = {"submission_id": draft["id"]}
            cursor.executemany(each.statement, [each.with_own(its, row) for row in each.values])
        else:
            values = each.values if each.reads else each.with_own(draft, each.values)
            cursor.execute(each.statement, values)
            cursor.fetchall()
    bare.commit()


def cpu_of(run: Measure) -> float:
    """Milliseconds of one opening, at best: others only add."""
    spent = []
    for _ in range(PAIRS):
        began = time.process_time()
        run()
        spent.append(1000 * (time.process_time() - began) / PEOPLE)
    return min(spent)


def flat(crowded: Measure, alone: Measure) -> Result:
    found = paired(crowded, alone, pairs=PAIRS)
    return result_of(
        found,
        row="9b",
        ours=f"the same with {ROWS:,} licences",
        beside="in a hall that has those of the forty people only",
        goal="≤ 1.3",
        met=found.ratio <= 1.3,
        note=f"{PAIRS} pairs of {PEOPLE}, two halls side by side",
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


def filling_of(house: House, people: list[Citizen]) -> Opening:
    """Filling the form for somebody of whom it is known who they are."""
    act, today = at_desk(house), house.clock.now().date()
    fillings = {somebody.id_number: filled_by(somebody, act) for somebody in people}

    def fill_one(somebody: Citizen) -> None:
        with transaction():
            form = forms.published(PERMIT).form
            known = gathering.known_of(form, fillings[somebody.id_number], today)
            require_filled(prefill(form, known, today))

    return fill_one


def filled_by(somebody: Citizen, act: Act) -> Filling:
    shown = card(somebody)
    there = beginning.card_of(shown["id_number"], shown["name"], True, act)
    with transaction():
        return gathering.by_card(there.who, there.read, None, act)


def opening_of(house: House) -> Opening:
    """All of it: whose card it is, what they may, the form filled, kept, and its uses written."""

    plan = house.plan

    def opening(somebody: Citizen) -> None:
        act, shown = at_desk(house), card(somebody)
        there = beginning.card_of(shown["id_number"], shown["name"], True, act)
        with transaction():
            filling = gathering.by_card(there.who, there.read, None, act)
            made = beginning.begin(filling, plan, "id-card", act)
        require_filled(made.values)

    return opening


def at_desk(house: House) -> Act:
    return Act(house.clock.now(), Actor("kiosk", "benchmark", HALL, reader=True))


def require_filled(values: Sized) -> None:
    if len(values) < FIELDS:
        raise RuntimeError(f"only {len(values)} of {FIELDS} fields are filled")


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
            connection.execute(text("SET statement_timeout = 0"))
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
