"""What a console is told."""

from __future__ import annotations


def test_the_console_lists_who_waits_in_the_order_of_its_calls(house):
    house.take("permit", priority="elderly")  # due first, but in the second tier of counter 1
    house.take("id-card")
    assert house.clerk("1").see()["next"][0]["number"] == "A001"
    assert house.clerk("9").see()["next"][0]["number"] == "J001"
    assert house.clerk("1").next()["ticket"]["number"] == "A001"
