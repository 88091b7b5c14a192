"""Whoever booked is reminded on the evening before and two hours before, of what stands then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.appointments.rules import reminders_of
from app.catalog.hall_file import parse_hall
from app.catalog.plan import Remind
from app.core.db import db
from tests.appointments.desk import TODAY, at
from tests.catalog.conftest import SMALL
from tests.crowd import rows

NOTICES = db.metadata.tables["notices"]
BEIJING = ZoneInfo("Asia/Shanghai")


def pending(house):
    """When each reminder that will be sent is due, and until when it is worth something."""
    found = [row for row in rows(house, NOTICES, kind="reminder") if row.state == "pending"]
    return sorted((clock(row.at), clock(row.not_after)) for row in found)


def clock(moment):
    return f"{moment.astimezone(BEIJING):%d %H:%M}"


def test_two_that_are_silent_until_their_time(house):
    li = house.citizen("li").identify()
    li.book(house.slot("14:00", date="2026-11-25"))
    assert pending(house) == [("24 18:00", "25 12:00"), ("25 12:00", "25 14:00")]
    assert [each["kind"] for each in li.get("/me/notices").json] == ["booked"]
    at(house, "2026-11-24T18:00:00")
    told = [each for each in li.get("/me/notices").json if each["kind"] == "reminder"]
    assert len(told) == 1
    assert "11 月 25 日（周三）14:00–14:30" in told[0]["text"]


def test_they_follow_the_booking(house):
    li = house.citizen("li").identify()
    booking = li.book(house.slot("14:00", date="2026-11-25"))
    other = house.slot("09:00", date="2026-11-26")
    assert li.appointment(booking, "reschedule", {"slot": other}).status_code == 200
    assert pending(house) == [("25 18:00", "26 07:00"), ("26 07:00", "26 09:00")]
    assert li.appointment(booking, "cancel").status_code == 200
    assert pending(house) == []


def test_none_for_who_has_come_and_none_for_a_moment_past(house):
    li = house.citizen("li").identify()
    booking = li.book(house.slot("11:30", date=TODAY))
    assert pending(house) == [("23 09:30", "23 11:30")]
    li.appointment(booking, "cancel")
    booking = li.book(house.slot("10:00", date=TODAY))
    assert pending(house) == []
    li.appointment(booking, "cancel")
    booking = li.book(house.slot("11:00", date=TODAY))
    assert pending(house) == []
    li.appointment(booking, "cancel")
    booking = li.book(house.slot("12:00", date=TODAY))
    house.reload(lambda file: file["hall"].update(promises={"check_in_opens_minutes": 240}))
    assert house.check_in_by(code=booking["code"]).status_code == 201
    assert pending(house) == []


STARTS = datetime(2026, 11, 25, 6, tzinfo=UTC)
"""14:00 in Shanghai."""
LONG_BEFORE = datetime(2026, 11, 20, tzinfo=UTC)
CHOSEN = [
    (Remind(), ["24 18:00", "25 12:00"]),
    (Remind(evening=None), ["25 12:00"]),
    (Remind(before=0), ["24 18:00"]),
    (Remind(evening=None, before=0), []),
    # twenty hours and a half before is half past five on the evening before
    (Remind(before=(20 * 60 + 30) * 60_000), ["24 18:00"]),
    (Remind(evening=time(20), before=90 * 60_000), ["24 20:00", "25 12:30"]),
]


@pytest.mark.parametrize(("remind", "moments"), CHOSEN)
def test_as_the_hall_chose_and_never_two_within_an_hour(remind, moments):
    plan = parse_hall(SMALL.encode()).plan
    plan = replace(plan, booking=replace(plan.booking, remind=remind))
    assert [clock(each) for each in reminders_of(plan, STARTS, LONG_BEFORE)] == moments
