"""Somebody's file as the counter that has called them sees it: closed, and opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.catalog.plan import HallPlan
from app.citizens.errors import PersonNotFound
from app.citizens.queries import name_served
from app.citizens.rules import masked_name
from app.core.http import wire_time
from app.core.language import either, named, tell
from app.forms import validation
from app.forms.conditions import same
from app.forms.form import Field, Form
from app.forms.prefill import Filled, Known, prefill
from app.licences.queries import Licence
from app.licences.rights import Ground, Right, licences_read
from app.licences.view import licence_out
from app.staff.queries import usernames
from app.submissions.archive import licence_line
from app.submissions.at_counter import is_correctable, licences_here
from app.submissions.gathering import facts_by_kind, kinds_of
from app.submissions.queries import (
    Change,
    Line,
    Submission,
    archived,
    changes_of,
    fields_changed,
    for_ticket,
    forms_of,
    gaps_of_ticket,
    opened_all,
    superseded,
)
from app.submissions.stored import on_wire
from app.submissions.view import (
    gaps_out,
    materials_out,
    problems_out,
    submission_out,
)
from app.tickets.queries import Ticket


def file_out(ticket: Ticket, plan: HallPlan, now: datetime) -> dict[str, Any]:
    """What there is, without anything that is in it: nothing of it is logged."""
    today = now.astimezone(plan.zone).date()
    rows = for_ticket(ticket, now)
    found = opened_all(rows)
    changed = fields_changed(row.id for row in rows)
    earlier = superseded(row.id for row in rows)
    return {
        "ticket": ticket.id,
        "person": {"name": _masked_name(ticket, found)},
        "submissions": [
            {
                **_brief_out(each, changed.get(each.id, 0), plan, today),
                "superseded": each.id in earlier,
            }
            for each in found
        ],
        "licences": [licence_line(each, today) for each in licences_here(ticket, rows, plan)],
        "materials": [
            line for each in found[:1] for line in materials_out(each, today, staff=True)
        ],
        "gaps": gaps_out(gaps_of_ticket(ticket.id), plan),
    }


def _brief_out(submission: Submission, changed: int, plan: HallPlan, today: date) -> dict[str, Any]:
    row = submission.row
    return {
        "id": row.id,
        "code": row.code,
        "form_name": named(submission.form),
        "state": row.state,
        "submitted_at": wire_time(row.submitted_at, plan.zone),
        "problems": len(problems_out(submission, today)),
        "changed": changed,
        "identity_typed": row.identity_typed,
    }


def _masked_name(ticket: Ticket, found: Sequence[Submission]) -> str | None:
    """Of whom the ticket is, as the account knows them that took it, or as they filled it in."""
    for each in found:
        if ticket.person_id in (None, each.row.person_id):
            return masked_name(each.person_name)
    if ticket.citizen_id is None or ticket.person_id is None:
        return None
    try:
        return masked_name(name_served(ticket.citizen_id, ticket.person_id))
    except PersonNotFound:
        return None


def opened_file_out(
    submissions: Sequence[Submission], licences: Sequence[Licence], plan: HallPlan, now: datetime
) -> dict[str, Any]:
    """Everything in full, as `at_counter.open_file` found and logged it."""
    today = now.astimezone(plan.zone).date()
    shown = {each.id for each in submissions}
    people = {each.row.person_id for each in submissions}
    past = [row for person in sorted(people) for row in archived(person, hall=plan.code)]
    known = forms_of(past)
    return {
        "submissions": [opened_out(each, plan, now) for each in submissions],
        "licences": [licence_out(each, today) for each in licences],
        "archive": [
            _past_out(row, known[row.form, row.version], plan)
            for row in past
            if row.id not in shown
        ],
    }


def _past_out(row: Line, form: Form, plan: HallPlan) -> dict[str, Any]:
    return {
        "id": row.id,
        "code": row.code,
        "form_name": named(form),
        "item_name": named(plan.item_coded(row.item)),
        "submitted_at": wire_time(row.submitted_at, plan.zone),
    }


def opened_out(submission: Submission, plan: HallPlan, now: datetime) -> dict[str, Any]:
    """One submission in full, by its groups, with what was corrected."""
    told = submission_out(submission, plan, now, staff=True)
    problems: dict[str, str] = {}
    for problem in told["problems"]:
        problems.setdefault(problem["field"], problem["detail"])
    shown = set(told["visible"])
    form, others = submission.form, others_out(submission, told, now.astimezone(plan.zone).date())
    return {
        **told,
        "superseded": bool(superseded([submission.id])),
        "groups": [
            {
                "title": either(group.title, group.title_en),
                "fields": [
                    {
                        **_field_out(form.fields[name], submission, told["fields"][name], problems),
                        "others": others[name],
                    }
                    for name in group.fields
                    if name in shown
                ],
            }
            for group in form.groups
            if shown & set(group.fields)
        ],
        "changes": changes_out(submission, plan),
    }


def others_out(
    submission: Submission, told: Mapping[str, Any], today: date
) -> dict[str, list[dict[str, str]]]:
    """Field -> what other sources say of it. Where a desk replaced what it was shown masked, it was
    told nothing of what lay there; the counter is told by the licences."""
    form, row = submission.form, submission.row
    found = {
        name: [
            {"text": each["text"], "source": each["source"]["text"]}
            for each in told["fields"][name]["others"]
        ]
        for name in form.fields
    }
    if row.identity_typed and submission.reads_licences:
        right = Right(row.person_id, row.person_kind, Ground.CARD)
        known = Known(licences=facts_by_kind(licences_read(right, kinds_of(form)), today))
        for name, fill in prefill(form, known, today, submission.values).items():
            if name not in submission.fills:
                found[name] = _said_otherwise(form.fields[name], fill, submission.values.get(name))
    return found


def _said_otherwise(field: Field, fill: Filled, value: Any) -> list[dict[str, str]]:
    said = [(each.value, each.source) for each in fill.others]
    if fill.source is not None:
        said.insert(0, (fill.value, fill.source))
    return [
        {"text": validation.field_text(field, other), "source": tell(source.text)}
        for other, source in said
        if value is None or not same(other, value)
    ]


def _field_out(
    field: Field, submission: Submission, told: dict[str, Any], problems: dict[str, str]
) -> dict[str, Any]:
    source = told["source"]
    return {
        "field": field.name,
        "title": either(field.title, field.title_en),
        "text": told["text"],
        "value": on_wire(submission.values.get(field.name)),
        "widget": str(field.widget),
        "options": [
            {"value": option.value, "title": either(option.title, option.title_en)}
            for option in field.options
        ],
        "unit": either(field.unit, field.unit_en),
        "source_text": source and source["text"],
        "confidence": told["confidence"],
        "problem": problems.get(field.name),
        "required": field.required,
        "correctable": is_correctable(submission, field.name),
    }


def changes_out(submission: Submission, plan: HallPlan) -> list[dict[str, Any]]:
    """What counters corrected, oldest first, and by whom."""
    changes = changes_of(submission.id)
    names = usernames(each.actor for each in changes)
    return [_change_out(each, submission.form.fields[each.field], names, plan) for each in changes]


def _change_out(
    change: Change, field: Field, names: Mapping[str, str], plan: HallPlan
) -> dict[str, Any]:
    return {
        "field": field.name,
        "title": either(field.title, field.title_en),
        "before": on_wire(change.before),
        "before_text": validation.field_text(field, change.before),
        "after": on_wire(change.after),
        "after_text": validation.field_text(field, change.after),
        "by": names.get(change.actor, ""),
        "counter": change.counter,
        "at": wire_time(change.at, plan.zone),
    }
