"""The file of whom a counter has called: seen closed, opened for a purpose, corrected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import AT_COUNTERS, Act
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.parts import parts
from app.submissions import at_counter
from app.submissions.at_counter import submission_here, ticket_here
from app.submissions.counter_view import file_out, opened_file_out, opened_out
from app.submissions.queries import Line, Submission
from app.submissions.schemas import (
    CorrectionsIn,
    FindByCodeIn,
    GapsIn,
    GapsOut,
    MaterialMarkIn,
    OpenedFileOut,
    OpenedSubmissionOut,
    OpenFileIn,
    TicketFileOut,
)
from app.submissions.view import gaps_out
from app.tickets.queries import Ticket

bp = APIBlueprint("counter_files", __name__, url_prefix="/api/v1", tag="窗口核验")

NOT_HERE = "本窗口没有叫到或正在办理这张号票，或没有这份填报"


@bp.get("/tickets/<ticket_id>/file")
@access("staff", roles=AT_COUNTERS, shows="submissions")
@bp.output(TicketFileOut)
@bp.doc(summary="这个号的填报、证照和材料概要，不含内容", responses={404: NOT_HERE})
def file_of(ticket_id: str) -> Response:
    ticket = ticket_here(ticket_id, actor())
    return answer(file_out(ticket, _plan(), parts().clock.now()))


@bp.post("/tickets/<ticket_id>/file/open")
@access("staff", roles=AT_COUNTERS, shows="submissions", why="purpose")
@bp.input(OpenFileIn)
@bp.output(OpenedFileOut)
@bp.doc(summary="为办理这个号打开填报和证照全文；记入使用记录", responses={404: NOT_HERE})
def open_file(ticket_id: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), _plan()
    ticket_here(ticket_id, doing.actor)  # also where the answer is stored already
    return perform_here(
        lambda: at_counter.open_file(
            ticket_here(ticket_id, doing.actor, lock=True), plan, json_data.get("purpose"), doing
        ),
        lambda found: opened_file_out(*found, plan, doing.now),
    )


@bp.post("/submissions/<submission_id>/corrections")
@access("staff", roles=AT_COUNTERS)
@bp.input(CorrectionsIn)
@bp.output(OpenedSubmissionOut)
@bp.doc(
    summary="与办事人一起更正；每一处都留下更正前后的内容",
    responses={404: NOT_HERE, 409: "已在别处修改"},
)
def correct(submission_id: str, json_data: dict[str, Any]) -> Response:
    changes, revision = json_data["changes"], json_data["revision"]

    def corrected(ticket: Ticket, row: Line, doing: Act, plan: HallPlan) -> Submission:
        return at_counter.correct(ticket, row, changes, revision, doing, plan)

    return _with_submission(submission_id, json_data["ticket"], corrected)


@bp.post("/submissions/<submission_id>/materials")
@access("staff", roles=AT_COUNTERS)
@bp.input(MaterialMarkIn)
@bp.output(OpenedSubmissionOut)
@bp.doc(summary="核对一项材料：已收，或缺", responses={404: NOT_HERE})
def mark_material(submission_id: str, json_data: dict[str, Any]) -> Response:
    code, state = json_data["code"], json_data["state"]

    def marked(ticket: Ticket, row: Line, doing: Act, plan: HallPlan) -> Submission:
        return at_counter.mark_material(ticket, row, code, state, doing, plan)

    return _with_submission(submission_id, json_data["ticket"], marked)


@bp.post("/submissions/search")
@access("staff", roles=AT_COUNTERS, shows="submissions")
@bp.input(FindByCodeIn)
@bp.output(TicketFileOut)
@bp.doc(summary="凭申请书上的填报编号，把填报归到这个号", responses={404: NOT_HERE})
def attach_by_code(json_data: dict[str, Any]) -> Response:
    doing, plan, ticket_id = act(), _plan(), json_data["ticket"]
    ticket_here(ticket_id, doing.actor)

    def attached() -> Ticket:
        ticket = ticket_here(ticket_id, doing.actor, lock=True)
        at_counter.attach_by_code(ticket, json_data["code"], doing)
        return ticket

    return perform_here(attached, lambda ticket: file_out(ticket, plan, doing.now))


@bp.post("/tickets/<ticket_id>/gaps")
@access("staff", roles=AT_COUNTERS)
@bp.input(GapsIn)
@bp.output(GapsOut, status_code=201)
@bp.doc(
    summary="一次性告知：缺少的材料和要更正的栏目，每个号一次，同时通知办事人",
    responses={404: NOT_HERE, 409: "已经告知过"},
)
def tell_gaps(ticket_id: str, json_data: dict[str, Any]) -> Response:
    doing, plan, submission_id = act(), _plan(), json_data.get("submission")
    ticket_here(ticket_id, doing.actor)

    def told() -> Any:
        ticket = ticket_here(ticket_id, doing.actor, lock=True)
        row = submission_here(ticket, submission_id, doing.now) if submission_id else None
        materials, fields, note = (json_data[each] for each in ("materials", "fields", "note"))
        return at_counter.tell_gaps(ticket, row, materials, fields, note, doing, plan)

    return perform_here(told, lambda gaps: gaps_out(gaps, plan), status=201)


def _with_submission(
    submission_id: str,
    ticket_id: str,
    use_case: Callable[[Ticket, Line, Act, HallPlan], Submission],
) -> Response:
    doing, plan = act(), _plan()
    ticket_here(ticket_id, doing.actor)  # also where the answer is stored already

    def done() -> Submission:
        ticket = ticket_here(ticket_id, doing.actor, lock=True)
        return use_case(ticket, submission_here(ticket, submission_id, doing.now), doing, plan)

    return perform_here(done, lambda submission: opened_out(submission, plan, doing.now))


def _plan() -> HallPlan:
    return plan_of(actor().hall or "")
