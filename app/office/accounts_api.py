"""Who works in the hall: accounts, as its security administrator handles them from a desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import SECURITY, Role
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here, wire_time
from app.core.parts import parts
from app.office.deeds import ACCOUNT_DEEDS, deeds_out
from app.staff import accounts, service
from app.staff.queries import all_staff, live_sessions
from app.staff.schemas import AccountIn, AccountOut, DeedOut, NewAccountIn, PasswordIn
from app.tickets.schemas import NothingIn

bp = APIBlueprint("office_accounts", __name__, url_prefix="/api/v1/staff", tag="账号")

UNKNOWN = {404: "没有这个账号或窗口"}
KEPT = {**UNKNOWN, 409: "本人，或最后一位管理员"}
OTHERS = {**UNKNOWN, 409: "本人"}


@bp.get("/accounts")
@access("staff", roles=SECURITY, shows="accounts")
@bp.output(AccountOut(many=True))
@bp.doc(summary="本大厅的账号，及其正在登录的地方")
def all_accounts() -> Response:
    return answer(_accounts(plan_of(actor().hall or "")))


@bp.post("/accounts")
@access("staff", roles=SECURITY)
@bp.input(NewAccountIn)
@bp.output(AccountOut(many=True), status_code=201)
@bp.doc(summary="开设账号；答复为全部账号", responses={404: "没有这个窗口", 409: "用户名已有人用"})
def add(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(actor().hall or "")

    def added() -> HallPlan:
        service.add_staff(
            json_data["username"],
            json_data["password"],
            Role(json_data["role"]),
            plan.code,
            json_data["counter"],
            doing,
            name=json_data["name"],
            anew=False,
        )
        return plan

    return perform_here(added, _accounts, status=201)


@bp.post("/accounts/<account_id>/change")
@access("staff", roles=SECURITY)
@bp.input(AccountIn)
@bp.output(AccountOut(many=True))
@bp.doc(summary="修改姓名、岗位或固定窗口；岗位变了须重新登录", responses=KEPT)
def change(account_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    name, role, counter = json_data["name"], Role(json_data["role"]), json_data["counter"]
    return _do(
        lambda hall: accounts.change_account(
            account_id, hall, name=name, role=role, counter=counter, act=doing
        )
    )


@bp.post("/accounts/<account_id>/password")
@access("staff", roles=SECURITY)
@bp.input(PasswordIn)
@bp.output(AccountOut(many=True))
@bp.doc(summary="重设密码，并退出其各处登录；本人登录后须先改掉", responses=OTHERS)
def reset_password(account_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _do(lambda hall: accounts.reset_password(account_id, hall, json_data["password"], doing))


@bp.post("/accounts/<account_id>/reset-second-factor")
@access("staff", roles=SECURITY)
@bp.input(NothingIn)
@bp.output(AccountOut(many=True))
@bp.doc(
    summary="重置动态口令，并退出其各处登录；本人重新设置",
    responses={**UNKNOWN, 409: "本人，或没有启用"},
)
def reset_second_factor(account_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _do(lambda hall: accounts.reset_second_factor(account_id, hall, doing))


@bp.post("/accounts/<account_id>/disable")
@access("staff", roles=SECURITY)
@bp.input(NothingIn)
@bp.output(AccountOut(many=True))
@bp.doc(summary="停用账号，立即退出其各处登录", responses=KEPT)
def disable(account_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _do(lambda hall: accounts.disable_account(account_id, hall, doing))


@bp.post("/accounts/<account_id>/enable")
@access("staff", roles=SECURITY)
@bp.input(NothingIn)
@bp.output(AccountOut(many=True))
@bp.doc(summary="重新启用账号，密码不变", responses=UNKNOWN)
def enable(account_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _do(lambda hall: accounts.enable_account(account_id, hall, doing))


@bp.get("/accounts/deeds")
@access("staff", roles=SECURITY, shows=None)
@bp.output(DeedOut(many=True))
@bp.doc(summary="账号最近的变更")
def deeds() -> Response:
    return answer(deeds_out(plan_of(actor().hall or ""), ACCOUNT_DEEDS))


def _do(use_case: Callable[[str], None]) -> Response:
    plan = plan_of(actor().hall or "")

    def done() -> HallPlan:
        use_case(plan.code)
        return plan

    return perform_here(done, _accounts)


def _accounts(plan: HallPlan) -> list[dict[str, Any]]:
    sessions: dict[str, list[dict[str, Any]]] = {}
    for session in live_sessions(plan.code, parts().clock.now()):
        sessions.setdefault(session.staff_id, []).append(
            {
                "counter": session.counter,
                "signed_in_at": wire_time(session.created_at, plan.zone),
                "last_seen_at": wire_time(session.last_seen_at, plan.zone),
            }
        )
    return [
        {
            "id": row.id,
            "username": row.username,
            "name": row.name,
            "role": row.role,
            "counter": row.counter,
            "active": row.active,
            "second_factor": row.totp_since is not None,
            "own": row.id == actor().id,
            "sessions": sessions.get(row.id, []),
        }
        for row in all_staff(plan.code)
    ]
