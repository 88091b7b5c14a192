"""The audit as the auditor reads it, and nobody else."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest

from app.audit.verifying import Fault
from app.core.acts import Role
from app.core.auth import UNSAID, WATCHED, access_of
from app.office.audit_words import FAULT_WORDS, SHOWN, deed_words
from app.worker import run_worker
from tests.audit.trail import as_owner, seal
from tests.house import PASSWORD


@pytest.fixture(scope="module")
def house(shared_house):
    """A morning: somebody was called, a list was looked at, somebody was refused."""
    clerk = shared_house.clerk("1")
    shared_house.take()
    clerk.next()
    guide = shared_house.sign_in("guide")
    shared_house.get("/staff/appointments", guide)
    shared_house.post("/counters/1/call-next", guide)
    seal(shared_house)
    return shared_house


@pytest.fixture
def auditor(house):
    """Their browser."""
    return signed_in(house, "auditor")


def signed_in(house, username: str):
    browser = house.app.test_client()
    form = {"username": username, "password": PASSWORD, "then": "/office/"}
    answer = browser.post("/office/session", data={**form, "csrf_token": csrf(browser)})
    assert answer.status_code == 303, answer.text
    return browser


def csrf(browser, path: str = "/office/people") -> str:
    return re.search('name="csrf_token" value="([^"]+)"', browser.get(path).text)[1]


def rows(browser, **asked: str) -> list[str]:
    """Each row of the page, on a line."""
    return rows_of(browser.get("/office/audit", query_string=asked).text)


def rows_of(page: str) -> list[str]:
    found = re.findall(r"<tr(?: data-refused)?>(.*?)</tr>", page.split("<tbody>")[-1], re.S)
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", row)).split()) for row in found]


def test_the_auditor_begins_there_and_reads_what_was_done(auditor):
    assert auditor.get("/office/").location == "/office/audit"
    page = rows(auditor)
    assert any("guide 导办员 一天的预约 查阅：预约人信息" in row for row in page)
    assert any(re.search("clerk1 窗口人员 叫下一位.* A001 办成 127.0.0.1", row) for row in page)
    assert any("POST /api/v1/counters/<no>/call-next 1 拒绝 403 forbidden" in row for row in page)


@pytest.mark.parametrize(
    ("asked", "only"),
    [
        ({"result": "refused"}, "拒绝"),
        ({"result": "look"}, "查阅："),
        ({"subject": "A001"}, "A001"),
        ({"deed": "office_api.appointments"}, "一天的预约"),
    ],
)
def test_it_can_be_asked_for_what_matters(auditor, asked, only):
    found = rows(auditor, **asked)
    assert found
    assert all(only in row for row in found)


def test_whoever_mistyped_their_password_is_told_of_in_words(house, auditor):
    stranger = house.app.test_client()
    form = {"username": "clerk1", "password": "mistyped", "csrf_token": csrf(stranger)}
    assert stranger.post("/office/session", data=form).status_code == 401
    found = rows(auditor, result="refused")
    assert any(" 在办公页面登录 POST /office/session 拒绝 401" in row for row in found)


def test_long_lists_are_turned_over_and_still_ask_for_the_same(auditor, monkeypatch):
    (who,) = re.findall('value="(staff:[^"]+)"[^>]*>clerk1<', auditor.get("/office/audit").text)
    every = rows(auditor, who=who)
    monkeypatch.setattr("app.office.audit_pages.A_PAGE", 1)
    first = auditor.get(f"/office/audit?who={who}").text
    assert "上一页" not in first
    (on,) = re.findall('href="([?][^"]+)">下一页', first)
    second = auditor.get(f"/office/audit{unescape(on)}").text
    (back,) = re.findall('href="([?][^"]+)">‹ 上一页', second)
    assert rows_of(auditor.get(f"/office/audit{unescape(back)}").text) == rows_of(first)
    assert rows_of(first) + rows_of(second) == every[:2]


def test_another_day_has_nothing(auditor):
    assert rows(auditor, **{"from": "2026-11-20", "to": "2026-11-21"}) == []


def test_it_is_read_in_english_too(auditor):
    page = auditor.get("/office/audit?lang=en").text.partition("<main>")[2]
    assert "Who did what" in page
    assert "call next" in page
    assert set(re.findall("[\u4e00-\u9fff]+", page)) == {"取号机"}


def test_it_can_be_taken_away_as_a_file(auditor):
    answer = auditor.get("/office/audit.csv?result=refused")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    head, *lines = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (head[3], head[9]) == ("谁", "结果")
    assert "403 forbidden" in {line[9] for line in lines}


def test_a_button_has_the_chain_verified_and_the_page_says_what_was_found(house, auditor):
    assert "还没有校验过" in auditor.get("/office/audit").text
    verify(house, auditor)
    assert "与封存时一致" in auditor.get("/office/audit").text
    as_owner(house, "UPDATE audit SET actor = 'staff:other' WHERE id = 2")
    verify(house, auditor)
    assert FAULT_WORDS[Fault.ROW_ALTERED] in auditor.get("/office/audit").text


def verify(house, auditor) -> None:
    asked = auditor.post("/office/audit/check", data={"csrf_token": csrf(auditor, "/office/audit")})
    assert asked.status_code == 303
    run_worker(house.app, burst=True)


def test_nobody_may_have_it_verified_from_elsewhere(auditor):
    assert auditor.post("/office/audit/check").status_code == 403


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.AUDITOR, Role.CLERK)])
def test_it_is_the_auditors_alone(house, role):
    other = signed_in(house, role)
    assert other.get("/office/audit").status_code == 403
    assert other.get("/office/audit.csv").status_code == 403
    assert "A001" not in other.get("/office/audit").text


def test_the_auditor_may_do_nothing_but_that(app):
    """Besides what everybody has: an account of their own, and the way out."""
    theirs = set()
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        may = access is not None and "staff" in access.kinds and "public" not in access.kinds
        if may and (not access.roles or Role.AUDITOR in access.roles):
            theirs.add(rule.rule)
    assert {rule for rule in theirs if not rule.startswith("/api/v1/staff/me")} == {
        "/api/v1/staff/session",
        "/office/audit.csv",
        "/office/audit/check",
    }


def test_whatever_may_be_written_down_has_words(app):
    """The others are pages that show nobody's data, and doors at which nobody at work is met."""
    nameless = set()
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            access = access_of(app.view_functions[rule.endpoint])
            assert "；" not in deed_words(rule.endpoint)
            if access is None or deed_words(rule.endpoint) != rule.endpoint:
                continue
            changes = "GET" not in rule.methods and access.kinds & WATCHED
            if access.signs_in or changes or access.shows not in (None, UNSAID):
                nameless.add(rule.endpoint)
    assert nameless == set()


def test_what_routes_show_has_words(app):
    said = {
        access.shows
        for view in app.view_functions.values()
        if (access := access_of(view)) is not None and access.shows not in (None, UNSAID)
    }
    assert said == SHOWN.keys()
