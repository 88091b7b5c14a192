"""Staff sign in and out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.service import plan_of
from app.core.auth import access, act
from app.core.http import perform_here
from app.core.limits import SIGN_INS, limited
from app.staff.doors import here
from app.staff.proving import prove
from app.staff.schemas import StaffSignedInOut, StaffSignInIn
from app.staff.service import SignedIn, sign_in, sign_out

bp = APIBlueprint("staff", __name__, url_prefix="/api/v1/staff", tag="工作人员")


@bp.post("/session")
@access("public", needs_key=False, signs_in=True)
@limited(SIGN_INS)
@bp.input(StaffSignInIn)
@bp.output(StaffSignedInOut, status_code=201)
@bp.doc(
    summary="登录，可同时登录窗口；启用了动态口令的须带 code",
    responses={
        401: "用户名、密码或动态口令不正确，或缺少动态口令 (second_factor_needed)",
        404: "没有这个窗口",
    },
)
def create_session(json_data: dict[str, Any]) -> Response:
    doing = act()
    place = here(doing.now)
    given = (json_data["username"], json_data["password"], json_data.get("code", ""))
    who = prove(*given, place, doing)

    def present(signed_in: SignedIn) -> dict[str, Any]:
        zone = plan_of(signed_in.hall).zone
        expires_at = signed_in.expires_at.astimezone(zone)
        return {**asdict(signed_in), "expires_at": expires_at.isoformat(timespec="milliseconds")}

    return perform_here(
        lambda: sign_in(who, json_data.get("counter"), doing, place=place),
        present,
        status=201,
        keyed=False,
    )


@bp.delete("/session")
@access("staff", needs_key=False, owing=True)
@bp.output({}, status_code=204)
@bp.doc(summary="退出登录")
def end_session() -> Response:
    doing = act()
    return perform_here(lambda: sign_out(doing.actor.session, doing), lambda _: None, keyed=False)
