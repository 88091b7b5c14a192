"""What a day's visits add up to."""

from hypothesis import given
from hypothesis import strategies as st

from app.ratings.rules import counts_of
from app.reports.rules import BookedTime, Told, Visit, Work, nearest_rank
from app.reports.rules import report as report_with_ratings

MINUTE = 60_000
NINE = 6 * 60 * MINUTE  # of a day that begins at three


def report(visits, counters, booked):
    return report_with_ratings(visits, counters, booked, counts_of({}))


def visit(number, minute, waited=None, kind="walk_in", **more):
    called = None if waited is None else NINE + (minute + waited) * MINUTE
    facts = {
        "number": number,
        "lane": number[0],
        "items": ("id-card",),
        "kind": kind,
        "state": "waiting" if waited is None else "finished",
        "entered": NINE + minute * MINUTE,
        "called": called,
        "ended": None,
        "counter": None,
        "passes": 0,
        "served_s": 300.0,
    }
    return Visit(**{**facts, **more})


def test_arrivals_by_half_hours_and_kind():
    day = report(
        [
            visit("A001", 0),
            visit("A002", 29, kind="appointment"),
            visit("A003", 95, kind="priority"),
            visit("A004", 0, entered=None, kind="afar", state="expected"),
        ],
        [],
        [],
    )
    assert [(span.at - NINE) // MINUTE for span in day.arrivals] == [0, 30, 60, 90]
    assert [dict(span.counts) for span in day.arrivals] == [
        {"walk_in": 1, "appointment": 1},
        {},
        {},
        {"priority": 1},
    ]
    assert (day.totals.tickets, day.totals.entered) == (4, 3)


def test_waits_are_of_those_who_were_called():
    day = report(
        [visit(f"A{n:03d}", n, waited=n) for n in range(1, 11)] + [visit("B001", 5)], [], []
    )
    waits = day.totals.waits
    assert (waits.people, waits.median_s, waits.p90_s, waits.longest_s) == (10, 330, 540, 600)
    assert day.waits_by_lane["B"].people == 0
    assert day.waits_by_lane["B"].median_s is None
    assert day.waits_by_kind["appointment"].people == 0


def test_estimates_are_held_against_what_came():
    told = Told(NINE, p50_s=300, p90_s=600)
    day = report(
        [visit(f"A{n:03d}", 0, waited=wait, told=told) for n, wait in enumerate((5, 8, 10, 11))],
        [],
        [],
    )
    assert day.truth.people == 4
    assert day.truth.before_p90 == 0.75
    assert day.truth.off_s == 240  # 0, 180, 300, 360
    assert day.truth.pairs[0] == (300, 300)


def test_a_counter_is_used_only_while_it_is_open():
    work = Work(
        "1",
        "综合",
        open=[(NINE, NINE + 60 * MINUTE), (NINE + 120 * MINUTE, NINE + 150 * MINUTE)],
        calls=[
            (NINE + 10 * MINUTE, NINE + 20 * MINUTE, "finished"),
            (NINE + 50 * MINUTE, NINE + 70 * MINUTE, "by_next"),
            (NINE + 130 * MINUTE, NINE + 131 * MINUTE, "passed"),
        ],
    )
    (use,) = report([], [work], []).counters
    assert use.open_s == 90 * 60
    assert use.busy_s == 21 * 60  # 10, 10 of 20, 1
    assert (use.calls, use.served, use.passed) == (3, 2, 1)
    assert use.service_s == 15 * 60
    assert round(use.share, 3) == 0.233


def test_a_counter_that_never_opened_has_no_share():
    (use,) = report([], [Work("1", "", [], [])], []).counters
    assert use.share is None


def test_no_shows_are_of_those_whose_time_is_over():
    states = ["checked_in"] * 3 + ["missed"] + ["booked"] * 5 + ["cancelled"] * 2
    bookings = report([], [], [BookedTime(NINE, state) for state in states]).bookings
    assert bookings.missed_share == 0.25
    assert bookings.by_end == {"booked": 5, "checked_in": 3, "cancelled": 2, "missed": 1}


def test_a_day_without_anybody():
    day = report([], [], [])
    assert day.totals.tickets == 0
    assert day.totals.waits.p90_s is None
    assert day.truth.before_p90 is None
    assert day.bookings.missed_share is None
    assert list(day.arrivals) == []


@given(st.lists(st.integers(0, 1000), min_size=1), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_reported_wait_is_one_that_somebody_had(waits, share):
    ordered = sorted(waits)
    found = nearest_rank(ordered, share)
    assert found in ordered
    assert sum(each <= found for each in ordered) >= share * len(ordered)
    assert sum(each < found for each in ordered) < share * len(ordered)
