"""When, and by which way, somebody is told next."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notices.rules import (
    AT_ONCE,
    PAUSES,
    Channel,
    End,
    Kind,
    Outcome,
    QuietHours,
    State,
    Tried,
    Try,
    Wait,
    next_step,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(time(21), time(7, 30), SHANGHAI)
NOON_REST = QuietHours(time(12), time(14), SHANGHAI)
MORNING = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
BOTH = frozenset(Channel)


def step(kind=Kind.BOOKED, now=MORNING, tried=(), ways=BOTH, not_after=None, quiet=NIGHT):
    return next_step(
        kind,
        now,
        not_before=MORNING - timedelta(minutes=1),
        not_after=not_after,
        ways=lambda: ways,
        tried=tried,
        quiet=quiet,
    )


def wechat(outcome, at=MORNING):
    return Tried(Channel.WECHAT, at, outcome)


@pytest.mark.parametrize(
    ("tried", "ways", "expected"),
    [
        ([], BOTH, Try(Channel.WECHAT)),
        ([], {Channel.SMS}, Try(Channel.SMS)),
        ([], set(), End(State.IN_APP)),
        ([wechat(Outcome.SENT)], BOTH, End(State.SENT)),
        ([wechat(Outcome.UNKNOWN)], BOTH, End(State.UNKNOWN)),
        ([wechat(Outcome.SPENT)], BOTH, Try(Channel.SMS)),
        ([wechat(Outcome.SPENT)], {Channel.WECHAT}, End(State.IN_APP)),
        ([wechat(Outcome.REFUSED)], BOTH, Try(Channel.SMS)),
        ([wechat(Outcome.REFUSED)], {Channel.WECHAT}, End(State.FAILED)),
        ([wechat(Outcome.LATER)], BOTH, Wait(MORNING + PAUSES[0])),
        ([wechat(Outcome.LATER, MORNING - PAUSES[0])], BOTH, Try(Channel.WECHAT)),
        ([wechat(Outcome.LATER)] * (1 + len(PAUSES)), BOTH, Try(Channel.SMS)),
        ([wechat(Outcome.LATER)] * (1 + len(PAUSES)), {Channel.WECHAT}, End(State.IN_APP)),
    ],
)
def test_the_way_next(tried, ways, expected):
    assert step(tried=tried, ways=ways) == expected


def test_nothing_is_sent_that_is_worth_nothing_any_more():
    assert step(not_after=MORNING) == End(State.LAPSED)
    assert step(not_after=MORNING + timedelta(seconds=1)) == Try(Channel.WECHAT)


def test_a_pause_that_would_last_too_long_is_not_waited_for():
    soon = MORNING + PAUSES[0]
    assert step(tried=[wechat(Outcome.LATER)], not_after=soon) == Try(Channel.SMS)


@pytest.mark.parametrize(
    ("hours", "clock", "ends"),
    [
        (NIGHT, "2026-11-23T20:59", None),
        (NIGHT, "2026-11-23T21:00", "2026-11-24T07:30"),
        (NIGHT, "2026-11-24T00:10", "2026-11-24T07:30"),
        (NIGHT, "2026-11-24T07:29", "2026-11-24T07:30"),
        (NIGHT, "2026-11-24T07:30", None),
        (NOON_REST, "2026-11-24T12:00", "2026-11-24T14:00"),
        (NOON_REST, "2026-11-24T14:00", None),
        (NOON_REST, "2026-11-24T03:00", None),
    ],
)
def test_quiet_hours(hours, clock, ends):
    now = datetime.fromisoformat(clock).replace(tzinfo=SHANGHAI)
    expected = datetime.fromisoformat(ends).replace(tzinfo=SHANGHAI) if ends else None
    assert hours.end_after(now.astimezone(UTC)) == expected
    waits = step(now=now, quiet=hours)
    assert waits == (Wait(expected) if expected else Try(Channel.WECHAT))
    assert step(Kind.CALLED, now=now, quiet=hours) == Try(Channel.WECHAT)


moments = st.timedeltas(timedelta(0), timedelta(days=2)).map(lambda later: MORNING + later)
spans = st.timedeltas(timedelta(0), timedelta(days=2))


@given(
    kind=st.sampled_from(Kind),
    written=moments,
    delay=spans,
    lives=st.none() | spans,
    ways=st.frozensets(st.sampled_from(Channel)),
    outcomes=st.lists(st.sampled_from(Outcome), min_size=12, max_size=12),
)
def test_whatever_is_answered_it_ends_and_nothing_is_repeated(
    kind, written, delay, lives, ways, outcomes
):
    """A notice from its row to its end, a worker looking at it whenever it is due."""
    not_before = written + delay
    not_after = None if lives is None else written + lives
    now, tried, answers = written, [], iter(outcomes)
    while True:
        found = next_step(
            kind,
            now,
            not_before=not_before,
            not_after=not_after,
            ways=lambda: ways,
            tried=tried,
            quiet=NIGHT,
        )
        if isinstance(found, End):
            break
        if isinstance(found, Wait):
            assert found.until > now
            now = found.until
            continue
        assert found.channel in ways
        assert now >= not_before
        assert not_after is None or now < not_after
        assert kind in AT_ONCE or NIGHT.end_after(now) is None
        assert not {each.outcome for each in tried} & {Outcome.SENT, Outcome.UNKNOWN}
        before = [each.outcome for each in tried if each.channel == found.channel]
        assert set(before) <= {Outcome.LATER}
        assert len(before) <= len(PAUSES)
        tried.append(Tried(found.channel, now, next(answers)))
    last = tried[-1].outcome if tried else None
    expected = {Outcome.SENT: State.SENT, Outcome.UNKNOWN: State.UNKNOWN}.get(last)
    assert expected in (None, found.state)
    assert (found.state == State.LAPSED) <= (not_after is not None and now >= not_after)
