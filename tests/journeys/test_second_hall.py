"""The street centre of the demo: real hours, quotas, and rules of its own."""

from datetime import datetime

import pytest

from app.catalog.calendar import seed_calendar
from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.catalog.service import plan_of
from app.core.acts import SYSTEM, Act, Role
from app.staff.hashing import HASHER
from app.staff.service import put_device, put_staff
from config.settings import ROOT
from tests.house import PASSWORD, id_number, refused

BINHE = ROOT / "config" / "halls" / "binhe.yaml"
MACHINE = "the token of the machine in binhe"


@pytest.fixture
def centre(house):
    """The hall `t` and the street centre in one house."""
    house.within(lambda: load_hall(parse_hall(BINHE.read_bytes())))
    house.within(lambda: seed_calendar([2026]))
    act, word = Act(house.clock.now(), SYSTEM), HASHER.hash(PASSWORD)

    def people():
        put_device(MACHINE, "kiosk", "binhe", "取号机", act)
        for no in plan_of("binhe").counters:
            put_staff(f"binhe{no}", word, Role.CLERK, "binhe", no, act)

    house.within(people)
    return house


def at(house, moment):
    house.clock.at = datetime.fromisoformat(f"{moment}+08:00")


def take(centre, item, **more):
    return centre.post("/kiosk/tickets", MACHINE, {"item": item, **more})


def clerk(centre, no):
    token = centre.sign_in(f"binhe{no}")
    assert centre.post(f"/counters/{no}/open", token).status_code == 200
    return token


def test_numbers_begin_anew_in_each_hall(centre):
    at(centre, "2026-11-23T09:30")
    centre.take()
    assert take(centre, "sb-01").json["number"] == "A001"


DAYS = [
    ("2026-11-23T08:59", "hall_closed"),
    ("2026-11-23T09:00", None),
    ("2026-11-23T12:40", None),
    ("2026-11-23T17:00", "hall_closed"),
    ("2026-11-28T10:00", None),  # Saturday morning
    ("2026-11-28T12:00", "hall_closed"),
    ("2026-11-29T10:00", "hall_closed"),  # Sunday
    ("2026-10-01T10:00", "hall_closed"),  # National Day, a Thursday
    ("2026-12-31T10:00", None),
    ("2026-12-31T14:00", "hall_closed"),  # the books are closed in the afternoon
]


@pytest.mark.parametrize(("moment", "code"), DAYS)
def test_hours(centre, moment, code):
    at(centre, moment)
    answer = take(centre, "zh-01")
    if code:
        refused(answer, 409, code)
    else:
        assert answer.status_code == 201
    assert centre.get("/halls/binhe").json["gives_numbers"] is (code is None)


def test_quota_of_a_lane(centre):
    at(centre, "2026-11-23T09:00")
    for _ in range(60):
        assert take(centre, "mz-05").status_code == 201
    refused(take(centre, "mz-05"), 409, "quota_used_up")
    assert take(centre, "sb-03").status_code == 201


def test_the_last_number_before_closing(centre):
    at(centre, "2026-11-23T16:50")
    refused(take(centre, "mz-01"), 409, "last_number_given")  # half an hour's work
    assert take(centre, "zh-01").status_code == 201


def test_one_live_ticket_in_each_lane(centre):
    at(centre, "2026-11-23T09:30")
    mine = id_number()
    assert take(centre, "sb-01", id_number=mine).status_code == 201
    refused(take(centre, "sb-02", id_number=mine), 409, "live_ticket_held")
    assert take(centre, "mz-05", id_number=mine).status_code == 201


def test_priority_stands_behind_one(centre):
    at(centre, "2026-11-23T09:30")
    for _ in range(3):
        take(centre, "sb-01")
        centre.clock.advance(seconds=1)
    assert take(centre, "sb-01", priority="elderly").json["ahead"] == 1


def test_who_was_called_and_did_not_come_is_passed_by_the_next_call(centre):
    at(centre, "2026-11-23T09:30")
    first = take(centre, "sb-01").json
    take(centre, "sb-01")
    token = clerk(centre, "1")
    for _ in range(2):
        assert centre.post("/counters/1/call-next", token).status_code == 200
    assert centre.as_owner(first)["state"] == "passed"


def test_clerks_and_machines_act_in_their_own_hall_only(centre):
    at(centre, "2026-11-23T09:30")
    ours, theirs = centre.take(), take(centre, "sb-01").json
    token = clerk(centre, "1")
    for path in (f"/tickets/{ours['id']}/recall", f"/tickets/{ours['id']}/rejoin"):
        refused(centre.post(path, token), 404, "ticket_not_found")
    refused(centre.get(f"/tickets/{ours['id']}", token), 404, "ticket_not_found")
    refused(
        centre.get(f"/tickets/{theirs['id']}", centre.clerk("1").token), 404, "ticket_not_found"
    )
    refused(take(centre, "id-card"), 404, "unknown_item")
    check_in = centre.post("/kiosk/check-ins", MACHINE, {"ticket": ours["token"]})
    refused(check_in, 404, "ticket_not_found")
    called = centre.post("/counters/1/call-next", token).json["ticket"]
    assert called["id"] == theirs["id"]
    refused(centre.post("/counters/9/open", token), 404, "unknown_counter")
