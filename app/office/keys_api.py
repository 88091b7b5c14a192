"""The keys of other systems, as the security administrator makes, follows up and revokes them."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import SECURITY
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here, wire_time
from app.core.parts import parts
from app.office.deeds import KEY_DEEDS, deeds_out
from app.staff import keys
from app.staff.queries import all_keys
from app.staff.rules import key_state
from app.staff.schemas import DeedOut, KeyAddedOut, KeyIn, KeyOut, KeyRotateIn
from app.tickets.schemas import NothingIn

bp = APIBlueprint("office_keys", __name__, url_prefix="/api/v1/staff/keys", tag="接口密钥")

UNKNOWN = {404: "没有这个在用的密钥"}


@bp.get("")
@access("staff", roles=SECURITY, shows=None)
@bp.output(KeyOut(many=True))
@bp.doc(summary="本大厅给外部系统的密钥")
def all_of_hall() -> Response:
    return answer(_keys(plan_of(actor().hall or "")))


@bp.post("")
@access("staff", roles=SECURITY)
@bp.input(KeyIn)
@bp.output(KeyAddedOut, status_code=201)
@bp.doc(summary="给一个外部系统发密钥；密钥只在答复里给出一次")
def add(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(actor().hall or "")
    return perform_here(
        lambda: keys.add_key(**json_data, hall=plan.code, act=doing),
        lambda added: _added_out(added, plan),
        status=201,
    )


@bp.post("/<key_id>/rotate")
@access("staff", roles=SECURITY)
@bp.input(KeyRotateIn)
@bp.output(KeyAddedOut, status_code=201)
@bp.doc(
    summary="更换密钥：新旧并用若干天，旧的随后失效",
    responses={**UNKNOWN, 409: "这个密钥已经更换过"},
)
def rotate(key_id: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(actor().hall or "")
    return perform_here(
        lambda: keys.rotate_key(key_id, **json_data, hall=plan.code, act=doing),
        lambda added: _added_out(added, plan),
        status=201,
    )


@bp.post("/<key_id>/revoke")
@access("staff", roles=SECURITY)
@bp.input(NothingIn)
@bp.output(KeyOut(many=True))
@bp.doc(summary="吊销密钥，立即生效；答复为全部密钥", responses=UNKNOWN)
def revoke(key_id: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(actor().hall or "")

    def revoked() -> HallPlan:
        keys.revoke_key(key_id, doing, plan.code)
        return plan

    return perform_here(revoked, _keys)


@bp.get("/deeds")
@access("staff", roles=SECURITY, shows=None)
@bp.output(DeedOut(many=True))
@bp.doc(summary="密钥最近的变更")
def deeds() -> Response:
    return answer(deeds_out(plan_of(actor().hall or ""), KEY_DEEDS))


def _added_out(added: keys.AddedKey, plan: HallPlan) -> dict[str, Any]:
    return {
        "id": added.id,
        "system": added.system,
        "key": added.key,
        "expires_at": wire_time(added.expires_at, plan.zone),
    }


def _keys(plan: HallPlan) -> list[dict[str, Any]]:
    now = parts().clock.now()
    return [
        {
            "id": row.id,
            "system": row.system,
            "name": row.name,
            "prefix": row.prefix,
            "scopes": row.scopes,
            "state": key_state(now, row.expires_at, row.rotated_at, row.revoked_at),
            "created_at": wire_time(row.created_at, plan.zone),
            "expires_at": wire_time(row.expires_at, plan.zone),
            "last_used_at": wire_time(row.last_used_at, plan.zone),
        }
        for row in all_keys(plan.code)
    ]
