"""Pages made from the code are as the code makes them, and the API as it was published."""

import difflib
import json
import re

import pytest
from marshmallow import fields

from app.catalog.hall_file import PROMISE_UNITS, RULE_UNITS, parse_hall
from app.catalog.hall_schema import (
    BookingPart,
    FilePart,
    PromisesPart,
    RulesPart,
    ThresholdsPart,
    WeekPart,
)
from app.catalog.plan import Booking, Rules, Thresholds
from app.catalog.words import notes_in_words, order_in_words
from config.settings import ROOT
from queueing.order import MINUTE, Promises
from tests.guards.frozen import FROZEN
from tests.house import HALL_FILE


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.name)
def test_a_change_is_seen(path):
    kept, made = path.read_text(encoding="utf-8"), FROZEN[path]()
    difference = difflib.unified_diff(
        kept.splitlines(), made.splitlines(), f"{path.name} as kept", "as the code makes it", n=4
    )
    told = "\n".join(difference)
    assert not told, f"if this is meant, run `make frozen`:\n{told}"


def page(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_order_on_the_wall_is_the_one_the_house_tells():
    for row in order_in_words(Promises()):
        assert f"| {row.how} | {row.due} |\n" in page("order.md")
    notes = notes_in_words(parse_hall(json.dumps(HALL_FILE).encode()).plan)
    for note in notes[:4]:  # what follows is a hall's own
        assert f"{note}\n" in page("order.md")


P, R = Promises(), Rules()
ENGLISH = {
    "walk-in": [P.walk_in],
    "appointment, checked in from": [P.check_in_opens, P.grace, P.walk_in],
    "appointment, checked in up to": [P.late_until, P.late],
    "number taken from afar": [P.walk_in, P.afar_late],
    "priority by law": [P.priority],
    "rejoin within": [P.rejoin_within, P.walk_in],
    "rejoin later": [P.walk_in],
}


@pytest.mark.parametrize("row", ENGLISH)
def test_the_english_table_has_the_minutes_of_the_code(row):
    [line] = [line for line in page("order.md").splitlines() if line.startswith(f"| {row}")]
    assert [int(told) * MINUTE for told in re.findall(r"(\d+) min", line)] == ENGLISH[row]


def test_the_english_notes_have_the_limits_of_the_code():
    told = " ".join(page("order.md").split())
    assert f"{R.overdue_after // MINUTE} min overdue" in told
    assert f"pauses for {R.pause_keeps_bound // MINUTE} min" in told
    assert f"undo of a pass or finish within {R.undo_within // 1000} s" in told


def test_the_limits_of_the_states_are_those_of_the_code():
    told = page("states.md")
    assert f"{R.recall_at_most} times at most, {R.recall_every // 1000} s apart" in told
    assert f"after {P.rejoin_within // MINUTE} min" in told
    assert f"within {R.undo_within // 1000} s" in told


def keys(schema):
    """Every key of a hall file, with those inside it."""
    for name, field in schema().fields.items():
        yield name
        inner = getattr(field, "entry", field)
        if isinstance(inner, fields.Nested) and inner.nested is not WeekPart:
            yield from keys(inner.nested)


def test_every_key_of_a_hall_file_is_explained():
    told = page("hall-file.md")
    assert [key for key in keys(FilePart) if f"`{key}`" not in told] == []


def ban_in_words(ban):
    within = f" within {ban.within_days} days" if ban.within_days else ""
    return f"{ban.count} {ban.what}{within}: {ban.ban_days} days"


B, T = Booking(), Thresholds()
DEFAULTS = {
    **{key: getattr(P, name) // MINUTE for name, key in PROMISE_UNITS.items()},
    **{key: getattr(R, name) // unit for name, (key, unit) in RULE_UNITS.items()},
    **{f"{key}_minutes": getattr(B, key) // MINUTE for key in ("book_until", "cancel_until")},
    "release_hold_minutes": "-".join(str(end // MINUTE) for end in B.release_hold),
    "offer_minutes": B.offer_for // MINUTE,
    "remind": f'`"{B.remind.evening:%H:%M}"`; {B.remind.before // MINUTE}',
    "release_at": f'`"{B.release_at:%H:%M}"`',
    **{key: getattr(B, key) for key in ("slot_minutes", "walk_in_share", "staff_share")},
    "horizon_days": B.horizon_days,
    "bans": "; ".join(map(ban_in_words, B.bans)),
    "rejoin_behind": P.rejoin_behind,
    "recall_at_most": R.recall_at_most,
    "near_ahead": R.near_ahead,
    "one_live_ticket": f"`{R.one_live_ticket}`",
    "unstarted_on_next": f"`{R.unstarted_on_next}`",
    "last_number": f"`{str(R.last_number).lower()}`",
    "numbers_from_afar": f"`{str(R.numbers_from_afar).lower()}`",
    "oldest_wait_minutes": T.oldest_wait // MINUTE,
    "waiting": T.waiting,
    "unserved_lane": f"`{str(T.unserved_lane).lower()}`",
    "bad_rating": f"`{str(T.bad_rating).lower()}`",
    "paper_numbers": "none",
    "quiet_hours": "`" + "-".join(f"{m // 60:02}:{m % 60:02}" for m in R.quiet_hours) + "`",
}


BOOKING = [key for key in BookingPart().fields if key not in ("exceptions", "events")]


KEYS = [*PromisesPart().fields, *RulesPart().fields, *BOOKING, *ThresholdsPart().fields]


@pytest.mark.parametrize("key", KEYS)
def test_a_default_of_a_hall_file_is_told_as_it_is(key):
    lines = page("hall-file.md").splitlines()
    line = next(line for line in lines if line.startswith(f"| `{key}` |"))
    told = line.split(" | ")[2]
    assert told == str(DEFAULTS.get(key, {"priority": "`promise`", "behind": "none"}.get(key)))
