"""Asking registers about a holder: all at once, in time, and with no connection held."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from app.core.db import db, transaction
from app.core.public_records import Answer, Question, Silence, Truth, unknown
from app.licences import queries
from app.renewals import asking
from app.renewals.asking import ask_all
from tests.house import House
from tests.licences.conftest import Library, firm, record, stocked
from tests.renewals.test_checks import NOON, ONE_TAP, PLAN

FINE = Answer(Truth.YES, "平台", as_of=NOON)
TWO = replace(PLAN, one_tap=replace(ONE_TAP, checks=("no_penalty", "published", "not_dishonest")))


@pytest.fixture
def library(house: House) -> Library:
    return stocked(house)


@dataclass
class Records:
    """Answers when so many ask at once, and about one question only when let go."""

    together: threading.Barrier
    slow: Question | None = None
    pool: Any = None
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    """Connections to the database kept meanwhile."""
    let_go: threading.Event = field(default_factory=threading.Event)

    def ask(self, question: Question, holder_kind: str, holder_number: str) -> Answer:
        self.asked.append((question, holder_kind, holder_number))
        self.held.append(self.pool.checkedout())
        self.together.wait(timeout=5)
        if question is self.slow:
            self.let_go.wait(timeout=20)
        return FINE


def asked(library: Library, given: dict[str, Any], records: Any) -> Mapping[str, Answer]:
    licence, app = library.put(given), library.house.app
    app.extensions["parts"] = replace(app.extensions["parts"], public_records=records)
    with app.app_context():
        records.pool = db.engine.pool
        return ask_all(TWO, queries.licence(licence))


def test_all_that_the_plan_needs_is_asked_at_once_and_nothing_else(library):
    records = Records(threading.Barrier(2))  # broken, were one asked after the other
    number = library.house.citizen("li").id_number
    assert asked(library, record(holder=number), records) == {
        "not_dishonest": FINE,
        "no_penalty": FINE,
    }
    assert sorted(records.asked) == [
        ("no_penalty", "person", number),
        ("not_dishonest", "person", number),
    ]
    assert records.held == [0, 0]


def test_of_a_firm_its_credit_code_is_asked(library):
    given = firm(library.house.citizen("li").id_number)
    records = Records(threading.Barrier(2))
    asked(library, given, records)
    assert {each[1:] for each in records.asked} == {("firm", given["holder_number"])}


def test_what_does_not_come_in_time_is_unknown_and_the_rest_is_known(library, monkeypatch):
    monkeypatch.setattr(asking, "ASKED_S", 0.2)
    records = Records(threading.Barrier(2), slow=Question.NO_PENALTY)
    began = time.monotonic()
    answers = asked(library, record(), records)
    assert time.monotonic() - began < 10
    records.let_go.set()
    assert answers == {"not_dishonest": FINE, "no_penalty": unknown(Silence.NOT_ANSWERED)}


def test_a_plan_whose_checks_need_no_register_asks_none(library):
    quiet = replace(PLAN, one_tap=replace(ONE_TAP, checks=("unchanged",)))
    licence = library.put(record())
    with library.house.app.app_context():
        for plan in (quiet, replace(PLAN, one_tap=None)):
            assert ask_all(plan, queries.licence(licence)) == {}


def test_nobody_asks_while_rows_are_held(library):
    licence = library.put(record())
    with library.house.app.app_context(), transaction():
        found = queries.licence(licence)
        with pytest.raises(RuntimeError):
            ask_all(TWO, found)


def test_the_tests_own_records_are_in_order_until_something_is_said(library):
    number = library.house.citizen("li").id_number
    licence = library.put(record(holder=number))
    library.house.records[number] = {"no_penalty": False}
    with library.house.app.app_context():
        answers = ask_all(TWO, queries.licence(licence))
    truths = {question: answer.truth for question, answer in answers.items()}
    assert truths == {"not_dishonest": Truth.YES, "no_penalty": Truth.NO}
