"""What can be booked, at its boundaries, without any store."""

from __future__ import annotations

from collections import Counter as Counted
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.appointments.rules import (
    CODE_DIGITS,
    check_in_opens,
    code_of,
    hall_and_date,
    has_closed,
    held_for,
    is_released,
    kept_and_hit,
    may_cancel,
    metres_between,
    slots_of,
    visit_at,
    visits,
)
from app.appointments.words import time_facts
from app.catalog.hall_file import parse_hall
from app.catalog.plan import (
    BookableTime,
    Booking,
    BookingException,
    CalendarDay,
    Counter,
    Exceptional,
    HallPlan,
    Item,
    Location,
    MassEvent,
)
from app.catalog.rules import opening
from queueing.order import MINUTE
from tests.catalog.conftest import SMALL
from wechat.fields import fitted

TUESDAY = date(2026, 11, 24)
WORKDAY = ((540, 720), (810, 1020))
"""Nine to twelve, half past one to five."""
ALL_DAY = ((0, 1440),)
HALF = Decimal("0.5")


def counter(no: str, shares: dict[str, str], **more) -> Counter:
    parts = {letters: Decimal(share) for letters, share in shares.items()}
    return Counter(0, no, "综合窗口", "general", False, (("A", "B"),), more.pop("hours", None),
                   shares=parts, **more)  # fmt: skip


def item(minutes: int, lane: str = "A", bookable=None, code: str = "x") -> Item:
    return Item(0, code, "事项", "gongan", lane, minutes, (), bookable)


def hall(*counters: Counter, **changes) -> HallPlan:
    """Two lanes, slots of half an hour, everything for the public."""
    booking = Booking(slot_minutes=30, walk_in_share=Decimal(0), staff_share=Decimal(0))
    given_ = {"booking": booking, "week": (WORKDAY,) * 7, "calendar": {}, **changes}
    small = parse_hall(SMALL.encode()).plan
    made = counters or (counter("1", {"A": "0.5"}), counter("2", {"A": "0.5", "B": "0.5"}))
    return replace(small, counters={one.no: one for one in made}, **given_)


def booking(plan: HallPlan, **changes) -> HallPlan:
    return replace(plan, booking=replace(plan.booking, **changes))


def sold(plan: HallPlan, day: date = TUESDAY, lane: str = "A", pool: str = "public"):
    """Local time -> minutes, of the ordinary slots of a day."""
    slots = slots_of(plan, plan.hall_day(day)).values()
    return {
        slot.starts_at.astimezone(plan.zone).strftime("%H:%M"): slot.capacity
        for slot in slots
        if slot.lane == lane and slot.pool == pool and slot.event is None
    }


def times(plan: HallPlan, items, day: date = TUESDAY, pool="public") -> list[str]:
    """When a visit for these items could begin, by the hall's clock."""
    found = visits(plan, slots_of(plan, plan.hall_day(day)).values(), items, pool)
    return [visit.starts_at.astimezone(plan.zone).strftime("%H:%M") for visit in found]


def at(plan: HallPlan, moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=plan.zone)


# Counters, hours, shares


def test_counters_times_their_shares():
    plan = hall()
    assert sold(plan)["09:00"] == 30  # half of two counters
    assert sold(plan, lane="B")["09:00"] == 15
    morning = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    afternoon = ["13:30", "14:00", "14:30", "15:00", "15:30", "16:00", "16:30"]
    assert list(sold(plan)) == morning + afternoon


def test_what_is_kept_for_walk_ins_and_for_staff():
    plan = booking(hall(), walk_in_share=HALF, staff_share=Decimal("0.125"))
    assert sold(plan)["09:00"] == 11  # 30 × 0.375, whole minutes
    assert sold(plan, pool="staff")["09:00"] == 3


def test_a_counter_with_its_own_hours():
    mornings = (((540, 720),),) * 7
    plan = hall(counter("1", {"A": "1"}), counter("2", {"A": "1"}, hours=mornings))
    assert (sold(plan)["11:30"], sold(plan)["13:30"]) == (60, 30)


def test_a_counter_that_leaves_in_the_middle_of_a_slot_has_no_part_in_it():
    plan = hall(counter("1", {"A": "1"}), counter("2", {"A": "1"}, hours=(((540, 585),),) * 7))
    assert (sold(plan)["09:00"], sold(plan)["09:30"]) == (60, 30)


def test_a_counter_lost_for_a_day():
    lost = Exceptional(TUESDAY, (), "培训")
    plan = hall(counter("1", {"A": "1"}), counter("2", {"A": "1"}, exceptions=(lost,)))
    assert sold(plan)["09:00"] == 30
    assert sold(plan, date(2026, 11, 25))["09:00"] == 60


def test_a_lane_no_counter_has_time_for_holds_nothing_and_is_told_apart_from_no_slot():
    plan = hall(counter("1", {"A": "1"}))
    assert set(sold(plan, lane="B").values()) == {0}


def test_a_hall_exception_and_a_holiday():
    short = Exceptional(TUESDAY, ((540, 600),), "年终结账")
    assert list(sold(hall(exceptions=(short,)))) == ["09:00", "09:30"]
    assert sold(hall(exceptions=(Exceptional(TUESDAY, (), "停电"),))) == {}
    day_off = {TUESDAY: CalendarDay(TUESDAY, "holiday", "国庆节", "official")}
    assert sold(hall(calendar=day_off)) == {}
    assert len(sold(hall(calendar=day_off, closed_on_holidays=False))) == 13


def test_an_opening_shorter_than_a_slot_and_a_rest_of_one():
    week = (((540, 565), (600, 675)),) * 7
    assert list(sold(hall(week=week))) == ["10:00", "10:30"]


def test_a_hall_that_never_closes_sells_its_whole_day():
    plan = hall(week=(ALL_DAY,) * 7)
    clocks = list(sold(plan))
    assert (len(clocks), clocks[0], clocks[-1]) == (48, "03:00", "02:30")
    slots = slots_of(plan, plan.hall_day(TUESDAY))
    night = next(s for s in slots.values() if s.starts_at == at(plan, "2026-11-25T01:00"))
    assert night.id == "small.20261124.A.2460.public"
    assert hall_and_date(night.id) == ("small", TUESDAY)


@pytest.mark.parametrize(("day", "count"), [(date(2026, 10, 31), 50), (date(2027, 3, 13), 46)])
def test_a_night_on_which_the_clocks_change_is_as_long_as_it_is(day, count):
    plan = hall(week=(ALL_DAY,) * 7, timezone="America/New_York")
    slots = [s for s in slots_of(plan, plan.hall_day(day)).values() if s.lane == "A"]
    public = [slot for slot in slots if slot.pool == "public"]
    assert len(public) == len({slot.id for slot in public}) == count
    assert all(b.starts_at == a.ends_at for a, b in pairwise(public))
    # over the change, too, a visit lasts as long as it does
    long = list(visits(plan, public, [item(75)], "public"))
    assert {visit.ends_at - visit.starts_at for visit in long} == {timedelta(minutes=90)}


def test_ids_are_made_from_the_file_alone():
    plan = hall()
    slots = slots_of(plan, plan.hall_day(TUESDAY))
    assert all(slot.id == slot_id for slot_id, slot in slots.items())
    assert slots_of(plan, plan.hall_day(TUESDAY)) == slots


@pytest.mark.parametrize("text", ["", "t", "t.20261124", "t.2026112.A.0.public", "t.x.A.0.public",
                                  "t.20261301.A.0.public", "a.b.20261124.A.0.public"])  # fmt: skip
def test_what_is_no_id(text):
    with pytest.raises(ValueError, match=r"\w"):
        hall_and_date(text)


THOUSANDTHS = st.integers(0, 1000)


@st.composite
def plans(draw) -> HallPlan:
    def split(parts: int) -> list[Decimal]:
        cuts = sorted(draw(st.lists(THOUSANDTHS, min_size=parts, max_size=parts)))
        edges = [0, *cuts]
        return [Decimal(b - a) / 1000 for a, b in pairwise(edges)]

    hours = st.one_of(st.none(), st.sampled_from([(((540, 720),),) * 7, (((600, 1000),),) * 7]))
    counters = []
    for no in range(1, draw(st.integers(1, 6)) + 1):
        a, b = split(2)
        counters.append(counter(str(no), {"A": str(a), "B": str(b)}, hours=draw(hours)))
    walk_in, staff = split(2)
    length = draw(st.integers(5, 240))
    return booking(hall(*counters), slot_minutes=length, walk_in_share=walk_in, staff_share=staff)


@given(plans())
def test_no_more_is_sold_than_the_counters_have(plan):
    day = plan.hall_day(TUESDAY)
    by_time = Counted()
    for slot in slots_of(plan, day).values():
        assert slot.capacity >= 0
        by_time[slot.starts_at, slot.ends_at] += slot.capacity
    for (starts_at, ends_at), minutes in by_time.items():
        on_duty = sum(
            any(opens <= starts_at and ends_at <= closes for opens, closes in opening(plan, day, c))
            for c in plan.counters.values()
        )
        kept = 1 - plan.booking.walk_in_share
        assert minutes <= on_duty * plan.booking.slot_minutes * kept


# Visits


def test_a_visit_of_several_slots_takes_each_for_as_long_as_it_lasts():
    plan = hall()
    slots = slots_of(plan, plan.hall_day(TUESDAY))
    first = next(s for s in slots.values() if s.lane == "A" and s.pool == "public")
    visit = visit_at(plan, slots.values(), [item(40), item(25)], first)
    assert [part.units for part in visit.parts] == [30, 30, 5]
    assert (visit.starts_at, visit.ends_at) == (first.starts_at, at(plan, "2026-11-24T10:30"))
    assert [slot.id for slot, _ in visit.needs] == sorted(slot.id for slot, _ in visit.needs)


@pytest.mark.parametrize(
    ("minutes", "last"), [(30, "11:30"), (31, "11:00"), (60, "11:00"), (61, "10:30")]
)
def test_a_visit_does_not_run_into_the_lunch_pause_nor_past_closing(minutes, last):
    found = times(hall(), [item(minutes)])
    morning = [clock for clock in found if clock < "12:00"]
    assert morning[-1] == last
    assert "13:30" in found
    assert found[-1] == {"11:30": "16:30", "11:00": "16:00", "10:30": "15:30"}[last]


def test_a_visit_longer_than_any_opening_is_never_offered():
    assert times(hall(), [item(300)]) == []


def test_where_a_visit_never_fits_there_is_none():
    plan = hall()
    assert sold(plan, lane="B")["09:00"] == 15
    assert times(plan, [item(15, "B")]) != []
    assert times(plan, [item(16, "B")]) == times(plan, [item(45, "B")]) == []


def test_a_visit_keeps_to_its_lane_and_pool():
    both = hall(counter("1", {"B": "1"}), counter("2", {"A": "1", "B": "1"}))
    plan = booking(both, staff_share=HALF)
    slots = slots_of(plan, plan.hall_day(TUESDAY)).values()
    for pool in ("public", "staff"):
        found = list(visits(plan, slots, [item(45, "B")], pool))
        assert {(p.slot.lane, p.slot.pool) for v in found for p in v.parts} == {("B", pool)}


# Weekdays and weeks of the month

SATURDAYS = [date(2026, 10, day) for day in (3, 10, 17, 24, 31)]
"""Of a month that has five; February 2027 has four."""
FOUR = [date(2027, 2, day) for day in (6, 13, 20, 27)]


@pytest.mark.parametrize(
    ("weeks", "of_five", "of_four"),
    [
        ((), SATURDAYS, FOUR),
        ((1,), SATURDAYS[:1], FOUR[:1]),
        ((3,), SATURDAYS[2:3], FOUR[2:3]),
        ((1, 3), SATURDAYS[0:3:2], FOUR[0:3:2]),
        ((4,), SATURDAYS[3:4], FOUR[3:]),
        ((5,), SATURDAYS[4:], []),
        ((-1,), SATURDAYS[4:], FOUR[3:]),
        ((1, -1), [SATURDAYS[0], SATURDAYS[4]], [FOUR[0], FOUR[3]]),
    ],
)
def test_the_nth_saturday(weeks, of_five, of_four):
    marriage = item(30, bookable=(BookableTime((5,), weeks, ((540, 600),)),))
    for days, expected in ((SATURDAYS, of_five), (FOUR, of_four)):
        assert [day for day in days if times(hall(), [marriage], day)] == expected
    assert times(hall(), [marriage], SATURDAYS[0] - timedelta(days=1)) == []


def test_every_item_of_a_visit_must_be_bookable_there():
    morning = item(10, bookable=(BookableTime((1,), (), ((540, 600),)),))
    assert times(hall(), [morning]) == ["09:00", "09:30"]
    assert times(hall(), [item(10), morning]) == ["09:00", "09:30"]
    assert times(hall(), [item(40), morning]) == ["09:00"]
    assert times(hall(), [item(10, bookable=())]) == []


def test_a_time_after_midnight_has_the_weekday_of_its_clock():
    plan = hall(week=(ALL_DAY,) * 7)
    wednesday = item(10, bookable=(BookableTime((2,), (), ((0, 180),)),))
    assert times(plan, [wednesday])[0] == "00:00"
    assert times(plan, [wednesday], date(2026, 11, 25)) == []


def test_one_day_on_which_bookings_keep_other_hours():
    plan = booking(
        hall(),
        exceptions=(
            BookingException(TUESDAY, (), "系统升级", ("A",)),
            BookingException(TUESDAY, ((540, 600),), "半天", ("B",)),
        ),
    )
    assert (sold(plan), list(sold(plan, lane="B"))) == ({}, ["09:00", "09:30"])
    assert len(sold(plan, date(2026, 11, 25))) == 13
    every = booking(hall(), exceptions=(BookingException(TUESDAY, (), "盘点"),))
    assert (sold(every), sold(every, lane="B")) == ({}, {})


# Mass events


EVENT = MassEvent("fafang", "证书发放", "cert", (TUESDAY,), ((540, 720), (810, 840)), 20, 37, 2)


def event_hall() -> HallPlan:
    plan = booking(hall(), events=(EVENT,))
    return replace(plan, items={"cert": item(3, bookable=(), code="cert"), "x": item(3)})


def test_an_event_sells_places_in_slots_of_its_own():
    plan = event_hall()
    slots = [s for s in slots_of(plan, plan.hall_day(TUESDAY)).values() if s.event]
    assert len(slots) == 20  # nine and one of twenty minutes, public and staff
    assert {(slot.pool, slot.capacity) for slot in slots} == {("public", 37), ("staff", 2)}
    assert slots[0].id == "small.20261124.A.1500.public.fafang"
    assert hall_and_date(slots[0].id) == ("small", TUESDAY)
    tomorrow = slots_of(plan, plan.hall_day(date(2026, 11, 25))).values()
    assert [slot for slot in tomorrow if slot.event] == []


def test_an_event_is_held_only_while_the_hall_is_open():
    def times_of(plan):
        slots = slots_of(plan, plan.hall_day(TUESDAY)).values()
        return [f"{s.starts_at.astimezone(plan.zone):%H:%M}" for s in slots if s.event][::2]

    short = Exceptional(TUESDAY, ((600, 700),), "培训")
    assert times_of(replace(event_hall(), exceptions=(short,))) == [
        "10:00", "10:20", "10:40", "11:00", "11:20"
    ]  # fmt: skip
    day_off = {TUESDAY: CalendarDay(TUESDAY, "holiday", "国庆节", "official")}
    assert times_of(replace(event_hall(), calendar=day_off)) == []


def test_only_its_own_item_alone_takes_one_place_of_it():
    plan = event_hall()
    slots = list(slots_of(plan, plan.hall_day(TUESDAY)).values())
    cert, other = plan.items["cert"], plan.items["x"]
    found = list(visits(plan, slots, [cert], "public"))
    assert len(found) == 10
    assert {(part.units, part.slot.event) for visit in found for part in visit.parts} == {
        (1, EVENT)
    }
    assert all(part.slot.event is None for v in visits(plan, slots, [other], "public")
               for part in v.parts)  # fmt: skip
    assert list(visits(plan, slots, [cert, cert], "public")) == []


def test_an_event_of_an_item_that_has_left_sells_nothing():
    plan = replace(event_hall(), items={"x": item(3)})
    assert all(s.event is None for s in slots_of(plan, plan.hall_day(TUESDAY)).values())


# When


RELEASES = [
    # zone, now, the farthest day that can be booked
    ("Asia/Shanghai", "2026-11-23T00:00:00", date(2026, 11, 29)),
    ("Asia/Shanghai", "2026-11-23T07:59:59.999", date(2026, 11, 29)),
    ("Asia/Shanghai", "2026-11-23T08:00:00", date(2026, 11, 30)),
    ("Asia/Shanghai", "2026-11-23T23:59:59.999", date(2026, 11, 30)),
    ("Pacific/Kiritimati", "2026-11-23T07:59:59.999", date(2026, 11, 29)),
    ("Pacific/Kiritimati", "2026-11-23T08:00:00", date(2026, 11, 30)),
    ("Pacific/Pago_Pago", "2026-11-23T07:59:59.999", date(2026, 11, 29)),
    ("Pacific/Pago_Pago", "2026-11-23T08:00:00", date(2026, 11, 30)),
]


@pytest.mark.parametrize(("zone", "now", "farthest"), RELEASES)
def test_a_day_is_opened_at_the_halls_own_time(zone, now, farthest):
    plan = booking(hall(timezone=zone), horizon_days=7, release_at=time(8))
    moment = at(plan, now).astimezone(UTC)
    assert is_released(plan, farthest, moment)
    assert not is_released(plan, farthest + timedelta(days=1), moment)


@pytest.mark.parametrize("days", [0, 1, 90])
def test_however_far_the_horizon(days):
    plan = booking(hall(), horizon_days=days, release_at=time(0))
    now = at(plan, "2026-11-24T00:00")
    assert is_released(plan, TUESDAY + timedelta(days=days), now)
    assert not is_released(plan, TUESDAY + timedelta(days=days + 1), now)


MS = timedelta(milliseconds=1)


@pytest.mark.parametrize("minutes", [0, 30, 10_080])
def test_until_when_a_time_can_be_booked_and_given_up(minutes):
    plan = booking(hall(), book_until=minutes * MINUTE, cancel_until=minutes * MINUTE)
    slots = slots_of(plan, plan.hall_day(TUESDAY)).values()
    visit = next(visits(plan, slots, [item(10)], "public"))
    limit = visit.starts_at - timedelta(minutes=minutes)
    assert not has_closed(plan, visit, limit - MS)
    assert has_closed(plan, visit, limit)
    assert may_cancel(plan, visit.starts_at, limit)
    assert not may_cancel(plan, visit.starts_at, limit + MS)


@pytest.mark.parametrize(
    ("starts", "opens"),
    [
        ("2026-11-24T09:00", "2026-11-24T08:00"),
        ("2026-11-24T04:00", "2026-11-24T03:00"),
        ("2026-11-24T03:30", "2026-11-24T03:00"),
        ("2026-11-24T03:00", "2026-11-24T03:00"),
        ("2026-11-24T02:30", "2026-11-24T01:30"),
        ("2026-11-24T00:30", "2026-11-23T23:30"),
    ],
)
def test_check_in_opens_within_the_same_hall_day(starts, opens):
    plan = hall()
    assert check_in_opens(plan, at(plan, starts), 60 * MINUTE) == at(plan, opens)


# Chance


HEX = st.integers(0, 2**128 - 1).map("{:032x}".format)


@given(HEX, st.integers(0, 100), st.integers(0, 100))
def test_held_within_the_halls_bounds(random, least, more):
    plan = booking(hall(), release_hold=(least, least + more))
    assert timedelta(milliseconds=least) <= held_for(plan, random)
    assert held_for(plan, random) <= timedelta(milliseconds=least + more)


def test_every_moment_within_the_bounds_comes_up():
    plan = booking(hall(), release_hold=(3, 5))
    held = Counted(held_for(plan, f"{n:032x}") / MS for n in range(300))
    assert held == {3: 100, 4: 100, 5: 100}


@given(HEX)
def test_a_code_can_be_typed_at_the_machine(random):
    assert len(code_of(random)) == CODE_DIGITS
    assert code_of(random).isdigit()


def test_codes_differ():
    assert code_of(f"{0:032x}") == "0" * CODE_DIGITS
    assert len({code_of(f"{n:032x}") for n in range(1000)}) == 1000


# Where


@pytest.mark.parametrize(
    ("latitude", "longitude", "metres"),
    [(0, 0, 0), (0, 1, 111_195), (1, 0, 111_195), (0, 180, 20_015_087), (-90, 0, 10_007_543)],
)
def test_metres_along_the_ground(latitude, longitude, metres):
    assert metres_between(Location(0, 0, 300), latitude, longitude) == pytest.approx(metres, abs=1)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_the_other_side_of_the_earth_is_far(latitude, longitude):
    opposite = longitude - 180 if longitude > 0 else longitude + 180
    away = metres_between(Location(latitude, longitude, 300), -latitude, opposite)
    assert away == pytest.approx(20_015_087, abs=1_000)


# A day that shrinks


SLOT_IDS = ("s1", "s2", "s3")
NEEDS = st.dictionaries(st.sampled_from(SLOT_IDS), st.integers(1, 10), min_size=1)
ROOM = st.dictionaries(st.sampled_from(SLOT_IDS), st.integers(0, 30))


@given(st.lists(NEEDS, max_size=12), ROOM)
def test_first_made_first_kept(needs, room):
    bookings = [(str(n), each) for n, each in enumerate(needs)]
    kept, hit = kept_and_hit(bookings, room)
    wanted = dict(bookings)
    assert sorted(kept + hit, key=int) == [booking_id for booking_id, _ in bookings]
    used = Counted()
    for booking_id in kept:
        used.update(wanted[booking_id])
    assert all(units <= room.get(slot, 0) for slot, units in used.items())
    # nobody is hit who would fit beside those kept who booked earlier
    for booking_id in hit:
        before = Counted()
        for other in kept:
            if int(other) < int(booking_id):
                before.update(wanted[other])
        assert any(
            before[slot] + units > room.get(slot, 0) for slot, units in wanted[booking_id].items()
        )


def test_a_slot_that_is_gone_hits_whoever_needs_it():
    bookings = [("a", {"s1": 5}), ("b", {"s1": 5, "s2": 5}), ("c", {"s2": 5})]
    assert kept_and_hit(bookings, {"s1": 30}) == (["a"], ["b", "c"])


# What is told of a booking


@pytest.mark.parametrize("length", [1, 15, 16, 60])
def test_however_long_the_name_a_message_says_that_there_are_several_items(length):
    items = {code: replace(item(5, code=code), name="证" * length) for code in ("x", "y")}
    booked = SimpleNamespace(
        items=["x", "y"], slot_starts_at=datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    )
    told = time_facts(hall(items=items), booked, "", "李*明")["item"]
    assert told.startswith("证")
    assert told.endswith("等 2 项")
    assert fitted("thing1", told) == told
    assert ("…" in told) is (length > 15)
