"""What is said of a licence, and counted of its renewal."""

from datetime import UTC, datetime

import pytest

from app.renewals.rules import days_waited, tail_of


@pytest.mark.parametrize(
    ("number", "tail"),
    [
        ("清居00123456", "3456"),
        ("湘卫公证字〔2021〕第4300337号", "0337"),
        ("（2024）第028号", "4028"),
        ("JY1-4301-04-00A", "400A"),
        ("12", "12"),
        ("第甲字号", "第甲字号"),
    ],
)
def test_a_number_is_known_by_its_last_letters_and_digits(number, tail):
    assert tail_of(number) == tail


def test_days_are_waited_by_the_calendar_of_beijing():
    tapped = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)  # a minute before midnight
    assert days_waited(tapped, datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == 1
    assert days_waited(tapped, tapped) == 0
    assert days_waited(None, tapped) == 0
