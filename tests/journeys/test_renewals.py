"""The demo's own people and plans: from the reminder to the new licence at the door, and what goes
wrong in between. Each time there is one way forward, and nothing is half issued. Each test has
people of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.core.db import db
from app.demo import HALL, put_library
from app.licences.queries import LICENCES
from app.licences.service import id_of
from app.notices.queries import TABLE as NOTICES
from app.renewals.public_records import HttpPublicRecords
from tests.house import Citizen, House, refused
from tests.renewals.demo import APPROVER, PEOPLE, Demo, prepared

NO_COURIER = "海南省三沙市西沙区"
CUT_OFF = b'HTTP/1.1 200 OK\r\nContent-Length: 17\r\nConnection: close\r\n\r\n{"answer": "maybe'


@pytest.fixture(scope="module")
def demo(shared_house: House) -> Demo:
    return prepared(shared_house)


def opened(phone: Citizen, renewal: str) -> dict[str, Any]:
    answer = phone.post(f"/me/renewals/{renewal}/open", {})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def seen(phone: Citizen, renewal: str) -> dict[str, Any]:
    return phone.get(f"/me/renewals/{renewal}").json


def tap(phone: Citizen, page: dict[str, Any], way: str = "electronic", **more: Any) -> Any:
    """The one tap on the application that was seen; the whole response."""
    sha256 = page["application"]["sha256"]
    body = {"revision": page["revision"], "sha256": sha256, "consent": True, "way": way, **more}
    return phone.post(f"/me/renewals/{page['id']}/confirm", body)


def editions_of(phone: Citizen, page: dict[str, Any]) -> list[str]:
    """The states of every licence of its kind that a renewal's holder has."""
    found = phone.get(f"/me/licences?holder={page['holder']['id']}").json
    return sorted(each["state"] for each in found if each["kind"] == page["kind"])


def test_from_the_message_to_the_new_licence_and_the_parcels_signature(demo):
    phone, renewal = demo.reminded("shen")
    page = opened(phone, renewal)
    assert page["qualifies"] == "yes"
    assert {each["answer"] for each in page["why"]} == {"yes"}
    paper = phone.get(f"/renewals/{renewal}/application")
    assert (paper.status_code, paper.data[:5]) == (200, b"%PDF-")

    got = tap(phone, page, "courier", address=page["address"]).json
    assert (got["state"], got["decision"]["by"]) == ("issued", "rule")
    assert got["new_licence"]["number"] == page["licence"]["number"]
    again = tap(phone, page, "courier", address=page["address"]).json
    assert again["new_licence"] == got["new_licence"]
    assert editions_of(phone, page) == ["expired", "valid"]

    staff = demo.house.sign_in(APPROVER)
    made = demo.house.post(f"/staff/deliveries/{got['delivery']['id']}/made", staff, {})
    assert made.status_code == 200
    for _ in range(30):
        demo.later(seconds=10)
    page = seen(phone, renewal)
    assert (page["state"], page["delivery"]["state"]) == ("closed", "handed_over")
    assert "签收" in page["delivery"]["parcel"]["events"][-1]["text"]
    assert set(page["zeros"].values()) == {0}

    demo.watches()
    told = [each["kind"] for each in phone.get("/me/notices").json]
    assert sorted(told) == ["collect", "expiring"]  # that it was granted stood before them


WHAT_IS_SAID = {
    "shen": ("yes", {}),
    "yao": ("yes", {}),
    "jiang": ("person", {"unchanged": "no"}),
    "meng": ("person", {"no_penalty": "no"}),
    "bai": ("person", {"no_site_check": "no"}),
    "ye": (
        "person",
        {"holder_active": "unknown", "not_dishonest": "unknown", "no_penalty": "unknown"},
    ),
}


@pytest.mark.parametrize("key", WHAT_IS_SAID)
def test_each_of_the_demos_people_shows_what_they_are_there_for(demo, key):
    phone, renewal = demo.reminded(key)
    phone.post(f"/me/renewals/{renewal}/open", {})
    page = seen(phone, renewal)
    doubts = {each["name"]: each["answer"] for each in page["why"] if each["answer"] != "yes"}
    assert (page["qualifies"], doubts) == WHAT_IS_SAID[key]


def test_who_is_too_late_is_told_what_can_still_be_done(demo):
    phone, renewal = demo.reminded("lei")
    told = refused(phone.post(f"/me/renewals/{renewal}/open", {}), 409, "renewal_too_late")
    assert (told["hall"], told["item"]) == (HALL, "sj-11")
    assert seen(phone, renewal)["ordinary_way"]["item"] == "sj-11"
    assert demo.phone("qiao").get("/me/notices").json == []
    [review] = demo.phone("jiangli").get("/me/notices").json
    assert review["link"]["page"] == "pages/licence/index"


def test_whoever_has_no_account_is_told_by_phone(demo):
    without = NOTICES.c.citizen_id.is_(None) & (NOTICES.c.kind == "expiring")
    with demo.house.app.app_context():
        told = db.session.execute(NOTICES.select().where(without)).all()
    firms = [each for each in PEOPLE.holders.values() if each.kind == "firm" and each.phone]
    assert len(told) == len(firms)


def test_what_is_revoked_before_the_tap_is_not_renewed(demo):
    phone = demo.phone("xu")
    [found] = phone.get("/me/renewals").json
    page = opened(phone, found["id"])
    demo.register_says(demo.record("dashan", "pesticide-licence"), state="revoked")
    refused(tap(phone, page), 409, "licence_ended")
    assert editions_of(phone, page) == ["revoked"]
    page = seen(phone, found["id"])
    assert (page["new_licence"], page["delivery"]) == (None, None)
    assert page["ordinary_way"]["item"] == "sp-14"


def test_who_represents_a_firm_no_longer_is_shown_nothing_and_the_next_goes_on(demo):
    phone, next_one = demo.phone("he"), PEOPLE.holders["jiangli"]
    [found] = phone.get("/me/renewals").json
    page = opened(phone, found["id"])
    before = demo.record("restaurant", "business-licence")
    names = {"representative_name": next_one.name, "representative_id_number": next_one.number}
    demo.register_says(before, data={**before.data, **names})
    refused(tap(phone, page), 404, "renewal_not_found")
    assert phone.get("/me/renewals").json == []
    successor = demo.phone("jiangli")
    assert tap(successor, opened(successor, found["id"])).json["new_licence"] is not None


def test_a_forged_link_tells_nothing_and_leads_on(demo):
    phone, renewal = demo.reminded("meng")
    for who, id in ((phone, "0" * 32), (demo.phone("jiang"), renewal)):
        told = refused(who.get(f"/me/renewals/{id}"), 404, "renewal_not_found")
        assert PEOPLE.holders["moxiang"].name not in str(told)
        refused(who.post(f"/me/renewals/{id}/open", {}), 404, "renewal_not_found")


def test_where_no_courier_goes_another_way_is_left(demo):
    phone, renewal = demo.reminded("bai")
    page = opened(phone, renewal)
    there = {**page["address"], "region": NO_COURIER}
    refused(tap(phone, page, "courier", address=there), 422, "address_not_served")
    assert seen(phone, renewal)["state"] == "opened"
    assert tap(phone, page, "counter").json["state"] == "confirmed"


def test_a_register_that_answers_nonsense_leads_to_a_person(demo, raw):
    phone, renewal = demo.reminded("hao")
    server, app = raw(lambda wire: wire.sendall(CUT_OFF)), demo.house.app
    before = app.extensions["parts"]
    nonsense = HttpPublicRecords(f"http://127.0.0.1:{server.port}/", "key")
    app.extensions["parts"] = replace(before, public_records=nonsense)
    try:
        assert tap(phone, opened(phone, renewal)).json["state"] == "confirmed"
        for minutes in (1, 5, 30):
            demo.later(minutes=minutes, seconds=5)
    finally:
        app.extensions["parts"] = before
    page = seen(phone, renewal)
    assert (page["state"], page["qualifies"], page["new_licence"]) == ("confirmed", "person", None)
    assert editions_of(phone, page) == ["valid"]

    approver = demo.house.sign_in(APPROVER)
    granted = {"granted": True, "reason": ""}
    answer = demo.house.post(f"/staff/renewals/{renewal}/decide", approver, granted)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    page = seen(phone, renewal)
    assert (page["decision"]["by"], bool(page["new_licence"])) == ("person", True)


def test_what_was_renewed_stays_so_however_often_the_demo_starts(house):
    demo = prepared(house)  # of its own: the library of another month is of no use to the others
    phone, renewal = demo.reminded("yao")
    tap(phone, opened(phone, renewal))
    today, before = demo.house.clock.at, editions(demo)
    assert [state for _, state, _ in before] == ["expired", "valid"]
    demo.house.clock.advance(days=40)  # in another month the dates of others have moved on
    demo.house.within(lambda: put_library(demo.act))
    demo.house.clock.at = today
    assert editions(demo) == before


def editions(demo: Demo) -> list[tuple[str, str, object]]:
    """Each edition of the licence that was renewed, as the library has it."""
    permit = demo.record("yao", "residence-permit")
    with demo.house.app.app_context():
        first = id_of(permit.identifier)
        either = (LICENCES.c.id == first) | (LICENCES.c.predecessor_id == first)
        rows = db.session.execute(LICENCES.select().where(either).order_by(LICENCES.c.version))
        return [(row.id, row.state, row.valid_until) for row in rows]
