"""Filling a form in: on a phone, or at the desk on the machine that began it (app/kiosk)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.service import plan_of
from app.core.acts import Act, Role
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.parts import parts
from app.licences.schemas import HolderQuery
from app.submissions import beginning, service
from app.submissions.archive import archive_out
from app.submissions.gathering import by_account
from app.submissions.queries import (
    Line,
    Submission,
    filled_here,
    of_citizen,
    opened_of,
    readable,
)
from app.submissions.schemas import (
    ArchiveOut,
    SubmissionIn,
    SubmissionLineOut,
    SubmissionOut,
    SubmitIn,
    ValuesIn,
)
from app.submissions.view import lines_out, submission_out
from app.tickets.schemas import NothingIn

bp = APIBlueprint("submissions", __name__, url_prefix="/api/v1", tag="填报")

FILLS = ("citizen", "kiosk", "staff")
GUIDES = (Role.GUIDE, Role.SUPERVISOR)
"""At the desk, for people who cannot do it themselves."""
NOT_FOUND = "没有这份填报"
STALE = "已在别处修改、已提交或已撤回"


@bp.post("/submissions")
@access("citizen")
@bp.input(SubmissionIn)
@bp.output(SubmissionOut, status_code=201)
@bp.doc(
    summary="开始填报：表单已自动填好；有未提交的草稿时继续填",
    responses={404: "没有这个大厅、事项、表单或办事人", 409: "尚未登记本人"},
)
def begin(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(json_data["hall"])
    citizen = doing.actor.id

    def begun() -> Submission:
        filling = by_account(citizen, json_data.get("person"), doing.now)
        return beginning.begin(filling, plan, json_data["item"], doing, citizen)

    return perform_here(
        begun,
        lambda made: submission_out(made, plan, doing.now),
        status=201,
        on_replay=lambda stored: filled_here(stored["id"], doing.actor, doing.now),
    )


@bp.get("/submissions/<submission_id>")
@access(*FILLS, roles=GUIDES, shows="submissions")
@bp.output(SubmissionOut)
@bp.doc(summary="一份填报：各栏的值、来源和问题，材料清单", responses={404: NOT_FOUND})
def one_submission(submission_id: str) -> Response:
    now, own = parts().clock.now(), actor().kind == "citizen"
    found = opened_of(readable(submission_id, actor(), now))
    return answer(submission_out(found, plan_of(found.row.hall), now, own=own))


@bp.put("/submissions/<submission_id>/values")
@access(*FILLS, roles=GUIDES)
@bp.input(ValuesIn)
@bp.output(SubmissionOut)
@bp.doc(summary="保存改动的栏目", responses={404: NOT_FOUND, 409: STALE})
def save(submission_id: str, json_data: dict[str, Any]) -> Response:
    values, revision = json_data["values"], json_data["revision"]
    return _changed(
        submission_id, lambda row, doing: service.save(row, values, revision, doing), keyed=False
    )


@bp.post("/submissions/<submission_id>/submit")
@access(*FILLS, roles=GUIDES)
@bp.input(SubmitIn)
@bp.output(SubmissionOut)
@bp.doc(summary="提交", responses={404: NOT_FOUND, 409: STALE})
def submit(submission_id: str, json_data: dict[str, Any]) -> Response:
    return _changed(
        submission_id,
        lambda row, doing: service.submit(row, act=doing, plan=plan_of(row.hall), **json_data),
    )


@bp.post("/submissions/<submission_id>/withdraw")
@access(*FILLS, roles=GUIDES)
@bp.input(NothingIn)
@bp.output(SubmissionOut)
@bp.doc(summary="撤回", responses={404: NOT_FOUND, 409: "已撤回，或窗口正在办理"})
def withdraw(submission_id: str, json_data: dict[str, Any]) -> Response:
    return _changed(submission_id, service.withdraw)


@bp.get("/me/submissions")
@access("citizen")
@bp.output(SubmissionLineOut(many=True))
@bp.doc(summary="我的填报，先列最近的")
def my_submissions() -> Response:
    now = parts().clock.now()
    return answer(lines_out(of_citizen(actor().id, now), now))


@bp.get("/me/archive")
@access("citizen")
@bp.input(HolderQuery, location="query")
@bp.output(ArchiveOut)
@bp.doc(
    summary="档案：以前的填报、可再用的材料和证照；未经实名核验的没有",
    responses={404: "没有这位持证人", 409: "尚未登记本人"},
)
def my_archive(query_data: dict[str, Any]) -> Response:
    return answer(archive_out(actor().id, query_data.get("holder"), parts().clock.now()))


def _changed(
    submission_id: str, use_case: Callable[[Line, Act], Submission], *, keyed: bool = True
) -> Response:
    doing = act()
    filled_here(submission_id, doing.actor, doing.now)  # also where the answer is stored already

    def changed() -> Submission:
        return use_case(filled_here(submission_id, doing.actor, doing.now), doing)

    def presented(submission: Submission) -> dict[str, Any]:
        own = doing.actor.kind == "citizen"
        return submission_out(submission, plan_of(submission.row.hall), doing.now, own=own)

    return perform_here(changed, presented, keyed=keyed)
