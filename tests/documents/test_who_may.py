"""Whoever may read a submission may have its paper, nobody else; it follows what it is made of."""

from __future__ import annotations

import hashlib
from typing import Any

import pypdfium2 as pdfium
import pytest

from app.core.audit import TABLE as AUDIT
from tests.crowd import rows
from tests.house import KIOSK_TOKEN, House, refused
from tests.submissions.library import (
    begin,
    called,
    card,
    desk,
    ok,
    opened,
    save,
    submit,
    submitted,
    sure,
)

HOME = {"address": "南宁市青秀区云景路 8 号"}


@pytest.fixture
def li(hall, request):
    return sure(hall, request.node.name[:40])


def paper_of(house: House, submission: dict[str, Any], token: str, path: str = "") -> bytes:
    answer = house.get(path or f"/submissions/{submission['id']}/document", token)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    pdf = answer.get_data()
    assert answer.get_etag() == (hashlib.sha256(pdf).hexdigest(), False)
    return pdf


def text_of(pdf: bytes) -> str:
    pages = pdfium.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in pages).replace(" ", "")


def verified(house: House, code: str) -> str:
    return house.get(f"/verifications/{code}").json["document"]["state"]


def test_it_is_there_once_something_is_submitted(hall, li):
    draft = begin(li)
    refused(li.get(f"/submissions/{draft['id']}/document"), 409, "not_submitted")
    done = submit(li, save(li, draft, phone="13800001234", job="磨刀𠮷", **HOME))
    told = li.get(f"/submissions/{done['id']}").json["document"]
    assert told["missing"] == "𠮷"
    pdf = paper_of(hall, done, li.token)
    assert told["sha256"] == hashlib.sha256(pdf).hexdigest()
    assert paper_of(hall, done, li.token, f"{told['url'][7:]}?lang=en") == pdf
    text = text_of(pdf)
    for said in (
        "居住证签注申请表",
        "李小明",
        li.id_number,
        "磨刀〔U+20BB7〕",
        "照片需携带",
        told["code"],
    ):
        assert said in text.replace("\r\n", "")
    assert verified(hall, told["code"]) == "current"


def test_a_correction_at_the_counter_makes_another(hall, li):
    done = submitted(li, **HOME)
    ticket = li.take_from_afar()
    hall.check_in(ticket)
    clerk = called(hall, ticket)
    opened(clerk, ticket["id"])
    before = paper_of(hall, done, li.token)
    old = li.get(f"/submissions/{done['id']}").json["document"]["code"]
    body = {"ticket": ticket["id"], "revision": done["revision"], "changes": {"job": "木匠"}}
    ok(hall.post(f"/submissions/{done['id']}/corrections", clerk.token, body))
    after = paper_of(hall, done, clerk.token)
    assert "木匠" in text_of(after)
    assert "木匠" not in text_of(before)
    new = li.get(f"/submissions/{done['id']}").json["document"]["code"]
    assert (verified(hall, old), verified(hall, new)) == ("superseded", "current")


def test_what_is_withdrawn_says_so(hall, li):
    done = submitted(li, **HOME)
    code = li.get(f"/submissions/{done['id']}").json["document"]["code"]
    ok(li.post(f"/submissions/{done['id']}/withdraw", {}))
    refused(li.get(f"/submissions/{done['id']}/document"), 409, "not_submitted")
    assert verified(hall, code) == "withdrawn"


def test_nobody_else_has_it(hall, li):
    done = submitted(li, **HOME)
    path = f"/submissions/{done['id']}/document"
    ticket = li.take_from_afar()
    hall.check_in(ticket)
    other = sure(hall, "another-of-these")
    strangers = {
        "another citizen": other.token,
        "the machine": KIOSK_TOKEN,
        "a guide": hall.sign_in("guide"),
        "a clerk whom nobody came to": hall.clerk("2").token,
    }
    for token in strangers.values():
        refused(hall.get(path, token), 404, "submission_not_found")
    refused(hall.get(path, ticket["token"]), 403, "forbidden")
    refused(hall.get(path), 401, "unauthenticated")
    clerk = called(hall, ticket)
    opened(clerk, ticket["id"])
    assert paper_of(hall, done, clerk.token) == paper_of(hall, done, li.token)
    logged = [
        row for row in rows(hall, AUDIT, deed="document_printed") if row.subject == done["code"]
    ]
    assert len(logged) == 1, "what its owner reads is nobody's business"
    refused(hall.get(path, hall.clerk("2").token), 404, "submission_not_found")


@pytest.mark.parametrize("read", [True, False])
def test_the_desk_prints_what_a_card_was_read_for(hall, li, read):
    body = {"item": "id-card", **card(li, read=read)}
    draft = ok(desk(hall, "submissions", body), 201)
    values = {"values": {"phone": "13800001234", **HOME}, "revision": draft["revision"]}
    path = f"/submissions/{draft['id']}"
    saved = ok(hall.request("PUT", f"{path}/values", KIOSK_TOKEN, values))
    ok(hall.post(f"{path}/submit", KIOSK_TOKEN, {"revision": saved["revision"], "promises": []}))
    if read:
        assert li.id_number in text_of(paper_of(hall, draft, KIOSK_TOKEN))
    else:
        refused(hall.get(f"{path}/document", KIOSK_TOKEN), 404, "submission_not_found")


def test_the_sheet_of_gaps_is_for_the_counter_and_whose_number_it_is(hall, li):
    done = submitted(li, **HOME)
    ticket = li.take_from_afar()
    hall.check_in(ticket)
    clerk = called(hall, ticket)
    path = f"/tickets/{ticket['id']}/gaps/document"
    refused(hall.get(path, clerk.token), 404, "submission_not_found")
    told = {"submission": done["id"], "materials": [{"code": "photo", "note": "白底"}]}
    told |= {"fields": [{"field": "job", "note": "请写明"}], "note": "备齐后直接来 1 号窗口"}
    ok(hall.post(f"/tickets/{ticket['id']}/gaps", clerk.token, told), 201)
    pdf = paper_of(hall, done, clerk.token, path)
    assert pdf == paper_of(hall, done, li.token, path)
    text = text_of(pdf).replace("\r\n", "")
    for said in (
        "一次性告知书",
        "李小明：",
        ticket["number"],
        "照片白底",
        "职业请写明",
        "备齐后直接来1号窗口",
    ):
        assert said in text
    for token in (sure(hall, "another-of-these").token, hall.clerk("2").token):
        refused(hall.get(path, token), 404, "ticket_not_found")
