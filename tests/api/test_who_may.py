"""Who may do what: tokens that are worth nothing, roles, seats, signing in and out."""

import pytest
from sqlalchemy import update

from app.core.acts import SYSTEM, Act
from app.core.auth import hash_of
from app.core.db import db
from app.staff.queries import DEVICES, STAFF
from app.staff.service import put_device
from tests.house import KIOSK_TOKEN, PASSWORD, refused

SCREEN_TOKEN = "the token of the test screen"
TAKE = ("/kiosk/tickets", {"item": "id-card"})
NEXT = ("/counters/1/call-next", None)
OPEN = ("/counters/1/open", None)

WHO_MAY_NOT = [
    ("nobody", TAKE, 401, "unauthenticated"),
    ("nonsense", TAKE, 401, "unauthenticated"),
    ("clerk1", TAKE, 403, "forbidden"),
    ("administrator", TAKE, 403, "forbidden"),
    ("ticket", TAKE, 403, "forbidden"),
    ("screen", TAKE, 403, "forbidden"),
    ("nobody", NEXT, 401, "unauthenticated"),
    ("kiosk", NEXT, 403, "forbidden"),
    ("ticket", NEXT, 403, "forbidden"),
    ("guide", NEXT, 403, "forbidden"),
    ("administrator", OPEN, 403, "forbidden"),
    ("supervisor", OPEN, 403, "not_at_this_counter"),
    ("clerk2", OPEN, 403, "not_at_this_counter"),
    ("clerk2", NEXT, 403, "not_at_this_counter"),
    ("kiosk", ("/tickets/{ticket}/leave", None), 403, "forbidden"),
    ("clerk1", ("/tickets/{ticket}/leave", None), 403, "forbidden"),
    ("guide", ("/tickets/{ticket}/recall", None), 403, "forbidden"),
    ("kiosk", ("/tickets/{ticket}/rejoin", None), 403, "forbidden"),
    ("administrator", ("/tickets/{ticket}/strike-priority", {"reason": "试"}), 403, "forbidden"),
]


@pytest.mark.parametrize(("who", "what", "status", "code"), WHO_MAY_NOT)
def test_who_may_not(shared_house, who, what, status, code):
    ticket = shared_house.take()
    tokens = {
        "nobody": None,
        "nonsense": "nonsense",
        "kiosk": KIOSK_TOKEN,
        "screen": screen(shared_house),
        "ticket": ticket["token"],
    }
    token = tokens[who] if who in tokens else shared_house.sign_in(who)
    path, body = what
    answer = shared_house.post(path.format(ticket=ticket["id"]), token, body)
    refused(answer, status, code)
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def screen(house):
    act = Act(house.clock.now(), SYSTEM)
    house.within(lambda: put_device(SCREEN_TOKEN, "screen", "t", "屏", act))
    return SCREEN_TOKEN


@pytest.mark.parametrize(
    "header", ["Basic eDp5", "Bearer", "Bearer ", "bearer\tx", "Bearer é", "x"]
)
def test_headers_that_say_nothing(shared_house, header):
    answer = shared_house.request("POST", TAKE[0], body=TAKE[1], headers={"Authorization": header})
    refused(answer, 401, "unauthenticated")


def test_a_guide_takes_numbers_for_people(shared_house):
    guide = shared_house.sign_in("guide")
    taken = shared_house.post(*[TAKE[0], guide, TAKE[1]])
    assert taken.status_code == 201
    assert taken.json["token"]


def test_only_its_owner_and_its_machine_see_a_tickets_token(shared_house):
    ticket, stranger = shared_house.take(), shared_house.take()
    path = f"/tickets/{ticket['id']}"
    assert shared_house.get(path, KIOSK_TOKEN).json["token"] == ticket["token"]
    assert shared_house.get(path, ticket["token"]).json["token"] == ticket["token"]
    assert shared_house.get(path, shared_house.clerk("3").token).json["token"] is None
    refused(shared_house.get(path, stranger["token"]), 404, "ticket_not_found")


def test_a_revoked_machine_is_nobody(house):
    house.take()
    machine = DEVICES.c.token_hash == hash_of(KIOSK_TOKEN)
    revoke = update(DEVICES).where(machine).values(revoked_at=house.clock.now())
    house.within(lambda: db.session.execute(revoke))
    refused(house.post(TAKE[0], KIOSK_TOKEN, TAKE[1]), 401, "unauthenticated")


# Signing in


def sign_in(house, username="clerk1", password=PASSWORD, **more):
    return house.post("/staff/session", None, {"username": username, "password": password, **more})


def test_a_clerk_sits_at_the_counter_named_for_them_or_at_another(shared_house):
    own = sign_in(shared_house).json
    assert (own["counter"], own["role"], own["hall"]) == ("1", "clerk", "t")
    assert sign_in(shared_house, counter="8").json["counter"] == "8"
    refused(sign_in(shared_house, counter="88"), 404, "unknown_counter")


def test_wrong_password_and_unknown_name_are_answered_alike(shared_house):
    problems = [
        refused(sign_in(shared_house, name, password), 401, "wrong_password")
        for name, password in (("clerk1", "wrong"), ("nobody", PASSWORD), ("CLERK1", PASSWORD))
    ]
    for problem in problems:
        del problem["request_id"]
    assert problems[0] == problems[1] == problems[2]


def test_who_left_the_house_cannot_sign_in_and_is_out_at_once(house):
    token = house.sign_in("clerk1")
    gone = update(STAFF).where(STAFF.c.username == "clerk1").values(active=False)
    house.within(lambda: db.session.execute(gone))
    refused(sign_in(house), 401, "wrong_password")
    refused(house.get("/counters/1", token), 401, "unauthenticated")


def test_taking_a_counter_over_ends_the_others_session(house):
    first = house.clerk("1")
    second = sign_in(house, "clerk2", counter="1").json["token"]
    refused(first.do("call-next"), 401, "unauthenticated")
    assert house.get("/counters/1", second).json["clerk"] == "clerk2"
    house.take()
    assert house.post("/counters/1/call-next", second).status_code == 200


def test_signing_in_again_ends_the_session_before(house):
    before = house.sign_in("clerk1")
    house.sign_in("clerk1", "2")
    refused(house.get("/counters/1", before), 401, "unauthenticated")


@pytest.mark.parametrize("role", ["guide", "administrator"])
def test_who_may_not_work_a_counter_takes_none_from_its_clerk(house, role):
    clerk = house.clerk("1")
    refused(sign_in(house, role, counter="1"), 403, "forbidden")
    assert clerk.see()["clerk"] == "clerk1"


def test_a_session_ends_with_the_day_or_when_its_clerk_goes(house):
    token = house.sign_in("clerk1")
    house.clock.advance(hours=11, minutes=59)
    assert house.get("/counters/1", token).status_code == 200
    house.clock.advance(minutes=1)
    refused(house.get("/counters/1", token), 401, "unauthenticated")

    token = house.sign_in("clerk1")
    assert house.request("DELETE", "/staff/session", token).status_code == 204
    refused(house.get("/counters/1", token), 401, "unauthenticated")


def test_who_sits_at_no_counter_signs_nobody_out(house):
    guide, supervisor = house.sign_in("guide"), house.sign_in("supervisor")
    again = house.sign_in("supervisor")
    for token in (guide, supervisor, again):
        assert house.get("/counters/1", token).status_code == 200
