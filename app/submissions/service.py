"""Filling a form in, once it is begun: save, submit, withdraw. Each runs inside the
caller's transaction.

Who saves names the revision they saw, and of two who saw the same the second is told so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update

from app.catalog.plan import HallPlan
from app.catalog.service import item_of
from app.core.acts import Act
from app.core.db import db
from app.core.language import tell
from app.documents.service import make_soon
from app.forms import validation
from app.forms.conditions import same
from app.forms.materials import materials_of
from app.forms.prefill import Filled
from app.forms.values import normal
from app.submissions import gathering
from app.submissions.errors import (
    FieldFixed,
    FieldsWrong,
    NotADraft,
    NothingToPromise,
    RevisionStale,
    UnknownField,
    UnknownMaterial,
    UnknownSource,
    WithCounter,
)
from app.submissions.masks import hides, masked
from app.submissions.queries import (
    TABLE,
    Line,
    Submission,
    line,
    opened_of,
    visits_of,
)
from app.submissions.rules import DESK_DRAFT_KEPT, PHONE_DRAFT_KEPT, State
from app.submissions.shown import problems_of, shown
from app.submissions.stored import SOURCES, VALUES, fills_kept, sealed
from app.tickets.queries import Ticket
from app.tickets.states import AT_COUNTER
from app.tickets.states import State as TicketState

FORGOTTEN_AT_ONCE = 500


# Filling in


def save(row: Line, given: Mapping[str, Any], revision: int, act: Act) -> Submission:
    """Write what was typed: None empties a field, {"other": n} takes what another source says of
    it, and what is not named stays.

    Raises NotADraft, RevisionStale, UnknownField, UnknownSource, FieldFixed."""
    _require_draft(row)
    before = opened_of(row)
    values, fills = dict(before.values), dict(before.fills)
    for name, sent in given.items():
        if name not in before.form.fields:
            raise UnknownField(field=name)
        if _is_unchanged(before, name, sent):
            continue
        chosen = isinstance(sent, dict)
        value = _of_source(before, name, sent) if chosen else normal(before.form.fields[name], sent)
        if not _fits(before, name, value, typed=not chosen):
            raise FieldFixed(field=name)
        if not chosen and _hides_anything(before, name):
            fills.pop(name, None)  # replaced whole: that it was right is told to nobody
        values[name] = value
    written = {name: value for name, value in values.items() if value is not None}
    saved = change(row, revision, touched_at=act.now, **contents(row.id, written, fills))
    return opened_of(saved)


def _is_unchanged(submission: Submission, name: str, sent: Any) -> bool:
    """Whether it is the mask that stands there now: the mask of another is a value like any."""
    value, field = submission.values.get(name), submission.form.fields[name]
    return bool(_is_hidden(submission, name) and sent == masked(field, value))


def _of_source(submission: Submission, name: str, sent: Mapping[str, Any]) -> Any:
    """What the named one of its sources says. Two that look alike under their masks may differ.
    Raises UnknownSource."""
    fill, nth = submission.fills.get(name), sent.get("other")
    sayings = () if fill is None else fill.sayings
    if set(sent) != {"other"} or type(nth) is not int or nth not in range(len(sayings)):
        raise UnknownSource(field=name)
    return sayings[nth].value


def _fits(submission: Submission, name: str, value: Any, *, typed: bool) -> bool:
    """Whether a field may say this. What is hidden and locked is compared with nothing that was
    typed: the answer would tell whether a guess is right."""
    fill = submission.fills.get(name)
    if fill is None or fill.editable:
        return True
    return not (typed and _is_hidden(submission, name)) and same(value, fill.value)


def _is_hidden(submission: Submission, name: str) -> bool:
    """Whether its desk sees what a field says masked."""
    said, field = submission.said(name), submission.form.fields[name]
    return submission.row.identity_typed and said is not None and hides(field, said.source)


def _hides_anything(submission: Submission, name: str) -> bool:
    """Whether its desk sees anything masked that is said of a field."""
    fill, field = submission.fills.get(name), submission.form.fields[name]
    if fill is None or not submission.row.identity_typed:
        return False
    return fill.editable and any(hides(field, each.source) for each in fill.sayings)


def submit(
    row: Line, revision: int, promises: Collection[str], act: Act, plan: HallPlan
) -> Submission:
    """It is as it should be: judged by the version it was begun with, and kept without what is
    hidden. Raises NotADraft, RevisionStale, FieldsWrong with every fault, UnknownItem,
    NothingToPromise, UnknownMaterial."""
    _require_draft(row)
    item_of(plan, row.item)
    submission = opened_of(row)
    today = today_of(plan, act.now)
    problems = problems_of(submission, today, hidden=row.identity_typed)
    if problems:
        raise FieldsWrong(errors=errors_by_field(problems))
    _refuse_promises(submission, promises, today)
    values = validation.kept(submission.form, submission.values, today)
    fills = {name: fill for name, fill in submission.fills.items() if name in values}
    submitted = change(
        row,
        revision,
        state=State.SUBMITTED,
        promises=sorted(set(promises)),
        submitted_at=act.now,
        touched_at=act.now,
        **contents(row.id, values, fills),
    )
    make_soon(row.id, act)
    return opened_of(submitted)


def errors_by_field(problems: Collection[validation.FieldProblem]) -> dict[str, list[str]]:
    """Problems as an error tells them, in the reader's language."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(tell(problem.words))
    return found


def _refuse_promises(submission: Submission, promises: Collection[str], today: date) -> None:
    licences, kept = gathering.papers_of(submission, today)
    values = shown(submission, today, hidden=submission.row.identity_typed).values
    asked = materials_of(submission.form, values, today, licences, kept, promises)
    of_form = {each.code for each in submission.form.materials}
    if not set(promises) <= of_form:
        raise UnknownMaterial
    may = {each.code for each in asked if each.can_promise}
    if not set(promises) & {each.code for each in asked} <= may:
        raise NothingToPromise


def withdraw(row: Line, act: Act) -> Submission:
    """Taken back by whoever filled it; not once a counter has it.

    Raises NotADraft where it was withdrawn, WithCounter."""
    if row.state == State.WITHDRAWN:
        raise NotADraft(state=row.state)
    ticket = visits_of([row], act.now).get(row.id)
    if ticket is not None and ticket.state in (*AT_COUNTER, TicketState.FINISHED):
        raise WithCounter
    return opened_of(change(row, row.revision, state=State.WITHDRAWN, touched_at=act.now))


def hand_in(row: Line, ticket: Ticket) -> Line:
    """It comes with this ticket, to be seen at its counter."""
    put = update(TABLE).where(TABLE.c.id == row.id).values(ticket_id=ticket.id)
    return db.session.execute(put.returning(*TABLE.c)).one()


def attach(row: Line, ticket: Ticket) -> Line:
    """A counter has it, with this ticket: whose it is was seen there."""
    if row.ticket_id == ticket.id and row.counter_opened:
        return row
    now = {"ticket_id": ticket.id, "counter_opened": True}
    put = update(TABLE).where(TABLE.c.id == row.id).values(now)
    return db.session.execute(put.returning(*TABLE.c)).one()


def close(row: Line, act: Act) -> None:
    """The desk is left: from now on its machine has no right to this."""
    db.session.execute(update(TABLE).where(TABLE.c.id == row.id).values(closed_at=act.now))


def contents(row: str, values: Mapping[str, Any], fills: Mapping[str, Filled]) -> dict[str, bytes]:
    """Values and what was filled, as they lie sealed in a row."""
    return {
        "values_sealed": sealed(VALUES, row, values),
        "sources_sealed": sealed(SOURCES, row, fills_kept(fills)),
    }


def _require_draft(row: Line) -> None:
    if row.state != State.DRAFT:
        raise NotADraft(state=row.state)


def change(row: Line, revision: int, **columns: Any) -> Line:
    """Change a row that is still as it was seen. Raises RevisionStale, NotADraft."""
    changed = db.session.execute(
        update(TABLE)
        .where(as_seen(row, revision))
        .values(revision=TABLE.c.revision + 1, **columns)
        .returning(*TABLE.c)
    ).one_or_none()
    if changed is not None:
        return changed
    present = line(row.id)
    if present.state != row.state:
        raise NotADraft(state=present.state)
    raise RevisionStale(revision=present.revision)


def as_seen(row: Line, revision: int) -> ColumnElement[bool]:
    """The condition that nobody has changed it since."""
    return and_(TABLE.c.id == row.id, TABLE.c.revision == revision, TABLE.c.state == row.state)


def today_of(plan: HallPlan, now: datetime) -> date:
    """The hall's date."""
    return now.astimezone(plan.zone).date()


# The night


def forget_drafts(now: datetime) -> int:
    """Delete some drafts that nobody has touched for long, and what was withdrawn before it was
    ever submitted; how many."""
    never_submitted = TABLE.c.submitted_at.is_(None)
    at_desk = TABLE.c.citizen_id.is_(None) & (TABLE.c.touched_at < now - DESK_DRAFT_KEPT)
    on_phone = TABLE.c.touched_at < now - PHONE_DRAFT_KEPT
    old = db.session.scalars(
        select(TABLE.c.id).where(never_submitted, at_desk | on_phone).limit(FORGOTTEN_AT_ONCE)
    ).all()
    db.session.execute(delete(TABLE).where(TABLE.c.id.in_(old), never_submitted))
    return len(old)
