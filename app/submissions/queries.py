"""Reading submissions, and who may."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, false, or_, select

from app.citizens.errors import IdentityNeeded, PersonNotFound
from app.citizens.queries import citizen_of, numbers_of
from app.core.acts import Actor
from app.core.db import db
from app.core.identity import Level
from app.forms import queries as forms
from app.forms.conditions import same
from app.forms.form import Form
from app.forms.prefill import Filled, Other
from app.licences.rights import Ground, Right, right_of_citizen
from app.submissions.errors import SubmissionNotFound
from app.submissions.models import ChangeRow, GapNoticeRow, KeptMaterialRow, SubmissionRow
from app.submissions.rules import FOUND_FOR, State, desk_may
from app.submissions.stored import (
    AFTER,
    BEFORE,
    GAPS,
    NAME,
    SOURCES,
    VALUES,
    fills_of,
    opened,
)
from app.tickets.queries import Ticket, at_counter, find_all, held_of
from app.tickets.states import LIVE
from app.tickets.states import State as TicketState

TABLE = SubmissionRow.__table__
CHANGES = ChangeRow.__table__
KEPT = KeptMaterialRow.__table__
GAP_NOTICES = GapNoticeRow.__table__

SHOWN = 50
"""Submissions of an account, or in a person's archive: the latest."""
REMEMBERED = 20
"""How many earlier submissions a new one is filled from."""
SEALED = (TABLE.c.name_sealed, TABLE.c.values_sealed, TABLE.c.sources_sealed)

OF_THE_PERSON = (
    TABLE.c.state == State.SUBMITTED,
    TABLE.c.ground != Ground.DECLARED,
    or_(TABLE.c.identity_typed.is_(False), TABLE.c.counter_opened.is_(True)),
)
"""What counts as a person's own. A name and a number anybody can type: what came of that waits
until a counter had its person there."""

Line = Row[Any]
"""A row of `submissions` as it was read, sealed."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission, opened."""

    row: Line
    form: Form
    person_name: str
    values: dict[str, Any]
    fills: dict[str, Filled]
    """What each field was filled with."""

    @property
    def id(self) -> str:
        found: str = self.row.id
        return found

    @property
    def reads_licences(self) -> bool:
        """Whether it was filled by a right that opens licences."""
        return Ground(self.row.ground) is not Ground.DECLARED

    def value_filled(self, field: str) -> Any:
        """What the field was filled with; None: with nothing."""
        fill = self.fills.get(field)
        return None if fill is None else fill.value

    def is_as_filled(self, field: str) -> bool:
        """Whether a field says what it was filled with."""
        value, filled = self.values.get(field), self.value_filled(field)
        return value is filled or same(value, filled)

    def said(self, field: str) -> Other | None:
        """The source that says what a field says; None: whoever fills it."""
        value, fill = self.values.get(field), self.fills.get(field)
        if value is None or fill is None:
            return None
        return next((each for each in fill.sayings if same(each.value, value)), None)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that was corrected at a counter."""

    field: str
    before: Any
    after: Any
    actor: str
    counter: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Gaps:
    """What was missing at a counter."""

    id: str
    ticket_id: str
    submission_id: str | None
    counter: str
    told_at: datetime
    materials: list[dict[str, Any]]
    """{code: None where the form lists no such paper, name, note}"""
    fields: list[dict[str, Any]]
    """{field, title, note}"""
    note: str


# One submission


def line(submission_id: str, *, lock: bool = False) -> Line:
    """The row. Raises SubmissionNotFound."""
    query = select(*TABLE.c).where(TABLE.c.id == submission_id)
    found = db.session.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise SubmissionNotFound
    return found


def opened_of(row: Line) -> Submission:
    """A row with what lies sealed in it, and the form it was begun with."""
    [submission] = opened_all([row])
    return submission


def opened_all(rows: Sequence[Line]) -> list[Submission]:
    """The same of many rows."""
    known = forms_of(rows)
    return [
        Submission(
            row,
            known[row.form, row.version],
            opened(NAME, row.id, row.name_sealed),
            opened(VALUES, row.id, row.values_sealed),
            fills_of(opened(SOURCES, row.id, row.sources_sealed)),
        )
        for row in rows
    ]


def forms_of(rows: Iterable[Row[Any]]) -> dict[tuple[str, int], Form]:
    """(form, version) -> the form, for all of these rows."""
    return forms.versions((row.form, row.version) for row in rows)


def name_of(row: Line) -> str:
    """Whom it is about, as whoever filled it knows them."""
    name: str = opened(NAME, row.id, row.name_sealed)
    return name


# Who may


def filled_here(submission_id: str, actor: Actor, now: datetime, *, lock: bool = False) -> Line:
    """A submission, for whoever fills it: the account that began it, or the machine, for ten
    minutes after the last touch. What was never submitted is nobody's any more once the right is
    gone by which it was filled.

    Raises SubmissionNotFound, to everybody else."""
    row = line(submission_id, lock=lock)
    if actor.kind == "citizen":
        if row.citizen_id == actor.id and _stands(row, actor.id, now):
            return row
    elif _is_at_desk(row, actor) and desk_may(row.touched_at, row.closed_at, now):
        return row
    raise SubmissionNotFound


def _is_at_desk(row: Line, actor: Actor) -> bool:
    return row.citizen_id is None and row.filled_by == str(actor)


def readable(submission_id: str, actor: Actor, now: datetime) -> Line:
    """A submission, for whoever filled it, and once it is submitted for whoever has a right to what
    was submitted in that name. Raises SubmissionNotFound."""
    row = line(submission_id)
    if actor.kind == "citizen" and row.citizen_id != actor.id and _is_of_the_person(row):
        right = right_to(actor.id, row.person_id, now)
        if right is not None and right.reads_licences:
            return row
    return filled_here(submission_id, actor, now)


def _is_of_the_person(row: Line) -> bool:
    """The same as OF_THE_PERSON."""
    sure = row.ground != Ground.DECLARED and (not row.identity_typed or row.counter_opened)
    return row.state == State.SUBMITTED and sure


def printed_for(submission_id: str, actor: Actor, now: datetime) -> Line:
    """A submission, for whoever may have its paper: who may read it, unless the card was typed, for
    on paper nothing is masked; and the counter that has its ticket. Raises SubmissionNotFound."""
    if actor.kind == "staff" and actor.counter is not None:
        row = line(submission_id)
        if _is_at(row, actor, now):
            return row
    row = readable(submission_id, actor, now)
    if row.identity_typed and actor.kind != "citizen":
        raise SubmissionNotFound
    return row


def _is_at(row: Line, actor: Actor, now: datetime) -> bool:
    """Whether the counter of this clerk has the ticket it is handed in with."""
    held = at_counter(actor.hall or "", actor.counter or "")
    return held is not None and any(each.id == row.id for each in for_ticket(held, now))


def applicant_number(row: Line) -> str:
    """The identity number of who filled it."""
    _, number = numbers_of([row.applicant_id])[row.applicant_id]
    return number


def right_to(citizen: str, person: str, now: datetime) -> Right | None:
    """An account's right to a person, if it has any."""
    try:
        return right_of_citizen(citizen, person, now)
    except (PersonNotFound, IdentityNeeded):
        return None


def _stands(row: Line, citizen: str, now: datetime) -> bool:
    """Whether an account still has what it began: what it submitted it does, and the rest is read
    by the right it was filled by."""
    if row.submitted_at is not None:
        return True
    right = right_to(citizen, row.person_id, now)
    return right is not None and (right.reads_licences or row.ground == Ground.DECLARED)


# Lists


def of_citizen(citizen: str, now: datetime) -> list[Line]:
    """The submissions of an account, and what its owner submitted at a desk, the latest first."""
    query = select(*TABLE.c).where(or_(TABLE.c.citizen_id == citizen, _at_desk_by(citizen)))
    rows = db.session.execute(query.order_by(TABLE.c.touched_at.desc(), TABLE.c.id).limit(SHOWN))
    return [row for row in rows if _is_of(row, citizen, now)]


def _at_desk_by(citizen: str) -> ColumnElement[bool]:
    """What the owner of an account submitted at a desk, as far as it is sure that it was they."""
    account = citizen_of(citizen)
    if account.person is None or account.level is not Level.VERIFIED:
        return false()
    return and_(
        TABLE.c.citizen_id.is_(None), TABLE.c.applicant_id == account.person, *OF_THE_PERSON
    )


def _is_of(row: Line, citizen: str, now: datetime) -> bool:
    """Whether it is the account's still; what it began itself by its own rule."""
    if row.citizen_id == citizen:
        return _stands(row, citizen, now)
    right = right_to(citizen, row.person_id, now)
    return right is not None and right.reads_licences


def open_draft(citizen: str, person: str, hall: str, item: str) -> Line | None:
    """The draft an account has open for this, locked."""
    query = select(*TABLE.c).where(
        TABLE.c.citizen_id == citizen,
        TABLE.c.person_id == person,
        TABLE.c.hall == hall,
        TABLE.c.item == item,
        TABLE.c.state == State.DRAFT,
    )
    return db.session.execute(query.with_for_update()).one_or_none()


def archived(person: str, *, hall: str | None = None) -> list[Line]:
    """What was submitted in a person's name by somebody who had a right to it, the latest first:
    what strangers merely declare, or type at a desk, is not part of anybody's archive."""
    query = select(*TABLE.c).where(TABLE.c.person_id == person, *OF_THE_PERSON)
    if hall is not None:
        query = query.where(TABLE.c.hall == hall)
    ordered = query.order_by(TABLE.c.submitted_at.desc(), TABLE.c.id)
    return list(db.session.execute(ordered.limit(SHOWN)).all())


# Made once: making a statement takes longer than running it.
EARLIER = (
    select(
        *(TABLE.c[name] for name in ("id", "form", "version", "person_kind", "applicant_id")),
        *(TABLE.c[name] for name in ("submitted_at", "values_sealed")),
    )
    .where(TABLE.c.person_id == bindparam("person"), *OF_THE_PERSON)
    .order_by(TABLE.c.submitted_at.desc(), TABLE.c.id)
)
LATEST = EARLIER.limit(REMEMBERED)
LAST = EARLIER.where(TABLE.c.form == bindparam("of_form")).limit(1)


def latest_of(person: str) -> list[Row[Any]]:
    """What a new submission is filled from: the latest of these, no more of each than that takes,
    sealed."""
    return list(db.session.execute(LATEST, {"person": person}).all())


def last_of(person: str, form: str) -> Row[Any] | None:
    """The last of these of one form."""
    return db.session.execute(LAST, {"person": person, "of_form": form}).one_or_none()


def values_of(row: Row[Any]) -> dict[str, Any]:
    """What was said in a submission, of a row that has its sealed values."""
    values: dict[str, Any] = opened(VALUES, row.id, row.values_sealed)
    return values


def kept_materials(person: str, codes: Collection[str] | None = None) -> list[Row[Any]]:
    """The papers of a person that a counter has seen, the latest first."""
    query = select(*KEPT.c).where(KEPT.c.person_id == person)
    if codes is not None:
        query = query.where(KEPT.c.code.in_(codes))
    return list(db.session.execute(query.order_by(KEPT.c.seen_on.desc(), KEPT.c.id)).all())


# For a ticket


def for_ticket(ticket: Ticket, now: datetime) -> list[Line]:
    """What was submitted for a visit, the latest first: what is attached to its ticket, and what
    its person, or the account it was taken by, submitted for one of its items in the last sixty
    days and has not been here with on another day.

    What somebody merely declared in a person's name comes only with their own account's ticket:
    anybody could hand in a form under another's number."""
    query = select(*TABLE.c).where(
        TABLE.c.hall == ticket.hall,
        TABLE.c.state == State.SUBMITTED,
        or_(TABLE.c.ticket_id == ticket.id, and_(*_matching(ticket, now))),
    )
    rows = db.session.execute(query.order_by(TABLE.c.submitted_at.desc(), TABLE.c.id)).all()
    others = find_all({row.ticket_id for row in rows if row.ticket_id not in (None, ticket.id)})
    return [row for row in rows if not _is_done(others.get(row.ticket_id), ticket.day)]


def visits_of(rows: Sequence[Line], now: datetime) -> dict[str, Ticket]:
    """Submission -> the ticket it is handed in with. Once a counter has called a ticket, what
    belongs to its visit is with that counter, opened there or not."""
    found = find_all({row.ticket_id for row in rows if row.ticket_id is not None})
    visits = {row.id: found[row.ticket_id] for row in rows if row.ticket_id in found}
    free = {
        row.id: row
        for row in rows
        if row.state == State.SUBMITTED
        and (row.id not in visits or visits[row.id].state not in LIVE)
    }
    people = {one for row in free.values() for one in (row.person_id, row.applicant_id) if one}
    for ticket in held_of(people) if people else ():
        visits.update({row.id: ticket for row in for_ticket(ticket, now) if row.id in free})
    return visits


def _matching(ticket: Ticket, now: datetime) -> list[ColumnElement[bool]]:
    person, account = ticket.person_id, ticket.citizen_id
    if person is None:
        return [false()]
    sure = TABLE.c.ground != Ground.DECLARED
    if account is not None:
        sure = or_(sure, TABLE.c.citizen_id == account)
    return [
        or_(TABLE.c.person_id == person, TABLE.c.applicant_id == person),
        sure,
        TABLE.c.item.in_(ticket.items),
        TABLE.c.submitted_at > now - FOUND_FOR,
    ]


def is_known_to(ticket: Ticket, row: Line, at: datetime) -> bool:
    """Whether the account a ticket was taken by may know of this submission: it filled it, or has a
    right to whom it is about. Somebody else's may have taken a number in that name."""
    account = ticket.citizen_id
    if account is None or account == row.citizen_id:
        return True
    right = right_to(account, row.person_id, at)
    return right is not None and right.reads_licences


def _is_done(other: Ticket | None, day: date) -> bool:
    return other is not None and other.state == TicketState.FINISHED and other.day != day


def coded(hall: str, code: str) -> Line:
    """What was submitted in a hall under this code. Raises SubmissionNotFound."""
    query = select(*TABLE.c).where(
        TABLE.c.code == code, TABLE.c.hall == hall, TABLE.c.state == State.SUBMITTED
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise SubmissionNotFound
    return found


def superseded(submissions: Iterable[str]) -> set[str]:
    """Those of these after which the same form was submitted for the same person and item."""
    later = TABLE.alias()
    same = (later.c[name] == TABLE.c[name] for name in ("hall", "item", "form", "person_id"))
    sure = or_(later.c.ground != Ground.DECLARED, later.c.citizen_id == TABLE.c.citizen_id)
    again = select(later.c.id).where(
        *same,
        sure,
        later.c.state == State.SUBMITTED,
        later.c.submitted_at > TABLE.c.submitted_at,
    )
    query = select(TABLE.c.id).where(TABLE.c.id.in_(list(submissions)), again.exists())
    return set(db.session.execute(query).scalars())


def changes_of(submission_id: str) -> list[Change]:
    """What counters corrected, oldest first."""
    query = select(*CHANGES.c).where(CHANGES.c.submission_id == submission_id)
    rows = db.session.execute(query.order_by(CHANGES.c.revision, CHANGES.c.field))
    return [
        Change(
            row.field,
            opened(BEFORE, row.id, row.before_sealed),
            opened(AFTER, row.id, row.after_sealed),
            row.actor,
            row.counter,
            row.at,
        )
        for row in rows
    ]


def fields_changed(submissions: Iterable[str]) -> dict[str, int]:
    """Submission -> how many of its fields counters corrected."""
    query = select(CHANGES.c.submission_id, CHANGES.c.field).distinct()
    counts: dict[str, int] = {}
    for row in db.session.execute(query.where(CHANGES.c.submission_id.in_(list(submissions)))):
        counts[row.submission_id] = counts.get(row.submission_id, 0) + 1
    return counts


def gaps_of_ticket(ticket_id: str) -> Gaps | None:
    """What was told to be missing at this ticket's visit."""
    query = select(*GAP_NOTICES.c).where(GAP_NOTICES.c.ticket_id == ticket_id)
    found = db.session.execute(query).one_or_none()
    return None if found is None else _gaps(found)


def gaps_of(rows: Iterable[Line]) -> Mapping[str, Gaps]:
    """Submission -> what was last told to be missing of it, of those of which anything was."""
    ids = {row.id for row in rows}
    query = select(*GAP_NOTICES.c).where(GAP_NOTICES.c.submission_id.in_(ids))
    told = db.session.execute(query.order_by(GAP_NOTICES.c.told_at))
    return {row.submission_id: _gaps(row) for row in told}


def _gaps(row: Row[Any]) -> Gaps:
    content = opened(GAPS, row.id, row.content_sealed)
    return Gaps(row.id, row.ticket_id, row.submission_id, row.counter, row.told_at, **content)
