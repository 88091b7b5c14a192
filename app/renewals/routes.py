"""Renewals on a phone: what is due, the application that is written already, one tap, what became
of it; and its papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.core.acts import DECIDERS, Act
from app.core.auth import access, act
from app.core.handover import Address
from app.core.http import FILE, answer, perform_here
from app.documents.view import MIMETYPE, file_out
from app.renewals import confirming, filed, opening, service
from app.renewals.cycles import coming_of_citizen
from app.renewals.mine import renewal_of_citizen, renewals_of_citizen
from app.renewals.queries import Renewal
from app.renewals.schemas import (
    ComingOut,
    ConfirmIn,
    ContestIn,
    NothingIn,
    RenewalOut,
    RenewalShortOut,
)
from app.renewals.view import coming_out, renewal_line_out, renewal_out

bp = APIBlueprint("renewals", __name__, url_prefix="/api/v1", tag="延续")

NOT_FOUND = "没有这项延续，或无权查看"
ENDED = "已经结束，证照已失效、变更持证人，或不在申请期限内"


@bp.get("/me/renewals")
@access("citizen")
@bp.output(RenewalShortOut(many=True))
@bp.doc(summary="我和我代表、受托的持证人的证照延续，最急的在前")
def renewals() -> Response:
    doing = act()
    rows = renewals_of_citizen(doing.actor.id, doing.now)
    return answer([renewal_line_out(row, doing) for row in rows])


@bp.get("/me/checks")
@access("citizen")
@bp.output(ComingOut(many=True))
@bp.doc(summary="我和我代表、受托的持证人的证照，下一次年检、复核：最迟哪一天，在哪里办")
def checks() -> Response:
    doing = act()
    found = coming_of_citizen(doing.actor.id, doing.now)
    return answer([coming_out(each, doing) for each in found])


@bp.get("/me/renewals/<renewal_id>")
@access("citizen")
@bp.output(RenewalOut)
@bp.doc(summary="一项延续：为什么可以办、申请书、进度、新证", responses={404: NOT_FOUND})
def renewal(renewal_id: str) -> Response:
    doing = act()
    row, _ = renewal_of_citizen(renewal_id, doing.actor.id, doing.now)
    return answer(renewal_out(row, doing))


@bp.post("/me/licences/<licence_id>/renewal")
@access("citizen")
@bp.input(NothingIn)
@bp.output(RenewalOut, status_code=201)
@bp.doc(
    summary="在申请期限内，没有收到提醒也可以开始延续",
    responses={404: "没有这本证照，或无权查看", 409: "不在申请期限内，或这类证照不能一键延续"},
)
def begin(licence_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _done(lambda: service.begin(licence_id, doing), doing, status=201)


@bp.post("/me/renewals/<renewal_id>/open")
@access("citizen")
@bp.input(NothingIn)
@bp.output(RenewalOut)
@bp.doc(
    summary="打开：逐项核对，生成申请书；内容没有变化的，仍是原来那一份",
    responses={404: NOT_FOUND, 409: ENDED},
)
def open_(renewal_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    draft = opening.prepare(renewal_id, doing)
    return _done(lambda: service.open_(renewal_id, draft, doing), doing)


@bp.post("/me/renewals/<renewal_id>/confirm")
@access("citizen")
@bp.input(ConfirmIn)
@bp.output(RenewalOut)
@bp.doc(
    summary="一键确认：所看的申请书即为提交；按规则符合的，新证即时生成",
    responses={404: NOT_FOUND, 409: f"申请书有变化；{ENDED}", 422: "未同意声明，或领取方式不可用"},
)
def confirm(renewal_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    address = json_data["address"]
    given = service.Confirmation(**{**json_data, "address": address and Address(**address)})
    answers = confirming.prepare(renewal_id, given, doing)
    return _done(lambda: service.confirm(renewal_id, given, answers, doing), doing)


@bp.post("/me/renewals/<renewal_id>/decline")
@access("citizen")
@bp.input(NothingIn)
@bp.output(RenewalOut)
@bp.doc(
    summary="不延续，或撤回还没有决定的申请；到期前可以再打开",
    responses={404: NOT_FOUND, 409: "已经决定或结束"},
)
def decline(renewal_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _done(lambda: service.decline(renewal_id, doing), doing)


@bp.post("/me/renewals/<renewal_id>/contest")
@access("citizen")
@bp.input(ContestIn)
@bp.output(RenewalOut)
@bp.doc(
    summary="对机器的判断提出异议，由工作人员复核；已经给的不会因此收回",
    responses={404: NOT_FOUND, 409: "没有可以提出异议的机器判断"},
)
def contest(renewal_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _done(lambda: service.contest(renewal_id, json_data["words"], doing), doing)


@bp.post("/me/renewals/<renewal_id>/drop-off")
@access("citizen")
@bp.input(NothingIn)
@bp.output(RenewalOut)
@bp.doc(
    summary="要一个交件码，把工作人员要求的材料放进文件柜；还有效的，仍是原来那一个",
    responses={404: NOT_FOUND, 409: "没有要补的材料，没有文件柜，或没有用过的交件码太多"},
)
def drop_off(renewal_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _done(lambda: service.drop_off(renewal_id, doing), doing)


@bp.get("/renewals/<renewal_id>/application")
@access("citizen", "staff", roles=DECIDERS, shows="renewals")
@bp.output(FILE, content_type=MIMETYPE)
@bp.doc(summary="延续申请书（PDF/A）", responses={404: NOT_FOUND, 409: "还没有生成"})
def application(renewal_id: str) -> Response:
    return file_out(*filed.application_file(renewal_id, act()))


@bp.get("/renewals/<renewal_id>/decision")
@access("citizen", "staff", roles=DECIDERS, shows="renewals")
@bp.output(FILE, content_type=MIMETYPE)
@bp.doc(summary="不予延续决定书（PDF/A）", responses={404: NOT_FOUND, 409: "没有作出这样的决定"})
def decision(renewal_id: str) -> Response:
    return file_out(*filed.refusal_file(renewal_id, act()))


def _done(use_case: Callable[[], Renewal], doing: Act, status: int = 200) -> Response:
    return perform_here(use_case, lambda row: renewal_out(row, doing), status=status)
