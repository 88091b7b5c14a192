"""What goes on the paper of a submission, and on the sheet of what is missing."""

from __future__ import annotations

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.language import either, named, tell
from app.forms import validation
from app.forms.materials import MaterialState, materials_of
from app.submissions.errors import NotSubmitted, SubmissionNotFound
from app.submissions.gathering import papers_of
from app.submissions.printing import (
    Printable,
    PrintableGaps,
    PrintedCorrection,
    PrintedField,
    PrintedGap,
    PrintedGroup,
    PrintedMaterial,
    PrintedPromise,
)
from app.submissions.queries import (
    Submission,
    changes_of,
    gaps_of_ticket,
    is_known_to,
    line,
    name_of,
    opened_of,
)
from app.submissions.rules import State
from app.tickets.queries import find


def printable(submission_id: str) -> Printable:
    """What a submission's application document shows, in the language of the request.

    Whether whoever asks may have it, says `queries.printed_for`. Raises SubmissionNotFound,
    NotSubmitted."""
    submission = opened_of(line(submission_id))
    row, form = submission.row, submission.form
    if row.state != State.SUBMITTED:
        raise NotSubmitted
    plan = plan_of(row.hall)
    at = row.submitted_at.astimezone(plan.zone)
    licences, kept = papers_of(submission, at.date())
    papers = materials_of(form, submission.values, at.date(), licences, kept, row.promises)
    return Printable(
        submission=row.id,
        code=row.code,
        revision=row.revision,
        form=row.form,
        form_version=row.version,
        form_name=named(form),
        hall=row.hall,
        hall_name=named(plan),
        item_name=named(plan.item_coded(row.item)),
        person_kind=row.person_kind,
        person_name=submission.person_name,
        submitted_at=at,
        groups=_groups(submission),
        materials=tuple(_material(each) for each in papers),
        promises=tuple(
            PrintedPromise(tell(each.name), tell(each.promise_text))
            for each in papers
            if each.promised and each.promise_text is not None
        ),
        corrections=_corrections(submission, plan),
    )


def _groups(submission: Submission) -> tuple[PrintedGroup, ...]:
    """Every field that was shown, also one that was left empty."""
    form = submission.form
    day = submission.row.submitted_at.date()
    shown = validation.visible(form, submission.values, day)
    return tuple(
        PrintedGroup(
            either(group.title, group.title_en),
            tuple(
                PrintedField(
                    either(form.fields[name].title, form.fields[name].title_en),
                    validation.field_text(form.fields[name], submission.values.get(name)),
                )
                for name in group.fields
                if name in shown
            ),
        )
        for group in form.groups
        if shown & set(group.fields)
    )


def _corrections(submission: Submission, plan: HallPlan) -> tuple[PrintedCorrection, ...]:
    """One for each field, in the form's order."""
    last = {change.field: change for change in changes_of(submission.id)}
    return tuple(
        PrintedCorrection(
            either(field.title, field.title_en),
            last[name].counter,
            last[name].at.astimezone(plan.zone),
        )
        for name, field in submission.form.fields.items()
        if name in last
    )


def _material(state: MaterialState) -> PrintedMaterial:
    evidence = "" if state.evidence_text is None else tell(state.evidence_text)
    return PrintedMaterial(tell(state.name), str(state.state), evidence)


def printable_gaps(ticket_id: str) -> PrintableGaps:
    """What was told to be missing at a ticket's visit, as its sheet shows it. The ticket's account
    reads it, too: of what others filled in it says neither whose nor what that was.

    Raises TicketNotFound, and SubmissionNotFound where nothing was told."""
    ticket, gaps = find(None, id=ticket_id), gaps_of_ticket(ticket_id)
    if gaps is None:
        raise SubmissionNotFound
    plan = plan_of(ticket.hall)
    row = None if gaps.submission_id is None else line(gaps.submission_id)
    if row is not None and not is_known_to(ticket, row, gaps.told_at):
        row = None
    form = None if row is None else opened_of(row).form
    return PrintableGaps(
        notice=gaps.id,
        hall=plan.code,
        hall_name=named(plan),
        item_name=named(plan.item_coded(ticket.item)),
        person_name="" if row is None else name_of(row),
        number=ticket.number,
        counter=gaps.counter,
        told_at=gaps.told_at.astimezone(plan.zone),
        materials=tuple(PrintedGap(each["name"], each["note"]) for each in gaps.materials),
        fields=tuple(PrintedGap(each["title"], each["note"]) for each in gaps.fields),
        note=gaps.note,
        submission_code="" if row is None else row.code,
        form_name="" if form is None else named(form),
    )
