"""What a counter reads and writes of a submission: logged, kept whole, and told to nobody else."""

from typing import Any

import pytest

from app.core.audit import TABLE as AUDIT
from app.documents import service as documents
from app.licences.shares import TABLE as SHARES
from app.submissions.at_counter import SHOWN
from app.submissions.papers import printable, printable_gaps
from tests.crowd import rows
from tests.house import KIOSK_TOKEN, House, refused
from tests.submissions.library import (
    bring,
    called,
    card,
    desk,
    licence,
    ok,
    opened,
    permit,
    submitted,
    sure,
)


@pytest.fixture
def hall(shared_hall):
    return shared_hall


@pytest.fixture
def li(hall, request):
    return sure(hall, request.node.name[:40])


def deeds(hall: House, ticket: dict[str, Any]) -> list[tuple[str, str]]:
    """What was noted of this number in words of its own."""
    noted = [row for row in rows(hall, AUDIT) if row.subject == ticket["number"]]
    return [(row.deed, row.actor) for row in noted if "." not in row.deed]


def mark(hall, clerk, submission, ticket, code="photo", state="seen"):
    body = {"ticket": ticket["id"], "code": code, "state": state}
    return ok(hall.post(f"/submissions/{submission['id']}/materials", clerk.token, body))


def correct(hall, clerk, submission, ticket, **changes):
    body = {"ticket": ticket["id"], "revision": submission["revision"], "changes": changes}
    return hall.post(f"/submissions/{submission['id']}/corrections", clerk.token, body)


def test_whoever_marks_a_paper_has_opened_the_file_once_a_call(hall, li):
    done = submitted(li, address="路 1 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    hall.clerk("2")
    marked = mark(hall, clerk, done, ticket)
    assert marked["values"]["id_number"] == li.id_number
    ok(correct(hall, clerk, marked, ticket, job="木匠"))
    assert [deed for deed, _ in deeds(hall, ticket)] == ["file_opened", "material_marked"]

    ok(clerk.handle(ticket, "transfer", {"counter": "2", "reason": "另一窗口办理"}))
    other = called(hall, ticket, "2")
    opened(other, ticket["id"])
    mark(hall, other, done, ticket)
    assert [deed for deed, _ in deeds(hall, ticket)][2:] == ["file_opened", "material_marked"]
    assert len({actor for _, actor in deeds(hall, ticket)}) == 2


def test_what_is_hidden_cannot_be_corrected(hall, li):
    done = submitted(li, address="路 1 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    wrong = refused(correct(hall, clerk, done, ticket, landlord="王五"), 422, "fields_wrong")
    assert wrong["errors"] == {"landlord": ["“房东”现在不需要填写，请先更正决定它的栏目。"]}
    both = ok(correct(hall, clerk, done, ticket, landlord="王五", renting=True))
    assert both["values"]["landlord"] == "王五"
    emptied = ok(correct(hall, clerk, both, ticket, landlord=None, renting=False))
    assert "landlord" not in emptied["values"]


def test_a_missing_paper_without_a_name_is_refused(hall, li):
    submitted(li, address="路 1 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    told = {"materials": [{"note": "缺"}]}
    wrong = refused(hall.post(f"/tickets/{ticket['id']}/gaps", clerk.token, told), 422, "invalid")
    assert wrong["errors"]["json"]["materials"]["0"] == {"name": ["须给出 code 或 name"]}


def declared_ticket(hall: House, li: Any, name: str) -> tuple[Any, dict[str, Any]]:
    """A number of somebody who merely says that they act for this person."""
    stranger = hall.citizen(name).identify("王五")
    person = stranger.add("李小明", id_number=li.id_number)["id"]
    booking = stranger.book(hall.slot("09:30", date="2026-11-23"), person=person)
    ticket = ok(stranger.appointment(booking, "check-in", {}), 201)
    return stranger, ticket


def test_who_merely_declares_somebody_is_not_told_what_they_filled_in(hall, li):
    done = submitted(li, address="路 1 号")
    stranger, ticket = declared_ticket(hall, li, "books-for-another")
    clerk = called(hall, ticket)
    told = {"submission": done["id"], "materials": [{"code": "photo"}]}
    ok(hall.post(f"/tickets/{ticket['id']}/gaps", clerk.token, told), 201)
    sheet = hall.within(lambda: printable_gaps(ticket["id"]))
    assert (sheet.person_name, sheet.submission_code, sheet.form_name) == ("", "", "")
    assert [each.name for each in sheet.materials] == ["照片"]
    [notice] = [each for each in stranger.get("/me/notices").json if each["kind"] == "gaps"]
    assert "李小明" not in notice["text"]


def test_a_number_of_whom_somebody_declares_takes_no_submission_from_theirs(hall, li):
    done = submitted(li, address="路 1 号")
    own = hall.take("id-card", id_number=li.id_number)
    opened(called(hall, own), own["id"])
    _, other = declared_ticket(hall, li, "takes-for-another")
    [seen] = opened(called(hall, other, "2"), other["id"])["submissions"]
    assert seen["id"] == done["id"]
    assert li.get(f"/submissions/{done['id']}").json["ticket"]["id"] == own["id"]


def test_a_number_of_the_desk_waits_before_its_paper_is_made(hall, li, monkeypatch):
    form = ok(desk(hall, "submissions", {**card(li), "item": "id-card"}), 201)
    path = f"/submissions/{form['id']}"
    values = {"phone": "13800001234", "address": "路 1 号"}
    body = {"values": values, "revision": form["revision"]}
    saved = ok(hall.request("PUT", f"{path}/values", KIOSK_TOKEN, body))
    waited, make = [], documents.document_of

    def made(*asked: Any) -> Any:
        waited.append([entry.ticket for entry in hall.sequence.snapshot().entries])
        return make(*asked)

    monkeypatch.setattr(documents, "document_of", made)
    body = {"revision": saved["revision"], "promises": []}
    number = ok(desk(hall, f"submissions/{form['id']}/number", body), 201)
    [then] = waited
    assert number["id"] in then


def test_an_identity_cannot_be_corrected(hall, li):
    """Whoever it is stays whom the card or the register said: another is another submission's."""
    done = submitted(li, address="路 1 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    [seen] = opened(clerk, ticket["id"])["submissions"]
    may = {
        each["field"]: each["correctable"] for group in seen["groups"] for each in group["fields"]
    }
    assert (may["id_number"], may["name"], may["address"]) == (False, False, True)
    wrong = refused(correct(hall, clerk, done, ticket, id_number=None), 422, "fields_wrong")
    assert wrong["errors"] == {
        "id_number": ["“身份证号码”来自已核实的身份，窗口不能更正；身份有误的，请办事人重新填报。"]
    }
    same = correct(hall, clerk, done, ticket, id_number=li.id_number, job="木匠")
    assert ok(same)["values"]["job"] == "木匠"


def test_the_paper_says_what_a_counter_corrected(hall, li):
    done = submitted(li, address="路 1 号")
    assert hall.within(lambda: printable(done["id"])).corrections == ()
    ticket = hall.take("id-card", id_number=li.id_number)
    clerk = called(hall, ticket)
    first = ok(correct(hall, clerk, done, ticket, job="木匠", address="路 2 号"))
    ok(correct(hall, clerk, first, ticket, job="瓦匠"))
    found = hall.within(lambda: printable(done["id"])).corrections
    assert [(each.title, each.counter) for each in found] == [("职业", "1"), ("现住址", "1")]


def test_what_is_called_is_with_the_counter_before_anybody_opens_it(hall, li):
    done = submitted(li, address="路 1 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    path = f"/submissions/{done['id']}"
    assert li.get(path).json["ticket"] is None
    clerk = called(hall, ticket)
    paper = f"{path}/document"
    refused(hall.get(paper, hall.clerk("2").token), 404, "submission_not_found")
    assert hall.get(paper, clerk.token).status_code == 200
    assert li.get(path).json["ticket"]["id"] == ticket["id"]
    [listed] = li.get("/me/submissions").json
    assert listed["ticket"]["id"] == ticket["id"]
    refused(li.post(f"{path}/withdraw", {}), 409, "with_counter")


def test_of_a_licence_that_only_fills_a_form_nothing_else_is_read(hall, li):
    bring(hall, licence("id-card", li.id_number, data={"address": "路 1 号", "nation": "汉族"}))
    bring(hall, permit(li.id_number))
    submitted(li, address="路 1 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    found = opened(called(hall, ticket), ticket["id"])["licences"]
    fields = {each["kind"]: [field["name"] for field in each["fields"]] for each in found}
    assert fields == {"id-card": ["address"], "permit": ["address", "since", "rooms"]}
    logged = [set(row.fields) for row in rows(hall, SHARES) if row.ticket_id == ticket["id"]]
    assert sorted(logged, key=len) == [{"address", *SHOWN}, {"address", "since", "rooms", *SHOWN}]


def test_of_two_submitted_forms_the_earlier_is_called_so(hall, li):
    first = submitted(li, address="路 1 号")
    hall.clock.advance(seconds=60)
    second = submitted(li, address="路 2 号")
    ticket = hall.take("id-card", id_number=li.id_number)
    found = opened(called(hall, ticket), ticket["id"])["submissions"]
    told = {each["id"]: each["superseded"] for each in found}
    assert told == {first["id"]: True, second["id"]: False}


def test_the_counter_learns_what_lay_under_a_mask_that_was_replaced(hall, li):
    bring(hall, permit(li.id_number))
    form = ok(desk(hall, "submissions", {**card(li, read=False), "item": "id-card"}), 201)
    path = f"/submissions/{form['id']}"
    values = {"phone": "13800001234", "address": "路 1 号"}
    body = {"values": values, "revision": form["revision"]}
    saved = ok(hall.request("PUT", f"{path}/values", KIOSK_TOKEN, body))
    assert saved["fields"]["address"]["others"] == []
    body = {"revision": saved["revision"], "promises": []}
    ticket = ok(desk(hall, f"submissions/{form['id']}/number", body), 201)
    [seen] = opened(called(hall, ticket), ticket["id"])["submissions"]
    [address] = [
        each for group in seen["groups"] for each in group["fields"] if each["field"] == "address"
    ]
    [other] = address["others"]
    assert other == {"text": "南宁市青秀区云景路 8 号", "source": "居住证（2026-05-06 签发）"}
