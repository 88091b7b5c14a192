"""The same request again, on every database."""

from __future__ import annotations

from tests.house import HALL, KIOSK_TOKEN, open_house


def test_a_repeated_request_takes_no_second_number(every_settings):
    house = open_house(every_settings)
    first, second = (
        house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"}, key="one tap").json
        for _ in range(2)
    )
    assert second == first
    assert len(house.waiting()) == 1


def test_a_repeated_call_next_calls_nobody_else(every_settings):
    house = open_house(every_settings)
    house.take()
    house.take()
    clerk = house.clerk("1")
    assert clerk.next(key="one click") == clerk.next(key="one click")
    assert len(house.get(f"/halls/{HALL}/calls").json) == 1
