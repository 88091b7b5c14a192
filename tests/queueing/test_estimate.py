"""What a person would expect of an estimate first; then whether its shares are true."""

import json
from dataclasses import replace
from statistics import fmean, median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueing import estimate, order
from queueing.calibration import Calibration
from queueing.estimate import (
    Booked,
    Desk,
    Forecast,
    Serving,
    Situation,
    Waiting,
    appointments,
    forecast,
)
from queueing.habits import Entered, Habits, Kept, Served, Waited

MINUTE, HOUR = 60_000, 3_600_000
NOW = 6 * HOUR
SERVICE = 300.0
STEADY = Habits.of_day(
    served=[Served(lane, lane, "1", NOW, SERVICE) for lane in "AB" for _ in range(2000)],
    waited=[Waited(8 * 3600.0, left=False)] * 500,
)
"""Services take five minutes, or close to it, and nobody gives up."""
SHARP = SERVICE * 0.3
"""How far off a bin of the learnt table may make one service."""


def waiting(ticket: str, lane: str = "A", due: int | None = None, **more) -> Waiting:
    serial = int(ticket)
    due = NOW + 20 * MINUTE + serial if due is None else due
    return Waiting(ticket, lane, lane, due, serial, NOW - 5 * MINUTE, **more)


def desk(no: str = "1", *tiers: str, **more) -> Desk:
    kept = tuple(tuple(lanes) for lanes in tiers or ("A",))
    return Desk(no, kept, **{"open_since": NOW - HOUR, **more})


def just_called(lane: str = "A") -> Serving:
    return Serving(lane, lane, NOW)


def seen(
    tickets: list[Waiting], desks: list[Desk], habits: Habits = STEADY, seed: int = 1, **more
) -> Forecast:
    return forecast(Situation(NOW, tickets, desks, **more), habits, np.random.default_rng(seed))


def medians(found: Forecast) -> dict[str, float]:
    return {ticket: found.quantile(0.5)[row] for ticket, row in found.tickets.items()}


def newcomer(found: Forecast, lane: str = "A") -> float:
    return found.quantile(0.5)[found.newcomers[lane, NOW]]


# What a person would expect


def test_nobody_ahead_and_an_idle_counter():
    found = seen([waiting("1")], [desk()])
    assert (found.waits[found.tickets["1"]] == 0).all()


def test_with_two_ahead_it_takes_two_services():
    found = medians(seen([waiting(n) for n in "123"], [desk()]))
    assert found["1"] == 0
    assert found["2"] == pytest.approx(SERVICE, abs=SHARP)
    assert found["3"] == pytest.approx(2 * SERVICE, abs=2 * SHARP)


def test_two_counters_take_half_as_long():
    crowd = [waiting(str(n)) for n in range(21)]
    one = medians(seen(crowd, [desk("1")]))["20"]
    two = medians(seen(crowd, [desk("1"), desk("2")]))["20"]
    assert one / two == pytest.approx(2, rel=0.1)


def test_a_service_under_way_is_nearly_over():
    begun = Serving("A", "A", NOW - 280_000)
    soon = medians(seen([waiting("1")], [desk(serving=begun)]))["1"]
    later = medians(seen([waiting("1")], [desk(serving=just_called())]))["1"]
    assert soon < 90
    assert later == pytest.approx(SERVICE, abs=SHARP)


def test_a_bound_ticket_waits_for_its_counter():
    desks = [desk("1", serving=just_called()), desk("2")]
    assert medians(seen([waiting("1")], desks))["1"] == 0
    bound = medians(seen([waiting("1", counter="1")], desks))["1"]
    assert bound == pytest.approx(SERVICE, abs=SHARP)


def test_a_later_tier_comes_after_the_first():
    crowd = [waiting("1", "B", due=NOW), waiting("2", "A"), waiting("3", "A")]
    found = medians(seen(crowd, [desk("1", "A", "B")]))
    assert found["2"] == 0
    assert found["3"] < found["1"]


def test_a_ticket_long_overdue_is_in_the_first_tier():
    crowd = [waiting("1", "B", due=NOW - 16 * MINUTE), waiting("2", "A", due=NOW)]
    found = medians(seen(crowd, [desk("1", "A", "B")]))
    assert found["1"] == 0
    assert found["2"] == pytest.approx(SERVICE, abs=SHARP)


def test_a_counter_that_is_closed_calls_nobody():
    crowd = [waiting("1"), waiting("2")]
    shut = desk("2", open_since=None)
    assert medians(seen(crowd, [desk("1"), shut]))["2"] == pytest.approx(SERVICE, abs=SHARP)


def test_a_counter_that_usually_closes_is_not_counted_on():
    usual = Habits.of_day(
        shifts={"2": [(NOW - HOUR, NOW + 4 * MINUTE)], "1": [(0, NOW + 9 * HOUR)]}
    )
    crowd = [waiting(str(n)) for n in range(9)]
    desks = [desk("1", open_since=0), desk("2", open_since=NOW - HOUR)]
    stays, goes = (medians(seen(crowd, desks, habits)) for habits in (STEADY, STEADY + usual))
    assert goes["8"] > stays["8"] + SERVICE


def test_a_counter_that_usually_opens_is_waited_for():
    usual = Habits.of_day(shifts={"1": [(NOW + 10 * MINUTE, NOW + HOUR)]})
    closed = desk(open_since=None)
    told = medians(seen([waiting("1")], [closed], STEADY + usual))["1"]
    assert 0 < told <= 600


def test_who_lets_people_wait_opens_in_time_for_the_promise():
    told = medians(seen([waiting("1")], [desk(open_since=None)]))["1"]
    assert 0 < told <= order.Promises().walk_in / 1000


def test_a_lane_opens_in_time_for_its_own_promise():
    promises = {"walk_in_promises": {"A": 5 * MINUTE}}
    found = seen([waiting("1")], [desk(open_since=None)], **promises)
    assert 0 < found.quantile(1.0)[found.tickets["1"]] <= 5 * 60


def test_a_visit_of_two_items_ahead_takes_twice_as_long():
    two = ("A",)
    waits = medians(seen([waiting("1", more=two), waiting("2")], [desk()]))["2"]
    serving = Serving("A", "A", NOW, more=two)
    served = medians(seen([waiting("1")], [desk(serving=serving)]))["1"]
    booking = Booked("A", "A", order.Slot(NOW + MINUTE, NOW + 16 * MINUTE), more=two)
    first = [waiting("1"), waiting("2")]
    booked = medians(seen(first, [desk()], STEADY + PUNCTUAL, booked=[booking]))["2"]
    assert waits == pytest.approx(2 * SERVICE, abs=2 * SHARP)
    assert served == pytest.approx(2 * SERVICE, abs=2 * SHARP)
    assert booked == pytest.approx(3 * SERVICE, abs=3 * SHARP)


def test_a_lane_nobody_serves_is_not_estimated():
    found = seen([waiting("1", "B")], [desk("1", "A")])
    assert "1" not in found.tickets


def test_a_slow_counter_is_known():
    day = [Served("A", "A", "1", NOW, 200.0)] * 400 + [Served("A", "A", "2", NOW, 400.0)] * 400
    habits = Habits.of_day(served=day)
    assert habits.slowness("1") == pytest.approx(200 / 300, rel=0.1)
    assert habits.slowness("2") == pytest.approx(400 / 300, rel=0.1)
    assert habits.slowness("3") == 1


def test_services_of_no_time_at_all_make_no_counter_slow():
    assert Habits.of_day(served=[Served("A", "A", "1", NOW, 0.0)]).slowness("1") == 1


PUNCTUAL = Habits.of_day(kept=[Kept(NOW, NOW + MINUTE, True)] * 500)
UNRELIABLE = Habits.of_day(kept=[Kept(NOW, NOW + 10 * HOUR, False)] * 500)


def test_bookings_yet_to_come_push_walk_ins_back():
    crowd = [waiting(str(n)) for n in range(6)]
    slots = [order.Slot(NOW + 5 * MINUTE, NOW + 20 * MINUTE)] * 4
    booked = [Booked("A", "A", slot) for slot in slots]
    alone = medians(seen(crowd, [desk()]))["5"]
    pushed = medians(seen(crowd, [desk()], STEADY + PUNCTUAL, booked=booked))["5"]
    missed = medians(seen(crowd, [desk()], STEADY + UNRELIABLE, booked=booked))["5"]
    assert pushed == pytest.approx(alone + 4 * SERVICE, rel=0.15)
    assert missed == pytest.approx(alone, rel=0.1)


def test_priority_yet_to_come_pushes_walk_ins_back_too():
    often = Habits.of_day(
        entered=[Entered("A", True, NOW + n * 10 * MINUTE) for n in range(6)] * 2,
        open_hours=[(NOW, NOW + HOUR)],
    )
    crowd = [waiting(str(n)) for n in range(6)]
    assert (
        medians(seen(crowd, [desk()], STEADY + often))["5"]
        > medians(seen(crowd, [desk()]))["5"] + SERVICE
    )


def test_people_who_give_up_make_it_shorter():
    impatient = Habits.of_day(waited=[Waited(400.0, left=True)] * 500)
    crowd = [waiting(str(n)) for n in range(8)]
    stays, leaves = (medians(seen(crowd, [desk()], h))["7"] for h in (STEADY, STEADY + impatient))
    assert leaves < 0.7 * stays


def test_a_newcomer_waits_behind_everybody():
    crowd = [waiting("1"), waiting("2"), waiting("3", due=NOW + 2 * HOUR)]
    found = seen(crowd, [desk()])
    assert newcomer(found) == pytest.approx(2 * SERVICE, abs=2 * SHARP)


def test_a_newcomer_of_later_meets_the_bookings_of_then():
    slots = [order.Slot(NOW + HOUR, NOW + HOUR + 15 * MINUTE)] * 6
    hall = Situation(NOW, [], [desk()], [Booked("A", "A", slot) for slot in slots])
    times = [NOW, NOW + HOUR + 10 * MINUTE, NOW + 4 * HOUR]
    found = forecast(hall, STEADY + PUNCTUAL, np.random.default_rng(1), newcomers=times)
    now, then, late = (found.quantile(0.5)[found.newcomers["A", at]] for at in times)
    assert now == late == 0
    assert then > 2 * SERVICE


def test_an_empty_hall():
    assert seen([], []).waits.shape[0] == 0


# What must always hold

lanes = st.sampled_from("AB")
tickets = st.lists(st.tuples(lanes, st.integers(-90, 40)), min_size=1, max_size=12)
halls = st.lists(
    st.tuples(st.sampled_from([("A",), ("B",), ("AB",), ("A", "B"), ("B", "A")]), st.booleans()),
    min_size=1,
    max_size=4,
)


def crowd_of(drawn) -> list[Waiting]:
    return [waiting(str(n), lane, NOW + at * MINUTE) for n, (lane, at) in enumerate(drawn)]


def desks_of(drawn) -> list[Desk]:
    return [
        desk(str(n), *tiers, serving=just_called(tiers[0][0]) if busy else None)
        for n, (tiers, busy) in enumerate(drawn)
    ]


@settings(max_examples=40)
@given(tickets, halls)
def test_quantiles_and_lanes_are_in_order(drawn, kept):
    crowd = crowd_of(drawn)
    found = seen(crowd, desks_of(kept))
    p50, p90 = found.quantile(0.5), found.quantile(0.9)
    assert (p50 <= p90).all()
    assert (found.waits >= 0).all()
    for lane in "AB":
        line = sorted((each for each in crowd if each.lane == lane), key=lambda each: each.due)
        rows = [found.tickets[each.ticket] for each in line if each.ticket in found.tickets]
        assert sorted(p50[rows]) == list(p50[rows])
        assert sorted(p90[rows]) == list(p90[rows])


@settings(max_examples=20)
@given(tickets, halls)
def test_the_same_seed_gives_the_same_answer(drawn, kept):
    crowd, desks = crowd_of(drawn), desks_of(kept)
    assert np.array_equal(seen(crowd, desks).waits, seen(crowd, desks).waits)


@given(
    st.integers(0, 20 * HOUR),
    st.integers(-3 * HOUR, 3 * HOUR),
    st.builds(
        order.Promises,
        walk_in=st.integers(0, HOUR),
        late=st.integers(0, HOUR),
        grace=st.integers(0, HOUR),
    ),
)
def test_many_bookings_are_due_as_each_one_is(starts, after, promises):
    slot = order.Slot(starts, starts + 15 * MINUTE)
    [due] = appointments(
        *(np.array([float(at)]) for at in (slot.starts, slot.ends, starts + after)), promises
    )
    assert due == order.appointment(slot, starts + after, promises).at


def test_a_big_crowd_is_estimated_like_a_small_one(monkeypatch):
    """In the middle of a long line a counter takes several at a step: see SINGLE."""
    hall = Situation(
        NOW,
        [waiting(str(n), due=NOW + n) for n in range(600)],
        [desk(str(n)) for n in range(12)],
    )
    habits = Habits.of_day(served=[Served("A", "A", "1", NOW, s) for s in SPREAD])
    several = forecast(hall, habits, np.random.default_rng(1), runs=300)
    monkeypatch.setattr(estimate, "SINGLE", 1_000_000)
    singly = forecast(hall, habits, np.random.default_rng(2), runs=300)
    for share in (0.5, 0.9):
        one, other = several.quantile(share)[50:600], singly.quantile(share)[50:600]
        assert one == pytest.approx(other, rel=0.06)


SPREAD = [30.0, 60.0, 120.0, 240.0, 480.0, 900.0] * 200


# Whether it is true


def test_nine_of_ten_are_called_before_their_90th_percentile():
    """A hall with services of known distribution, learnt from five hundred of them: held against
    a plain simulation of the same hall, one person at a time."""
    rng = np.random.default_rng(7)
    habits = Habits.of_day(
        served=[Served("A", "A", "1", NOW, float(s)) for s in rng.exponential(240, 500)]
    )
    inside, errors = [], []
    for _ in range(150):
        ahead, counters = int(rng.integers(2, 15)), int(rng.integers(1, 5))
        begun = rng.uniform(0, 300, counters)
        desks = [
            desk(str(n), serving=Serving("A", "A", NOW - int(at * 1000)))
            for n, at in enumerate(begun)
        ]
        crowd = [waiting(str(n)) for n in range(ahead + 1)]
        found = forecast(Situation(NOW, crowd, desks), habits, rng, newcomers=())
        row = found.tickets[str(ahead)]
        free = list(rng.exponential(240, counters))
        for _ in range(ahead):
            free[free.index(min(free))] += rng.exponential(240)
        inside.append(min(free) <= found.quantile(0.9)[row])
        errors.append(min(free) - found.quantile(0.5)[row])
    assert 0.83 <= fmean(inside) <= 0.97
    assert abs(median(errors)) < 60


# What is learnt


def test_habits_are_plain_json():
    habits = Habits.of_day(
        served=[Served("A", "a-1", "1", NOW, 61.5)],
        waited=[Waited(3.0, left=True)],
        kept=[Kept(NOW, NOW + 1, True)],
        entered=[Entered("A", True, NOW)],
        open_hours=[(NOW, NOW + HOUR)],
        shifts={"1": [(NOW, NOW + HOUR)]},
    )
    told = json.loads(json.dumps((habits + STEADY).as_json()))
    again = Habits.from_json(told)
    assert again.as_json() == told
    crowd = [waiting(str(n)) for n in range(5)]
    assert np.allclose(
        seen(crowd, [desk()], again).waits, seen(crowd, [desk()], habits + STEADY).waits
    )


def test_few_services_are_shrunk_towards_the_lane_and_the_hall():
    seldom = Habits.of_day(
        served=[
            *(Served("A", "often", "1", NOW, 300.0) for _ in range(500)),
            Served("A", "once", "1", NOW, 1500.0),
        ]
    )
    rng = np.random.default_rng(1)
    often, once, never = (
        median(curve.draw(rng, (4001,)))
        for curve in seldom.service([("A", "often"), ("A", "once"), ("B", "new")], NOW)
    )
    assert often == pytest.approx(300, rel=0.2)
    assert often < once < 700
    assert never == pytest.approx(300, rel=0.3)


def test_nothing_learnt_is_still_an_estimate():
    found = seen([waiting(n) for n in "12"], [desk()], Habits())
    assert 0 < medians(found)["2"] < 3600


# What people are told


def test_the_90th_percentile_is_corrected_by_what_became_of_others():
    fresh = Calibration()
    assert fresh.factor == 1
    assert fresh.after([(30.0, 10.0)] * 99).factor == 1, "who was called at once says nothing"
    late = fresh.after([(150.0, 100.0)] * 500)
    assert 1.4 < late.factor < 1.5
    assert fresh.after([(150.0, 100.0)] * 5).factor < 1.1, "five are not believed at once"
    found = seen([waiting(n) for n in "123"], [desk()])
    for one, other in zip(fresh.estimates(found), late.estimates(found), strict=True):
        assert one.p50_s <= one.p90_s
        assert other.p90_s == pytest.approx(max(one.p50_s, one.simulated_p90_s * late.factor))


def test_who_may_have_to_wait_is_told_how_long_that_takes():
    waits = np.sort(np.array([[0.0] * 80 + [100.0] * 10 + [200.0] * 10, [0.0] * 95 + [90.0] * 5]))
    mixed = Forecast(waits, {"1": 0, "2": 1}, {})
    one, other = Calibration().estimates(mixed)
    assert (one.p50_s, one.p90_s) == (100, 200)
    assert (other.p50_s, other.p90_s) == (0, 90)


def test_runs_without_a_call_do_not_count_and_nothing_is_said_without_any():
    waits = np.array([[10.0, 20.0, np.inf, np.inf], [np.inf] * 4])
    one, other = Calibration().estimates(Forecast(waits, {"1": 0, "2": 1}, {}))
    assert (one.p50_s, one.p90_s) == (10, 20)
    assert other is None


def test_times_of_the_promises_of_a_lane_count():
    hall = Situation(NOW, [waiting("1", due=NOW + 10 * MINUTE)], [desk(serving=just_called())])
    soon = replace(hall, walk_in_promises={"A": 5 * MINUTE})
    late, early = (
        newcomer(forecast(each, STEADY, np.random.default_rng(1))) for each in (hall, soon)
    )
    assert early == pytest.approx(SERVICE, abs=SHARP)
    assert late == pytest.approx(2 * SERVICE, abs=2 * SHARP)
