"""The same request again: the same answer, and its effect once."""

import json
import re
import uuid
from hashlib import sha256

import pytest

from app.core.acts import LEADS, SYSTEM, Act, Role
from app.core.auth import access_of
from app.core.idempotency import TABLE, forget_old
from app.staff.service import put_device
from tests.crowd import rows
from tests.house import HALL, KIOSK_TOKEN, id_number, refused

ID_CARD = {"item": "id-card"}
JSON = "application/json"
CABINET_TOKEN = "the token of a cabinet"


def take(house, key, body=None, token=KIOSK_TOKEN):
    return house.post("/kiosk/tickets", token, body or ID_CARD, key)


def key():
    return uuid.uuid4().hex


def posts(app):
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "POST" in rule.methods and rule.rule.startswith("/api/") and access_of(view).needs_key:
            yield re.sub("<[^>]*>", "1", rule.rule.removeprefix("/api/v1")), access_of(view)


def test_every_post_needs_a_key_but_signing_in(shared_house):
    tokens = {
        "kiosk": KIOSK_TOKEN,
        "ticket": shared_house.take()["token"],
        "citizen": shared_house.citizen().token,
        "cabinet": CABINET_TOKEN,
    }
    act = Act(shared_house.clock.now(), SYSTEM)
    shared_house.within(lambda: put_device(CABINET_TOKEN, "cabinet", HALL, "文件柜", act))
    staff = {role: shared_house.sign_in(str(role)) for role in (*LEADS, Role.SECURITY)}
    paths = []
    for path, rule in posts(shared_house.app):
        found = [token for kind, token in tokens.items() if kind in rule.kinds]
        found += [token for role, token in staff.items() if role in (rule.roles or staff)]
        token = found[0]
        answer = shared_house.request("POST", path, token, {}, key=None)
        refused(answer, 400, "idempotency_key_missing")
        paths.append(path)
    assert len(paths) > 15
    assert {"/session", "/staff/session"}.isdisjoint(paths)


@pytest.mark.parametrize("unfit", ["k" * 256, "a\x7fb", "a\tb", "\x85"])
def test_keys_that_are_unfit(shared_house, unfit):
    refused(take(shared_house, unfit), 400, "idempotency_key_unfit")


@pytest.mark.parametrize("fit", ["k" * 255, "a b", "~", "é"])
def test_keys_that_are_fit(shared_house, fit):
    assert take(shared_house, fit).status_code == 201


def test_the_same_again_gives_the_same_and_no_second_number(shared_house):
    once = key()
    first, again = take(shared_house, once), take(shared_house, once)
    assert (again.status_code, again.json) == (201, first.json)
    following = shared_house.take()
    assert int(following["number"][1:]) == int(first.json["number"][1:]) + 1


def test_even_after_the_world_went_on(house):
    house.take()
    clerk, once = house.clerk(), key()
    called = clerk.next(once)
    clerk.handle(called["ticket"], "finish")
    assert clerk.next(once) == called
    assert clerk.see()["ticket"] is None


def test_nobody_waited_is_an_answer_too(house):
    clerk, once = house.clerk(), key()
    assert clerk.next(once) is None
    house.take()
    assert clerk.next(once) is None
    assert clerk.next()["ticket"]["number"] == "A001"


def test_another_body_under_the_same_key_is_refused(shared_house):
    once = key()
    take(shared_house, once)
    before = shared_house.waiting()
    refused(take(shared_house, once, {"item": "passport"}), 422, "idempotency_key_reused")
    assert shared_house.waiting() == before


def test_another_actor_or_another_path_is_another_request(shared_house):
    once = key()
    first = take(shared_house, once).json
    guides = take(shared_house, once, token=shared_house.sign_in("guide")).json
    assert guides["id"] != first["id"]
    assert shared_house.own(first, "leave", once).json["state"] == "left"
    assert shared_house.own(guides, "leave", once).json["state"] == "left"


def test_a_refusal_is_not_kept(house):
    ticket, clerk, once = house.take(), house.clerk(), key()
    refused(clerk.handle(ticket, "start", key=once), 409, "action_not_allowed")
    clerk.next()
    assert clerk.handle(ticket, "start", key=once).json["state"] == "serving"
    assert clerk.handle(ticket, "start", key=once).json["state"] == "serving"


def test_answers_are_kept_for_a_day(house):
    once = key()
    first = take(house, once).json
    house.clock.advance(hours=24)
    assert house.within(lambda: forget_old(house.clock.now())) == 0
    assert take(house, once).json == first
    house.clock.advance(seconds=1)
    assert house.within(lambda: forget_old(house.clock.now())) == 1
    assert take(house, once).json["id"] != first["id"]


def test_a_body_is_known_again_but_not_found_by_trying(house):
    """Whoever has the rows and a list of all ID numbers still does not know who was there."""
    body = json.dumps({"item": "id-card", "id_number": id_number()}).encode()
    once = key()

    def send(data):
        return house.request(
            "POST", "/kiosk/tickets", KIOSK_TOKEN, key=once, data=data, content_type=JSON
        )

    assert send(body).json == send(body).json
    refused(send(body + b" "), 422, "idempotency_key_reused")
    (kept,) = rows(house, TABLE)
    assert kept.body_hash != sha256(body).hexdigest()
