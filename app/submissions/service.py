"""Filling a form in: begin, save, submit, withdraw. Each runs inside the caller's transaction.

A form is filled from what whoever fills it has a right to (`gathering.py`), and what was filled is
kept beside the values, with where it came from; a value counts as the person's own where it is
another. Who saves names the revision they saw, and of two who saw the same the second is told so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update

from app.catalog.plan import HallPlan
from app.catalog.service import item_of
from app.citizens.errors import NameWrong
from app.citizens.queries import person_numbered
from app.citizens.rules import BEIJING, IdNumber
from app.citizens.rules import id_number as judge_id_number
from app.citizens.rules import name as judge_name
from app.citizens.service import Identity, check_identity
from app.core.acts import Act
from app.core.db import db, insert_into
from app.core.identity import Level
from app.core.language import tell
from app.core.said import Both, Said
from app.documents.service import make_soon
from app.forms import queries as forms
from app.forms import validation
from app.forms.conditions import same
from app.forms.form import Form, Subject
from app.forms.materials import materials_of
from app.forms.prefill import Filled, prefill
from app.forms.queries import FormVersion
from app.forms.values import normal
from app.licences.queries import licence, licences_of
from app.licences.shares import share
from app.submissions import gathering
from app.submissions.errors import (
    FieldFixed,
    FieldsWrong,
    IdentityUnconfirmed,
    NoFormForItem,
    NotADraft,
    NothingToPromise,
    RevisionStale,
    UnknownField,
    UnknownMaterial,
    WithCounter,
    WrongSubject,
)
from app.submissions.gathering import Filling
from app.submissions.masks import hides, masked
from app.submissions.queries import (
    TABLE,
    Line,
    Submission,
    line,
    open_draft,
    opened_of,
    visits_of,
)
from app.submissions.rules import DESK_DRAFT_KEPT, PHONE_DRAFT_KEPT, State, code_of
from app.submissions.stored import NAME, SOURCES, VALUES, fills_kept, sealed
from app.tickets.queries import Ticket
from app.tickets.states import AT_COUNTER
from app.tickets.states import State as TicketState

FORGOTTEN_AT_ONCE = 500


# Beginning


def card_of(id_number: str, name: str | None, read: bool, act: Act) -> Identity:
    """Whose card lies on the reader of the desk, or whose number and name were typed there: then
    only whom a real-name service knows by both. Asks over the network: before any transaction.

    Raises IdNumberWrong, NameWrong, IdentityMismatch, IdentityUnconfirmed."""
    if read:
        number = judge_id_number(id_number, act.now.astimezone(BEIJING).date())
        return Identity(judge_name(name or _name_known(number)), number, Level.VERIFIED)
    if name is None:
        raise NameWrong
    identity = check_identity(name, id_number, act)
    if identity.level != Level.VERIFIED:
        raise IdentityUnconfirmed
    return identity


def _name_known(number: IdNumber) -> str:
    """As a licence of theirs says it: many readers tell the number alone. Raises NameWrong."""
    person = person_numbered(number)
    known = licences_of(person) if person is not None else []
    if not known:
        raise NameWrong
    return known[0].holder_name


def begin(
    filling: Filling, plan: HallPlan, item_code: str, act: Act, citizen: str | None = None
) -> Submission:
    """A form for this item, filled. An account that has it open already is given that draft again,
    and what it has not touched is filled anew.

    Raises UnknownItem, NoFormForItem, UnknownForm, WrongSubject."""
    item = item_of(plan, item_code)
    if item.form is None:
        raise NoFormForItem
    if citizen is not None:
        draft = open_draft(citizen, filling.about.id, plan.code, item.code)
        if draft is not None and _goes_on(draft, item.form, filling):
            return _refill(draft, filling, plan, act)
        if draft is not None:
            change(draft, draft.revision, state=State.WITHDRAWN)
    published = forms.published(item.form)
    _refuse_subject(published.form, filling)
    made = _insert(published, filling, plan, item.code, act, citizen)
    if made is None:  # another tab began it meanwhile
        return begin(filling, plan, item_code, act, citizen)
    submission = opened_of(made)
    _log_shares(submission, {}, act)
    return submission


def _goes_on(draft: Line, form: str, filling: Filling) -> bool:
    """Whether a draft is gone on with, in whatever version it was begun: not where the item has
    another form by now, and not by a lesser right than it was filled by."""
    lesser = draft.ground != filling.right.ground and not filling.right.reads_licences
    return draft.form == form and not lesser


def _refuse_subject(form: Form, filling: Filling) -> None:
    if form.subject not in (Subject.EITHER, filling.about.kind):
        raise WrongSubject(WRONG_SUBJECT[form.subject])


WRONG_SUBJECT = {
    Subject.PERSON: Said("这张表由个人填写，请选择本人或家人。"),
    Subject.FIRM: Said("这张表由企业填写，请选择要办理的企业。"),
}


def _insert(
    published: FormVersion,
    filling: Filling,
    plan: HallPlan,
    item: str,
    act: Act,
    citizen: str | None,
) -> Line | None:
    """The row; None where this account has such a draft already."""
    today = _today(plan, act.now)
    form, row_id = published.form, act.new_id()
    fills = prefill(form, gathering.known_of(form, filling, today), today)
    values: dict[str, Any] = {
        "id": row_id,
        "hall": plan.code,
        "item": item,
        "form": published.code,
        "version": published.version,
        "person_id": filling.about.id,
        "person_kind": filling.about.kind,
        "applicant_id": filling.applicant.id,
        "filled_by": str(act.actor),
        "citizen_id": citizen,
        "ground": filling.right.ground,
        "state": State.DRAFT,
        "revision": 1,
        "name_sealed": sealed(NAME, row_id, filling.about.name),
        **contents(row_id, _values_of(fills), fills),
        "promises": [],
        "marks": {},
        "identity_typed": filling.right.typed,
        "created_at": act.now,
        "touched_at": act.now,
    }
    while True:
        put = insert_into(TABLE).values(**values, code=code_of(act.new_id()))
        made = db.session.execute(put.on_conflict_do_nothing().returning(*TABLE.c)).one_or_none()
        if made is not None:
            return made
        if citizen is None or open_draft(citizen, filling.about.id, plan.code, item) is None:
            continue  # the code is in use
        return None


def _refill(draft: Line, filling: Filling, plan: HallPlan, act: Act) -> Submission:
    """What was not touched is filled with what is known now."""
    before = opened_of(draft)
    today = _today(plan, act.now)
    own = _own_values(before)
    known = gathering.known_of(before.form, filling, today)
    fills = prefill(before.form, known, today, own)
    values = {
        name: value for name, value in {**_values_of(fills), **own}.items() if value is not None
    }
    again = change(
        draft,
        draft.revision,
        ground=filling.right.ground,
        touched_at=act.now,
        **contents(draft.id, values, fills),
    )
    submission = opened_of(again)
    _log_shares(submission, before.fills, act)
    return submission


def _own_values(submission: Submission) -> dict[str, Any]:
    """What the person wrote themselves; None where they emptied what was filled."""
    names = {*submission.fills, *submission.values}
    return {
        name: submission.values.get(name) for name in names if not is_as_filled(submission, name)
    }


def is_as_filled(submission: Submission, name: str) -> bool:
    """Whether a field says what it was filled with."""
    value, filled = submission.values.get(name), submission.value_filled(name)
    return value is filled or same(value, filled)


def _values_of(fills: Mapping[str, Filled]) -> dict[str, Any]:
    return {name: fill.value for name, fill in fills.items() if fill.value is not None}


def contents(row: str, values: Mapping[str, Any], fills: Mapping[str, Filled]) -> dict[str, bytes]:
    """Values and what was filled, as they lie sealed in a row."""
    return {
        "values_sealed": sealed(VALUES, row, values),
        "sources_sealed": sealed(SOURCES, row, fills_kept(fills)),
    }


def _log_shares(submission: Submission, before: Mapping[str, Filled], act: Act) -> None:
    """Each licence that fields are filled from now and were not before, with what was read of
    it."""
    earlier = _fields_by_licence(before)
    form = submission.form
    purpose = Said("填写《%(form)s》", {"form": Both(form.name, form.name_en)})
    for licence_id, filled in sorted(_fields_by_licence(submission.fills).items()):
        fresh = filled - earlier.get(licence_id, set())
        if fresh:
            used = licence(licence_id)
            origins = (each for name in fresh for each in form.prefill[name])
            read = {each.name for each in origins if each.licence == used.kind}
            share([used], purpose, read, act, submission=submission.id)


def _fields_by_licence(fills: Mapping[str, Filled]) -> dict[str, set[str]]:
    """Licence -> the form's fields it says something of."""
    found: dict[str, set[str]] = {}
    for name, fill in fills.items():
        for source in (fill.source, *(each.source for each in fill.others)):
            if source is not None and source.licence is not None:
                found.setdefault(source.licence, set()).add(name)
    return found


# Filling in


def save(row: Line, given: Mapping[str, Any], revision: int, act: Act) -> Submission:
    """Write what was typed: None empties a field, and what is not named stays.

    Raises NotADraft, RevisionStale, UnknownField, FieldFixed."""
    _require_draft(row)
    before = opened_of(row)
    values, fills = dict(before.values), dict(before.fills)
    for name, sent in given.items():
        if name not in before.form.fields:
            raise UnknownField(field=name)
        value = _meant(before, name, sent)
        if not _fits(before, name, value):
            raise FieldFixed(field=name)
        if row.identity_typed and not _is_masked_there(before, name, sent):
            fills.pop(name, None)  # replaced whole: that it was right is told to nobody
        values[name] = value
    written = {name: value for name, value in values.items() if value is not None}
    saved = change(row, revision, touched_at=act.now, **contents(row.id, written, fills))
    return opened_of(saved)


def _meant(submission: Submission, name: str, sent: Any) -> Any:
    """The value meant by what was sent: a mask means what it hides."""
    field = submission.form.fields[name]
    if submission.row.identity_typed:
        for value in _hidden_at(submission, name):
            if sent == masked(field, value):
                return value
    return normal(field, sent)


def _is_masked_there(submission: Submission, name: str, sent: Any) -> bool:
    field = submission.form.fields[name]
    hidden = _hidden_at(submission, name)
    return not hidden or any(sent == masked(field, value) for value in hidden)


def _hidden_at(submission: Submission, name: str) -> list[Any]:
    """Values of a field that its desk sees masked: what it says, then what other sources do."""
    fill = submission.fills.get(name)
    field = submission.form.fields[name]
    if fill is None:
        return []
    found = [fill.value] if fill.source and hides(field, fill.source) else []
    return found + [each.value for each in fill.others if hides(field, each.source)]


def _fits(submission: Submission, name: str, value: Any) -> bool:
    fill = submission.fills.get(name)
    return fill is None or fill.editable or same(value, fill.value)


def submit(
    row: Line, revision: int, promises: Collection[str], act: Act, plan: HallPlan
) -> Submission:
    """It is as it should be: judged by the version it was begun with, and kept without what is
    hidden. Raises NotADraft, RevisionStale, FieldsWrong with every fault, UnknownItem,
    NothingToPromise, UnknownMaterial."""
    _require_draft(row)
    item_of(plan, row.item)
    submission = opened_of(row)
    today = _today(plan, act.now)
    problems = validation.judge(submission.form, submission.values, today)
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
    asked = materials_of(submission.form, submission.values, today, licences, kept, promises)
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


def attach(row: Line, ticket: Ticket) -> Line:
    """It is handed in with this ticket."""
    if row.ticket_id == ticket.id:
        return row
    put = update(TABLE).where(TABLE.c.id == row.id).values(ticket_id=ticket.id)
    return db.session.execute(put.returning(*TABLE.c)).one()


def close(row: Line, act: Act) -> None:
    """The desk is left: from now on its machine has no right to this."""
    db.session.execute(update(TABLE).where(TABLE.c.id == row.id).values(closed_at=act.now))


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


def _today(plan: HallPlan, now: datetime) -> date:
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
