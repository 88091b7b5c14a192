"""When people come, what they do next, where clerks sit: what the demo's people decide."""

from collections import Counter as Count
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.citizens.rules import id_number, name
from living import clerks, people, rhythm
from living.clerks import Counter, Ending, seats
from living.people import Item, Slot, Step, Way, next_step
from living.rhythm import HALF_HOUR, MINUTE

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
ITEMS = [
    Item("id-card", "身份证", "A", 5),
    Item("passport", "护照", "A", 10),
    Item("pension", "养老", "B", 8),
    Item("permit", "施工许可", "J", 30, bookable=False),
    Item("collect", "领取办理结果", "A", 3, collects=True),
]
SEEDS = st.integers(0, 2**32)


def visitors(count=2_000, seed=1):
    rng = Random(seed)
    return [people.imagine(rng, ITEMS, TODAY) for _ in range(count)]


# The rhythm


def test_a_day_is_as_busy_as_the_recorded_one_and_has_no_night():
    day = [rhythm.bustle(half_hour * HALF_HOUR) for half_hour in range(len(rhythm.ARRIVALS))]
    assert mean(day) == pytest.approx(1)
    assert min(day) > 0.6
    assert rhythm.bustle(len(day) * HALF_HOUR) == day[0]


def test_services_take_their_usual_minutes_on_average():
    rng = Random(1)
    drawn = [rhythm.service(rng, 12) for _ in range(20_000)]
    assert mean(drawn) == pytest.approx(rhythm.usual_service(12), rel=0.03)
    assert 0.8 * 12 * MINUTE < mean(drawn) < 1.2 * 12 * MINUTE


@given(SEEDS, st.integers(1, 480))
def test_no_service_is_over_before_anybody_sat_down(seed, minutes):
    assert rhythm.service(Random(seed), minutes) >= rhythm.SHORTEST


def test_nobody_comes_where_nobody_works():
    assert rhythm.gap(Random(1), 0) == float("inf")
    gaps = [rhythm.gap(Random(seed), 0.5) for seed in range(2_000)]
    assert mean(gaps) == pytest.approx(2, rel=0.1)


# People


def test_the_crowd_is_mixed():
    crowd = visitors()
    assert set(Count(visitor.way for visitor in crowd)) == set(Way)
    assert {visitor.priority for visitor in crowd} == set(people.PRIORITIES)
    assert {visitor.grade for visitor in crowd} == set(people.GRADES)
    assert any(not visitor.answers_at_once and not visitor.answers_recall for visitor in crowd)
    assert any(len(visitor.items) == 2 for visitor in crowd)


def test_several_items_are_of_one_lane_and_bookings_of_what_can_be_booked():
    for visitor in visitors():
        assert len({item.lane for item in visitor.items}) == 1
        assert visitor.way is not Way.BOOKED or all(item.bookable for item in visitor.items)


def test_nobody_comes_for_a_result_that_was_never_made():
    assert not any(item.collects for visitor in visitors() for item in visitor.items)


@given(SEEDS)
def test_people_have_numbers_and_names_that_a_hall_takes_but_nobody_has(seed):
    rng = Random(seed)
    visitor = people.imagine(rng, ITEMS, TODAY)
    judged = id_number(people.id_number(rng, visitor.born), TODAY)
    assert judged.value.startswith("110000")
    assert judged.is_elderly_on(TODAY) == (visitor.priority == "elderly")
    assert name(people.name(rng))


def test_some_come_early_some_late_some_never():
    starts, ends = NOW, NOW + timedelta(minutes=30)
    rng = Random(1)
    arrivals = [people.coming(rng, starts, ends) for _ in range(500)]
    came = [at for at in arrivals if at is not None]
    assert 0 < len(arrivals) - len(came) < 60
    assert any(at < starts for at in came)
    assert any(starts <= at <= ends for at in came)
    assert any(at > ends + timedelta(minutes=10) for at in came)
    assert min(came) > starts - timedelta(minutes=60)


def slot(minutes, left):
    starts = NOW + timedelta(minutes=minutes)
    return Slot(str(minutes), starts, starts + timedelta(minutes=30), left)


@given(SEEDS)
def test_a_booking_is_for_soon_and_leaves_places_to_others(seed):
    free = [slot(0, 2), slot(30, 1), slot(60, 9), slot(90, 3), slot(240, 9)]
    chosen = people.slot_for(Random(seed), free, NOW)
    assert chosen in (free[2], free[3])
    assert people.slot_for(Random(seed), free[:2], NOW) is None


VISITOR = next(one for one in visitors() if one.rejoins and one.grade and one.patience < 3600)


@pytest.mark.parametrize(
    ("state", "for_", "is_back", "step"),
    [
        ("waiting", 0, False, Step.WAIT),
        ("waiting", 3600, False, Step.LEAVE),
        ("called", 0, False, Step.WAIT),
        ("serving", 9000, False, Step.WAIT),
        ("passed", 0, False, Step.REJOIN),
        ("parked", 0, False, Step.RETURN),
        ("parked", 60, True, Step.WAIT),
        ("parked", people.LOST, True, Step.LEAVE),
        ("finished", 0, False, Step.RATE),
        ("closed", 0, False, Step.GO),
        ("left", 0, False, Step.GO),
    ],
)
def test_what_somebody_does_next(state, for_, is_back, step):
    assert next_step(VISITOR, state, for_, is_back) == step


def test_the_first_crowd_comes_within_its_seconds_and_a_full_hall_is_not_joined():
    crowd = people.first_crowd(Random(1), 28, 15)
    assert len(crowd) == 70
    assert 0 <= crowd[0] <= crowd[-1] <= 15
    assert people.stays_out(57, 28)
    assert not people.stays_out(56, 28)


def test_the_last_numbers_of_a_lane_are_left_to_others():
    assert people.has_numbers("", 1000)
    assert people.has_numbers("A899", 1000)
    assert not people.has_numbers("A900", 1000)
    assert people.has_numbers("A1200", None)


# Clerks


def counter(no, first, *later):
    return Counter(str(no), (frozenset(first), *map(frozenset, later)))


def test_the_first_counters_are_left_free_and_every_lane_is_somebodys_first():
    general = [counter(no, "AB", "J") for no in range(1, 9)]
    chosen = seats([*general, counter(9, "J", "A")], free=3, most=4)
    assert [one.no for one in chosen] == ["4", "5", "7", "9"]


@given(st.integers(0, 12), st.integers(0, 5), st.integers(1, 12))
def test_never_more_clerks_than_asked_for_unless_a_lane_needs_one(count, free, most):
    hall = [counter(no, "A" if no % 2 else "B") for no in range(count)]
    chosen = seats(hall, free, most)
    assert len(chosen) <= max(most, 2)
    assert not set(chosen) & set(hall[:free])


def imagined(count=3_000, **how):
    rng = Random(1)
    how = {"items_left": 0, "may_send_on": True, **how}
    return [clerks.imagine(rng, 10, **how) for _ in range(count)]


def test_visits_end_in_every_way_but_most_are_finished():
    ends = Count(one.ending for one in imagined(items_left=1))
    assert set(ends) == set(Ending)
    ends = Count(one.ending for one in imagined())
    assert Ending.NEXT_ITEM not in ends
    assert ends[Ending.FINISH] + ends[Ending.CALL_NEXT] > 2_500


def test_who_was_parked_or_sent_on_is_seen_to_the_end():
    ends = {one.ending for one in imagined(items_left=1, may_send_on=False)}
    assert ends == {Ending.FINISH, Ending.CALL_NEXT}


def test_a_counter_is_taken_again_only_some_minutes_after_its_clerk_has_gone():
    assert not clerks.may_return(None)
    assert not clerks.may_return(0)
    assert not clerks.may_return(clerks.RETURNS_AFTER - 1)
    assert clerks.may_return(clerks.RETURNS_AFTER)
