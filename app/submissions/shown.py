"""What somebody sees of a submission. At a desk where the card's number was typed, what other
sources said is masked, and nothing that is told may depend on what a mask hides: what is shown,
asked for or found wrong there follows from the masks, not from what is under them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.said import Said
from app.forms import validation
from app.forms.validation import FieldProblem
from app.submissions.masks import hides, is_of_mask, masked
from app.submissions.queries import Submission

MASK_KEPT = Said("这一栏还留着遮挡用的 * 号，请整个重新填写。")


@dataclass(frozen=True, slots=True)
class Shown:
    """A submission's values, and where they are masks."""

    values: Mapping[str, Any]
    masked: frozenset[str]
    """The fields whose values are masks. One that is not even visible is not among the values."""
    visible: frozenset[str]


def shown(submission: Submission, today: date, *, hidden: bool) -> Shown:
    """`hidden`: as whoever typed the card's number sees it; else as it is."""
    form, values = submission.form, submission.values
    at = frozenset(name for name in values if hidden and _is_hidden(submission, name))
    seen = {name: masked(form.fields[name], v) if name in at else v for name, v in values.items()}
    visible = validation.visible(form, seen, today)
    told = {name: value for name, value in seen.items() if name in visible or name not in at}
    return Shown(told, at & visible, visible)


def _is_hidden(submission: Submission, name: str) -> bool:
    field, said = submission.form.fields.get(name), submission.said(name)
    return field is not None and said is not None and hides(field, said.source)


def problems_of(submission: Submission, today: date, *, hidden: bool) -> list[FieldProblem]:
    """What is wrong or missing, in the form's order, as far as whoever looks may know."""
    seen = shown(submission, today, hidden=hidden)
    found = validation.judge(submission.form, seen.values, today, unread=seen.masked)
    if not submission.row.identity_typed:
        return found
    wrong = {each.field for each in found}
    kept = [
        FieldProblem(name, "mask_kept", MASK_KEPT)
        for name in submission.form.fields
        if name in seen.visible - seen.masked - wrong and is_of_mask(seen.values.get(name))
    ]
    return [*kept, *found]
