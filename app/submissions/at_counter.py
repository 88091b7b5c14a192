"""What a counter does with the submissions of whom it has called. Runs inside the caller's
transaction.

Only the counter that has a ticket called or serving sees what belongs to it; everybody else is
told that there is no such ticket. What is opened is logged, what is corrected is kept as it was and
as it became.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, update

from app.catalog.plan import HallPlan
from app.core import audit
from app.core.acts import Act, Actor
from app.core.codes import code_read
from app.core.db import db, insert_into, insert_once
from app.core.said import Both, Said
from app.forms import queries as forms
from app.forms import validation
from app.forms.conditions import is_filled, same
from app.forms.errors import UnknownForm
from app.forms.form import Form, Kind, Material
from app.forms.values import normal
from app.licences.queries import Licence, licences_of
from app.licences.shares import share_each
from app.notices.rules import time_field
from app.notices.service import Link, notify
from app.submissions.errors import (
    FieldsWrong,
    GapsTold,
    NothingMissing,
    SubmissionNotFound,
    UnknownField,
    UnknownMaterial,
)
from app.submissions.gathering import fields_read
from app.submissions.queries import (
    CHANGES,
    GAP_NOTICES,
    KEPT,
    TABLE,
    Gaps,
    Line,
    Submission,
    coded,
    for_ticket,
    forms_of,
    gaps_of_ticket,
    is_known_to,
    line,
    opened_all,
    opened_of,
)
from app.submissions.rules import State
from app.submissions.service import attach, change, contents, errors_by_field
from app.submissions.stored import AFTER, BEFORE, GAPS, sealed
from app.tickets.errors import TicketNotFound
from app.tickets.queries import Ticket, find, find_all
from app.tickets.states import AT_COUNTER, LIVE

IDENTITY = (Kind.PERSON, Kind.FIRM)
"""Where what says who somebody is comes from."""
IDENTITY_FIXED = "“%(title)s”来自已核实的身份，窗口不能更正；身份有误的，请办事人重新填报。"
SHOWN = ("number", "holder_name", "issuer_name", "valid_from", "valid_until")
"""What is shown of every licence, besides its own fields."""
NAMED_AT_MOST = 200
"""Letters of what is missing that a notice names; the whole list is behind its link."""


def ticket_here(ticket_id: str, actor: Actor, *, lock: bool = False) -> Ticket:
    """The ticket that the clerk's counter has called or is serving. Raises TicketNotFound."""
    ticket = find(actor.hall or "", id=ticket_id, lock=lock)
    here = actor.counter is not None and ticket.counter == actor.counter
    if not here or ticket.state not in AT_COUNTER:
        raise TicketNotFound
    return ticket


def submission_here(ticket: Ticket, submission_id: str, now: datetime) -> Line:
    """One of the submissions of this visit. Raises SubmissionNotFound."""
    for row in for_ticket(ticket, now):
        if row.id == submission_id:
            return row
    raise SubmissionNotFound


def licences_here(ticket: Ticket, rows: Sequence[Line], plan: HallPlan) -> list[Licence]:
    """The licences that what is done here needs, of whom it is done for: those that its forms ask
    for, and of those that they are merely filled from no other fields."""
    known = forms_of(rows)
    needed: dict[str, list[Form]] = {}
    for row in rows:
        for person in {row.person_id, row.applicant_id} - {None}:
            needed.setdefault(person, []).append(known[row.form, row.version])
    if ticket.person_id is not None:
        needed.setdefault(ticket.person_id, []).extend(_forms_of_items(ticket, plan))
    return [each for person, asking in needed.items() for each in _licences_for(person, asking)]


def _licences_for(person: str, asking: Sequence[Form]) -> list[Licence]:
    """The licences of a person that these forms read, with the fields they read."""
    read: dict[str, frozenset[str] | None] = {}
    for form in asking:
        for kind, fields in fields_read(form).items():
            before = read.get(kind, frozenset())
            read[kind] = None if fields is None or before is None else before | fields
    found = licences_of(person, set(read)) if read else []
    return [_with_fields(each, read[each.kind]) for each in found]


def _with_fields(licence: Licence, fields: frozenset[str] | None) -> Licence:
    if fields is None:
        return licence
    return replace(licence, data={k: v for k, v in licence.data.items() if k in fields})


def _forms_of_items(ticket: Ticket, plan: HallPlan) -> list[Form]:
    """The forms of a visit's items, whether or not anything was filled."""
    found = []
    for code in ticket.items:
        form = plan.item_coded(code).form
        if form is not None:
            try:
                found.append(forms.published(form).form)
            except UnknownForm:
                continue
    return found


def open_file(
    ticket: Ticket, plan: HallPlan, purpose: str | None, act: Act
) -> tuple[list[Submission], list[Licence]]:
    """Everything of this visit in full, attached to its ticket and logged: which licences for what,
    and that its submissions were read."""
    rows = _attached(for_ticket(ticket, act.now), ticket, act.now)
    licences = licences_here(ticket, rows, plan)
    _note_shared(ticket, licences, plan, purpose, act)
    _note_opened(ticket, rows, act, purpose)
    return opened_all(rows), licences


def _attached(rows: Sequence[Line], ticket: Ticket, now: datetime) -> list[Line]:
    """Handed in with this ticket; but what came with another that is not done with, stays with it
    where this one was taken by somebody who merely says that they act for its person."""
    others = find_all({row.ticket_id for row in rows} - {None, ticket.id})
    live = {id for id, other in others.items() if other.state in LIVE}
    return [
        row if row.ticket_id in live and not is_known_to(ticket, row, now) else attach(row, ticket)
        for row in rows
    ]


def _note_shared(
    ticket: Ticket, licences: Sequence[Licence], plan: HallPlan, purpose: str | None, act: Act
) -> None:
    """Of each licence what is shown of it."""
    item = plan.item_coded(ticket.item)
    said: str | Said = purpose or Said("办理“%(item)s”", {"item": Both(item.name, item.name_en)})
    share_each([(each, [*each.data, *SHOWN]) for each in licences], said, act, ticket=ticket.id)


def _note_opened(
    ticket: Ticket, rows: Sequence[Line], act: Act, purpose: str | None = None
) -> None:
    codes = [row.code for row in rows]
    told = {"submissions": codes, "purpose": purpose, "call": ticket.call_id}
    audit.note(act, ticket.hall, "file_opened", ticket.number, **told)


def _note_read(ticket: Ticket, row: Line, plan: HallPlan, act: Act) -> None:
    """Whoever is answered with a submission in full has opened it: log that, unless it is logged
    that they did, for this call."""
    earlier = audit.data_of(act, ticket.hall, "file_opened", ticket.number, ticket.taken_at)
    known = {
        code for each in earlier if each["call"] == ticket.call_id for code in each["submissions"]
    }
    if row.code not in known:
        _note_shared(ticket, licences_here(ticket, [row], plan), plan, None, act)
        _note_opened(ticket, [row], act)


def correct(
    ticket: Ticket, row: Line, changes: Mapping[str, Any], revision: int, act: Act, plan: HallPlan
) -> Submission:
    """Set right at the counter, together with the person: each field kept as it was and as it
    became; what is hidden by it is emptied, and kept as well.

    Raises RevisionStale, UnknownField, FieldsWrong for what is wrong with the fields changed,
    hidden, or says who somebody is."""
    before = opened_of(row)
    form, today = before.form, act.now.astimezone(plan.zone).date()
    values = dict(before.values)
    for name, value in changes.items():
        if name not in form.fields:
            raise UnknownField(field=name)
        values[name] = normal(form.fields[name], value)
    _refuse_identity(before, values, changes)
    kept = validation.kept(form, values, today)
    _refuse_hidden(form, values, changes, today)
    _refuse_wrong(form, kept, changes, today)
    _note_read(ticket, row, plan, act)
    corrected = change(row, revision, ticket_id=ticket.id, **contents(row.id, kept, before.fills))
    for name in form.fields:
        _keep_change(ticket, corrected, name, before.values.get(name), kept.get(name), act)
    return opened_of(corrected)


def is_correctable(submission: Submission, name: str) -> bool:
    """Whether a counter may correct a field: not what says whom a card, a register or a real-name
    service knows, for everything was found and filled by that."""
    fill = submission.fills.get(name)
    if fill is None or fill.editable or fill.source is None:
        return True
    return fill.source.kind not in IDENTITY


def _refuse_identity(
    before: Submission, values: Mapping[str, Any], changes: Mapping[str, Any]
) -> None:
    problems = [
        validation.FieldProblem(
            name, "identity_fixed", Said(IDENTITY_FIXED, {"title": _title(before.form, name)})
        )
        for name in changes
        if not is_correctable(before, name) and not same(values[name], before.values.get(name))
    ]
    if problems:
        raise FieldsWrong(errors=errors_by_field(problems))


def _title(form: Form, name: str) -> Both:
    field = form.fields[name]
    return Both(field.title, field.title_en)


def _refuse_hidden(
    form: Form, values: Mapping[str, Any], changes: Mapping[str, Any], today: date
) -> None:
    """What is hidden is not kept: whoever writes it is told so."""
    shown = validation.visible(form, values, today)
    lost = (name for name in changes if name not in shown and is_filled(values[name]))
    problems = [validation.hidden(form.fields[name]) for name in lost]
    if problems:
        raise FieldsWrong(errors=errors_by_field(problems))


def _refuse_wrong(
    form: Form, values: Mapping[str, Any], changes: Mapping[str, Any], today: date
) -> None:
    """What was wrong before may be set right later; what is changed must be right."""
    problems = [each for each in validation.judge(form, values, today) if each.field in changes]
    if problems:
        raise FieldsWrong(errors=errors_by_field(problems))


def _keep_change(ticket: Ticket, row: Line, name: str, before: Any, after: Any, act: Act) -> None:
    if before is after or same(before, after):
        return
    change_id = act.new_id()
    db.session.execute(
        insert(CHANGES).values(
            id=change_id,
            submission_id=row.id,
            revision=row.revision,
            field=name,
            before_sealed=sealed(BEFORE, change_id, before),
            after_sealed=sealed(AFTER, change_id, after),
            actor=str(act.actor),
            counter=ticket.counter,
            ticket_id=ticket.id,
            at=act.now,
        )
    )


def mark_material(
    ticket: Ticket, row: Line, code: str, state: str, act: Act, plan: HallPlan
) -> Submission:
    """A paper was seen, and is kept for as long as its form says, or is missing.

    Raises UnknownMaterial, SubmissionNotFound where it was withdrawn meanwhile."""
    form = forms.version(row.form, row.version).form
    material = next((each for each in form.materials if each.code == code), None)
    if material is None:
        raise UnknownMaterial
    present = line(row.id, lock=True)  # another ticket's counter may mark another paper of it
    if present.state != State.SUBMITTED:
        raise SubmissionNotFound
    mark = {"state": state, "at": act.now.isoformat(), "by": str(act.actor)}
    marks = {**present.marks, code: mark}
    put = update(TABLE).where(TABLE.c.id == row.id).values(marks=marks).returning(*TABLE.c)
    marked = db.session.execute(put).one()
    if state == "seen":
        _keep_material(ticket, row, material, act, plan)
    else:
        gone = (KEPT.c.submission_id == row.id) & (KEPT.c.code == code)
        db.session.execute(delete(KEPT).where(gone))
    _note_read(ticket, row, plan, act)
    told = {"submission": row.code, "material": code, "state": state}
    audit.note(act, ticket.hall, "material_marked", ticket.number, **told)
    return opened_of(marked)


def _keep_material(ticket: Ticket, row: Line, material: Material, act: Act, plan: HallPlan) -> None:
    put = insert_into(KEPT).values(
        id=act.new_id(),
        person_id=row.person_id,
        code=material.code,
        name=material.name,
        form=row.form,
        version=row.version,
        submission_id=row.id,
        hall=row.hall,
        ticket_id=ticket.id,
        seen_by=str(act.actor),
        seen_on=act.now.astimezone(plan.zone).date(),
    )
    db.session.execute(put.on_conflict_do_nothing(index_elements=["submission_id", "code"]))


def attach_by_code(ticket: Ticket, code: str, act: Act) -> Line:
    """What stands on the paper somebody shows is handed in with their ticket, whoever they are.
    Raises SubmissionNotFound."""
    row = attach(coded(ticket.hall, code_read(code)), ticket)
    audit.note(act, ticket.hall, "submission_found", ticket.number, submission=row.code)
    return row


# What is missing


def tell_gaps(
    ticket: Ticket,
    row: Line | None,
    materials: Sequence[Mapping[str, str]],
    fields: Sequence[Mapping[str, str]],
    note: str,
    act: Act,
    plan: HallPlan,
) -> Gaps:
    """Tell everything that is missing, once a ticket, and to the account it belongs to as well.
    `materials`: {code or name, note}; `fields`: {field, note}, of the submission.

    Raises GapsTold, NothingMissing, UnknownMaterial, UnknownField."""
    if not materials and not fields:
        raise NothingMissing
    form = None if row is None else forms.version(row.form, row.version).form
    content = {
        "materials": [_material_missing(each, form) for each in materials],
        "fields": [_field_wrong(each, form) for each in fields],
        "note": note,
    }
    notice_id = act.new_id()
    told = insert_once(
        GAP_NOTICES,
        id=notice_id,
        ticket_id=ticket.id,
        submission_id=row and row.id,
        hall=ticket.hall,
        counter=ticket.counter,
        told_by=str(act.actor),
        told_at=act.now,
        content_sealed=sealed(GAPS, notice_id, content),
    )
    gaps = gaps_of_ticket(ticket.id)
    if not told or gaps is None:
        raise GapsTold
    if row is not None:
        attach(row, ticket)
    citizen = ticket.citizen_id or (row and row.citizen_id)
    if citizen is not None:
        _notify(ticket, row, gaps, citizen, act, plan)
    return gaps


def _material_missing(given: Mapping[str, str], form: Form | None) -> dict[str, Any]:
    code, note = given.get("code"), given.get("note", "")
    if code is None:
        return {"code": None, "name": given["name"], "note": note}
    of_form = form.materials if form else ()
    material = next((each for each in of_form if each.code == code), None)
    if material is None:
        raise UnknownMaterial
    return {"code": code, "name": material.name, "note": note}


def _field_wrong(given: Mapping[str, str], form: Form | None) -> dict[str, Any]:
    field = form.fields.get(given["field"]) if form else None
    if field is None:
        raise UnknownField(field=given["field"])
    return {"field": field.name, "title": field.title, "note": given.get("note", "")}


def _notify(
    ticket: Ticket, row: Line | None, gaps: Gaps, citizen: str, act: Act, plan: HallPlan
) -> None:
    names = [each["name"] for each in gaps.materials] + [each["title"] for each in gaps.fields]
    named = "、".join(names)
    if len(named) > NAMED_AT_MOST:
        named = named[: NAMED_AT_MOST - 1] + "…"
    item = plan.item_coded(ticket.item)
    said = {
        "hall": Both(plan.name, plan.name_en),
        "item": Both(item.name, item.name_en),
        "n": len(names),
        "what": named,
    }
    words = Said("在%(hall)s办理“%(item)s”，还有 %(n)s 项要补齐或更正：%(what)s。", said)
    link = Link("pages/ticket/index", {"id": ticket.id})
    if row is not None and row.citizen_id == citizen:
        link = Link("pages/submission/index", {"id": row.id})
    facts = {
        "number": ticket.number,
        "item": item.name,
        "hall": plan.name,
        "when": time_field(act.now, plan.zone),
        "counter": ticket.counter,
        "note": f"还缺{len(names)}项：{named}",
    }
    notify(citizen, "gaps", words, f"gaps:{gaps.id}", act, facts=facts, link=link, hall=plan.code)
