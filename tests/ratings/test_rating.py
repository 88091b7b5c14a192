"""A visit is rated once, by its owner, when it is over and not long after."""

import json

import pytest

from app.core.events import TABLE as EVENTS
from app.core.events import copy_missing
from app.ratings.queries import TABLE as RATINGS
from app.ratings.rules import Grade
from tests.crowd import rows
from tests.house import HALL, KIOSK_TOKEN, refused
from tests.ratings.visits import finished, rate


def test_a_visit_is_rated_once(house):
    visit = finished(house)
    before = house.get(f"/tickets/{visit['id']}/rating", visit["token"]).json
    assert before == {
        "grade": None,
        "at": None,
        "open": True,
        "until": "2026-11-27T03:00:00.000+08:00",
    }
    said = rate(house, visit, "satisfied")
    assert said.status_code == 201
    assert said.json == before | {
        "grade": "satisfied",
        "at": "2026-11-23T09:00:00.000+08:00",
        "open": False,
    }
    again = refused(rate(house, visit, "very_dissatisfied"), 409, "already_rated")
    assert again["grade"] == "satisfied"
    assert "“满意”" in again["detail"]
    assert house.get(f"/tickets/{visit['id']}/rating", visit["token"]).json == said.json
    [row] = rows(house, RATINGS)
    assert (row.grade, row.counter, row.channel) == ("satisfied", "1", "ticket")
    assert row.served_by.startswith("staff:")
    [event] = rows(house, EVENTS, kind="rated")
    assert (event.ticket_id, event.number) == (visit["id"], "A001")
    assert "satisfied" not in str(event.data)  # who may read the grade is decided elsewhere


def streamed(house):
    """What the hall's stream, which anybody may read, tells: the kinds, oldest first."""
    with house.app.app_context():
        told = house.app.extensions["parts"].events(HALL).read("0-0", 0, 100)
        return [json.loads(event.payload)["event"] for event in told]


def test_the_hall_does_not_hear_that_somebody_rates(house):
    visit = finished(house)
    before = streamed(house)
    assert before[-1] == "finished"
    rate(house, visit, "dissatisfied")
    assert streamed(house) == before
    with house.app.app_context():
        assert copy_missing(HALL, house.clock.now()) == 0  # nor does the sweep tell
    assert streamed(house) == before


@pytest.mark.parametrize("grade", list(Grade))
def test_there_are_five_grades(shared_house, grade):
    assert rate(shared_house, finished(shared_house), grade).json["grade"] == grade


@pytest.mark.parametrize(
    "body", [{}, {"grade": "unrated"}, {"grade": 5}, {"grade": "satisfied", "words": ""}]
)
def test_there_are_no_others(shared_house, body):
    visit = finished(shared_house)
    answer = shared_house.post(f"/tickets/{visit['id']}/rating", visit["token"], body)
    refused(answer, 422, "invalid")


def test_nobody_rates_anothers_visit(shared_house):
    visit, other = finished(shared_house), finished(shared_house)
    path, body = f"/tickets/{visit['id']}/rating", {"grade": "satisfied"}
    refused(shared_house.post(path, other["token"], body), 404, "ticket_not_found")
    refused(shared_house.get(path, other["token"]), 404, "ticket_not_found")
    stranger = shared_house.citizen("wang").identify()
    refused(stranger.post(path, body), 404, "ticket_not_found")
    for token in (KIOSK_TOKEN, shared_house.clerk("1").token):
        refused(shared_house.post(path, token, body), 403, "forbidden")
    refused(shared_house.post(path, None, body), 401, "unauthenticated")
    assert shared_house.get(path, visit["token"]).json["grade"] is None


def test_an_account_rates_the_visit_it_took_the_number_for(house):
    li = house.citizen("li").identify()
    ticket = li.take_from_afar()
    house.check_in(ticket)
    clerk = house.clerk("1")
    clerk.next()
    clerk.handle(ticket, "finish")
    assert li.post(f"/tickets/{ticket['id']}/rating", {"grade": "dissatisfied"}).status_code == 201
    assert [row.channel for row in rows(house, RATINGS)] == ["account"]


def test_a_visit_that_goes_on_is_not_rated_yet(house):
    ticket, clerk = house.take(), house.clerk("1")

    def too_early():
        assert house.get(f"/tickets/{ticket['id']}/rating", ticket["token"]).json["open"] is False
        return refused(rate(house, ticket, "satisfied"), 409, "visit_not_over")["state"]

    assert too_early() == "waiting"
    clerk.next()
    assert too_early() == "called"
    clerk.handle(ticket, "start")
    assert too_early() == "serving"
    clerk.handle(ticket, "park")
    assert too_early() == "parked"
    clerk.handle(ticket, "resume")
    clerk.handle(ticket, "finish")
    clerk.handle(ticket, "undo")
    assert too_early() == "serving"
    clerk.handle(ticket, "finish")
    assert rate(house, ticket, "satisfied").status_code == 201


def test_who_gave_up_waiting_has_nothing_to_rate(house):
    ticket = house.take()
    house.own(ticket, "leave")
    assert refused(rate(house, ticket, "satisfied"), 409, "visit_not_over")["state"] == "left"


def test_a_visit_of_which_something_was_done_is_rated_when_it_ends(house):
    taken = house.post("/kiosk/tickets", KIOSK_TOKEN, {"items": ["id-card", "passport"]})
    ticket, clerk = taken.json, house.clerk("1")
    clerk.next()
    assert clerk.handle(ticket, "transfer", {"item": "passport"}).status_code == 200
    assert refused(rate(house, ticket, "satisfied"), 409, "visit_not_over")["state"] == "waiting"
    clerk.next()
    clerk.handle(ticket, "pass")
    house.own(ticket, "leave")
    assert rate(house, ticket, "fairly_satisfied").status_code == 201
    assert [row.counter for row in rows(house, RATINGS)] == ["1"]


def test_who_was_sent_to_another_counter_and_left_has_nothing_to_rate(house):
    ticket, clerk = house.take(), house.clerk("1")
    house.clerk("9")
    clerk.next()
    clerk.handle(ticket, "transfer", {"counter": "9", "reason": "专窗办理"})
    house.clerk("9").next()
    house.clerk("9").handle(ticket, "pass")
    house.own(ticket, "leave")
    refused(rate(house, ticket, "satisfied"), 409, "visit_not_over")


def test_three_days_later_is_the_last_day(house):
    in_time, too_late = finished(house), finished(house)
    house.clock.advance(days=3, hours=17, minutes=59)
    assert rate(house, in_time, "satisfied").status_code == 201
    house.clock.advance(minutes=1)
    refused(rate(house, too_late, "satisfied"), 409, "rating_over")
    path = f"/tickets/{too_late['id']}/rating"
    assert house.get(path, too_late["token"]).json["open"] is False


def test_what_is_written_beside_the_grade_lies_nowhere_in_the_clear(house):
    words = "李小明说窗口的同志很耐心"
    assert rate(house, finished(house), "very_satisfied", words=words).status_code == 201
    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for table in (RATINGS, EVENTS, RATINGS.metadata.tables["idempotency_keys"])
        for row in rows(house, table)
        for value in row
    )
    assert b"very_satisfied" in kept
    assert words.encode() not in kept
    supervisor = house.sign_in("supervisor")
    [given] = house.get("/staff/ratings", supervisor).json["ratings"]
    assert given["words"] == words
