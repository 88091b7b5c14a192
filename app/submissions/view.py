"""Submissions as the outside sees them. Masked where whoever reads may not know what is hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.http import wire_time
from app.core.language import named, tell
from app.documents.queries import link_of
from app.forms import validation
from app.forms.conditions import is_filled, same
from app.forms.form import Field, Form
from app.forms.materials import MaterialState, materials_of
from app.forms.prefill import Confidence, Filled, Other, Source
from app.submissions.gathering import papers_of
from app.submissions.masks import hides, masked, undated
from app.submissions.queries import (
    Gaps,
    Line,
    Submission,
    forms_of,
    gaps_of,
    name_of,
    visits_of,
)
from app.submissions.rules import State
from app.submissions.shown import Shown, problems_of, shown
from app.submissions.stored import on_wire


def submission_out(
    submission: Submission,
    plan: HallPlan,
    now: datetime,
    *,
    staff: bool = False,
    own: bool = False,
) -> dict[str, Any]:
    """A submission, for whoever fills it, for the counter that has its ticket (`staff`), and for an
    account that has a right to its person (`own`). Where the card was typed it is masked for the
    machine at which that was done."""
    today = now.astimezone(plan.zone).date()
    form, row = submission.form, submission.row
    hidden = row.identity_typed and not (staff or own)
    seen = shown(submission, today, hidden=hidden)
    return {
        **line_out(row, form, submission.person_name, plan),
        "ticket": ticket_names([row], now).get(row.id),
        "gaps": gaps_out(gaps_of([row]).get(row.id), plan),
        "document": _document(row, link_of(row.id, row.revision)),
        "revision": row.revision,
        "identity_typed": row.identity_typed,
        "values": {name: on_wire(value) for name, value in seen.values.items()},
        "fields": {name: field_out(submission, name, seen, hidden=hidden) for name in form.fields},
        "visible": [name for name in form.fields if name in seen.visible],
        "problems": problems_out(submission, today, hidden=hidden),
        "materials": materials_out(submission, today, staff=staff, hidden=hidden),
    }


def lines_out(rows: Sequence[Line], now: datetime) -> list[dict[str, Any]]:
    """Submissions in a list: nothing of what was filled in."""
    tickets, gaps = ticket_names(rows, now), gaps_of(rows)
    known = forms_of(rows)
    plans = {hall: plan_of(hall) for hall in {row.hall for row in rows}}
    return [
        {
            **line_out(row, known[row.form, row.version], name_of(row), plans[row.hall]),
            "ticket": tickets.get(row.id),
            "gaps": gaps_out(gaps.get(row.id), plans[row.hall]),
        }
        for row in rows
    ]


def line_out(row: Line, form: Form, person_name: str, plan: HallPlan) -> dict[str, Any]:
    """What every answer about a submission gives."""
    return {
        "id": row.id,
        "code": row.code,
        "state": row.state,
        "hall": row.hall,
        "hall_name": named(plan),
        "item": row.item,
        "item_name": named(plan.item_coded(row.item)),
        "form": form_name_out(form, row.version),
        "person": {"id": row.person_id, "kind": row.person_kind, "name": person_name},
        "ground": row.ground,
        "created_at": wire_time(row.created_at, plan.zone),
        "submitted_at": wire_time(row.submitted_at, plan.zone),
        "document": _document(row),
    }


def form_name_out(form: Form, number: int) -> dict[str, Any]:
    return {"code": form.code, "version": number, "name": named(form)}


def ticket_names(rows: Sequence[Line], now: datetime) -> dict[str, dict[str, Any]]:
    """Submission -> the ticket it is handed in with."""
    return {
        row: {"id": ticket.id, "number": ticket.number, "state": str(ticket.state)}
        for row, ticket in visits_of(rows, now).items()
    }


def gaps_out(gaps: Gaps | None, plan: HallPlan) -> dict[str, Any] | None:
    """What was told to be missing."""
    if gaps is None:
        return None
    return {
        "told_at": wire_time(gaps.told_at, plan.zone),
        "materials": gaps.materials,
        "fields": gaps.fields,
        "note": gaps.note,
    }


# Field by field


def field_out(submission: Submission, name: str, seen: Shown, *, hidden: bool) -> dict[str, Any]:
    """What a field says and where that came from. A value that another source says, too, comes from
    that source; what stood there before is then among the others."""
    field = submission.form.fields[name]
    fill, said = submission.fills.get(name), submission.said(name)
    if hidden and name not in seen.visible and name not in seen.values:
        fill = said = None  # that something lies there would tell why
    is_masked, value = name in seen.masked, submission.values.get(name)
    return {
        "text": _text(field, value, mask=is_masked) if name in seen.values else "",
        "source": said and source_out(said.source, dated=not hidden),
        "confidence": _confidence(said, value) if name in seen.values else None,
        "editable": fill is None or fill.editable,
        "masked": is_masked,
        "others": [_other_out(field, *other, hidden=hidden) for other in _others(fill, value)],
        "changed": fill is not None and not submission.is_as_filled(name),
    }


def _others(fill: Filled | None, value: Any) -> list[tuple[int, Other]]:
    """What sources say that the field does not, each with the number it is chosen by."""
    sayings = () if fill is None else fill.sayings
    return [(n, each) for n, each in enumerate(sayings) if not same(each.value, value)]


def _confidence(said: Other | None, value: Any) -> str | None:
    if said is not None:
        return str(said.confidence)
    return str(Confidence.DECLARED) if is_filled(value) else None


def source_out(source: Source, *, dated: bool = True) -> dict[str, Any]:
    return {
        "kind": str(source.kind),
        "text": tell(source.text if dated else undated(source.text)),
        "licence": source.licence,
        "on": source.on.isoformat() if source.on and dated else None,
    }


def _other_out(field: Field, nth: int, other: Other, *, hidden: bool) -> dict[str, Any]:
    mask = hidden and hides(field, other.source)
    return {
        "other": nth,
        "masked": mask,
        "value": masked(field, other.value) if mask else on_wire(other.value),
        "text": _text(field, other.value, mask=mask),
        "source": source_out(other.source, dated=not hidden),
        "confidence": str(other.confidence),
    }


def _text(field: Field, value: Any, *, mask: bool) -> str:
    if not is_filled(value):
        return ""
    return str(masked(field, value)) if mask else validation.field_text(field, value)


# As a whole


def problems_out(
    submission: Submission, today: date, *, hidden: bool = False
) -> list[dict[str, str]]:
    """What is wrong or missing, in the form's order."""
    return [
        {"field": each.field, "code": each.code, "detail": tell(each.words)}
        for each in problems_of(submission, today, hidden=hidden)
    ]


def materials_out(
    submission: Submission, today: date, *, staff: bool = False, hidden: bool = False
) -> list[dict[str, Any]]:
    """The papers that are asked for, and by what each is there."""
    row, values = submission.row, shown(submission, today, hidden=hidden).values
    licences, kept = papers_of(submission, today, staff=staff)
    states = materials_of(submission.form, values, today, licences, kept, row.promises)
    return [material_out(state, row.marks, dated=not hidden) for state in states]


def material_out(
    state: MaterialState, marks: Mapping[str, Any], *, dated: bool = True
) -> dict[str, Any]:
    mark, evidence = marks.get(state.code), state.evidence_text
    return {
        "code": state.code,
        "name": tell(state.name),
        "state": str(state.state),
        "evidence": evidence and tell(evidence if dated else undated(evidence)),
        "can_promise": state.can_promise,
        "promised": state.promised,
        "promise_text": state.promise_text and tell(state.promise_text),
        "mark": mark and mark["state"],
    }


def _document(row: Line, made: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """Where its paper is to be had, once it is submitted; `made`: what is known of it already."""
    if row.state != State.SUBMITTED:
        return None
    unknown = {"sha256": None, "code": None, "missing": None}
    return {**unknown, **(made or {}), "url": f"/api/v1/submissions/{row.id}/document"}
