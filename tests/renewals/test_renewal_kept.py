"""Who asked in time loses nothing by a register's mistake, a late decision or an objection."""

from __future__ import annotations

import pytest

from app.core.acts import Act, Actor
from app.licences.rules import State
from app.notices.queries import TABLE as NOTICES
from app.renewals import errors, service
from app.renewals.errors import AlreadyDecided
from app.renewals.finding import Overtaken
from app.renewals.queries import events_of
from app.renewals.rechecking import to_rule
from app.renewals.watch.watching import watch
from tests.crowd import rows
from tests.house import HALL, credit_code, refused
from tests.renewals.renewing import food

APPROVER = Actor("staff", "a1", hall=HALL)


def act(shop):
    return Act(shop.house.clock.now(), APPROVER)


def decided(shop, id, granted, reason=""):
    return shop.house.within(lambda: service.decide(id, granted, reason, act(shop)))


def answered(shop, id):
    return shop.house.within(lambda: service.answer_contest(id, "已更正", act(shop)))


def contest(shop, id):
    contested = shop.owner.post(f"/me/renewals/{id}/contest", {"words": "不对"})
    assert contested.status_code == 200, contested.get_data(as_text=True)


def watched(shop):
    with shop.house.app.app_context():
        while watch(shop.act()):
            pass


def notices(shop):
    found = [row for row in rows(shop.house, NOTICES) if row.kind == "renewal"]
    return sorted(found, key=lambda row: row.at)


def told(shop):
    return [row.text for row in notices(shop)]


def notes(shop, id, what):
    with shop.house.app.app_context():
        return [event.note for event in events_of(id) if event.what == what]


def waits(shop, id):
    row = shop.row(id)
    return row.needs_person, row.person_why


@pytest.fixture
def waiting(shop):
    """A renewal that a person has to decide; its id."""
    shop.person_decides()
    return shop.tapped()["id"]


# What a register says meanwhile


def test_who_waits_for_a_register_may_ask_and_a_person_grants(shop):
    shop.became(state="other")
    begun = shop.owner.post(f"/me/licences/{shop.licence}/renewal", {})
    seen = shop.open(begun.json["id"])
    assert seen["qualifies"] == "person"
    assert shop.tap(seen).json["state"] == "confirmed"
    decided(shop, seen["id"], True)
    assert [one.state for one in shop.editions()] == [State.EXPIRED, State.VALID]


def test_silence_grants_though_a_register_is_not_sure(shop, waiting):
    shop.became(state="other")
    shop.on("2027-01-11")
    shop.sweep()
    assert shop.see(waiting)["decision"]["by"] == "law"
    assert [one.state for one in shop.editions()] == [State.EXPIRED, State.VALID]


def test_what_is_overtaken_is_told_and_what_is_taken_back_goes_on(shop, waiting):
    shop.on("2026-12-05")
    shop.became(state="revoked")
    watched(shop)
    assert (shop.row(waiting).state, *waits(shop, waiting)) == ("overtaken", False, "plan")
    [ended] = told(shop)
    assert "延续申请已终止" in ended
    shop.on("2026-12-14")  # too late to ask again
    shop.became(state="valid")
    watched(shop)
    assert (shop.row(waiting).state, *waits(shop, waiting)) == ("confirmed", True, "taken_back")
    assert "已恢复" in told(shop)[-1]
    assert shop.happened(waiting)[-2:] == ["overtaken", "taken_back"]
    assert shop.open(waiting)["state"] == "confirmed"
    watched(shop)
    assert len(told(shop)) == 2
    decided(shop, waiting, True)
    assert len(shop.editions()) == 2


def test_what_was_withdrawn_is_not_brought_back(shop, waiting):
    shop.owner.post(f"/me/renewals/{waiting}/decline", {})
    shop.became(state="revoked")
    watched(shop)
    shop.house.clock.advance(minutes=1)
    shop.became(state="valid")
    watched(shop)
    assert shop.row(waiting).state == "reminded"
    assert told(shop) == []


def test_what_changed_hands_is_told_to_who_asked(shop, waiting):
    now = shop.house.clock.now().isoformat()
    shop.library.put(food(credit_code(2), holder_name="新东家", as_of=now))
    watched(shop)
    [ended] = told(shop)
    assert "持证人已变更" in ended


def test_the_sweep_ends_the_one_renewal_and_says_why(shop, waiting):
    shop.became(valid_until="2027-02-10")
    newer = shop.due()
    shop.on("2027-01-11")
    shop.sweep()
    assert shop.row(waiting).state == "overtaken"
    assert shop.row(newer).state == "found"
    assert notes(shop, waiting, "overtaken") == [{"why": Overtaken.RENEWED}]


# After the last day


def test_nobody_refuses_what_the_law_has_granted(shop, waiting):
    shop.on("2027-01-11", "00:00")
    for granted in (True, False):
        with pytest.raises(AlreadyDecided, match="视为准予"):
            decided(shop, waiting, granted, "不准")
    with pytest.raises(AlreadyDecided, match="视为准予"):
        shop.house.within(lambda: service.ask_for(waiting, "请补", [], False, act(shop)))
    refused(shop.owner.post(f"/me/renewals/{waiting}/decline", {}), 409, "renewal_decided")
    shop.sweep()
    assert shop.see(waiting)["decision"]["by"] == "law"


# Objections


def test_an_objection_made_before_the_tap_is_answered_after_it(shop):
    seen = shop.open(shop.due())
    contest(shop, seen["id"])
    assert shop.tap(seen).json["state"] == "handed_over"
    assert waits(shop, seen["id"]) == (True, "contest")
    answered(shop, seen["id"])
    assert waits(shop, seen["id"])[0] is False
    assert shop.row(seen["id"]).state == "closed"


def test_an_objection_outlives_what_the_law_grants(shop, waiting):
    contest(shop, waiting)
    shop.on("2027-01-11")
    shop.sweep()
    assert (shop.row(waiting).state, *waits(shop, waiting)) == ("handed_over", True, "contest")


@pytest.mark.parametrize("ends", ["declined", "overtaken"])
def test_an_objection_outlives_its_application(shop, waiting, ends):
    contest(shop, waiting)
    if ends == "declined":
        shop.owner.post(f"/me/renewals/{waiting}/decline", {})
    else:
        shop.became(state="revoked")
        watched(shop)
    assert (shop.row(waiting).state, *waits(shop, waiting)) == (ends, True, "contest")
    answered(shop, waiting)
    assert waits(shop, waiting)[0] is False


def test_who_decides_has_answered_the_objection(shop, waiting):
    contest(shop, waiting)
    decided(shop, waiting, True)
    assert (shop.row(waiting).state, shop.row(waiting).needs_person) == ("closed", False)


def test_nothing_goes_back_to_the_rule_over_an_objection(shop):
    shop.house.records[shop.code] = {"no_penalty": False, "reference": "x"}
    seen = shop.open(shop.due())
    contest(shop, seen["id"])
    shop.tap(seen)
    with pytest.raises(errors.AlreadyDecided):
        shop.house.within(lambda: to_rule(seen["id"], act(shop)))
    assert waits(shop, seen["id"])[0]


def test_who_objects_before_asking_hears_the_answer(shop):
    id = shop.open(shop.due())["id"]
    contest(shop, id)
    answered(shop, id)
    [notice] = shop.owner.get("/me/notices").json
    assert "异议已有答复" in notice["text"]


def test_an_objection_that_is_answered_does_not_keep_the_rule_from_it(shop):
    shop.house.records[shop.code] = {"away": True}
    seen = shop.open(shop.due())
    contest(shop, seen["id"])
    shop.tap(seen)
    answered(shop, seen["id"])
    assert waits(shop, seen["id"])[0] is False
    del shop.house.records[shop.code]
    shop.house.clock.advance(minutes=1)
    shop.sweep()
    assert shop.see(seen["id"])["decision"]["by"] == "rule"
