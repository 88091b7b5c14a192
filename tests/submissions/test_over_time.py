"""What becomes of a submission while forms, halls and days change; and two at the same moment."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.core.acts import SYSTEM, Act
from app.core.db import db
from app.forms import service as forms
from app.submissions import service
from app.submissions.jobs import forget_drafts_of
from app.submissions.queries import CHANGES, TABLE
from tests.bookings import together
from tests.house import HALL, KIOSK_TOKEN, open_house, refused
from tests.stores import each_store_once, on_postgresql
from tests.submissions.library import (
    PERMIT,
    PERMIT_FORM,
    begin,
    bring,
    called,
    card,
    desk,
    ok,
    opened,
    permit,
    publish,
    save,
    stock,
    submit,
    submitted,
    sure,
)


def test_a_draft_goes_on_with_the_version_it_was_begun_with(hall):
    li = sure(hall)
    draft = save(li, begin(li), address="路 1 号", phone="13800001234", job="木工")
    assert publish(hall, PERMIT_FORM.replace("职业, title_en: Job", "工种, title_en: Trade")) == 2
    again = begin(li)
    assert (again["id"], again["form"]["version"]) == (draft["id"], 1)
    assert submit(li, again)["form"]["version"] == 1
    later = begin(li)
    assert later["form"]["version"] == 2
    assert later["values"]["job"] == "木工"


def test_a_form_that_was_retired_is_finished_but_not_begun(hall):
    li, zhang = sure(hall), sure(hall, "zhang")
    draft = save(li, begin(li), address="路 1 号", phone="13800001234")
    hall.within(lambda: forms.retire(PERMIT, Act(hall.clock.now(), SYSTEM)))
    body = {"hall": HALL, "item": "id-card"}
    refused(zhang.post("/submissions", body), 404, "unknown_form")
    assert begin(li)["id"] == draft["id"]
    assert submit(li, begin(li))["state"] == "submitted"
    assert [each["code"] for each in hall.get("/kiosk/forms", KIOSK_TOKEN).json] == ["passport"]


def test_an_item_that_left_the_hall_takes_no_more_submissions(hall):
    li = sure(hall)
    draft = save(li, begin(li), address="路 1 号", phone="13800001234")
    refused(li.post("/submissions", {"hall": HALL, "item": "passport"}), 422, "wrong_subject")
    refused(li.post("/submissions", {"hall": HALL, "item": "pension"}), 404, "no_form_for_item")

    def leave(file):
        file["items"] = [item for item in file["items"] if item["code"] != "id-card"]

    hall.reload(leave)
    assert li.get(f"/submissions/{draft['id']}").json["item_name"] == "身份证"
    body = {"revision": draft["revision"], "promises": []}
    refused(li.post(f"/submissions/{draft['id']}/submit", body), 404, "unknown_item")


def test_a_submission_is_handed_in_once_and_found_for_sixty_days(hall):
    li = sure(hall)
    submitted(li, address="路 1 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    assert len(opened(clerk, ticket["id"])["submissions"]) == 1
    ok(clerk.handle(ticket, "finish"))
    hall.clock.advance(days=1)
    hall.forget_clerks()
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    assert opened(clerk, ticket["id"])["submissions"] == []
    ok(clerk.handle(ticket, "finish"))
    li = hall.citizen("li")
    submitted(li, address="路 2 号")
    for days, found in ((30, 1), (61, 0)):
        hall.clock.at = datetime(2026, 11, 24, 2, tzinfo=UTC)
        hall.clock.advance(days=days)
        hall.forget_clerks()
        ticket = hall.take("id-card", id_number=li.id_number)
        clerk = called(hall, ticket)
        file = ok(hall.get(f"/tickets/{ticket['id']}/file", clerk.token))
        assert len(file["submissions"]) == found


def test_it_cannot_be_taken_back_once_a_counter_has_it(hall):
    li = sure(hall)
    done = submitted(li, address="路 1 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    opened(clerk, ticket["id"])
    path = f"/submissions/{done['id']}/withdraw"
    refused(li.post(path, {}), 409, "with_counter")
    ok(clerk.handle(ticket, "pass"))
    assert ok(li.post(path, {}))["state"] == "withdrawn"
    assert ok(li.get(f"/submissions/{done['id']}"))["state"] == "withdrawn"
    refused(li.post(path, {}), 409, "not_a_draft")


def test_a_paper_that_was_seen_is_asked_for_again_after_its_months(hall):
    li = sure(hall)
    done = submitted(li, address="路 1 号", renting=True, landlord="王五")
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    body = {"ticket": ticket["id"], "code": "lease", "state": "seen"}
    ok(hall.post(f"/submissions/{done['id']}/materials", clerk.token, body))

    def lease():
        form = begin(hall.citizen("li"))
        materials = save(hall.citizen("li"), form, renting=True)["materials"]
        return {each["code"]: each["state"] for each in materials}["lease"]

    hall.clock.advance(days=364)
    assert lease() == "archive"
    hall.clock.advance(days=2)
    assert lease() == "bring"


def test_the_night_forgets_drafts_nobody_goes_on_with(hall):
    li = sure(hall)
    begin(li)
    ok(desk(hall, "submissions", {**card(li), "item": "id-card"}), 201)
    submitted(sure(hall, "zhang"), address="路 1 号")

    def after(**passed):
        now = hall.clock.advance(**passed)
        with hall.app.app_context():
            forget_drafts_of(HALL, now.isoformat())
            query = select(TABLE.c.state, TABLE.c.citizen_id.is_(None))
            return sorted(tuple(row) for row in db.session.execute(query))

    assert after(hours=25) == [("draft", False), ("submitted", False)]
    assert after(days=30) == [("submitted", False)]


def test_nothing_personal_lies_in_the_clear(hall):
    li = sure(hall)
    bring(hall, permit(li.id_number))
    done = submitted(li, job="木工")
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    body = {"ticket": ticket["id"], "revision": done["revision"], "changes": {"job": "瓦工"}}
    ok(hall.post(f"/submissions/{done['id']}/corrections", clerk.token, body))
    gaps = {"materials": [{"name": "x", "note": "木工证"}]}
    ok(hall.post(f"/tickets/{ticket['id']}/gaps", clerk.token, gaps), 201)
    secrets = [li.id_number, "李小明", "云景", "13800001234", "木工", "瓦工"]
    with hall.app.app_context():
        for table in db.metadata.tables.values():
            kept = repr(db.session.execute(select(table)).all()) + "".join(
                value.decode(errors="ignore")
                for row in db.session.execute(select(table))
                for value in row
                if isinstance(value, bytes)
            )
            assert not [secret for secret in secrets if secret in kept], table.name


# Two at once


@pytest.fixture
def each_hall(every_settings):
    house = stock(open_house(every_settings))
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


@each_store_once
def test_two_tabs_begin_one_draft(each_hall):
    li = sure(each_hall)
    body = {"hall": HALL, "item": "id-card"}
    answers = together([lambda: li.post("/submissions", body) for _ in range(4)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1


def saving(li, draft):
    """Two tabs that saw the same save at once."""
    path, revision = f"/submissions/{draft['id']}/values", draft["revision"]
    return [
        lambda name=name: li.put(path, {"values": {name: "x"}, "revision": revision})
        for name in ("address", "job")
    ]


@each_store_once
def test_of_two_tabs_that_save_what_they_saw_one_is_told_so(each_hall):
    li = sure(each_hall)
    draft = begin(li)
    answers = together(saving(li, draft))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [told] = [answer for answer in answers if answer.status_code == 409]
    assert refused(told, 409, "revision_stale")["revision"] == draft["revision"] + 1
    now = ok(li.get(f"/submissions/{draft['id']}"))["values"]
    assert len({"address", "job"} & now.keys()) == 1


@on_postgresql
def test_without_the_guard_one_of_them_is_lost(each_hall, monkeypatch):
    meet = threading.Barrier(2, timeout=30)

    def unguarded(row, revision):
        meet.wait()
        return TABLE.c.id == row.id

    monkeypatch.setattr(service, "as_seen", unguarded)
    li = sure(each_hall)
    draft = begin(li)
    assert [answer.status_code for answer in together(saving(li, draft))] == [200, 200]
    now = ok(li.get(f"/submissions/{draft['id']}"))["values"]
    assert len({"address", "job"} & now.keys()) == 1, "one was told it is saved, and is not"


@each_store_once
def test_of_two_submits_one_submits(each_hall):
    li = sure(each_hall)
    draft = save(li, begin(li), address="路 1 号", phone="13800001234")
    path = f"/submissions/{draft['id']}/submit"
    body = {"revision": draft["revision"], "promises": []}
    answers = together([lambda: li.post(path, body) for _ in range(2)])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    key = "a double tap"
    draft = save(li, begin(li), address="路 1 号", phone="13800001234")
    path = f"/submissions/{draft['id']}/submit"
    body = {"revision": draft["revision"], "promises": []}
    same = together([lambda: li.post(path, body, key) for _ in range(2)])
    assert {answer.status_code for answer in same} == {200}
    assert same[0].json == same[1].json


@each_store_once
def test_of_two_corrections_at_once_one_is_told_so(each_hall):
    li = sure(each_hall)
    done = submitted(li, address="路 1 号")
    ticket = each_hall.take("id-card", id_number=li.id_number)
    clerk = called(each_hall, ticket)
    path = f"/submissions/{done['id']}/corrections"
    body = {"ticket": ticket["id"], "revision": done["revision"]}
    answers = together(
        [
            lambda job=job: each_hall.post(path, clerk.token, {**body, "changes": {"job": job}})
            for job in ("木工", "瓦工")
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    with each_hall.app.app_context():
        assert db.session.execute(select(func.count()).select_from(CHANGES)).scalar_one() == 1
