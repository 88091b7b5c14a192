"""What the features say, in English where it was asked for; what is kept stays Chinese."""

from __future__ import annotations

import re
import uuid

import pytest

from app.core import language
from app.core.problems import WORDS
from tests.guards.test_errors import ERRORS
from tests.house import HALL, KIOSK_TOKEN
from tests.ratings.visits import finished, rate

CHINESE = re.compile("[\u4e00-\u9fff]")
CODES = {error.code for error in ERRORS} | {code for code, _ in WORDS.values()} | {"csrf"}


def in_english(house, method, path, token=None, body=None):
    """One request of a browser whose reader chose English."""
    headers = {"Cookie": f"{language.COOKIE}=en", "Idempotency-Key": uuid.uuid4().hex}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    browser = house.app.test_client(use_cookies=False)
    return browser.open(f"/api/v1{path}", method=method, headers=headers, json=body)


def test_every_error_has_its_english_by_code(app):
    with app.test_request_context("/?lang=en"):
        language.choose()
        said = {code: language.pgettext("error", code) for code in CODES}
    assert [code for code, words in said.items() if not words] == []
    assert [words for words in said.values() if CHINESE.search(words) or words[-1] != "."] == []


def test_a_problem_is_told_in_the_language_asked_for(shared_house):
    visit = finished(shared_house)
    rate(shared_house, visit, "satisfied")
    path, body = f"/tickets/{visit['id']}/rating", {"grade": "satisfied"}
    told = in_english(shared_house, "POST", path, visit["token"], body).json
    assert (told["code"], told["grade"]) == ("already_rated", "satisfied")
    assert told["detail"] == "This visit has already been rated. A visit is rated once."
    assert told["title"] == "Cannot be done"
    chinese = shared_house.post(path, visit["token"], body).json
    assert "“满意”" in chinese["detail"]


def test_a_call_made_in_one_language_is_read_in_the_other(house):
    for priority in (None, "elderly"):
        house.take(priority=priority)
    clerk = house.clerk("1")
    called = in_english(house, "POST", "/counters/1/call-next", clerk.token).json
    english = "Priority by law; due at 09:05:00, the earliest in this counter's own lanes; "
    assert called["why"]["text"] == f"{english}others this counter could call: 1"
    assert called["why"]["place"] == "Priority by law"
    chinese = "依法优先；应叫时间 09:05:00 在首选队列中最早；本窗口另有 1 人可叫"
    assert house.calls()[0]["why"]["text"] == chinese
    assert clerk.see()["why"]["text"] == chinese
    read = in_english(house, "GET", f"/halls/{HALL}/calls").json[0]
    assert read["why"] == called["why"]


def test_no_reason_is_left_in_chinese(house):
    tickets = [house.take(), house.take(priority="elderly"), house.take_from_afar()]
    house.check_in(tickets[2])
    tickets.append(house.take_from_afar())
    clerk = house.clerk("1")
    passed = clerk.next()["ticket"]
    clerk.handle(passed, "pass")
    clerk.handle(passed, "rejoin")
    sent = clerk.next()["ticket"]
    clerk.handle(sent, "transfer", {"when": "now", "reason": "接续"})
    said = [
        in_english(house, "GET", f"/tickets/{ticket['id']}", ticket["token"]).json["why"]
        for ticket in tickets
    ]
    assert {why["code"] for why in said} >= {"rejoin", "transfer_now", "afar"}
    assert [why["text"] for why in said if CHINESE.search(why["text"])] == []


def test_what_is_told_of_a_booking_is_read_in_either_language(house):
    def name(file):
        file["hall"]["name_en"] = "Test Centre"
        next(each for each in file["items"] if each["code"] == "id-card")["name_en"] = "ID card"

    house.reload(name)
    li = house.citizen("li").identify()
    made = li.book(house.slot("09:00"))
    (booked,) = in_english(house, "GET", "/me/notices", li.token).json
    assert li.appointment(made, "cancel").status_code == 200
    (cancelled,) = in_english(house, "GET", "/me/notices", li.token).json
    booking = "for 李小明 at Test Centre"
    matter = "“ID card”, Tue, Nov 24, 09:00–09:30"
    assert booked["text"] == f"Booked {booking}: {matter}. Booking code: {made['code']}."
    assert cancelled["text"] == f"The booking {booking}, {matter}, has been cancelled."
    assert li.get("/me/notices").json[0]["text"].endswith("的“身份证”预约已取消。")


CHOICES = {"last_number": True, "numbers_from_afar": True, "paper_numbers": "900-999"}
BY_PLACE = {"priority": "behind_k", "behind": 2, "one_live_ticket": "per_lane"}


@pytest.mark.parametrize("rules", [{}, {"one_live_ticket": "per_hall"}, BY_PLACE])
@pytest.mark.parametrize("lanes", [1, 2, 3])
def test_the_order_table_is_all_english(house, rules, lanes):
    def choose_all(file):
        file["hall"]["rules"].update(CHOICES | rules)
        for number, lane in enumerate(file["lanes"][:lanes]):
            lane.update(name=f"Lane {number}", walk_in_quota=100, walk_in_minutes=20)

    house.reload(choose_all)
    told = in_english(house, "GET", f"/halls/{HALL}/rules").json
    sentences = [row[part] for row in told["order"] for part in ("how", "due")] + told["notes"]
    assert [each for each in sentences if CHINESE.search(each)] == []
    assert not [each for each in sentences if "%(" in each]


def test_the_facts_of_a_refusal_are_told_in_english_too(house):
    supervisor = house.sign_in("supervisor")
    body = {"lane": "A", "reason": "打印机故障"}
    assert house.post("/staff/hall/stop-numbers", supervisor, body).status_code < 300
    told = in_english(house, "POST", "/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"}).json
    assert told["code"] == "numbers_stopped"
    # what the hall and its people wrote stays as it is
    assert told["detail"] == "No numbers for “户籍” now: 打印机故障."


def test_choosing_a_language_keeps_the_page_as_it_stands(house):
    page = house.app.test_client().get(f"/halls/{HALL}/calls?date=2026-11-20")
    assert "?date=2026-11-20&amp;lang=en" in page.get_data(as_text=True)


def test_there_are_words_of_a_language_that_is_spoken_here_only(house):
    browser = house.app.test_client()
    assert browser.get("/words/en.json").json["顺号"] == "Shunhao"
    assert browser.get("/words/xx.json").status_code == 404


ENGLISH = {
    "hall": "Test Hall",
    "departments": "Police",
    "lanes": "Residents",
    "counters": "General counter",
    "items": "Renew an ID card",
}


def with_english_names(house):
    """The first of each kind has an English name, the rest has none."""

    def write(file):
        for part, name in ENGLISH.items():
            first = file[part] if part == "hall" else file[part][0]
            first["name_en"] = name
        file["hall"] |= {"message": "请留意叫号", "message_en": "Please watch for your number"}
        file["items"][0] |= {"papers": ["居民身份证"], "papers_en": ["ID card"]}

    house.reload(write)


def names(answer, *path):
    for step in path:
        answer = answer[step]
    return [each["name"] for each in answer[:2]]


def test_a_hall_is_named_in_the_language_of_its_reader(house):
    with_english_names(house)
    for path, *steps in (
        ("/halls",),
        (f"/halls/{HALL}", "departments"),
        (f"/halls/{HALL}", "lanes"),
        (f"/halls/{HALL}", "counters"),
        (f"/halls/{HALL}/items",),
        (f"/halls/{HALL}/waits", "lanes"),
        (f"/halls/{HALL}/board", "lanes"),
    ):
        told = names(in_english(house, "GET", path).json, *steps)
        chinese = names(house.get(path).json, *steps)
        assert told[0] in ENGLISH.values(), path
        assert told[1:] == chinese[1:], "what has no English name keeps its own"
        assert CHINESE.search(chinese[0]), path


def test_what_else_a_hall_says_in_english(house):
    with_english_names(house)
    board = in_english(house, "GET", f"/halls/{HALL}/board").json
    assert (board["name"], board["message"]) == ("Test Hall", "Please watch for your number")
    item = in_english(house, "GET", f"/halls/{HALL}/items").json[0]
    assert (item["department"], item["papers"]) == ("Police", ["ID card"])
    assert house.get(f"/halls/{HALL}/items").json[0]["papers"] == ["居民身份证"]


def test_a_line_put_up_on_the_spot_is_shown_to_every_reader(house):
    with_english_names(house)
    lead = house.sign_in("supervisor")
    assert house.post("/staff/hall/message", lead, {"message": "电梯检修"}).status_code == 200
    assert in_english(house, "GET", f"/halls/{HALL}/board").json["message"] == "电梯检修"


@pytest.mark.parametrize(
    ("q", "found"),
    [("renew id", True), ("ID-card", True), ("police", True), ("sfz", True), ("身份证", True),
     ("olice", False), ("%", False)],
)  # fmt: skip
def test_items_are_found_by_english_words_in_english(house, q, found):
    with_english_names(house)
    answer = in_english(house, "GET", f"/halls/{HALL}/items?q={q.replace('%', '%25')}").json
    assert ("id-card" in [item["code"] for item in answer]) is found


def test_english_words_find_nothing_for_who_reads_chinese(house):
    with_english_names(house)
    assert house.get(f"/halls/{HALL}/items?q=renew").json == []


def test_pages_in_english_name_what_a_hall_names(house):
    with_english_names(house)
    token = house.take("id-card")["token"]
    browser = house.app.test_client()
    ticket = browser.get(f"/t/{token}?lang=en").get_data(as_text=True)
    assert all(name in ticket for name in ("Test Hall", "Residents", "Renew an ID card"))
    assert '<p class="hall" lang="en">' in ticket
    assert "Please watch for your number" in browser.get(f"/screen/{HALL}").get_data(as_text=True)
    chinese = house.app.test_client().get(f"/t/{token}").get_data(as_text=True)
    assert not any(name in chinese for name in ENGLISH.values())


def test_the_rules_of_a_hall_are_told_whole_in_english(house):
    def choose_everything(file):
        file["lanes"][0] |= {"name_en": "Residents", "walk_in_minutes": 20, "walk_in_quota": 50}
        every = {"one_live_ticket": "per_hall", "last_number": True, "paper_numbers": "901-950"}
        file["hall"]["rules"] |= every

    house.reload(choose_everything)
    told = in_english(house, "GET", f"/halls/{HALL}/rules").json
    said = [*told["notes"], *(row[part] for row in told["order"] for part in ("how", "due"))]
    assert [words for words in said if CHINESE.search(words)] == []
    assert any("(Residents)" in note for note in told["notes"])
