"""Staff sign in and out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.service import plan_of
from app.core.auth import access, act
from app.core.http import perform_here
from app.staff.schemas import StaffSignedInOut, StaffSignInIn
from app.staff.service import SignedIn, check_password, sign_in, sign_out

bp = APIBlueprint("staff", __name__, url_prefix="/api/v1/staff", tag="工作人员")


@bp.post("/session")
@access("public", needs_key=False)
@bp.input(StaffSignInIn)
@bp.output(StaffSignedInOut, status_code=201)
@bp.doc(summary="登录，可同时登录窗口", responses={401: "用户名或密码不正确", 404: "没有这个窗口"})
def create_session(json_data: dict[str, Any]) -> Response:
    doing = act()
    who = check_password(json_data["username"], json_data["password"])

    def present(signed_in: SignedIn) -> dict[str, Any]:
        zone = plan_of(signed_in.hall).zone
        expires_at = signed_in.expires_at.astimezone(zone)
        return {**asdict(signed_in), "expires_at": expires_at.isoformat(timespec="milliseconds")}

    return perform_here(
        lambda: sign_in(who, json_data.get("counter"), doing),
        present,
        status=201,
        keyed=False,
    )


@bp.delete("/session")
@access("staff", needs_key=False)
@bp.output({}, status_code=204)
@bp.doc(summary="退出登录")
def end_session() -> Response:
    doing = act()
    return perform_here(lambda: sign_out(doing.actor.session, doing), lambda _: None, keyed=False)
