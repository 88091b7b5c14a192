"""One tap: what was seen is applied for, the rule grants it, and the new licence is there."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event

from app.core.db import db
from app.licences.kinds import parse_kinds
from app.licences.rules import State
from app.licences.service import load_kinds
from app.renewals import confirming
from app.renewals.loading import load_plans
from app.renewals.queries import CHECKS
from app.renewals.records import change
from tests.crowd import rows
from tests.house import HALL, credit_code, refused
from tests.licences.conftest import sure
from tests.renewals.renewing import ADDRESS, ASK_BY, KINDS, food
from tests.stores import each_store_once


@each_store_once
def test_from_found_to_the_new_licence(every_shop):
    shop = every_shop
    seen = shop.open(shop.due())
    assert (seen["state"], seen["qualifies"], seen["days_left"]) == ("opened", "yes", 48)
    assert {one["answer"] for one in seen["why"]} == {"yes"}
    assert seen["application"]["new_term"] == {"begins": "2027-01-11", "ends": "2032-01-10"}
    done = shop.tap(seen).json
    assert done["state"] == "closed"
    assert done["decision"]["by"] == "rule"
    assert set(done["zeros"].values()) == {0}
    assert done["delivery"]["way"] == "electronic"
    old, new = shop.editions()
    assert (old.state, old.version, new.state, new.version) == (
        State.EXPIRED,
        "001",
        State.VALID,
        "002",
    )
    assert (new.number, new.data, new.holder_id) == (old.number, old.data, old.holder_id)
    assert (new.valid_from, new.valid_until) == (date(2026, 11, 23), date(2032, 1, 10))
    assert done["new_licence"]["id"] == new.id
    assert shop.happened(done["id"]) == [
        "found",
        "opened",
        "confirmed",
        "decided",
        "issued",
        "handed_over",
        "closed",
    ]


def test_who_taps_again_or_repeats_the_request_gets_the_same(shop):
    seen = shop.open(shop.due())
    path, token, body = shop.tapping(seen)
    first, again, repeated = (shop.house.post(path, token, body, key) for key in ("k", "", "k"))
    assert first.json == repeated.json
    assert again.json["new_licence"] == first.json["new_licence"]
    assert len(shop.editions()) == 2
    assert shop.open(seen["id"])["state"] == "closed"


def test_the_paper_is_the_one_that_was_seen(shop):
    seen = shop.open(shop.due())
    paper = shop.owner.get(f"/renewals/{seen['id']}/application")
    assert paper.mimetype == "application/pdf"
    assert hashlib.sha256(paper.data).hexdigest() == seen["application"]["sha256"]
    assert shop.open(seen["id"])["application"]["sha256"] == seen["application"]["sha256"]
    shop.tap(seen)
    row = shop.row(seen["id"])
    assert row.consent["text_version"]
    assert row.confirmed_at == shop.house.clock.now()
    again = shop.owner.get(f"/renewals/{seen['id']}/application")
    assert again.data == paper.data


def test_an_application_that_changed_is_shown_again(shop):
    seen = shop.open(shop.due())
    code = seen["application"]["verify_code"].replace("-", "")
    shop.became(data={"premises_address": "清河路 2 号", "area": "40.5"})
    refused(shop.tap(seen), 409, "application_changed")
    now = shop.open(seen["id"])
    assert now["revision"] == seen["revision"] + 1
    assert now["application"]["sha256"] != seen["application"]["sha256"]
    old = shop.house.get(f"/verifications/{code}").json["document"]
    assert old["state"] == "superseded"
    refused(shop.tap(seen), 409, "application_changed")
    assert shop.tap(now).json["state"] == "closed"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"consent": False}, "consent_missing"),
        ({"way": "cabinet"}, "way_not_offered"),
        ({"way": "courier"}, "address_missing"),
        (
            {"way": "courier", "address": {**ADDRESS, "region": "海南省三沙市"}},
            "address_not_served",
        ),
        *(({"way": "courier", "address": {**ADDRESS, part: "  "}}, "invalid") for part in ADDRESS),
        ({"way": "courier", "address": {**ADDRESS, "phone": "13812341234 家里"}}, "invalid"),
    ],
)
def test_what_is_lacking_is_said_and_nothing_is_done(shop, more, code):
    seen = shop.open(shop.due())
    refused(shop.tap(seen, **more), 422, code)
    assert shop.row(seen["id"]).state == "opened"
    assert len(shop.editions()) == 1


def test_what_another_tab_reopens_is_not_confirmed_unasked(shop, monkeypatch):
    shop.person_decides()
    seen = shop.tapped()
    shop.owner.post(f"/me/renewals/{seen['id']}/decline", {})
    prepare = confirming.prepare

    def then_reopened(*given):
        prepared = prepare(*given)
        shop.open(seen["id"])
        return prepared

    monkeypatch.setattr(confirming, "prepare", then_reopened)
    answer = shop.tap(seen, consent=False, way="cabinet")
    refused(answer, 409, "application_changed")
    assert shop.row(seen["id"]).state == "opened"


def test_by_courier_nothing_is_typed_where_the_library_knows_the_address(shop):
    seen = shop.open(shop.due())
    prefilled = seen["address"]
    assert (prefilled["region"], prefilled["street"]) == (ADDRESS["region"], ADDRESS["street"])
    typed = {part: f" {text} " for part, text in prefilled.items()} | {"street": "清河路 9 号"}
    done = shop.tap(seen, way="courier", address=typed).json
    assert done["state"] == "issued"
    assert done["zeros"]["fields_typed"] == 1
    assert done["delivery"]["way"] == "courier"


# Whose it is, and when


def test_nobody_else_sees_it_and_a_forged_link_leads_on(shop):
    id = shop.due()
    stranger = sure(shop.house, "wang")
    for who, which in ((stranger, id), (shop.owner, "0" * 32), (shop.house.citizen("x"), id)):
        problem = refused(who.get(f"/me/renewals/{which}"), 404, "renewal_not_found")
        assert "我的证照" in problem["detail"]
        refused(who.post(f"/me/renewals/{which}/open", {}), 404, "renewal_not_found")
    assert stranger.get("/me/renewals").json == []
    assert [one["id"] for one in shop.owner.get("/me/renewals").json] == [id]


def test_it_is_begun_within_its_window_only(shop):
    begin = f"/me/licences/{shop.licence}/renewal"
    first = shop.owner.post(begin, {})
    assert first.status_code == 201
    assert shop.owner.post(begin, {}).json["id"] == first.json["id"]
    shop.on("2026-12-12")
    problem = refused(shop.owner.post(begin, {}), 409, "renewal_too_late")
    assert (problem["hall"], problem["item"]) == (HALL, None), "not renewed by its item any more"
    shop.on("2026-10-11")
    problem = refused(shop.owner.post(begin, {}), 409, "renewal_too_early")
    assert problem["ask_from"] == "2026-10-12"


def test_what_is_not_published_is_not_begun(shop):
    with shop.house.app.app_context():
        plan = shop.plan()
    later = replace(plan, one_tap=replace(plan.one_tap, published_on=date(2026, 12, 1)))
    shop.house.within(lambda: load_plans([later], shop.act()))
    begin = f"/me/licences/{shop.licence}/renewal"
    refused(shop.owner.post(begin, {}), 409, "renewal_not_offered")
    shop.on("2026-12-01")
    assert shop.owner.post(begin, {}).status_code == 201


@pytest.mark.parametrize(("day", "answer"), [("2026-12-11", 200), ("2026-12-12", 409)])
def test_the_last_day_to_ask_is_a_day_to_ask(shop, day, answer):
    id = shop.due()
    shop.on("2026-12-11")
    seen = shop.open(id)
    shop.on(day, "23:59" if answer == 200 else "00:00")
    assert shop.tap(seen).status_code == answer
    assert shop.see(id)["qualifies"] == ("yes" if answer == 200 else "closed")


def test_a_licence_revoked_between_the_reminder_and_the_tap(shop):
    seen = shop.open(shop.due())
    shop.became(state="revoked")
    refused(shop.tap(seen), 409, "licence_ended")
    refused(shop.owner.post(f"/me/renewals/{seen['id']}/open", {}), 409, "licence_ended")
    assert shop.see(seen["id"])["licence"]["state_text"] == "已撤销"
    assert len(shop.editions()) == 1


def test_a_licence_that_changed_hands(shop):
    seen = shop.open(shop.due())
    now = shop.house.clock.now().isoformat()
    shop.library.put(food(credit_code(2), holder_name="新东家", as_of=now))
    refused(shop.tap(seen), 409, "holder_changed")
    assert shop.due() != seen["id"], "its new holder has a renewal of their own"
    told = shop.owner.get(f"/me/renewals/{seen['id']}")
    assert "新东家" not in told.get_data(as_text=True)
    assert len(shop.editions()) == 1


def test_an_agent_stands_in_the_application_and_its_holder_sees_what_was_used(shop):
    agent = sure(shop.house, "wang")
    given = {"id_number": agent.id_number, "name": "李小明", "until": "2026-12-01"}
    (firm,) = (one for one in shop.owner.get("/me/holders").json if one["kind"] == "firm")
    shop.owner.post("/me/authorisations", {**given, "holder": firm["id"]})
    own, shop.owner = shop.owner, agent
    done = shop.tapped()
    assert shop.row(done["id"]).ground == "authorised"
    uses = own.get(f"/me/licences/{shop.licence}/uses").json
    assert {one["purpose"] for one in uses} == {"代办证照延续"}
    shop.owner = own
    assert shop.open(done["id"])["new_licence"] == done["new_licence"]


def test_its_window_is_counted_again_until_it_is_asked_for(shop):
    """A holiday is moved, or a kind's rule changed, and the message and the door say one day."""
    id = shop.due()
    assert shop.row(id).ask_by == ASK_BY
    for until, ask_by in ((20, "2026-12-21"), (10, "2026-12-31")):
        (kind,) = parse_kinds(KINDS.replace("until: 30 days", f"until: {until} days"))
        shop.house.within(lambda kind=kind: load_kinds([kind], shop.act()))
        assert shop.due() == id
        assert shop.row(id).ask_by.isoformat() == ask_by
    assert shop.open(id)["ask_by"] == "2026-12-31"
    shop.tapped()
    shop.house.within(lambda: load_kinds(parse_kinds(KINDS), shop.act()))
    shop.due()
    assert shop.row(id).ask_by.isoformat() == "2026-12-31"


def test_who_looks_again_at_once_is_told_the_same(shop):
    """However often: the registers are asked once a minute."""
    id, rounds = shop.due(), []
    for _ in range(2):
        for _ in range(3):
            shop.open(id)
            shop.house.clock.advance(seconds=10)
        rounds.append(max(row.round for row in rows(shop.house, CHECKS)))
        shop.house.clock.advance(minutes=1)
    assert rounds == [1, 2]


def test_a_list_is_short_and_begins_with_what_is_to_be_done(shop):
    done = shop.tapped()["id"]
    shop.house.within(lambda: change(done, state="handed_over"))
    shop.licence = shop.library.put(food(shop.code, "701", valid_until="2027-01-20"))
    due = shop.due()
    with shop.house.app.app_context():
        engine = db.engine
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    lines = shop.owner.get("/me/renewals").json
    assert [line["id"] for line in lines] == [due, done]
    assert len(asked) < 40
    page = shop.see(due)
    assert lines[0] == {name: page[name] for name in lines[0]}
    assert "why" not in lines[0]
