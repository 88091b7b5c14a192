"""One's own account: the password, the second factor, where one is signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import segno
from apiflask import APIBlueprint
from flask import Response

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import THREE
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here, wire_time
from app.core.parts import parts
from app.office.sessions_api import sessions_out
from app.staff import own, second_factor, service
from app.staff.doors import here
from app.staff.hashing import in_line
from app.staff.queries import account, owes
from app.staff.schemas import (
    CodesOut,
    MeOut,
    NewPasswordIn,
    SecondFactorIn,
    SecondFactorOut,
    SessionOut,
)
from app.staff.second_factor import Offer
from app.staff.tries import counted
from app.tickets.schemas import NothingIn

bp = APIBlueprint("office_me", __name__, url_prefix="/api/v1/staff/me", tag="我的账号")


@bp.get("")
@access("staff", owing=True, shows=None)
@bp.output(MeOut)
@bp.doc(summary="我的账号：岗位、密码、动态口令、须先办的事")
def me() -> Response:
    return answer(_me(_plan()))


@bp.post("/password")
@access("staff", owing=True)
@bp.input(NewPasswordIn)
@bp.output(MeOut)
@bp.doc(summary="修改自己的密码；其他各处登录随即退出", responses={409: "现在的密码不正确"})
def change_password(json_data: dict[str, Any]) -> Response:
    doing = act()
    old, new = json_data["old"], json_data["new"]
    with in_line(), counted(_username(), here(doing.now), doing):
        return _do(lambda: own.change_password(old, new, doing), _me)


@bp.post("/second-factor")
@access("staff", owing=True)
@bp.input(NothingIn)
@bp.output(SecondFactorOut, status_code=201)
@bp.doc(summary="开始设置动态口令；确认之前不起作用", responses={409: "已经启用"})
def begin_second_factor(json_data: dict[str, Any]) -> Response:
    doing = act()
    return perform_here(lambda: second_factor.begin(doing), _offer, status=201)


@bp.post("/second-factor/confirm")
@access("staff", owing=True)
@bp.input(SecondFactorIn)
@bp.output(CodesOut, status_code=201)
@bp.doc(
    summary="输入验证器上的六位数字，启用动态口令；备用码只在此给出一次",
    responses={409: "口令不正确，或已经启用"},
)
def confirm_second_factor(json_data: dict[str, Any]) -> Response:
    doing = act()
    with counted(_username(), here(doing.now), doing):
        return perform_here(
            lambda: second_factor.confirm(json_data["code"], doing), _codes, status=201
        )


@bp.post("/recovery-codes")
@access("staff")
@bp.input(SecondFactorIn)
@bp.output(CodesOut, status_code=201)
@bp.doc(
    summary="换一批备用码，原来的随即作废；只在此给出一次",
    responses={409: "口令不正确，或没有启用动态口令"},
)
def new_recovery_codes(json_data: dict[str, Any]) -> Response:
    doing = act()
    with counted(_username(), here(doing.now), doing):
        return perform_here(
            lambda: second_factor.new_recovery_codes(json_data["code"], doing),
            _codes,
            status=201,
        )


@bp.get("/sessions")
@access("staff", owing=True, shows=None)
@bp.output(SessionOut(many=True))
@bp.doc(summary="我在哪里登录着")
def sessions() -> Response:
    return answer(_sessions(_plan()))


@bp.post("/sessions/<session_id>/end")
@access("staff", owing=True)
@bp.input(NothingIn)
@bp.output(SessionOut(many=True))
@bp.doc(summary="退出我的一处登录", responses={404: "已经退出"})
def end_session(session_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _do(lambda: own.end_session(session_id, doing, staff=doing.actor.id), _sessions)


@bp.post("/sessions/end-others")
@access("staff", owing=True)
@bp.input(NothingIn)
@bp.output(SessionOut(many=True))
@bp.doc(summary="退出我的其他各处登录")
def end_others(json_data: dict[str, Any]) -> Response:
    doing = act()
    return _do(lambda: service.end_sessions(doing.actor.id, doing), _sessions)


def _do(use_case: Callable[[], None], present: Callable[[HallPlan], Any]) -> Response:
    plan = _plan()

    def done() -> HallPlan:
        use_case()
        return plan

    return perform_here(done, present)


def _me(plan: HallPlan) -> dict[str, Any]:
    who = account(actor().id)
    assert who is not None, "accounts are never deleted"  # noqa: S101
    settings = parts().settings
    lasts = timedelta(days=settings.password_days)
    set_at = who.password_set_at
    ends = set_at + lasts if set_at and who.role in THREE else None
    return {
        "username": who.username,
        "name": who.name,
        "role": who.role,
        "owes": owes(who, parts().clock.now()),
        "password_set_at": wire_time(set_at, plan.zone),
        "password_ends_at": wire_time(ends, plan.zone),
        "second_factor_since": wire_time(who.totp_since, plan.zone),
        "second_factor_required": settings.second_factor == "required" and who.role in THREE,
        "recovery_codes_left": second_factor.recovery_codes_left(who.id),
    }


def _sessions(plan: HallPlan) -> list[dict[str, Any]]:
    return [one for one in sessions_out(plan) if one["account"] == actor().id]


def _offer(offer: Offer) -> dict[str, Any]:
    picture = segno.make(offer.address, error="m", micro=False).svg_data_uri(scale=5, border=2)
    return {"secret": offer.secret, "address": offer.address, "picture": picture}


def _codes(codes: list[str]) -> dict[str, Any]:
    return {"recovery_codes": codes}


def _username() -> str:
    who = account(actor().id)
    return who.username if who else ""


def _plan() -> HallPlan:
    return plan_of(actor().hall or "")
