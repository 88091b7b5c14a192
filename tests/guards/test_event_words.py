"""Whatever the code records of a ticket or booking, and whatever staff change, has its words."""

import ast
import re

import pytest
from babel.messages.pofile import read_po

from app.core.language import FOLDER
from app.office.deeds import DEEDS
from app.office.ticket_log_words import BOOKING_WORDS, EVENT_WORDS, WHY_WORDS
from config.settings import ROOT
from queueing.order import Why

KIND_AT = {"change": 2, "record": 2, "announce": 2, "_back_to": 4, "note": 2}
"""Function -> which of its arguments names what happened."""


def recorded(path: str, functions: set[str]) -> set[str]:
    """The kinds that modules matching `path` hand to these functions."""
    found = set()
    for file in (ROOT / "app").glob(path):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            at = KIND_AT.get(name.split(".")[-1])
            if name not in functions or at is None or len(node.args) <= at:
                continue
            kind = node.args[at]
            if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
                found.add(kind.value)
    return found


TICKETS = {"change", "record", "announce", "_back_to"}


def test_every_event_of_a_ticket_has_words():
    kinds = recorded("**/*.py", TICKETS) - recorded("appointments/*.py", {"record"})
    assert {"taken", "called", "recalled", "transferred", "resumed", "undone"} <= kinds
    assert kinds - EVENT_WORDS.keys() == set()


def test_every_event_of_a_booking_has_words():
    kinds = recorded("appointments/*.py", {"record"})
    assert {"booked", "missed"} <= kinds
    assert kinds - BOOKING_WORDS.keys() == set()


def test_every_change_by_staff_has_words():
    deeds = recorded("**/*.py", {"audit.note"})
    assert deeds == DEEDS.keys(), "name it in app/office/deeds.py: DEEDS, and in English"


def test_every_row_of_the_order_table_has_words():
    assert WHY_WORDS.keys() == set(Why)


@pytest.mark.parametrize("key", [key for key in EVENT_WORDS if "." in key])
def test_a_special_case_is_of_a_kind(key):
    assert key.split(".")[0] in EVENT_WORDS
    assert set(re.findall(r"%\((\w+)\)", EVENT_WORDS[key])) <= {
        "counter",
        "nth",
        "bound_to",
        "lane",
    }


TABLES = (EVENT_WORDS, BOOKING_WORDS, WHY_WORDS, DEEDS)


def test_all_of_it_can_be_read_in_english_and_nothing_is_stale():
    english = {}
    for name in ("office_admin", "office_audit"):
        with (FOLDER / "en" / f"{name}.po").open("rb") as lines:
            english |= {each.id: each.string for each in read_po(lines) if each.context == "log"}
    assert english.keys() == {words for table in TABLES for words in table.values()}
    for words, said in english.items():
        assert set(re.findall(r"%\(\w+\)s", words)) == set(re.findall(r"%\(\w+\)s", said))
