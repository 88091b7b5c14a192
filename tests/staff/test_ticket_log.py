"""The log of one number: everything that happened to it, who did it, and never a name."""

import re

import pytest

from tests.house import PASSWORD, refused

PATH = "/staff/ticket-log"


@pytest.fixture
def supervisor(house):
    return house.sign_in("supervisor")


def log(house, token, number="A001"):
    answer = house.get(f"{PATH}?number={number}", token)
    assert answer.status_code == 200, answer.text
    return answer.json


def told(entry):
    return entry["who"], entry["text"], entry["note"]


def test_a_ticket_passed_rejoined_transferred_and_finished(house, supervisor):
    house.take(priority="elderly")
    one, nine = house.clerk("1"), house.clerk("9")
    ticket = one.next()["ticket"]
    house.clock.advance(seconds=20)
    one.handle(ticket, "recall")
    one.handle(ticket, "strike-priority", {"reason": "误点"})
    one.handle(ticket, "pass")
    house.clock.advance(minutes=2)
    one.handle(ticket, "rejoin")
    one.next()
    one.handle(ticket, "transfer", {"counter": "9", "reason": "需要专窗"})
    nine.next()
    nine.handle(ticket, "start")
    house.clock.advance(minutes=4)
    nine.handle(ticket, "finish")

    found = log(house, supervisor, "a001")
    assert (found["number"], found["state_text"], found["items"]) == ("A001", "已办结", ["身份证"])
    first, ninth = "窗口人员 clerk1（1 号窗口）", "窗口人员 clerk9（9 号窗口）"
    assert (found["lane"], found["lane_name"]) == ("A", "户籍")
    assert [told(entry) for entry in found["entries"]] == [
        ("取号机：取号机", "取号", None),
        (first, "叫到 1 号窗口", None),
        (first, "第 2 次呼叫到 1 号窗口", None),
        (first, "取消依法优先", "误点"),
        (first, "叫号未到，过号", None),
        (first, "过号后重新排队", None),
        (first, "叫到 1 号窗口", None),
        (first, "转到 9 号窗口", "需要专窗"),
        (ninth, "叫到 9 号窗口", None),
        (ninth, "开始办理", None),
        (ninth, "办结", None),
    ]
    taken, called, recalled, struck, *_ = found["entries"]
    assert (called["nth"], recalled["nth"]) == (1, 2)
    assert called["call_id"] == recalled["call_id"]
    assert called["why"].startswith("依法优先；")
    assert (taken["due_at"][11:19], taken["due_why"]) == ("09:05:00", "依法优先")
    assert (struck["due_was"][11:19], struck["due_at"][11:19]) == ("09:05:00", "09:30:00")
    assert struck["due_why"] == "现场取号"
    assert found["entries"][1]["due_was"] is None


def test_how_it_was_ended_and_chosen_is_told(house, supervisor):
    for _ in range(2):
        house.take()
    clerk = house.clerk("1")
    clerk.do("call", {"number": "A002", "reason": "行动不便"})
    clerk.next()
    _, chosen, ended = log(house, supervisor, "A002")["entries"]
    assert chosen["text"] == "窗口叫指定号，叫到 1 号窗口"
    assert chosen["why"] == "行动不便"
    assert ended["text"] == "窗口叫下一位，自动办结"


def test_a_ticket_that_came_by_booking_begins_with_its_booking(house, supervisor):
    citizen = house.citizen("li").identify()
    booking = citizen.book(house.slot("09:30"))
    citizen.appointment(booking, "reschedule", {"slot": house.slot("10:00")})
    house.clock.advance(days=1, minutes=50)
    assert house.check_in_by(code=booking["code"]).status_code == 201
    found = house.get(f"{PATH}?number=A001", house.sign_in("supervisor")).json
    assert [(entry["who"], entry["text"]) for entry in found["entries"]] == [
        ("办事人（手机）", "预约"),
        ("办事人（手机）", "改约"),
        ("取号机：取号机", "预约签到"),
        ("取号机：取号机", "取号"),
    ]
    assert found["entries"][-1]["due_why"] == "预约，按时签到"
    assert "李" not in str(found)


def test_a_rating_is_shown_to_who_leads_and_not_to_who_was_rated(house, supervisor):
    ticket = house.take()
    clerk = house.clerk("1")
    clerk.next()
    clerk.handle(ticket, "finish")
    rated = house.post(
        f"/tickets/{ticket['id']}/rating", ticket["token"], {"grade": "dissatisfied"}
    )
    assert rated.status_code == 201, rated.text
    [mark] = [one for one in log(house, supervisor)["entries"] if one["kind"] == "rated"]
    assert told(mark) == ("持票人", "评价", "不满意")
    assert "rated" not in {one["kind"] for one in log(house, clerk.token)["entries"]}


def test_a_clerk_reads_of_what_was_called_to_their_counter(house):
    house.take()
    one, two = house.clerk("1"), house.clerk("2")
    refused(house.get(f"{PATH}?number=A001", one.token), 403, "not_called_here")
    one.next()
    assert log(house, one.token)["number"] == "A001"
    refused(house.get(f"{PATH}?number=A001", two.token), 403, "not_called_here")
    refused(house.get(f"{PATH}?number=A001", house.sign_in("guide")), 403, "forbidden")


def test_a_clerk_away_from_any_counter_reads_of_their_usual_one(house):
    house.take()
    house.clerk("1").next()
    desk = at_a_desk(house, "clerk1")
    found = desk.get(f"/api/v1{PATH}?number=A001")
    assert found.status_code == 200
    assert found.json["entries"][1]["who"] == "窗口人员（1 号窗口）"  # no account's name to a clerk
    refused(at_a_desk(house, "clerk2").get(f"/api/v1{PATH}?number=A001"), 403, "not_called_here")


def test_a_clerk_without_any_counter_is_told_so(house):
    house.take()
    body = {"username": "floater", "password": PASSWORD, "role": "clerk"}
    added = house.post("/staff/accounts", house.sign_in("security"), body)
    assert added.status_code == 201, added.text
    floater = house.sign_in("floater")
    own = {"old": PASSWORD, "new": "another one of tests"}
    assert house.post("/staff/me/password", floater, own).status_code == 200
    answer = house.get(f"{PATH}?number=A001", floater)
    refused(answer, 403, "no_counter_of_yours")


def at_a_desk(house, username):
    """A browser signed in to the office pages."""
    client = house.app.test_client()
    csrf = re.search('name="csrf_token" value="([^"]+)"', client.get("/office/").text)[1]
    form = {"csrf_token": csrf, "username": username, "password": PASSWORD}
    assert client.post("/office/session", data=form).status_code == 303
    return client


def test_it_is_found_by_its_paper_and_by_the_day(house, supervisor):
    ticket = house.take()
    found = house.get(f"{PATH}?token={ticket['token']}", supervisor).json
    assert found["id"] == ticket["id"]
    assert house.get(f"{PATH}?number=A001&date=2026-11-23", supervisor).status_code == 200
    refused(house.get(f"{PATH}?number=A001&date=2026-11-22", supervisor), 404, "ticket_not_found")
    refused(house.get(f"{PATH}?token=nothing", supervisor), 404, "ticket_not_found")
    refused(house.get(PATH, supervisor), 422, "invalid")


def test_it_reads_in_english(house, supervisor):
    house.take()
    house.clerk("1").next()
    found = house.get(f"{PATH}?number=A001&lang=en", supervisor).json
    assert [told(entry) for entry in found["entries"]] == [
        ("Ticket machine: 取号机", "Number taken", None),
        ("Clerk clerk1 (counter 1)", "Called to counter 1", None),
    ]
