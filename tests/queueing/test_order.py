"""Each row of the order table at its boundaries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueing import order
from queueing.order import MINUTE, Due, Promises, Slot, Why

P = Promises()
TEN = 10 * 60 * MINUTE
SLOT = Slot(TEN, TEN + 15 * MINUTE)

moments = st.integers(-60 * MINUTE, 24 * 60 * MINUTE)


def test_a_walk_in_is_promised_half_an_hour() -> None:
    assert order.walk_in(TEN, P) == Due(TEN + 30 * MINUTE, Why.WALK_IN)


@pytest.mark.parametrize(
    ("checked_in", "due", "why"),
    [
        (SLOT.starts - 60 * MINUTE, SLOT.starts - 30 * MINUTE, Why.APPOINTMENT),
        (SLOT.starts - 30 * MINUTE - 1, SLOT.starts - 1, Why.APPOINTMENT),
        (SLOT.starts - 30 * MINUTE, SLOT.starts, Why.APPOINTMENT),
        (SLOT.starts, SLOT.starts, Why.APPOINTMENT),
        (SLOT.starts + 1, SLOT.starts + 1, Why.APPOINTMENT),
        (SLOT.ends + 10 * MINUTE, SLOT.ends + 10 * MINUTE, Why.APPOINTMENT),
        (SLOT.ends + 10 * MINUTE + 1, SLOT.ends + 25 * MINUTE + 1, Why.APPOINTMENT_LATE),
        (SLOT.ends + 60 * MINUTE, SLOT.ends + 75 * MINUTE, Why.APPOINTMENT_LATE),
        (SLOT.ends + 60 * MINUTE + 1, SLOT.ends + 90 * MINUTE + 1, Why.APPOINTMENT_MISSED),
    ],
)
def test_an_appointment(checked_in: int, due: int, why: Why) -> None:
    assert order.appointment(SLOT, checked_in, P) == Due(due, why)


def test_check_in_opens_an_hour_before_the_slot() -> None:
    assert order.may_check_in(SLOT, SLOT.starts - 60 * MINUTE, P)
    assert not order.may_check_in(SLOT, SLOT.starts - 60 * MINUTE - 1, P)


@pytest.mark.parametrize(
    ("checked_in", "due", "why"),
    [
        (TEN, TEN + 30 * MINUTE, Why.AFAR),
        (TEN + 30 * MINUTE + 1, TEN + 30 * MINUTE + 1, Why.AFAR),
        (TEN + 60 * MINUTE, TEN + 60 * MINUTE, Why.AFAR),
        (TEN + 60 * MINUTE + 1, TEN + 90 * MINUTE + 1, Why.WALK_IN),
    ],
)
def test_a_number_from_afar(checked_in: int, due: int, why: Why) -> None:
    assert order.afar(TEN, checked_in, P) == Due(due, why)


def test_priority_is_promised_five_minutes_or_what_is_earlier_without_it() -> None:
    late = order.walk_in(TEN, P)
    assert order.priority(late, TEN, None, P) == Due(TEN + 5 * MINUTE, Why.PRIORITY)
    early = order.appointment(SLOT, SLOT.starts, P)
    assert order.priority(early, SLOT.starts, None, P) == early


@pytest.mark.parametrize(
    ("behind", "due"),
    [(None, TEN), (TEN - 2, TEN), (TEN, TEN + 1), (TEN + 7 * MINUTE, TEN + 7 * MINUTE + 1)],
)
def test_priority_behind_k(behind: int | None, due: int) -> None:
    behind_k = replace(P, priority_behind=3)
    ordinary = order.walk_in(TEN, P)
    assert order.priority(ordinary, TEN, behind, behind_k) == Due(due, Why.PRIORITY)


def test_priority_behind_k_is_never_worse_than_none() -> None:
    ordinary = order.walk_in(TEN, P)
    assert order.priority(ordinary, TEN, ordinary.at, replace(P, priority_behind=3)) == ordinary


OWN, PASSED = TEN, TEN + 5 * MINUTE
IN_TIME, TOO_LATE = PASSED + 30 * MINUTE, PASSED + 30 * MINUTE + 1


@pytest.mark.parametrize(
    ("passes", "now", "behind", "due", "why"),
    [
        (1, PASSED, PASSED + 9, PASSED + 10, Why.REJOIN),
        (1, IN_TIME, IN_TIME + 9, IN_TIME + 10, Why.REJOIN),
        (1, PASSED, PASSED + 40 * MINUTE, PASSED + 30 * MINUTE, Why.REJOIN),
        (1, PASSED, OWN - 9, OWN, Why.REJOIN),
        (1, PASSED, None, OWN, Why.REJOIN),
        (1, TOO_LATE, None, TOO_LATE + 30 * MINUTE, Why.REJOIN_LATE),
        (2, PASSED, None, PASSED + 30 * MINUTE, Why.REJOIN_LATE),
    ],
)
def test_a_rejoin(passes: int, now: int, behind: int | None, due: int, why: Why) -> None:
    assert order.rejoin(OWN, PASSED, passes, now, behind, P) == Due(due, why)


@given(moments, moments, st.integers(1, 2), moments, st.none() | moments)
def test_a_pass_never_wins_an_earlier_due(
    own: int, passed_at: int, passes: int, now: int, behind: int | None
) -> None:
    assert order.rejoin(own, passed_at, passes, now, behind, P).at >= own


def test_transferred_now() -> None:
    assert order.transfer_now(TEN, TEN + 1) == Due(TEN, Why.TRANSFER_NOW)
    assert order.transfer_now(TEN, TEN - 1) == Due(TEN - 1, Why.TRANSFER_NOW)


@given(moments, moments, moments, st.none() | moments, st.none() | st.just(3))
def test_nobody_is_due_before_entering(
    taken: int, entered: int, starts: int, behind: int | None, behind_k: int | None
) -> None:
    """What the fairness of the order stands on (test_fairness.py)."""
    promises = replace(P, priority_behind=behind_k)
    for ordinary in (
        order.walk_in(entered, promises),
        order.appointment(Slot(starts, starts + 15 * MINUTE), entered, promises),
        order.afar(min(taken, entered), entered, promises),
    ):
        assert ordinary.at >= entered
        assert entered <= order.priority(ordinary, entered, behind, promises).at <= ordinary.at
