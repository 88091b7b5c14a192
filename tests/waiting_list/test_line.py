"""Who waits for a full day gets what comes free, in the order of joining, before anybody else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.appointments.desk import TOMORROW, at
from tests.house import HALL, id_number, refused
from tests.waiting_list.line import tuesday


def test_a_freed_place_is_held_for_the_first_in_line_and_becomes_a_booking(line):
    line.fill()
    wang, zhao = line.join("wang"), line.join("zhao")
    assert (wang["state"], wang["place"], wang["offer"], zhao["place"]) == ("waiting", 1, None, 2)
    line.cancel("09:30")
    wang = line.see("wang", wang)
    assert (wang["state"], wang["place"]) == ("offered", None)
    assert wang["offer"]["starts_at"] == f"{TOMORROW}T09:30:00.000+08:00"
    until = datetime.fromisoformat(wang["offer"]["until"])
    assert until == line.house.clock.now() + timedelta(minutes=30)
    assert line.told("wang", "freed") == [
        "李小明候补的测试大厅“身份证”有空余名额，时间 11 月 24 日（周二）09:30–10:00，"
        "为您保留到 11 月 23 日 09:30，请及时接受。"
    ]
    assert line.free() == []
    refused(line.try_book("passer-by", "09:30"), 409, "slot_full")
    assert line.see("zhao", zhao)["place"] == 1
    refused(line.do("zhao", zhao, "accept"), 409, "nothing_offered")

    made = line.do("wang", wang, "accept")
    assert made.status_code == 201
    assert made.json["slot"]["id"] == wang["offer"]["slot"]
    wang = line.see("wang", wang)
    assert (wang["state"], wang["appointment"], wang["offer"]) == (
        "accepted",
        made.json["id"],
        None,
    )
    refused(line.do("wang", wang, "accept"), 409, "waiting_over")
    refused(line.do("wang", wang, "leave"), 409, "waiting_over")
    assert line.miscounted() == []
    # given up again, it goes to the next
    assert line.person("wang").appointment(made.json, "cancel").status_code == 200
    assert line.states(zhao=zhao) == ["offered"]
    assert line.miscounted() == []


def test_who_says_nothing_in_time_or_leaves_makes_room_for_the_next(line):
    line.fill(offer_minutes=20)
    wang, zhao, qian = line.join("wang"), line.join("zhao"), line.join("qian")
    line.cancel("09:00")
    line.house.clock.advance(minutes=20, seconds=-1)
    line.round()
    assert line.states(wang=wang, zhao=zhao) == ["offered", "waiting"]
    line.house.clock.advance(seconds=1)
    refused(line.do("wang", wang, "accept"), 409, "offer_over")
    line.round()
    assert line.states(wang=wang, zhao=zhao) == ["lapsed", "offered"]
    assert line.told("wang", "waiting") == [
        "为李小明保留的测试大厅“身份证”候补名额 11 月 24 日（周二）09:00–09:30 已过保留时间；"
        "如仍需要，请重新候补。"
    ]
    assert line.told("zhao", "waiting") == []
    assert line.do("zhao", zhao, "leave").json["state"] == "left"
    assert line.states(zhao=zhao, qian=qian) == ["left", "offered"]
    # who lapsed may stand in line again, behind all others
    assert line.join("wang")["place"] == 1
    assert line.do("qian", qian, "leave").status_code == 200
    listed = line.person("wang").get("/me/waiting-list").json
    assert [each["state"] for each in listed] == ["offered", "lapsed"]
    line.house.clock.advance(days=31)
    assert line.house.citizen("qian").get("/me/waiting-list").json == []


def test_it_is_offered_to_whom_it_fits_and_what_fits_nobody_is_anybodys(line):
    line.fill()
    early = line.join("wang", **{"to": "09:30"})
    late = line.join("zhao", **{"from": "09:30", "to": "10:00"})
    assert (late["from"], late["to"], late["place"]) == ("09:30", "10:00", 2)
    line.cancel("09:30")
    assert line.states(wang=early, zhao=late) == ["waiting", "offered"]
    assert line.do("zhao", late, "leave").status_code == 200
    assert line.free() == ["09:30"]
    assert line.try_book("passer-by", "09:30").status_code == 201
    line.round()


def test_what_is_held_back_is_offered_when_it_is_free(line):
    line.fill(release_hold_minutes=5)
    wang = line.join("wang")
    line.cancel("09:00")
    line.round()
    assert line.states(wang=wang) == ["waiting"]
    line.house.clock.advance(minutes=5)
    refused(line.try_book("passer-by", "09:00"), 409, "slot_full")
    line.round()
    assert line.states(wang=wang) == ["offered"]


def test_a_day_that_grows_is_offered_and_one_that_shrinks_takes_back(line):
    line.fill()
    wang, zhao = line.join("wang"), line.join("zhao")
    share = {"walk_in_share": "0.1"}
    line.house.reload(lambda file: file["hall"]["booking"].update(share))
    # nobody slips in between the new file and the next round
    refused(line.try_book("passer-by", "09:00"), 409, "slot_full")
    assert line.free() == []
    line.round()
    assert line.states(wang=wang, zhao=zhao) == ["offered", "offered"]
    line.house.reload(lambda file: file["hall"]["booking"].update(walk_in_share="0.5"))
    refused(line.do("zhao", zhao, "accept"), 409, "offer_over")
    line.round()
    assert line.states(wang=wang, zhao=zhao) == ["waiting", "waiting"]
    assert [line.see("wang", wang)["place"], line.see("zhao", zhao)["place"]] == [1, 2]
    assert len(line.told("wang", "waiting")) == 1
    assert line.told("wang", "freed") == []  # nobody had heard of it yet
    line.cancel("09:00")
    assert line.states(wang=wang, zhao=zhao) == ["offered", "waiting"]


def test_who_was_banned_while_they_wait_is_passed_over_until_it_ends(line):
    line.fill(bans=[{"what": "cancelled", "count": 1, "ban_days": 7}])
    wang = line.join("wang")
    other = line.person("wang").book(line.house.slot("10:00", date="2026-11-26"))
    assert line.person("wang").appointment(other, "cancel").status_code == 200
    zhao = line.join("zhao")
    line.cancel("09:30")
    assert line.states(wang=wang, zhao=zhao) == ["waiting", "offered"]
    assert line.do("zhao", zhao, "leave").status_code == 200
    assert line.free() == ["09:30"]  # it is kept for nobody who may not have it
    line.round()


def test_who_books_that_day_otherwise_no_longer_waits(line, desk):
    line.fill()
    wang, zhao = line.join("wang"), line.join("zhao")
    line.cancel("09:00")
    slot = desk.slot("09:30", "staff", "pension")
    booked = desk.book(slot, "pension", id_number=line.person("wang").id_number)
    assert booked.status_code == 201
    assert line.states(wang=wang, zhao=zhao) == ["left", "offered"]
    assert line.miscounted() == []


def test_a_day_of_the_line_ends_with_its_bookings(line):
    line.fill(book_until_minutes=60)
    wang, zhao = line.join("wang"), line.join("zhao", **{"to": "09:30"})
    at(line.house, f"{TOMORROW}T07:50:00")
    line.cancel("09:00")
    offer = line.see("wang", wang)["offer"]
    assert offer["until"] == f"{TOMORROW}T08:00:00.000+08:00"
    at(line.house, f"{TOMORROW}T08:00:00")
    line.round()
    assert line.states(wang=wang, zhao=zhao) == ["lapsed", "over"]
    line.round()
    assert line.told("zhao", "waiting") == [
        "李小明候补的测试大厅“身份证” 11 月 24 日没有空余名额，候补已结束；"
        "请选择其他日期，或到大厅取号办理。"
    ]
    refused(line.do("zhao", zhao, "leave"), 409, "waiting_over")
    refused(line.try_join("qian", **{"to": "09:30"}), 409, "slot_past")


def test_nobody_loses_an_offer_in_their_sleep(line):
    line.fill()
    at(line.house, "2026-11-23T23:00:00")
    wang = line.join("wang")
    line.cancel("09:30")
    assert line.see("wang", wang)["offer"]["until"] == f"{TOMORROW}T08:00:00.000+08:00"


def test_hours_may_open_again_while_somebody_waits(line):
    line.fill()
    wang = line.join("wang")
    shut = tuesday()
    line.house.reload(lambda file: file["hall"]["booking"].update(exceptions=shut))
    line.round()
    assert line.states(wang=wang) == ["waiting"]
    at(line.house, "2026-11-25T03:00:00")
    line.round()
    assert line.states(wang=wang) == ["over"]


REFUSED = {
    "a time is free": ({"date": "2026-11-25"}, 409, "day_not_full"),
    "nothing suits": ({"from": "10:00"}, 409, "nothing_to_wait_for"),
    "backwards": ({"from": "10:00", "to": "09:00"}, 422, "hours_backwards"),
    "too far": ({"date": "2026-12-24"}, 409, "slot_not_released"),
    "past": ({"date": "2026-11-20"}, 409, "slot_past"),
    "unknown item": ({"item": "nothing"}, 404, "unknown_item"),
    "not a time": ({"from": "9 点"}, 422, "invalid"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_nobody_waits_for_what_they_could_book_or_what_never_comes(line, case):
    body, status, code = REFUSED[case]
    refused(line.fill().try_join("wang", **body), status, code)


def test_one_place_in_line_a_person_and_day_and_five_an_account(line):
    line.fill()
    stranger = line.house.citizen("stranger")
    body = {"item": "id-card", "date": TOMORROW}
    refused(stranger.post(f"/halls/{HALL}/waiting-list", body), 409, "identity_needed")
    refused(line.try_join("first-09:00"), 409, "second_booking")
    line.join("wang")
    refused(line.try_join("wang"), 409, "waiting_already")
    family = [
        line.person("wang").add("王芳", id_number=id_number("19580308", n))["id"]
        for n in range(1, 6)
    ]
    for person in family[:4]:
        line.join("wang", person=person)
    refused(line.try_join("wang", person=family[4]), 409, "too_many_waiting")


def test_anothers_place_in_line_is_not_found(line):
    joined = line.fill().join("wang")
    for action in ("accept", "leave"):
        refused(line.do("zhao", joined, action), 404, "waiting_not_found")
    answer = line.person("zhao").get(f"/waiting-list/{joined['id']}")
    refused(answer, 404, "waiting_not_found")
    assert line.person("zhao").get("/me/waiting-list").json == []


def test_whom_the_hall_moves_comes_before_who_waits(line):
    """They had a place; the hall took it."""
    line.fill()
    shut = tuesday("09:00-09:30")
    line.house.reload(lambda file: file["hall"]["booking"].update(exceptions=shut))
    wang = line.join("wang")
    wider = tuesday("09:00-09:30", "11:00-11:30")
    line.house.reload(lambda file: file["hall"]["booking"].update(exceptions=wider))
    token = line.house.sign_in("supervisor")
    settled = line.house.post(
        "/staff/appointments/settle", token, {"action": "move", "reason": "培训", "date": TOMORROW}
    )
    assert [each["slot"]["starts_at"][11:16] for each in settled.json["moved"]] == ["11:00"]
    assert line.states(wang=wang) == ["waiting"]
