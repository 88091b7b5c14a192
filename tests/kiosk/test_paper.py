"""Numbers given on paper while the machines were away, entered when they are back."""

from __future__ import annotations

import pytest

from tests.house import refused


@pytest.fixture(autouse=True)
def _pads(house):
    house.reload(lambda file: file["hall"]["rules"].update(paper_numbers="3-5"))


@pytest.fixture
def enter(house):
    def enter(number, written_at, item="id-card", **more):
        body = {"number": number, "item": item, "written_at": written_at, **more}
        return house.post("/kiosk/paper-tickets", house.sign_in("guide"), body)

    return enter


def test_the_machine_never_gives_what_lies_on_paper(house):
    assert [house.take()["number"] for _ in range(4)] == ["A001", "A002", "A006", "A007"]
    assert house.take("pension")["number"] == "B001"


def test_it_stands_by_the_time_written_on_it(house, enter):
    early = house.take()
    house.clock.advance(minutes=20)
    late = house.take()
    house.clock.advance(minutes=20)
    last = enter("A004", "09:12").json
    first = enter("a 003", "09:10").json
    assert (first["number"], first["ahead"], last["ahead"]) == ("A003", 1, 1)
    assert first["due_at"][11:16] == "09:40"
    assert first["why"]["text"] == "09:10 现场取号"
    assert house.waiting() == [early["number"], "A003", "A004", late["number"]]
    assert house.take()["number"] == "A006"


def test_a_priority_counts_from_then_too(house, enter):
    house.clock.advance(minutes=10)
    ticket = enter("A003", "09:02", priority="pregnant").json
    assert ticket["due_at"][11:16] == "09:07"
    assert ticket["why"]["text"] == "依法优先"


def test_serials_go_on_from_now(house, enter):
    """Who takes a number after the entering has a later time and serial, whatever was entered."""
    house.clock.advance(minutes=30)
    paper = house.row(enter("A003", "09:00").json)
    fresh = house.row(house.take())
    assert fresh["serial"] > paper["serial"]
    assert fresh["taken_at"] == house.clock.now()
    assert paper["taken_at"] < fresh["taken_at"]


def test_priority_struck_falls_back_to_the_written_time(house, enter):
    house.clock.advance(minutes=10)
    ticket = enter("A003", "09:02", priority="elderly").json
    body = {"reason": "误选"}
    clerk = house.clerk("1")
    assert clerk.handle(ticket, "strike-priority", body).json["due_at"][11:16] == "09:32"


def test_who_was_served_meanwhile_is_only_counted(house, enter):
    house.clock.advance(minutes=30)
    ticket = enter("A003", "09:05", served=True).json
    assert (ticket["state"], ticket["ahead"]) == ("finished", None)
    assert house.waiting() == []
    assert house.clerk("1").next() is None


def test_who_typed_in_that_somebody_was_served_is_not_rated_for_it(house, enter):
    house.clock.advance(minutes=30)
    ticket = house.row(enter("A003", "09:05", served=True).json)
    answer = house.get(f"/tickets/{ticket['id']}/rating", ticket["token"])
    assert answer.json["open"] is False
    rated = house.post(
        f"/tickets/{ticket['id']}/rating", ticket["token"], {"grade": "very_satisfied"}
    )
    refused(rated, 409, "visit_not_over")
    day = house.get("/staff/ratings", house.sign_in("supervisor")).json
    assert (day["counts"]["unrated"], day["clerks"]) == (0, [])


def test_each_paper_number_once_a_day(house, enter):
    assert enter("A003", "09:00").status_code == 201
    told = refused(enter("A003", "09:00", "passport"), 409, "paper_number_entered")
    assert "A003 今天已经录入过" in told["detail"]
    house.clock.advance(days=1)
    assert enter("A003", "09:00").status_code == 201


@pytest.mark.parametrize(
    ("number", "written_at", "code", "says"),
    [
        ("A002", "09:00", "not_a_paper_number", "A003 至 A005"),
        ("B003", "09:00", "not_a_paper_number", "属于 A 队列"),
        ("3", "09:00", "not_a_paper_number", "请核对号码"),
        ("A003", "09:01", "written_time_wrong", "还没有到"),
        ("A003", "02:59", "written_time_wrong", "还没有到"),  # of tomorrow's small hours
    ],
)
def test_a_row_that_cannot_be_is_refused_in_words(enter, number, written_at, code, says):
    assert says in refused(enter(number, written_at), 422, code)["detail"]


def test_not_from_before_the_doors_opened(house, enter):
    house.reload(lambda file: file["hall"]["hours"].update(mon=["08:30-17:00"]))
    assert "08:30 开门" in refused(enter("A003", "08:29"), 422, "written_time_wrong")["detail"]
    assert enter("A003", "08:30").status_code == 201


def test_a_hall_without_pads_says_so(house, enter):
    house.reload(lambda file: file["hall"]["rules"].pop("paper_numbers"))
    assert "没有备用" in refused(enter("A003", "09:00"), 422, "not_a_paper_number")["detail"]


def test_it_counts_towards_the_quota_and_is_never_refused_by_it(house, enter):
    house.reload(lambda file: file["lanes"][0].update(walk_in_quota=2))
    house.take()
    assert [enter(number, "09:00").status_code for number in ("A003", "A004")] == [201, 201]
    answer = house.post("/kiosk/tickets", "the token of the test kiosk", {"item": "id-card"})
    refused(answer, 409, "quota_used_up")
