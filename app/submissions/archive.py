"""A person's archive: what was submitted in their name, and the papers a counter has seen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from app.citizens.rules import BEIJING
from app.core.language import either, named
from app.forms.form import Form
from app.forms.materials import months_after
from app.licences.queries import Licence
from app.licences.queries import kinds as licence_kinds
from app.licences.rights import licences_read, right_of_citizen
from app.submissions.queries import archived, forms_of, kept_materials
from app.submissions.view import lines_out


def archive_out(citizen: str, holder: str | None, now: datetime) -> dict[str, Any]:
    """For whoever may read it; of whom an account merely declares that it acts for them, nothing.

    Raises IdentityNeeded, PersonNotFound."""
    right = right_of_citizen(citizen, holder, now)
    if not right.reads_licences:
        return {"submissions": [], "materials": [], "licences": []}
    today = now.astimezone(BEIJING).date()
    kept = kept_materials(right.person)
    known = forms_of(kept)
    return {
        "submissions": lines_out(archived(right.person), now),
        "materials": [_material_out(each, known[each.form, each.version]) for each in kept],
        "licences": [licence_line(each, today) for each in licences_read(right)],
    }


def _material_out(paper: Row[Any], form: Form) -> dict[str, Any]:
    """With the last day on which it need not be brought again, by the form it was seen for."""
    material = next(each for each in form.materials if each.code == paper.code)
    months = material.reuse_months
    until = None if months is None else months_after(paper.seen_on, months)
    return {
        "code": paper.code,
        "name": either(material.name, material.name_en),
        "form_name": named(form),
        "seen_on": paper.seen_on.isoformat(),
        "reusable_until": until and until.isoformat(),
    }


def licence_line(licence: Licence, today: date) -> dict[str, Any]:
    """A licence without anything that is in it."""
    return {
        "id": licence.id,
        "kind_name": named(licence_kinds()[licence.kind]),
        "valid": licence.valid_on(today),
        "valid_until": licence.valid_until and licence.valid_until.isoformat(),
    }
