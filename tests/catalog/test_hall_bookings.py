"""What a hall file says about bookings: read, refused, kept, and true of the demo halls."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.hall_file import HallFileError, parse_hall, read_hall_file
from app.catalog.plan import (
    Ban,
    BookableTime,
    Booking,
    BookingException,
    Exceptional,
    HallPlan,
    Item,
    Location,
    MassEvent,
    Remind,
)
from app.catalog.rules import counter_hours_on, is_bookable
from app.catalog.service import plan_of
from queueing.order import MINUTE
from tests.catalog.conftest import SMALL
from tests.catalog.test_hall_file import faults_of, judged, line_of
from tests.catalog.test_service import without_ids

HALLS = Path(__file__).parents[2] / "config" / "halls"

BOOKED = (
    SMALL.replace(
        "  promises: {walk_in_minutes: 30}\n",
        """\
  exceptions:
    - {date: 2026-12-31, hours: ["09:00-12:00"], reason: 年终结账}
  booking:
    slot_minutes: 30
    walk_in_share: 0.25
    staff_share: 0.125
    horizon_days: 14
    release_at: "07:30"
    book_until_minutes: 15
    cancel_until_minutes: 90
    release_hold_minutes: 2-5
    offer_minutes: 45
    remind: {evening_at: "19:30", before_minutes: 90}
    bans:
      - {what: missed, count: 2, ban_days: 14}
      - {what: cancelled, count: 4, within_days: 21, ban_days: 7}
    exceptions:
      - {date: 2026-12-24, closed: true, lanes: [A], reason: 系统升级}
      - {date: 2026-12-24, hours: ["09:00-11:00"], lanes: [B], reason: 半天}
      - {date: 2026-12-25, hours: ["13:30-15:00"], reason: 盘点}
    events:
      - code: fafang
        name: 证书发放
        item: b-1
        dates: [2026-12-28, 2026-12-29]
        hours: ["09:00-12:00", "14:00-17:00"]
        slot_minutes: 20
        places: 37
        staff_places: 2
  location: {latitude: 37.0456, longitude: -115.66, radius_m: 300}
""",
    )
    .replace(
        "  - {no: 1, name: 综合窗口, tiers: [[A, B]]}\n",
        """\
  - no: 1
    name: 综合窗口
    tiers: [[A, B]]
    shares:
      A: 0.35
      B: 0.65
    exceptions:
      - {date: 2026-12-23, closed: true, reason: 培训}
      - {date: 2026-12-31, hours: ["10:00-11:00"], reason: 支援}
""",
    )
    .replace(
        "minutes: 15}",
        'minutes: 15, bookable: [{days: [sat, sun], weeks: [1, -1], hours: ["09:00-10:00"]}]}',
    )
)


def test_every_key_is_read():
    plan = parse_hall(BOOKED.encode()).plan
    assert plan.booking == Booking(
        slot_minutes=30,
        walk_in_share=Decimal("0.25"),
        staff_share=Decimal("0.125"),
        horizon_days=14,
        release_at=time(7, 30),
        book_until=15 * MINUTE,
        cancel_until=90 * MINUTE,
        release_hold=(2 * MINUTE, 5 * MINUTE),
        offer_for=45 * MINUTE,
        remind=Remind(time(19, 30), 90 * MINUTE),
        bans=(Ban("missed", 2, 14), Ban("cancelled", 4, 7, within_days=21)),
        exceptions=(
            BookingException(date(2026, 12, 24), (), "系统升级", ("A",)),
            BookingException(date(2026, 12, 24), ((540, 660),), "半天", ("B",)),
            BookingException(date(2026, 12, 25), ((810, 900),), "盘点"),
        ),
        events=(
            MassEvent(
                code="fafang",
                name="证书发放",
                item="b-1",
                dates=(date(2026, 12, 28), date(2026, 12, 29)),
                hours=((540, 720), (840, 1020)),
                slot_minutes=20,
                places=37,
                staff_places=2,
            ),
        ),
    )
    assert plan.location == Location(37.0456, -115.66, 300)
    assert plan.counters["1"].shares == {"A": Decimal("0.35"), "B": Decimal("0.65")}
    assert plan.counters["1"].exceptions == (
        Exceptional(date(2026, 12, 23), (), "培训"),
        Exceptional(date(2026, 12, 31), ((600, 660),), "支援"),
    )
    assert plan.items["b-1"].bookable == (BookableTime((5, 6), (1, -1), ((540, 600),)),)


def test_nobody_is_reminded_where_the_hall_does_not_want_it():
    never = BOOKED.replace('evening_at: "19:30", before_minutes: 90', "evening_at: false")
    assert parse_hall(never.encode()).plan.booking.remind == Remind(None)


def test_what_is_left_out_has_its_default():
    plan = parse_hall(SMALL.encode()).plan
    assert plan.booking == Booking()
    assert plan.location is None
    assert plan.counters["1"].shares == {}
    assert plan.items["a-1"].bookable is None
    few = SMALL.replace("  promises: {walk_in_minutes: 30}", "  booking: {slot_minutes: 30}")
    assert parse_hall(few.encode()).plan.booking == replace(Booking(), slot_minutes=30)


def test_one_number_of_minutes_holds_a_freed_place_for_just_so_long():
    plan = parse_hall(BOOKED.replace("2-5", "7").encode()).plan
    assert plan.booking.release_hold == (7 * MINUTE, 7 * MINUTE)


def test_an_item_that_is_never_bookable():
    never = SMALL.replace("minutes: 15}", "minutes: 15, bookable: false}")
    assert parse_hall(never.encode()).plan.items["b-1"].bookable == ()


def test_it_comes_back_from_its_tables_as_the_file_said_it(load):
    load(BOOKED)
    assert without_ids(plan_of("small")) == parse_hall(BOOKED.encode()).plan
    load(SMALL)
    assert without_ids(plan_of("small")) == parse_hall(SMALL.encode()).plan


LONG_EXCEPTION = "- {date: 2026-12-24, closed: true, lanes: [A], reason: 系统升级}"

# (what is written, what is written instead, part of the sentence)
MISTAKES = [
    ("    slot_minutes: 30", "    slot_minutes: 4", "5 到 240"),
    ("    slot_minutes: 30", "    slot_minutes: 241", "5 到 240"),
    ("    slot_minutes: 30", "    slots: 30", "不认识的键"),
    ("walk_in_share: 0.25", "walk_in_share: 0.2505", "最多 3 位"),
    ("walk_in_share: 0.25", "walk_in_share: 1.001", "0 到 1 之间"),
    ("walk_in_share: 0.25", "walk_in_share: -0.1", "0 到 1 之间"),
    ("walk_in_share: 0.25", "walk_in_share: 25%", "应是数字"),
    ("walk_in_share: 0.25", "walk_in_share: .nan", "应是数字"),
    ("walk_in_share: 0.25", "walk_in_share: [0.25]", "应是数字"),
    ("horizon_days: 14", "horizon_days: 91", "0 到 90"),
    ('release_at: "07:30"', 'release_at: "24:00"', "时刻"),
    ("book_until_minutes: 15", "book_until_minutes: -1", "0 到 10080"),
    ("cancel_until_minutes: 90", "cancel_until_minutes: 10081", "0 到 10080"),
    ("offer_minutes: 45", "offer_minutes: 0", "1 到 1440"),
    ('evening_at: "19:30"', "evening_at: never", "应是 00:00 到 23:59 之间的时刻"),
    ("before_minutes: 90", "before_minutes: 1441", "0 到 1440"),
    ("remind: {evening_at", "remind: {morning_at", "不认识的键"),
    ("release_hold_minutes: 2-5", "release_hold_minutes: 5-2", "从小到大"),
    ("release_hold_minutes: 2-5", "release_hold_minutes: 1-2-3", "从小到大"),
    ("release_hold_minutes: 2-5", "release_hold_minutes: 1-1441", "0 到 1440"),
    ("release_hold_minutes: 2-5", "release_hold_minutes: soon", "应是整数"),
    ("release_hold_minutes: 2-5", "release_hold_minutes: [2, 5]", "应是整数"),
    ("{what: missed, count: 2,", "{what: late, count: 2,", "只能是 missed、cancelled 之一"),
    ("what: missed, count: 2, ban_days: 14", "what: missed, count: 2", "缺少"),
    ("count: 4", "count: 0", "1 到 100"),
    ("within_days: 21", "within_days: 3661", "1 到 3660"),
    ("count: 4, within_days: 21", "count: 4, ever: true", "不认识的键"),
    ("cancelled, count: 4, within_days: 21", "missed, count: 2", "前面已经写过"),
    (LONG_EXCEPTION, LONG_EXCEPTION.replace("[A]", "[X]"), "没有「X」这个业务队列"),
    (LONG_EXCEPTION, LONG_EXCEPTION.replace("[A]", "[]"), "至少要有 1 条"),
    (LONG_EXCEPTION, LONG_EXCEPTION.replace(", closed: true", ""), "请写明当天的 hours"),
    (LONG_EXCEPTION, LONG_EXCEPTION.replace(", reason: 系统升级", ""), "缺少"),
    ('hours: ["13:30-15:00"]', 'closed: true, hours: ["13:30-15:00"]', "不能同时写"),
    ("item: b-1", "item: b-2", "没有「b-2」这个事项"),
    ("places: 37", "places: 0", "1 到 10000"),
    ("staff_places: 2", "staff_places: -1", "0 到 10000"),
    ("dates: [2026-12-28, 2026-12-29]", "dates: []", "至少要有 1 条"),
    ("dates: [2026-12-28, 2026-12-29]", "dates: [2026-12-28, 2026-12-28]", "前面已经写过"),
    ("dates: [2026-12-28, 2026-12-29]", "dates: [2026-12-31]", "2026-12-31 的开放时间"),
    ('["09:00-12:00", "14:00-17:00"]', '["02:59-12:00"]', "早于换日时刻 03:00"),
    ("dates: [2026-12-28, 2026-12-29]", "dates: [2026-02-30]", "没有 2026-02-30 这一天"),
    ('["09:00-12:00", "14:00-17:00"]', '["09:00-12:00", "14:00-14:19"]', "放不下一个 20 分钟"),
    ('["09:00-12:00", "14:00-17:00"]', "[]", "至少要有 1 条"),
    ("latitude: 37.0456", "latitude: 90.1", "-90 到 90"),
    ("longitude: -115.66", "longitude: 180.00000001", "-180 到 180"),
    ("latitude: 37.0456, ", "", "缺少"),
    ("radius_m: 300", "radius_m: 9", "10 到 10000"),
    ("      A: 0.35", "      A: 0", "份额应大于 0"),
    ("      A: 0.35", "      A: all", "应是数字"),
    ("      A: 0.35", "      A: 0.3505", "最多 3 位"),
    ("      A: 0.35", "      a: 0.35", "大写字母"),
    ("      A: 0.35", "      X: 0.35", "不办理「X」队列"),
    (
        "- {date: 2026-12-23, closed: true, reason: 培训}",
        "- {date: 2026-12-23, reason: 培训}",
        "请写明当天的 hours",
    ),
    ('2026-12-31, hours: ["10:00-11:00"]', "2026-12-23, closed: true", "前面已经写过"),
    ('["10:00-11:00"]', '["10:00-13:00"]', "超出了大厅当天的开放时间"),
    ("days: [sat, sun]", "days: [saturday]", "只能是 mon"),
    ("days: [sat, sun]", "days: []", "至少要有 1 条"),
    ("weeks: [1, -1]", "weeks: [0]", "只能是 1、2"),
    ("weeks: [1, -1]", "weeks: [6]", "只能是 1、2"),
    ('hours: ["09:00-10:00"]}]', "hours: []}]", "至少要有 1 条"),
    ("bookable: [{", "bookable: true, x: [{", "只能是 false"),
    ("bookable: [{", "bookable: [], x: [{", "至少要有 1 条"),
]


@pytest.mark.parametrize(("written", "instead", "sentence"), MISTAKES)
def test_each_mistake_is_named_with_its_line(written, instead, sentence):
    assert BOOKED.count(written) == 1
    faults = faults_of(BOOKED.replace(written, instead))
    assert line_of(BOOKED, written) in {at for at, said in faults if sentence in said}, faults


@pytest.mark.parametrize(
    ("written", "instead", "at", "sentence"),
    [
        ("walk_in_share: 0.25", "walk_in_share: 0.876", "  booking:", "合计 1.001，超过了 1"),
        ("      A: 0.35", "      A: 0.351", "  - no: 1\n", "份额合计 1.001，超过了 1"),
        ("{no: 2, ", "{no: 2, shares: {A: 0.6, B: 0.5}, ", "  - {no: 2", "份额合计 1.1，超过了 1"),
    ],
)
def test_what_is_divided_adds_up_to_at_most_one(written, instead, at, sentence):
    text = BOOKED.replace(written, instead)
    assert [line for line, said in faults_of(text) if sentence in said] == [line_of(text, at)]


def test_exactly_one_is_not_too_much():
    assert sum(parse_hall(BOOKED.encode()).plan.counters["1"].shares.values()) == 1
    parse_hall(BOOKED.replace("walk_in_share: 0.25", "walk_in_share: 0.875").encode())


def test_a_share_left_out_counts_with_its_default():
    text = BOOKED.replace("    staff_share: 0.125\n", "").replace("0.25\n", "0.95\n")
    assert any("合计 1.05，超过了 1" in said for _, said in faults_of(text))


def test_a_share_nobody_could_read_is_one_mistake():
    text = BOOKED.replace("staff_share: 0.125", "staff_share: 2").replace("0.25\n", "0.95\n")
    assert [said for _, said in faults_of(text)] == ["应在 0 到 1 之间，这里是 2"]


def test_a_date_may_come_twice_for_two_lanes_but_not_for_one():
    again = "      - {date: 2026-12-24, closed: true, lanes: [B], reason: 检修}\n    events:"
    everybody = again.replace(", lanes: [B]", "")
    other = again.replace("2026-12-24", "2026-12-26")
    for text, faulty in ((again, True), (everybody, True), (other, False)):
        written = BOOKED.replace("    events:", text, 1)
        if not faulty:
            parse_hall(written.encode())
            continue
        line = line_of(written, "reason: 检修")
        assert faults_of(written) == [(line, "2026-12-24 在前面已经为同一队列写过")]


EVENT = BOOKED[BOOKED.index("      - code: fafang") : BOOKED.index("  location:")]


def test_two_events_have_two_codes_and_their_own_days():
    twice = BOOKED.replace(EVENT, EVENT + EVENT)
    said = [sentence for _, sentence in faults_of(twice)]
    assert said == [
        "「fafang」在前面已经用过",
        "「b-1」在 2026-12-28 的集中办理前面已经写过",
        "「b-1」在 2026-12-29 的集中办理前面已经写过",
    ]
    more = EVENT.replace("fafang", "fafang-2").replace("2026-12-2", "2027-01-1")
    parse_hall(BOOKED.replace(EVENT, EVENT + more.replace("01-19", "01-15")).encode())


def test_a_weekend_may_be_a_workday_of_the_public_calendar():
    saturday = BOOKED.replace("dates: [2026-12-28, 2026-12-29]", "dates: [2026-12-26]")
    parse_hall(saturday.encode())
    alone = saturday.replace("  booking:", "  closed_on_holidays: false\n  booking:")
    line = line_of(alone, "dates: [2026-12-26]")
    assert faults_of(alone) == [(line, "集中办理的时间超出了大厅 2026-12-26 的开放时间")]


def test_all_mistakes_are_named_at_once():
    text = (
        BOOKED.replace("    slot_minutes: 30", "    slot_minutes: x")
        .replace("lanes: [A]", "lanes: [X]")
        .replace("item: b-1", "item: b-2")
        .replace("radius_m: 300", "radius_m: x")
        .replace("      A: 0.35", "      A: 0.9")
        .replace("weeks: [1, -1]", "weeks: [9]")
    )
    with pytest.raises(HallFileError) as raised:
        parse_hall(text.encode())
    assert len(raised.value.faults) == 6


PIECES = [*re.findall(r"\w+|[^\w\s]|\n\s*", BOOKED), "~", "[]", "{}", "9" * 30]


@given(
    st.lists(
        st.tuples(st.integers(0, len(BOOKED)), st.integers(0, 12), st.sampled_from(PIECES)),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=100)
def test_no_mutation_makes_anything_but_words(edits):
    text = BOOKED
    for at, drop, put in edits:
        text = text[:at] + put + text[at + drop :]
    plan, faults = judged(text)
    assert faults or all(sum(c.shares.values()) <= 1 for c in plan.counters.values())


def test_an_item_is_bookable_where_its_lane_has_time_or_it_has_an_event():
    plan = parse_hall(BOOKED.encode()).plan
    by_lane, by_event = plan.items["a-1"], plan.items["b-1"]
    never = replace(by_lane, bookable=())
    nobody = {no: replace(counter, shares={}) for no, counter in plan.counters.items()}
    assert is_bookable(plan, by_lane)
    assert not is_bookable(plan, never)
    assert not is_bookable(replace(plan, counters=nobody), by_lane)
    assert is_bookable(replace(plan, counters=nobody), by_event)


def places(plan: HallPlan, item: Item, day: date, part: Decimal) -> int:
    """In one ordinary slot, where hours cover whole slots; `part`: of the time for its lane."""
    shares = sum(
        counter.shares.get(item.lane, Decimal(0))
        for counter in plan.counters.values()
        if counter_hours_on(plan, counter, day)
    )
    return int(plan.booking.slot_minutes * shares * part // item.minutes)


def public(booking: Booking) -> Decimal:
    return 1 - booking.walk_in_share - booking.staff_share


def test_the_demo_has_places_for_its_first_item_on_every_day():
    plan = read_hall_file(HALLS / "qinghe.yaml").plan
    first = next(iter(plan.items.values()))
    assert (first.code, first.minutes, first.bookable) == ("ga-01", 8, None)
    week = [date(2026, 11, 23) + timedelta(days=n) for n in range(7)]
    for_public = [places(plan, first, day, public(plan.booking)) for day in week]
    assert for_public == [12, 12, 12, 12, 12, 5, 5]
    for_staff = [places(plan, first, day, plan.booking.staff_share) for day in week]
    assert for_staff == [2, 2, 2, 2, 2, 1, 1]
    assert (plan.booking.book_until, plan.booking.cancel_until) == (0, 0)
    assert plan.booking.release_hold == (0, 0)


def test_on_a_weekday_of_the_demo_every_item_has_a_place():
    plan = read_hall_file(HALLS / "qinghe.yaml").plan
    monday, part = date(2026, 11, 23), public(plan.booking)
    none = [item.code for item in plan.items.values() if not places(plan, item, monday, part)]
    assert none == []


def test_the_demo_hands_out_962_certificates_in_two_days():
    plan = read_hall_file(HALLS / "qinghe.yaml").plan
    [event] = plan.booking.events
    slots = sum((end - start) // event.slot_minutes for start, end in event.hours)
    assert len(event.dates) == 2
    assert len(event.dates) * slots * event.places == 962
    assert plan.departments[plan.items[event.item].department].name == "教育局"


def test_a_hall_may_ban_nobody():
    nobody = SMALL.replace("  promises: {walk_in_minutes: 30}", "  booking: {bans: []}")
    assert parse_hall(nobody.encode()).plan.booking == replace(Booking(), bans=())
