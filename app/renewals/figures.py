"""What came of the renewals of a hall: how far each got, who decided, the four zeros. Every number
is counted from rows when it is asked for; nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, select, true

from app.citizens.rules import BEIJING
from app.core.db import db, read_at_length
from app.licences.queries import LICENCES
from app.renewals.plans import Event
from app.renewals.queries import TABLE, plans
from app.renewals.rules import By, days_waited
from app.renewals.states import State
from app.renewals.watch.models import ReminderRow
from app.renewals.watch.reminding import State as ReminderState

REMINDERS = ReminderRow.__table__


USUALLY = timedelta(days=89)
"""What is looked at unasked begins so long before today."""


class Stage(StrEnum):
    """How far a renewal got, in order."""

    DUE = "due"
    SENT = "sent"
    OPENED = "opened"
    CONFIRMED = "confirmed"
    DECIDED = "decided"
    ISSUED = "issued"
    HANDED_OVER = "handed_over"


REACHED: Mapping[Stage, ColumnElement[bool]] = {
    Stage.DUE: true(),
    Stage.SENT: exists().where(
        REMINDERS.c.licence_id == TABLE.c.licence_id,
        REMINDERS.c.event == Event.RENEWAL,
        REMINDERS.c.last_day == TABLE.c.valid_until,
        REMINDERS.c.holder_id == TABLE.c.holder_id,
        REMINDERS.c.state.in_((ReminderState.SENT, ReminderState.IN_APP)),
    ),
    Stage.OPENED: TABLE.c.opened_at.is_not(None),
    Stage.CONFIRMED: TABLE.c.confirmed_at.is_not(None),
    Stage.DECIDED: TABLE.c.decided_at.is_not(None),
    Stage.ISSUED: TABLE.c.issued_at.is_not(None),
    Stage.HANDED_OVER: TABLE.c.handed_over_at.is_not(None),
}
RECORD = (
    *(TABLE.c[name] for name in ("code", "kind", "state", "valid_until", "found_at")),
    *(TABLE.c[name] for name in ("opened_at", "confirmed_at", "decided_at", "decided_by")),
    *(TABLE.c[name] for name in ("granted", "issued_at", "handed_over_at", "way")),
    *(TABLE.c[name] for name in ("fields_typed", "files_uploaded", "trips", "closed_at")),
    REACHED[Stage.SENT].label("sent"),
)
"""What a number of the summary is counted from."""
BEFORE = dict(zip(list(Stage)[1:], Stage, strict=False))
"""The stage before each."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days of Beijing, the first and the last included."""

    first: date
    last: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From when, and until before when."""
        after = self.last + timedelta(days=1)
        return datetime.combine(self.first, time(), BEIJING), datetime.combine(
            after, time(), BEIJING
        )


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many renewals got how far."""

    reached: Mapping[Stage, int]
    followed: Mapping[Stage, int]
    """Of those that reached the stage before, how many reached this one as well: who opens it
    unasked was sent nothing, so a later stage may have more than the one before."""

    def conversion(self, stage: Stage) -> float | None:
        """Which share of those that reached the stage before reached this one; None: none did."""
        before = self.reached[BEFORE[stage]] if stage in BEFORE else 0
        return self.followed[stage] / before if before else None


@dataclass(frozen=True, slots=True)
class Zeros:
    """Of the renewals whose new licence is in its holder's hands, for before that a trip may still
    come: for how many nothing was to be filled in, uploaded, gone for or waited for; and for how
    many none of all four."""

    handed_over: int
    fields: int
    files: int
    trips: int
    days: int
    all_four: int


@dataclass(frozen=True, slots=True)
class Told:
    """So many reminders of a step stand in a state."""

    kind: str
    event: Event
    step: str
    state: ReminderState
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The renewals of a hall that were found due within a span."""

    kinds: Mapping[str, Funnel]
    """By kind of licence."""
    states: Mapping[State, int]
    """Where they stand now."""
    decisions: Mapping[tuple[str, bool], int]
    """(rule, law or person; whether it was granted) -> how many."""
    zeros: Zeros
    told: list[Told]
    """Reminders that came due within the span, of all events."""

    @property
    def whole(self) -> Funnel:
        """All kinds together."""
        return Funnel(
            {each: sum(one.reached[each] for one in self.kinds.values()) for each in Stage},
            {each: sum(one.followed[each] for one in self.kinds.values()) for each in Stage},
        )


def summary(hall: str, span: Span, kind: str | None) -> Summary:
    """What came of those found due within the span, of one kind or of all."""
    chosen = _chosen(hall, span, kind)
    return Summary(
        kinds=_funnels(chosen),
        states=_states(chosen),
        decisions=_decisions(chosen),
        zeros=_zeros(chosen),
        told=_told(hall, span, kind),
    )


def records(hall: str, span: Span, kind: str | None) -> Iterator[Row[Any]]:
    """The rows that the summary counts, the first found first; none says whose it is."""
    query = select(*RECORD).where(_chosen(hall, span, kind)).order_by(TABLE.c.found_at, TABLE.c.id)
    read_at_length()
    yield from db.session.execute(query.execution_options(yield_per=1000))


def _chosen(hall: str, span: Span, kind: str | None) -> ColumnElement[bool]:
    since, until = span.moments
    return and_(
        TABLE.c.hall == hall,
        TABLE.c.found_at >= since,
        TABLE.c.found_at < until,
        *([TABLE.c.kind == kind] if kind else []),
    )


def _funnels(chosen: ColumnElement[bool]) -> dict[str, Funnel]:
    reached = {stage: func.count().filter(there) for stage, there in REACHED.items()}
    followed = {
        stage: func.count().filter(REACHED[BEFORE.get(stage, stage)], there)
        for stage, there in REACHED.items()
    }
    counts = [*reached.values(), *followed.values()]
    rows = db.session.execute(
        select(TABLE.c.kind, *counts).where(chosen).group_by(TABLE.c.kind).order_by(TABLE.c.kind)
    )
    return {kind: _funnel(counted) for kind, *counted in rows}


def _funnel(counted: list[int]) -> Funnel:
    stages = len(Stage)
    return Funnel(
        dict(zip(Stage, counted[:stages], strict=True)),
        dict(zip(Stage, counted[stages:], strict=True)),
    )


def _states(chosen: ColumnElement[bool]) -> dict[State, int]:
    counted = db.session.execute(
        select(TABLE.c.state, func.count()).where(chosen).group_by(TABLE.c.state)
    )
    found = {State(state): n for state, n in counted}
    return {state: found.get(state, 0) for state in State}


def _decisions(chosen: ColumnElement[bool]) -> dict[tuple[str, bool], int]:
    by = case((TABLE.c.decided_by.in_(list(By)), TABLE.c.decided_by), else_="person").label("by")
    counted = db.session.execute(
        select(by, TABLE.c.granted, func.count())
        .where(chosen, TABLE.c.decided_at.is_not(None))
        .group_by(by, TABLE.c.granted)
    )
    return {(by, granted): n for by, granted, n in counted}


# The four zeros


def _zeros(chosen: ColumnElement[bool]) -> Zeros:
    columns = ("fields_typed", "files_uploaded", "trips", "confirmed_at", "decided_at")
    read_at_length()
    rows = db.session.execute(
        select(*(TABLE.c[name] for name in columns))
        .where(chosen, TABLE.c.handed_over_at.is_not(None))
        .execution_options(yield_per=1000)
    )
    return counted_zeros(rows)


def counted_zeros(handed_over: Iterable[Row[Any]]) -> Zeros:
    """The zeros of these renewals, one after the other."""
    total = [0] * 6
    for row in handed_over:
        days = days_waited(row.confirmed_at, row.decided_at)
        zeros = [n == 0 for n in (row.fields_typed, row.files_uploaded, row.trips, days)]
        total = [n + is_so for n, is_so in zip(total, (True, *zeros, all(zeros)), strict=True)]
    return Zeros(*total)


# Reminders


def _told(hall: str, span: Span, kind: str | None) -> list[Told]:
    """Of the kinds and events whose plan is this hall's."""
    ours = {key for key, plan in plans().items() if plan.hall == hall}
    since, until = span.moments
    by = (LICENCES.c.kind, REMINDERS.c.event, REMINDERS.c.step, REMINDERS.c.state)
    rows = db.session.execute(
        select(*by, func.count())
        .join(LICENCES, LICENCES.c.id == REMINDERS.c.licence_id)
        .where(REMINDERS.c.created_at >= since, REMINDERS.c.created_at < until)
        .group_by(*by)
        .order_by(*by)
    )
    return [
        Told(code, Event(event), step, ReminderState(state), n)
        for code, event, step, state, n in rows
        if (code, event) in ours and kind in (None, code)
    ]
