"""The whole life of a submission, on a phone and at the counter."""

import pytest

from tests.house import HALL, KIOSK_TOKEN, credit_code, refused
from tests.submissions.library import (
    begin,
    bring,
    business,
    called,
    card,
    desk,
    licence,
    ok,
    opened,
    permit,
    save,
    submit,
    submitted,
    sure,
)


@pytest.fixture
def hall(shared_hall):
    return shared_hall


@pytest.fixture
def li(hall, request):
    return sure(hall, request.node.name[:40])


def test_a_form_opens_filled_each_value_with_where_it_came_from(hall, li):
    [permit_id, _] = bring(
        hall,
        permit(li.id_number),
        licence("id-card", li.id_number, data={"address": "桂林市叠彩区 3 号"}),
    )
    form = begin(li)
    assert form["state"] == "draft"
    assert form["form"] == {"code": "permit-form", "version": 1, "name": "居住证签注申请表"}
    assert form["values"] == {
        "name": "李小明",
        "id_number": li.id_number,
        "phone": li.phone,
        "address": "南宁市青秀区云景路 8 号",
        "since": "2024-05-06",
        "area": 61.5,
    }
    address = form["fields"]["address"]
    assert address["source"] == {
        "kind": "licence",
        "text": "居住证（2026-05-06 签发）",
        "licence": permit_id,
        "on": "2026-05-06",
    }
    assert (address["confidence"], address["editable"], address["masked"]) == (
        "verified",
        True,
        False,
    )
    [other] = address["others"]
    assert (other["value"], other["source"]["text"]) == (
        "桂林市叠彩区 3 号",
        "居民身份证（2026-05-06 签发）",
    )
    assert form["fields"]["area"]["text"] == "61.5 平方米"
    assert form["fields"]["name"]["editable"] is False
    assert "landlord" not in form["visible"]
    assert form["problems"] == []
    assert {each["code"]: each["state"] for each in form["materials"]} == {
        "permit-copy": "licence",
        "photo": "bring",
    }


def test_what_another_source_says_may_be_taken(hall, li):
    card_address = {"address": "桂林市叠彩区 3 号"}
    bring(hall, permit(li.id_number), licence("id-card", li.id_number, data=card_address))
    taken = save(li, begin(li), address="桂林市叠彩区 3 号")["fields"]["address"]
    assert taken["source"]["text"] == "居民身份证（2026-05-06 签发）"
    assert [each["value"] for each in taken["others"]] == ["南宁市青秀区云景路 8 号"]
    assert taken["changed"] is True
    own = save(li, begin(li), address="北海市 1 号")["fields"]["address"]
    assert (own["source"], own["confidence"], len(own["others"])) == (None, "declared", 2)


def test_saving_and_submitting(hall, li):
    bring(hall, permit(li.id_number))
    form = begin(li)
    path = f"/submissions/{form['id']}"
    saved = save(li, form, renting=True, landlord=" 王五 ", phone="13800001234")
    assert saved["revision"] == form["revision"] + 1
    assert saved["values"]["landlord"] == "王五"
    assert "landlord" in saved["visible"]
    assert {each["code"]: each["can_promise"] for each in saved["materials"]}["lease"] is True
    hidden = save(li, saved, renting=False)
    assert hidden["values"]["landlord"] == "王五"
    again = save(li, hidden, renting=True)
    done = submit(li, again, "lease")
    assert done["state"] == "submitted"
    assert {each["code"]: each["state"] for each in done["materials"]}["lease"] == "promise"
    assert done["document"]["url"] == f"/api/v1{path}/document"
    body = {"revision": done["revision"], "promises": []}
    refused(li.post(f"{path}/submit", body), 409, "not_a_draft")
    refused(
        li.put(f"{path}/values", {"values": {"job": "木工"}, "revision": done["revision"]}),
        409,
        "not_a_draft",
    )
    assert [each["id"] for each in li.get("/me/submissions").json] == [form["id"]]


def test_what_is_wrong_is_said_at_its_field(hall, li):
    form = save(li, begin(li), phone="12", renting=True)
    body = {"revision": form["revision"], "promises": []}
    problem = refused(li.post(f"/submissions/{form['id']}/submit", body), 422, "fields_wrong")
    assert set(problem["errors"]) == {"address", "phone", "landlord"}
    path = f"/submissions/{form['id']}/values"
    sent = {"revision": form["revision"]}
    refused(li.put(path, {**sent, "values": {"nothing": 1}}), 422, "unknown_field")
    fixed = refused(li.put(path, {**sent, "values": {"name": "别人"}}), 422, "field_fixed")
    assert fixed["field"] == "name"
    same = save(li, form, name="李小明", address="路", phone="13800001234", landlord="王")
    body = {"revision": same["revision"], "promises": ["photo"]}
    submit_path = f"/submissions/{form['id']}/submit"
    refused(li.post(submit_path, body), 422, "nothing_to_promise")
    refused(li.post(submit_path, {**body, "promises": ["x"]}), 422, "unknown_material")


def test_what_is_hidden_is_not_submitted(hall, li):
    form = save(
        li, begin(li), phone="13800001234", address="路 1 号", renting=True, landlord="王五"
    )
    done = submit(li, save(li, form, renting=False))
    assert "landlord" not in done["values"]


def test_an_open_draft_is_given_again_and_what_was_not_touched_is_filled_anew(hall, li):
    form = save(li, begin(li), area=3.25, job="木工")
    bring(hall, permit(li.id_number))
    again = begin(li)
    assert (again["id"], again["code"]) == (form["id"], form["code"])
    assert again["values"]["address"] == "南宁市青秀区云景路 8 号"
    assert (again["values"]["area"], again["values"]["job"]) == (3.25, "木工")
    assert again["fields"]["area"]["others"][0]["value"] == 61.5
    emptied = save(li, again, address=None)
    assert "address" not in begin(li)["values"]
    assert emptied["fields"]["address"]["changed"] is True


def test_the_counter_has_it_when_the_number_is_called(hall, li):
    [permit_id] = bring(hall, permit(li.id_number))
    done = submitted(li, renting=True, landlord="王五")
    taken = hall.take("id-card", id_number=li.id_number)
    clerk, ticket = called(hall, taken), taken["id"]
    uses = len(li.get(f"/me/licences/{permit_id}").json["uses"])
    file = ok(hall.get(f"/tickets/{ticket}/file", clerk.token))
    assert file["person"] == {"name": "李*明"}
    [brief] = file["submissions"]
    assert (brief["code"], brief["problems"], brief["changed"]) == (done["code"], 0, 0)
    assert [each["kind_name"] for each in file["licences"]] == ["居住证"]
    assert [each["code"] for each in file["materials"]] == ["permit-copy", "lease", "photo"]
    text = hall.get(f"/tickets/{ticket}/file", clerk.token).get_data(as_text=True)
    assert not any(secret in text for secret in (li.id_number, "云景路", "13800001234"))
    assert len(li.get(f"/me/licences/{permit_id}").json["uses"]) == uses
    whole = opened(clerk, ticket)
    [submission] = whole["submissions"]
    assert submission["values"]["id_number"] == li.id_number
    assert [group["title"] for group in submission["groups"]] == ["本人", "住所"]
    assert whole["licences"][0]["fields"][0]["text"] == "南宁市青秀区云景路 8 号"
    latest = li.get(f"/me/licences/{permit_id}").json["uses"][0]
    assert (latest["hall"], latest["purpose"]) == (HALL, "办理“身份证”")
    deeds = ok(hall.get("/staff/file-deeds", hall.sign_in("supervisor")))
    assert (deeds[0]["by"], deeds[0]["deed"]) == ("clerk1", "file_opened")
    assert deeds[0]["subject"] == taken["number"]
    assert li.get(f"/submissions/{done['id']}").json["ticket"]["id"] == ticket


def test_corrections_keep_what_was_there(hall, li):
    done = submitted(li, address="旧路 1 号", renting=True, landlord="王五")
    taken = hall.take("id-card", id_number=li.id_number)
    clerk, ticket = called(hall, taken), taken["id"]
    body = {"ticket": ticket, "revision": done["revision"]}
    path = f"/submissions/{done['id']}/corrections"
    corrected = ok(
        hall.post(
            path, clerk.token, {**body, "changes": {"address": "新路 2 号", "renting": False}}
        )
    )
    assert {each["field"]: (each["before"], each["after"]) for each in corrected["changes"]} == {
        "address": ("旧路 1 号", "新路 2 号"),
        "renting": (True, False),
        "landlord": ("王五", None),
    }
    assert {each["counter"] for each in corrected["changes"]} == {"1"}
    assert {each["by"] for each in corrected["changes"]} == {"clerk1"}
    refused(hall.post(path, clerk.token, {**body, "changes": {}}), 422, "invalid")
    stale = refused(
        hall.post(path, clerk.token, {**body, "changes": {"job": "木工"}}), 409, "revision_stale"
    )
    assert stale["revision"] == corrected["revision"]
    body["revision"] = corrected["revision"]
    wrong = hall.post(path, clerk.token, {**body, "changes": {"phone": "1"}})
    assert set(refused(wrong, 422, "fields_wrong")["errors"]) == {"phone"}
    seen = li.get(f"/submissions/{done['id']}").json
    assert seen["values"]["address"] == "新路 2 号"
    assert ok(hall.get(f"/tickets/{ticket}/file", clerk.token))["submissions"][0]["changed"] == 3


def test_a_paper_that_was_seen_need_not_be_brought_again(hall, li):
    done = submitted(li, address="路 1 号", renting=True, landlord="王五")
    taken = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, taken)
    body = {"ticket": taken["id"], "code": "lease", "state": "seen"}
    path = f"/submissions/{done['id']}/materials"
    marked = ok(hall.post(path, clerk.token, body))
    assert {each["code"]: each["mark"] for each in marked["materials"]}["lease"] == "seen"
    refused(hall.post(path, clerk.token, {**body, "code": "x"}), 422, "unknown_material")
    clerk.handle(taken, "finish")
    kept = li.get("/me/archive").json["materials"]
    assert [(each["code"], each["seen_on"], each["reusable_until"]) for each in kept] == [
        ("lease", "2026-11-23", "2027-11-23")
    ]

    def lease():
        form = begin(li)
        assert form["values"]["landlord"] == "王五"
        [state] = [
            each["state"]
            for each in save(li, form, renting=True)["materials"]
            if each["code"] == "lease"
        ]
        return state

    assert lease() == "archive"


def test_what_is_missing_is_told_once_and_to_the_phone(hall, li):
    done = submitted(li, address="路 1 号")
    li.take_from_afar()
    taken = hall.check_in_by(id_number=li.id_number).json
    clerk = called(hall, taken)
    path = f"/tickets/{taken['id']}/gaps"
    refused(hall.post(path, clerk.token, {"note": "x"}), 422, "nothing_missing")
    body = {
        "submission": done["id"],
        "materials": [{"code": "photo", "note": "白底"}, {"name": "户口簿", "note": ""}],
        "fields": [{"field": "address", "note": "写到门牌"}],
        "note": "一次带齐",
    }
    told = ok(hall.post(path, clerk.token, body), 201)
    assert told["materials"] == [
        {"code": "photo", "name": "照片", "note": "白底"},
        {"code": None, "name": "户口簿", "note": ""},
    ]
    assert told["fields"] == [{"field": "address", "title": "现住址", "note": "写到门牌"}]
    refused(hall.post(path, clerk.token, body), 409, "gaps_told")
    assert li.get(f"/submissions/{done['id']}").json["gaps"] == told
    [notice] = [each for each in li.get("/me/notices").json if each["kind"] == "gaps"]
    assert notice["title"] == "缺项告知"
    assert notice["text"] == (
        "在测试大厅办理“身份证”，还有 3 项要补齐或更正：照片、户口簿、现住址。"
    )


def test_at_the_desk_a_card_and_a_number(hall, li):
    firm = credit_code(7)
    bring(hall, permit(li.id_number), business(firm, li.id_number))
    items = ok(hall.get("/kiosk/forms", KIOSK_TOKEN))
    assert [(each["code"], each["form_for"]) for each in items] == [
        ("id-card", "person"),
        ("passport", "firm"),
    ]
    people = ok(desk(hall, "holders", card(li)))
    assert [(each["kind"], each["name"], each["ground"]) for each in people] == [
        ("person", "李小明", "card"),
        ("firm", "云景豆腐店", "card"),
    ]
    body = {**card(li), "item": "passport", "holder": people[1]["person"]}
    form = ok(desk(hall, "submissions", body), 201)
    assert form["values"]["firm_name"] == "云景豆腐店"
    assert form["values"]["contact"] == "李小明"
    path = f"/submissions/{form['id']}"
    body = {"values": {"phone": "13800001234"}, "revision": form["revision"]}
    saved = ok(hall.request("PUT", f"{path}/values", KIOSK_TOKEN, body))
    body = {"revision": saved["revision"], "promises": []}
    number = ok(desk(hall, f"submissions/{form['id']}/number", body), 201)
    assert number["submission"] == {"id": form["id"], "code": form["code"]}
    assert number["token"] is not None
    clerk = called(hall, number)
    assert opened(clerk, number["id"])["submissions"][0]["id"] == form["id"]
    assert desk(hall, f"submissions/{form['id']}/close", {}).status_code == 204
    refused(hall.get(path, KIOSK_TOKEN), 404, "submission_not_found")


def test_at_the_desk_a_number_or_a_booking_of_today_is_used(hall, li):
    bring(hall, permit(li.id_number))

    def at_the_desk():
        body = {**card(li), "item": "id-card"}
        form = ok(desk(hall, "submissions", body), 201)
        values = {"values": {"phone": "13800001234"}, "revision": form["revision"]}
        path = f"/submissions/{form['id']}/values"
        saved = ok(hall.request("PUT", path, KIOSK_TOKEN, values))
        body = {"revision": saved["revision"], "promises": []}
        return ok(desk(hall, f"submissions/{form['id']}/number", body), 201)

    booking = li.book(hall.slot("09:30", date="2026-11-23"))
    first = at_the_desk()
    assert li.get(f"/appointments/{booking['id']}").json["ticket"]["id"] == first["id"]
    assert at_the_desk()["id"] == first["id"]
