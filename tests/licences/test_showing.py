"""A licence shown by a code, and checked by whoever is shown it: over HTTP, and on a page."""

from __future__ import annotations

import re

import pytest

from app.core.codes import LETTERS
from app.licences.jobs import forget_shows_of
from app.licences.shares import TABLE as SHARES
from app.licences.showing import LENGTH, TABLE
from tests.crowd import rows
from tests.house import credit_code, refused
from tests.licences.conftest import firm, record, sure


@pytest.fixture
def li(library):
    return sure(library.house, "li")


def show(who, id):
    answer = who.post(f"/me/licences/{id}/show", {})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.json


def test_a_code_is_good_for_two_minutes_and_shows_what_one_compares(house, library, li):
    shown = show(li, library.put(record(holder=li.id_number)))
    assert re.fullmatch(f"[{LETTERS}]{{{LENGTH}}}", shown["code"])
    assert shown["url"].endswith(f"/verify/{shown['code']}")
    typed = f"{shown['code'][:4]}-{shown['code'][4:]}".lower()
    for code in (shown["code"], typed):
        told = house.get(f"/verifications/{code}").json
        assert told["current"] is True
        seen = {name: told["licence"][name] for name in ("kind_name", "holder_name", "number")}
        assert seen == {"kind_name": "居住证", "holder_name": "李*明", "number": "清居******01"}
        assert (told["licence"]["valid"], told["licence"]["state_text"]) == (True, "有效")
    house.clock.advance(minutes=2)
    over = house.get(f"/verifications/{shown['code']}").json
    assert (over["current"], over["licence"]) == (False, None)


def test_a_code_that_nobody_made(shared_house):
    for code in ("ABCDEFGH", "0" * 300, "%20", "x/../y"):
        answer = shared_house.get(f"/verifications/{code}")
        assert answer.status_code == 404
    refused(shared_house.get("/verifications/ABCDEFGH"), 404, "verification_not_found")


def test_each_showing_has_a_code_of_its_own_and_no_code_is_kept(house, library, li):
    id = library.put(record(holder=li.id_number))
    codes = {show(li, id)["code"] for _ in range(5)}
    assert len(codes) == 5
    assert not any(code in str(row) for code in codes for row in rows(house, TABLE))


def test_what_is_no_longer_valid_says_so(house, library, li):
    over = library.put(
        record(holder=li.id_number, issued_on="2025-01-01", valid_until="2026-01-01")
    )
    withdrawn = library.put(firm(li.id_number, credit_code()))
    told = house.get(f"/verifications/{show(li, over)['code']}").json["licence"]
    assert (told["valid"], told["state"], told["state_text"]) == (False, "valid", "已过期")
    code = show(li, withdrawn)["code"]
    told = house.get(f"/verifications/{code}").json["licence"]
    assert (told["valid"], told["holder_name"]) == (True, "清河豆腐店")
    later = {"state": "07", "as_of": "2026-11-23T08:00:00+08:00"}
    library.put(firm(li.id_number, credit_code(), **later))
    told = house.get(f"/verifications/{code}").json["licence"]
    assert (told["valid"], told["state_text"]) == (False, "已吊销")


def test_the_holder_sees_that_it_was_shown_and_once_that_it_was_checked(house, library, li):
    id = library.put(record(holder=li.id_number))
    code = show(li, id)["code"]
    house.clock.advance(seconds=5)
    house.get(f"/verifications/{code}")
    house.app.test_client().get(f"/verify/{code}")
    uses = li.get(f"/me/licences/{id}/uses").json
    assert len(uses) == 1, "the preview of a link has checked nothing"
    for _ in range(3):
        house.clock.advance(seconds=5)
        told = house.post(f"/verifications/{code}/check")
        assert told.json == house.get(f"/verifications/{code}").json
    uses = li.get(f"/me/licences/{id}/uses").json
    assert [(use["who"], use["purpose"]) for use in uses] == [
        ("核验的人", "对方核验了出示的证照"),
        ("我", "出示给对方核验"),
    ]
    assert uses[0]["at"] == "2026-11-23T09:00:10.000+08:00"
    assert "Checked by whoever" in li.get(f"/me/licences/{id}/uses?lang=en").get_data(as_text=True)


def test_the_page_says_plainly_what_it_is(house, library, li):
    client = house.app.test_client()
    code = show(li, library.put(record(holder=li.id_number)))["code"]
    page = client.get(f"/verify/{code}")
    assert page.status_code == 200
    for words in ("有效", "居住证", "李*明", "清居******01", "2027年5月5日", "127.0.0.1"):
        assert words in page.text, words
    assert li.id_number not in page.text
    asked = client.get(f"/verify?code={code[:4]}%20{code[4:].lower()}")
    assert (asked.status_code, asked.location) == (303, f"/verify/{code}")
    house.clock.advance(minutes=2)
    over = client.get(f"/verify/{code}")
    assert "核验码已过期" in over.text
    assert "居住证" not in over.text
    unknown = client.get("/verify/<script>")
    assert unknown.status_code == 404
    assert "没有这个核验码" in unknown.text
    assert "<script>" not in unknown.text


def test_a_code_is_forgotten_a_day_later_and_its_use_is_not(house, library, li):
    id = library.put(record(holder=li.id_number))
    old = show(li, id)["code"]
    house.clock.advance(hours=25)
    new = show(li, id)["code"]
    with house.app.app_context():
        assert forget_shows_of("t", house.clock.now().isoformat()) == 1
    refused(house.get(f"/verifications/{old}"), 404, "verification_not_found")
    refused(house.post(f"/verifications/{old}/check"), 404, "verification_not_found")
    assert house.get(f"/verifications/{new}").json["current"] is True
    assert len(rows(house, SHARES)) == 2


def test_nobody_guesses_at_leisure(house):
    answers = [house.get(f"/verifications/{n:08}").status_code for n in range(61)]
    assert (answers[0], answers[-1]) == (404, 429)
