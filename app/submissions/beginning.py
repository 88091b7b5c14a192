"""Beginning a form: who is there, and all that it can be filled with. Runs inside the caller's
transaction.

A form is filled from what whoever fills it has a right to (`gathering.py`), and what was filled is
kept beside the values, with where it came from; a value counts as the person's own where it is
another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.catalog.plan import HallPlan
from app.catalog.service import item_of
from app.citizens.errors import NameWrong, TooManyWrongNames
from app.citizens.queries import person_numbered
from app.citizens.rules import BEIJING
from app.citizens.rules import id_number as judge_id_number
from app.citizens.rules import name as judge_name
from app.citizens.service import Identity, check_identity
from app.core.acts import Act
from app.core.codes import code_of
from app.core.db import db, insert_into
from app.core.identity import Level
from app.core.said import Both, Said
from app.forms import queries as forms
from app.forms.form import Form, Subject
from app.forms.prefill import Filled, Known, prefill
from app.forms.queries import FormVersion
from app.licences.queries import holder_names_of
from app.licences.shares import share_each
from app.submissions import gathering
from app.submissions.errors import IdentityUnconfirmed, NoFormForItem, WrongSubject
from app.submissions.gathering import Filling
from app.submissions.queries import TABLE, Line, Submission, open_draft, opened_of
from app.submissions.rules import CODE_LENGTH, State
from app.submissions.service import change, contents, today_of
from app.submissions.stored import NAME, sealed


@dataclass(frozen=True, slots=True)
class Card:
    """Who stands at a desk."""

    who: Identity
    read: bool
    """A reader read it; else its number and name were typed."""


def card_of(id_number: str, name: str | None, read: bool, act: Act) -> Card:
    """Whose card lies on the reader of the desk, or whose number and name were typed there: then
    only whom a real-name service knows by both. That a card was read anybody could say: only a
    machine is believed of which the office says that it has a reader. Asks over the network: before
    any transaction.

    Raises IdNumberWrong, NameWrong, IdentityMismatch, IdentityUnconfirmed."""
    if read and act.actor.reader:
        return Card(_of_reader(id_number, name, act), read=True)
    if name is None:
        raise NameWrong
    identity = check_identity(name, id_number, act)
    if identity.level is Level.DECLARED:
        raise IdentityUnconfirmed
    return Card(identity, read=False)


def _of_reader(id_number: str, name: str | None, act: Act) -> Identity:
    """Many readers tell the number alone: the name is then as a licence of theirs says it. One that
    was typed beside it is sure once the library or a real-name service agrees."""
    number = judge_id_number(id_number, act.now.astimezone(BEIJING).date())
    person = person_numbered(number)
    known = [] if person is None else holder_names_of(person)
    if name is None and not known:
        raise NameWrong
    called = known[0] if name is None else judge_name(name)
    if called in known:
        return Identity(called, number, Level.VERIFIED)
    try:
        return check_identity(called, id_number, act)
    except TooManyWrongNames:  # at this machine: whose card was read gets on without it
        return Identity(called, number, Level.DECLARED)


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
    today = today_of(plan, act.now)
    known = gathering.known_of(published.form, filling, today)
    fills = prefill(published.form, known, today)
    made = _insert(published, fills, filling, plan, item.code, act, citizen)
    if made is None:  # another tab began it meanwhile
        return begin(filling, plan, item_code, act, citizen)
    submission = opened_of(made)
    _log_shares(submission, {}, known, act)
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
    fills: Mapping[str, Filled],
    filling: Filling,
    plan: HallPlan,
    item: str,
    act: Act,
    citizen: str | None,
) -> Line | None:
    """The row; None where this account has such a draft already."""
    row_id = act.new_id()
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
        coded = {**values, "code": code_of(act.new_id(), CODE_LENGTH)}
        made = db.session.execute(_put(db.engine.dialect.name), coded).one_or_none()
        if made is not None:
            return made
        if citizen is None or open_draft(citizen, filling.about.id, plan.code, item) is None:
            continue  # the code is in use
        return None


@cache
def _put(dialect: str) -> Any:  # noqa: ARG001 (the cache's key)
    return insert_into(TABLE).on_conflict_do_nothing().returning(*TABLE.c)


def _refill(draft: Line, filling: Filling, plan: HallPlan, act: Act) -> Submission:
    """What was not touched is filled with what is known now."""
    before = opened_of(draft)
    today = today_of(plan, act.now)
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
    _log_shares(submission, before.fills, known, act)
    return submission


def _own_values(submission: Submission) -> dict[str, Any]:
    """What the person wrote themselves; None where they emptied what was filled."""
    names = {*submission.fills, *submission.values}
    return {
        name: submission.values.get(name) for name in names if not submission.is_as_filled(name)
    }


def _values_of(fills: Mapping[str, Filled]) -> dict[str, Any]:
    return {name: fill.value for name, fill in fills.items() if fill.value is not None}


def _log_shares(
    submission: Submission, before: Mapping[str, Filled], known: Known, act: Act
) -> None:
    """Each licence that fields are filled from now and were not before, with what was read of
    it."""
    earlier = _fields_by_licence(before)
    form = submission.form
    purpose = Said("填写《%(form)s》", {"form": Both(form.name, form.name_en)})
    held = {each.id: each for licences in known.licences.values() for each in licences}
    read = []
    for licence_id, filled in sorted(_fields_by_licence(submission.fills).items()):
        fresh, used = filled - earlier.get(licence_id, set()), held[licence_id]
        origins = (each for name in fresh for each in form.prefill[name])
        if fresh:
            read.append((used, {each.name for each in origins if each.licence == used.kind}))
    share_each(read, purpose, act, submission=submission.id)


def _fields_by_licence(fills: Mapping[str, Filled]) -> dict[str, set[str]]:
    """Licence -> the form's fields it says something of."""
    found: dict[str, set[str]] = {}
    for name, fill in fills.items():
        for source in (fill.source, *(each.source for each in fill.others)):
            if source is not None and source.licence is not None:
                found.setdefault(source.licence, set()).add(name)
    return found
