"""What phones are told of a ticket: its turn is near, it is called, it was passed over."""

import pytest
from sqlalchemy import select

from app.core.db import db
from app.notices.queries import TABLE as NOTICES
from app.tickets import telling
from app.tickets.telling import tell_near
from tests.house import open_house
from tests.stores import each_store_once


def told(citizen):
    """What stands among an account's messages now, the oldest first."""
    notices = citizen.get("/me/notices").json
    return [(one["kind"], one["text"]) for one in reversed(notices)]


def kinds(citizen):
    return [kind for kind, _ in told(citizen)]


def in_line(house, name="li"):
    """Somebody with a phone takes a number from afar and stands in the hall."""
    citizen = house.citizen(name).identify()
    ticket = citizen.take_from_afar()
    assert house.check_in(ticket).status_code == 201
    return citizen, ticket


def a_round(house):
    """What the schedule does every few seconds; how many tickets were told."""
    plan = house.plan
    with house.app.app_context():
        return tell_near(plan, house.clock.now())


def called(house, ticket):
    """The clerk of counter 1 calls until it is this one's turn."""
    while house.clerk().next()["ticket"]["id"] != ticket["id"]:
        pass
    house.clock.advance(seconds=1)


@pytest.fixture
def hall(every_settings):
    house = open_house(every_settings)
    yield house
    with house.app.app_context():
        db.engine.dispose()


# Near


@each_store_once
def test_whose_turn_comes_near_is_told_once(hall):
    for _ in range(5):
        hall.take()
    hall.take("pension")  # another lane: nobody stands before li because of it
    li, ticket = in_line(hall)
    assert hall.as_owner(ticket)["ahead"] == 5
    hall.clerk().next()
    assert (a_round(hall), told(li)) == (0, [])
    hall.clerk("2").next()
    near = [("near", "您的号码 A006 前面还有 3 人，请到大厅等候。")]
    assert (a_round(hall), told(li)) == (1, near)
    hall.clerk("3").next()
    assert (a_round(hall), told(li)) == (0, near)


def test_who_comes_into_a_short_line_read_it_in_the_answer(house):
    for _ in range(3):
        house.take()
    li, ticket = in_line(house)
    assert house.as_owner(ticket)["ahead"] == 3
    house.clerk().next()
    assert (a_round(house), told(li)) == (0, [])


def test_a_hall_chooses_how_near_is_near(house):
    house.reload(lambda file: file["hall"]["rules"].update(near_ahead=0))
    house.take()
    li, _ = in_line(house)
    house.clerk().next()
    assert (a_round(house), told(li)) == (0, [])
    house.reload(lambda file: file["hall"]["rules"].update(near_ahead=1))
    wang, _ = in_line(house, "wang")
    zhao, _ = in_line(house, "zhao")
    assert a_round(house) == 1  # li, who was further back when it was their hall's choice
    house.clerk().next()
    assert a_round(house) == 1
    assert kinds(wang) == []
    assert told(zhao) == [("near", "您的号码 A004 前面还有 1 人，请到大厅等候。")]


def test_each_is_told_in_a_transaction_of_its_own(house, monkeypatch):
    """So nobody's call waits until the last of the hall is told."""
    house.reload(lambda file: file["hall"]["rules"].update(near_ahead=1))
    for _ in range(2):
        house.take()
    people = [in_line(house, name)[0] for name in ("li", "wang")]
    for _ in range(2):
        house.clerk().next()
    left = [telling.followers_of]

    def breaks_at_the_second(ticket):
        return left.pop()(ticket)

    monkeypatch.setattr(telling, "followers_of", breaks_at_the_second)
    with pytest.raises(IndexError):
        a_round(house)
    assert sorted(kinds(each) for each in people) == [[], ["near"]]


def test_what_was_not_sent_of_near_is_not_told_after_the_call(house):
    for _ in range(4):
        house.take()
    li, ticket = in_line(house)
    house.clerk().next()
    assert a_round(house) == 1
    called(house, ticket)
    assert kinds(li) == ["called"]


# Called


def test_a_call_is_told_and_a_recall_is_not(house):
    li, ticket = in_line(house)
    called(house, ticket)
    assert told(li) == [("called", "请A001号到1号窗口办理。")]
    house.clock.advance(seconds=20)
    assert house.clerk().handle(ticket, "recall").status_code == 200
    assert kinds(li) == ["called"]
    notice = rows(house)[0]
    assert notice["link"] == {"page": "pages/ticket/index", "query": {"id": ticket["id"]}}
    assert notice["facts"] == {
        "number": "A001",
        "item": "身份证",
        "hall": "测试大厅",
        "when": "2026年11月23日 09:00",
        "ahead": "0",
        "counter": "1",
        "note": "请到1号窗口办理",
    }
    assert (notice["not_after"] - notice["at"]).total_seconds() == 180


def rows(house):
    with house.app.app_context():
        query = select(NOTICES).order_by(NOTICES.c.at)
        return [dict(row) for row in db.session.execute(query).mappings()]


@pytest.mark.parametrize("action", ["start", "finish", "park"])
def test_a_call_that_was_not_sent_is_not_told_after_it(house, action):
    li, ticket = in_line(house)
    called(house, ticket)
    assert house.clerk().handle(ticket, action).status_code == 200
    assert told(li) == []


def test_each_call_is_told(house):
    li, ticket = in_line(house)
    called(house, ticket)
    house.clerk().handle(ticket, "pass")
    house.own(ticket, "rejoin")
    called(house, ticket)
    assert kinds(li) == ["called"]
    states = sorted(row["state"] for row in rows(house))
    assert states == ["pending", "withdrawn", "withdrawn"]


def test_a_call_that_has_to_begin_again_is_told_once(house):
    li, ticket = in_line(house)
    house.sequence.drop()
    called(house, ticket)
    assert kinds(li) == ["called"]


# Passed


def test_a_pass_is_told_once_it_can_no_longer_be_taken_back(house):
    li, ticket = in_line(house)
    called(house, ticket)
    house.clerk().handle(ticket, "pass")
    house.clock.advance(seconds=59)
    assert told(li) == []
    house.clock.advance(seconds=1)
    assert told(li) == [("passed", "您的号码 A001 已过号，请点“重新排队”，不必重新取号。")]


@pytest.mark.parametrize("back", ["undo", "rejoin", "leave"])
def test_a_pass_that_is_over_is_not_told(house, back):
    li, ticket = in_line(house)
    called(house, ticket)
    house.clerk().handle(ticket, "pass")
    answer = house.clerk().handle(ticket, back) if back == "undo" else house.own(ticket, back)
    assert answer.status_code == 200
    house.clock.advance(minutes=2)
    assert told(li) == []


def test_who_is_passed_again_after_an_undo_is_told(house):
    li, ticket = in_line(house)
    called(house, ticket)
    for action in ("pass", "undo", "pass"):
        assert house.clerk().handle(ticket, action).status_code == 200
    house.clock.advance(minutes=2)
    assert kinds(li) == ["passed"]


def test_calling_the_next_may_pass_and_the_third_pass_says_that_it_was_the_last(house):
    house.reload(lambda file: file["hall"]["rules"].update(unstarted_on_next="passed"))
    li, ticket = in_line(house)
    for again in (True, True, False):
        called(house, ticket)
        assert house.clerk().next() is None
        house.clock.advance(minutes=2)
        if again:
            assert house.own(ticket, "rejoin").status_code == 200
    last = "您的号码 A001 多次过号，已经作废，需要办理时请重新取号。"
    assert told(li)[-1] == ("passed", last)
