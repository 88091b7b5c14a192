"""What a console is told."""

from __future__ import annotations

from tests.house import KIOSK_TOKEN


def test_the_console_lists_who_waits_in_the_order_of_its_calls(house):
    house.take("permit", priority="elderly")  # due first, but in the second tier of counter 1
    house.take("id-card")
    assert house.clerk("1").see()["next"][0]["number"] == "A001"
    assert house.clerk("9").see()["next"][0]["number"] == "J001"
    assert house.clerk("1").next()["ticket"]["number"] == "A001"


def test_the_console_is_told_when_it_may_recall(house):
    house.take("id-card")
    clerk = house.clerk("1")
    assert clerk.see()["recall_at"] is None
    ticket = clerk.next()["ticket"]
    assert clerk.see()["recall_at"] == "2026-11-23T09:00:20.000+08:00"
    house.clock.advance(seconds=20)
    assert clerk.handle(ticket, "recall").status_code == 200
    assert clerk.see()["recall_at"] == "2026-11-23T09:00:40.000+08:00"
    clerk.handle(ticket, "start")
    assert clerk.see()["recall_at"] is None


def numbers(rows):
    return [row["number"] for row in rows]


def passed(house, item="id-card", no="1"):
    house.take(item)
    ticket = house.clerk(no).next()["ticket"]
    house.clock.advance(seconds=1)
    assert house.clerk(no).handle(ticket, "pass").status_code == 200
    return ticket


# Who was passed


def test_the_passed_of_its_lanes_are_listed_last_passed_first(house):
    for item in ("id-card", "pension", "passport"):
        passed(house, item)
    rows = house.clerk("1").see()["passed"]
    assert numbers(rows) == ["A002", "B001", "A001"]
    assert rows[0]["passed_at"] == "2026-11-23T09:00:03.000+08:00"
    assert numbers(house.clerk("9").see()["passed"]) == ["A002", "A001"]


def test_at_most_20_of_them(house):
    for _ in range(21):
        passed(house)
    assert numbers(house.clerk("1").see()["passed"]) == [f"A{n:03d}" for n in range(21, 1, -1)]


def test_any_counter_of_the_lane_has_them_rejoin(house):
    ticket = passed(house)
    assert house.clerk("2").handle(ticket, "rejoin").json["state"] == "waiting"
    seen = house.clerk("1").see()
    assert (seen["passed"], numbers(seen["next"])) == ([], ["A001"])


# Whose clerk is gone


def held_by_1(house, item="id-card"):
    house.take(item)
    return house.clerk("1").next()["ticket"]


def test_what_a_silent_clerk_holds_is_listed_and_can_be_taken_over(house):
    held_by_1(house)
    house.clock.advance(seconds=119)
    assert house.clerk("2").see()["vanished"] == []
    house.clock.advance(seconds=1)
    (row,) = house.clerk("2").see()["vanished"]
    assert (row["number"], row["counter"]) == ("A001", "1")
    assert house.clerk("2").handle(row, "take-over").json["counter"] == "2"
    assert house.clerk("2").see()["vanished"] == []


def test_what_was_left_by_signing_out_is_listed_at_once(house):
    held_by_1(house)
    house.request("DELETE", "/staff/session", house.clerk("1").token)
    assert numbers(house.clerk("2").see()["vanished"]) == ["A001"]


def test_what_an_expired_session_left_is_listed(house):
    held_by_1(house)
    house.clock.advance(hours=12, seconds=1)
    assert numbers(house.clerk("2").see()["vanished"]) == ["A001"]


def test_a_clerk_whose_console_reads_every_half_minute_is_there(house):
    held_by_1(house)
    for _ in range(8):
        house.clock.advance(seconds=30)
        house.clerk("1").see()
    assert house.clerk("2").see()["vanished"] == []


def test_only_of_lanes_this_counter_serves(house):
    held_by_1(house, "pension")
    house.clock.advance(seconds=120)
    assert numbers(house.clerk("2").see()["vanished"]) == ["B001"]
    assert house.clerk("9").see()["vanished"] == []


def test_a_busy_neighbour_is_not_listed_where_the_hall_lets_take_over_at_once(house):
    house.reload(lambda file: file["hall"]["rules"].update(vanished_seconds=0))
    ticket = held_by_1(house)
    assert house.clerk("2").see()["vanished"] == []
    assert house.clerk("2").handle(ticket, "take-over").status_code == 200


def test_nobody_is_listed_whom_the_hall_gives_longer(house):
    house.reload(lambda file: file["hall"]["rules"].update(vanished_seconds=300))
    held_by_1(house)
    house.clock.advance(seconds=299)
    assert house.clerk("2").see()["vanished"] == []
    house.clock.advance(seconds=1)
    assert numbers(house.clerk("2").see()["vanished"]) == ["A001"]


# Who sits there


def test_whose_session_has_expired_sits_nowhere(house):
    assert house.clerk("1").see()["clerk"] == "clerk1"
    house.clock.advance(hours=12, seconds=1)
    assert house.get("/counters/1", house.clerk("2").token).json["clerk"] is None


# Who waits in its lanes


def test_its_lanes_are_told_in_its_order_with_who_waits_longest(house):
    house.take("permit")
    house.clock.advance(seconds=60)
    for item in ("id-card", "passport"):
        house.take(item)
    assert house.clerk("1").see()["lanes"] == [
        lane("A", "户籍", 1, 2, "2026-11-23T09:01:00.000+08:00"),
        lane("B", "社保", 1, 0, None),
        lane("J", "工程建设", 2, 1, "2026-11-23T09:00:00.000+08:00"),
    ]
    assert [row["tier"] for row in house.clerk("9").see()["lanes"]] == [1, 2]


def lane(letters, name, tier, waiting, since):
    told = {"lane": letters, "name": name, "tier": tier, "waiting": waiting}
    return {**told, "oldest_since": since}


def test_who_is_overdue_is_told_to_stand_in_the_first_tier(house):
    house.take("permit")
    assert tiers(house) == [(2, False)]
    house.clock.advance(minutes=45)
    assert tiers(house) == [(1, True)]


def tiers(house):
    return [(row["tier"], row["overdue"]) for row in house.clerk("1").see()["next"]]


def test_everything_somebody_came_for_is_told(house):
    body = {"items": ["id-card", "passport"]}
    assert house.post("/kiosk/tickets", KIOSK_TOKEN, body).status_code == 201
    assert house.clerk("1").see()["next"][0]["items"] == ["id-card", "passport"]


def test_who_waits_for_this_counter_alone_is_named(house):
    house.take()
    clerk = house.clerk("1")
    house.clerk("2")
    ticket = clerk.next()["ticket"]
    clerk.handle(ticket, "transfer", {"counter": "2", "reason": "需要专窗办理"})
    assert house.clerk("2").see()["bound"] == ["A001"]
    assert clerk.see()["bound"] == []
    house.clerk("2").do("close")
    assert numbers(clerk.see()["next"]) == ["A001"]
