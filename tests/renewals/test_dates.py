"""The days of a licence: month ends, leap days, holidays, make-up workdays."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.calendar import days_of_year
from app.licences.kinds import HolderKind, Kind, Renewal, Span, Validity
from app.notices.rules import OfficeHours
from app.renewals.dates import (
    any_day,
    counted_back,
    end_of_term,
    last_day,
    new_term,
    send_day,
    steps_due,
    window,
    words_of,
    working_days_back,
)
from app.renewals.default_steps import late_of, steps_of
from app.renewals.plans import Cycle, Event, Plan, Term, TermFrom

DAY = timedelta(days=1)
SPECIAL = {each.date: each.kind for year in (2025, 2026) for each in days_of_year(year)}
PLAN = Plan(
    kind="food-licence",
    event=Event.RENEWAL,
    hall="t",
    item=None,
    steps=steps_of(Event.RENEWAL),
    late=late_of(Event.RENEWAL),
    channels=("wechat", "sms"),
    hours=OfficeHours(time(9), time(18), working_days=True),
    cycle=None,
    one_tap=None,
)
KIND = Kind(
    code="food-licence",
    name="食品经营许可证",
    name_en="",
    type_code="",
    definer="",
    holder=HolderKind.FIRM,
    sensitive=False,
    replaces_paper=False,
    names_representative=None,
    validity=Validity(60),
    renewal=Renewal(Span(90, "days"), Span(15, "days"), "working"),
    fields=(),
)
TWO_MONTHS, ONE_MONTH, HALF_A_MONTH = PLAN.steps
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@dataclass(frozen=True)
class Dates:
    issued_on: date
    valid_from: date | None = None
    valid_until: date | None = None


def works(day: date) -> bool:
    """The country's working days of 2025 and 2026."""
    special = SPECIAL.get(day)
    return special == "workday" if special else day.weekday() < 5


def day(text: str) -> date:
    return date.fromisoformat(text)


# Counting


@pytest.mark.parametrize(
    ("last", "before", "counted"),
    [
        ("2026-03-31", Span(1, "months"), "2026-02-28"),
        ("2028-03-31", Span(1, "months"), "2028-02-29"),
        ("2028-02-29", Span(12, "months"), "2027-02-28"),
        ("2026-04-30", Span(2, "months"), "2026-02-28"),
        ("2026-12-31", Span(1, "months"), "2026-11-30"),
        ("2026-01-31", Span(2, "months"), "2025-11-30"),
        ("2026-01-15", Span(1, "months"), "2025-12-15"),
        ("2026-03-01", Span(15, "days"), "2026-02-14"),
        ("2028-03-01", Span(1, "days"), "2028-02-29"),
        ("2026-05-05", Span(0, "days"), "2026-05-05"),
    ],
)
def test_time_is_counted_back(last, before, counted):
    assert counted_back(day(last), before) == day(counted)


@pytest.mark.parametrize(
    ("begins", "months", "ends"),
    [
        ("2021-05-06", 60, "2026-05-05"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-28"),
        ("2023-03-01", 12, "2024-02-29"),
        ("2024-03-01", 12, "2025-02-28"),
        ("2026-03-31", 6, "2026-09-30"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-01", 24, "2027-12-31"),
        ("2026-12-01", 1, "2026-12-31"),
    ],
)
def test_a_term_ends_where_the_law_ends_it(begins, months, ends):
    assert end_of_term(day(begins), months) == day(ends)


@given(days, st.integers(1, 240))
def test_terms_follow_each_other_without_a_gap(begins, months):
    ends = end_of_term(begins, months)
    follows = ends + DAY
    assert (follows.year * 12 + follows.month) - (begins.year * 12 + begins.month) in (
        months,
        months + 1,
    )
    assert follows.day == begins.day or (
        follows.day == 1 and monthrange(ends.year, ends.month)[1] < begins.day
    )


@given(days, st.integers(0, 40))
def test_going_back_month_by_month_never_passes_a_day(last, months):
    back = counted_back(last, Span(months, "months"))
    assert counted_back(last, Span(months + 1, "months")) < back <= last
    assert back.day == last.day or back.day == monthrange(back.year, back.month)[1]


@pytest.mark.parametrize(
    ("last", "number", "counted"),
    [
        ("2026-03-04", 1, "2026-03-03"),
        # over Spring Festival, 15 to 23 February; the 14th and the 28th are worked
        ("2026-02-24", 1, "2026-02-14"),
        ("2026-02-24", 2, "2026-02-13"),
        ("2026-03-02", 1, "2026-02-28"),
        ("2026-03-04", 15, "2026-02-05"),
        ("2026-02-18", 0, "2026-02-18"),
    ],
)
def test_working_days_are_those_the_country_works(last, number, counted):
    assert working_days_back(day(last), number, works) == day(counted)


def test_where_nobody_ever_works_counting_ends():
    assert working_days_back(day("2026-03-04"), 5, lambda _: False) < day("2026-02-27")


# What a licence has before it


def test_a_term_s_last_day_is_the_licence_s_also_when_it_is_over():
    licence = Dates(day("2021-05-06"), day("2021-05-06"), day("2026-05-05"))
    for today in ("2020-01-01", "2026-05-05", "2027-01-01"):
        assert last_day(PLAN, licence, day(today)) == day("2026-05-05")


def test_what_does_not_end_has_no_last_day():
    assert last_day(PLAN, Dates(day("2021-05-06")), day("2026-05-05")) is None


YEARLY = replace(PLAN, event=Event.ANNUAL_CHECK, cycle=Cycle(yearly=(6, 30)))


@pytest.mark.parametrize(
    ("issued", "today", "expected"),
    [
        ("2020-03-01", "2026-06-30", "2026-06-30"),
        ("2020-03-01", "2026-07-01", "2027-06-30"),
        ("2026-01-02", "2026-03-01", "2027-06-30"),  # set up this year: for the first time in next
        ("2025-12-31", "2026-03-01", "2026-06-30"),
    ],
)
def test_a_yearly_day_comes_again(issued, today, expected):
    assert last_day(YEARLY, Dates(day(issued)), day(today)) == day(expected)


def test_a_yearly_leap_day_is_the_last_of_february():
    plan = replace(YEARLY, cycle=Cycle(yearly=(2, 29)))
    licence = Dates(day("2020-01-01"))
    assert last_day(plan, licence, day("2026-01-01")) == day("2026-02-28")
    assert last_day(plan, licence, day("2028-02-29")) == day("2028-02-29")


BIENNIAL = replace(PLAN, event=Event.INSPECTION, cycle=Cycle(months=24, counted_from="valid_from"))


@pytest.mark.parametrize(
    ("since", "today", "expected"),
    [
        ("2024-02-29", "2025-01-01", "2026-02-28"),
        ("2024-02-29", "2026-03-01", "2028-02-28"),  # counted from the first day, not from the last
        ("2024-08-31", "2026-08-30", "2026-08-30"),
        ("2024-08-31", "2026-08-31", "2028-08-30"),
    ],
)
def test_a_cycle_is_counted_from_where_it_began(since, today, expected):
    licence = Dates(issued_on=day("2023-01-01"), valid_from=day(since))
    assert last_day(BIENNIAL, licence, day(today)) == day(expected)


def test_where_nobody_wrote_from_when_it_holds_its_issue_counts():
    assert last_day(BIENNIAL, Dates(day("2024-05-06")), day("2026-01-01")) == day("2026-05-05")


def test_nothing_comes_after_the_licence_has_ended():
    licence = Dates(day("2022-03-15"), day("2022-03-15"), day("2026-03-14"))
    assert last_day(BIENNIAL, licence, day("2026-03-14")) == day("2026-03-14")
    assert last_day(BIENNIAL, licence, day("2026-03-15")) is None
    ends_before = replace(licence, valid_until=day("2026-06-29"))
    assert last_day(YEARLY, ends_before, day("2026-01-01")) is None
    assert last_day(YEARLY, replace(licence, valid_until=day("2026-06-30")), day("2026-01-01"))


def test_the_window_by_working_days():
    # 15 working days before 4 March lie Spring Festival and two Saturdays that are worked
    ask_from, ask_by = window(KIND, day("2026-03-04"), works)
    assert ask_by == day("2026-02-05")
    assert sum(works(ask_by + n * DAY) for n in range((day("2026-03-04") - ask_by).days)) == 15
    assert sum(works(ask_from + n * DAY) for n in range((day("2026-03-04") - ask_from).days)) == 90


def test_the_window_by_the_calendar():
    kind = replace(KIND, renewal=Renewal(Span(6, "months"), Span(30, "days"), "calendar"))
    assert window(kind, day("2026-08-31"), works) == (day("2026-02-28"), day("2026-08-01"))
    kind = replace(KIND, renewal=Renewal(Span(2, "months"), Span(0, "days"), "calendar"))
    assert window(kind, day("2026-08-31"), works) == (day("2026-06-30"), day("2026-08-31"))


def test_months_are_months_also_where_days_are_working_days():
    kind = replace(KIND, renewal=Renewal(Span(3, "months"), Span(30, "days"), "working"))
    assert window(kind, day("2026-05-31"), works)[0] == day("2026-02-28")


def test_a_kind_without_a_window_has_none():
    assert window(replace(KIND, renewal=None), day("2026-05-31"), works) is None


@pytest.mark.parametrize(
    ("term", "decided", "expected"),
    [
        (Term(TermFrom.OLD_END, None), "2026-04-20", ("2026-05-06", "2031-05-05")),
        (Term(TermFrom.DECISION, None), "2026-04-20", ("2026-04-20", "2031-04-19")),
        (Term(TermFrom.DECISION, 36), "2028-02-29", ("2028-02-29", "2031-02-28")),
    ],
)
def test_the_new_term(term, decided, expected):
    assert new_term(term, KIND, day("2026-05-05"), day(decided)) == tuple(map(day, expected))


def test_a_new_term_may_have_no_end():
    kind = replace(KIND, validity=Validity(None))
    term = Term(TermFrom.DECISION, None)
    assert new_term(term, kind, day("2026-05-05"), day("2026-04-20")) == (day("2026-04-20"), None)


# When its holder is told


@pytest.mark.parametrize(
    ("last", "step", "sent"),
    [
        ("2026-05-29", ONE_MONTH, "2026-04-29"),
        ("2026-04-20", TWO_MONTHS, "2026-02-14"),  # 20 February is Spring Festival; a Saturday
        ("2026-03-23", ONE_MONTH, "2026-02-14"),
        ("2026-03-15", HALF_A_MONTH, "2026-02-28"),  # a Saturday that is worked
        ("2026-03-16", HALF_A_MONTH, "2026-02-28"),  # 1 March is a Sunday like others
        ("2026-10-22", HALF_A_MONTH, "2026-09-30"),  # National Day
    ],
)
def test_what_falls_on_a_holiday_is_said_earlier(last, step, sent):
    assert send_day(step, day(last), works) == day(sent)
    assert works(day(sent))


def test_on_any_day_it_is_said_on_its_day():
    assert send_day(ONE_MONTH, day("2026-03-18"), any_day) == day("2026-02-18")


def test_where_a_hall_never_opens_it_is_said_on_its_day():
    assert send_day(ONE_MONTH, day("2026-03-18"), lambda _: False) == day("2026-02-18")


@given(st.dates(date(2025, 4, 1), date(2026, 12, 31)), st.sampled_from(PLAN.steps))
def test_a_step_is_never_said_later_than_it_should(last, step):
    sent = send_day(step, last, works)
    should = counted_back(last, step.before)
    assert sent <= should
    assert works(sent)
    assert not any(works(sent + n * DAY) for n in range(1, (should - sent).days + 1))


LAST = day("2026-05-29")
"""Its steps: Friday 27 March, moved from Sunday 29; 29 April; 14 May."""


@pytest.mark.parametrize(
    ("today", "step", "look_on"),
    [
        ("2026-03-26", None, "2026-03-27"),
        ("2026-03-27", TWO_MONTHS, "2026-04-29"),
        ("2026-04-28", TWO_MONTHS, "2026-04-29"),
        ("2026-04-29", ONE_MONTH, "2026-05-14"),
        ("2026-05-14", HALF_A_MONTH, "2026-05-30"),
        ("2026-05-29", HALF_A_MONTH, "2026-05-30"),
    ],
)
def test_the_newest_step_is_said_and_the_next_waited_for(today, step, look_on):
    due = steps_due(PLAN, LAST, day(today), works)
    assert (due.step, due.look_on) == (step, day(look_on))


def test_each_step_is_due_on_its_own_day_and_no_other_is_ever_looked_at():
    today, seen = day("2025-01-06"), []
    while today <= LAST:
        due = steps_due(PLAN, LAST, today, works)
        if due.step:
            seen.append((today, due.step.code))
            assert due.send_on == today
        assert due.look_on > today
        today = due.look_on
    assert seen == [
        (day("2026-03-27"), "2-months"),
        (day("2026-04-29"), "1-months"),
        (day("2026-05-14"), "15-days"),
    ]
    assert today == LAST + DAY


def test_who_is_late_is_told_what_can_still_be_done():
    ask_by = day("2026-04-29")
    assert words_of(PLAN, ONE_MONTH, ask_by, ask_by) == ONE_MONTH
    assert words_of(PLAN, HALF_A_MONTH, ask_by + DAY, ask_by) == PLAN.late
    assert words_of(replace(PLAN, late=None), HALF_A_MONTH, ask_by + DAY, ask_by) is None
