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
from app.submissions.masks import hides, masked
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
from app.submissions.stored import on_wire


def submission_out(
    submission: Submission, plan: HallPlan, now: datetime, *, staff: bool = False
) -> dict[str, Any]:
    """A submission, for whoever fills it, and for the counter that has its ticket (`staff`). Where
    the card was typed it is masked for its machine."""
    today = now.astimezone(plan.zone).date()
    form, values, row = submission.form, submission.values, submission.row
    hidden = row.identity_typed and row.citizen_id is None and not staff
    shown = {name: field_out(submission, name, hidden=hidden) for name in form.fields}
    return {
        **line_out(row, form, submission.person_name, plan),
        "ticket": ticket_names([row], now).get(row.id),
        "gaps": gaps_out(gaps_of([row]).get(row.id), plan),
        "document": _document(row, link_of(row.id, row.revision)),
        "revision": row.revision,
        "identity_typed": row.identity_typed,
        "values": {name: on_wire(_shown_value(submission, name, hidden=hidden)) for name in values},
        "fields": shown,
        "visible": _visible(form, values, today),
        "problems": problems_out(submission, today),
        "materials": materials_out(submission, today, staff=staff),
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


def field_out(submission: Submission, name: str, *, hidden: bool) -> dict[str, Any]:
    """What a field says and where that came from. A value that another source says, too, comes from
    that source; what stood there before is then among the others."""
    field = submission.form.fields[name]
    fill, said = submission.fills.get(name), _said(submission, name)
    is_masked = hidden and said is not None and hides(field, said.source)
    value = submission.values.get(name)
    return {
        "text": _text(field, value, mask=is_masked),
        "source": said and source_out(said.source),
        "confidence": _confidence(said, value),
        "editable": fill is None or fill.editable,
        "masked": is_masked,
        "others": [
            _other_out(field, other, mask=hidden and hides(field, other.source))
            for other in _others(fill, value)
        ],
        "changed": fill is not None and not _as_filled(fill, value),
    }


def _said(submission: Submission, name: str) -> Other | None:
    """The source that says what the field says; None: whoever fills it."""
    value, fill = submission.values.get(name), submission.fills.get(name)
    if value is None or fill is None:
        return None
    return next((each for each in _sayings(fill) if same(each.value, value)), None)


def _sayings(fill: Filled) -> list[Other]:
    """What each source says of a field, the one it was filled from first."""
    first = []
    if fill.source is not None and fill.confidence is not None:
        first = [Other(fill.value, fill.source, fill.confidence)]
    return [*first, *fill.others]


def _others(fill: Filled | None, value: Any) -> list[Other]:
    if fill is None:
        return []
    return [each for each in _sayings(fill) if value is None or not same(each.value, value)]


def _as_filled(fill: Filled, value: Any) -> bool:
    return value is fill.value or same(value, fill.value)


def _confidence(said: Other | None, value: Any) -> str | None:
    if said is not None:
        return str(said.confidence)
    return str(Confidence.DECLARED) if is_filled(value) else None


def source_out(source: Source) -> dict[str, Any]:
    return {
        "kind": str(source.kind),
        "text": tell(source.text),
        "licence": source.licence,
        "on": source.on and source.on.isoformat(),
    }


def _other_out(field: Field, other: Other, *, mask: bool) -> dict[str, Any]:
    return {
        "value": masked(field, other.value) if mask else on_wire(other.value),
        "text": _text(field, other.value, mask=mask),
        "source": source_out(other.source),
        "confidence": str(other.confidence),
    }


def _text(field: Field, value: Any, *, mask: bool) -> str:
    if not is_filled(value):
        return ""
    return str(masked(field, value)) if mask else validation.field_text(field, value)


def _shown_value(submission: Submission, name: str, *, hidden: bool) -> Any:
    field, value = submission.form.fields.get(name), submission.values[name]
    said = _said(submission, name)
    if hidden and field is not None and said is not None and hides(field, said.source):
        return masked(field, value)
    return value


# As a whole


def _visible(form: Form, values: Mapping[str, Any], today: date) -> list[str]:
    shown = validation.visible(form, values, today)
    return [name for name in form.fields if name in shown]


def problems_out(submission: Submission, today: date) -> list[dict[str, str]]:
    """What is wrong or missing, in the form's order."""
    return [
        {"field": each.field, "code": each.code, "detail": tell(each.words)}
        for each in validation.judge(submission.form, submission.values, today)
    ]


def materials_out(
    submission: Submission, today: date, *, staff: bool = False
) -> list[dict[str, Any]]:
    """The papers that are asked for, and by what each is there."""
    row = submission.row
    licences, kept = papers_of(submission, today, staff=staff)
    states = materials_of(submission.form, submission.values, today, licences, kept, row.promises)
    return [material_out(state, row.marks) for state in states]


def material_out(state: MaterialState, marks: Mapping[str, Any]) -> dict[str, Any]:
    mark = marks.get(state.code)
    return {
        "code": state.code,
        "name": tell(state.name),
        "state": str(state.state),
        "evidence": state.evidence_text and tell(state.evidence_text),
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
