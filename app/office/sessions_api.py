"""Who is signed in where, and who has to wait at the door: for the security administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import SECURITY
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here, wire_time
from app.core.parts import parts
from app.staff import own, tries
from app.staff.queries import live_sessions
from app.staff.schemas import LiftIn, LockOutOut, SessionOut
from app.tickets.schemas import NothingIn

bp = APIBlueprint("office_sessions", __name__, url_prefix="/api/v1/staff", tag="登录")


@bp.get("/sessions")
@access("staff", roles=SECURITY, shows="accounts")
@bp.output(SessionOut(many=True))
@bp.doc(summary="本大厅正在登录的人：何处、何时、用什么登录")
def sessions() -> Response:
    return answer(sessions_out(_plan()))


@bp.post("/sessions/<session_id>/end")
@access("staff", roles=SECURITY)
@bp.input(NothingIn)
@bp.output(SessionOut(many=True))
@bp.doc(summary="退出一处登录", responses={404: "已经退出"})
def end_session(session_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _do(lambda hall: own.end_session(session_id, doing, hall=hall), sessions_out)


@bp.get("/lock-outs")
@access("staff", roles=SECURITY, shows="accounts")
@bp.output(LockOutOut(many=True))
@bp.doc(summary="因输错次数过多、现在须等待的账号和地址")
def lock_outs() -> Response:
    return answer(_lock_outs(_plan()))


@bp.post("/lock-outs/lift")
@access("staff", roles=SECURITY)
@bp.input(LiftIn)
@bp.output(LockOutOut(many=True))
@bp.doc(summary="解除等待：一个账号、一个地址，或一个账号在一个地址")
def lift(json_data: dict[str, Any]) -> Response:
    doing = act()
    username, place = json_data["username"], json_data["place"]
    return _do(lambda hall: tries.lift(hall, username, place, doing), _lock_outs)


def sessions_out(plan: HallPlan) -> list[dict[str, Any]]:
    """Everybody's of a hall, the latest seen first."""
    return [
        {
            "id": row.id,
            "account": row.staff_id,
            "username": row.username,
            "name": row.name,
            "counter": row.counter,
            "device": row.device,
            "address": row.address,
            "signed_in_at": wire_time(row.created_at, plan.zone),
            "last_seen_at": wire_time(row.last_seen_at, plan.zone),
            "own": row.id == actor().session,
        }
        for row in live_sessions(plan.code, parts().clock.now())
    ]


def _lock_outs(plan: HallPlan) -> list[dict[str, Any]]:
    return [
        {
            "username": each.username,
            "place": each.place,
            "tries": each.tries,
            "until": wire_time(each.until, plan.zone),
        }
        for each in tries.lock_outs(plan.code, parts().clock.now())
    ]


def _do(use_case: Callable[[str], None], present: Callable[[HallPlan], Any]) -> Response:
    plan = _plan()

    def done() -> HallPlan:
        use_case(plan.code)
        return plan

    return perform_here(done, present)


def _plan() -> HallPlan:
    return plan_of(actor().hall or "")
