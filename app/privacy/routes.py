"""A citizen's own data: a copy of them, and the end of the account."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.core.auth import access, act, actor
from app.core.http import answer, attachment, perform_here
from app.core.language import gettext as _
from app.privacy import service
from app.privacy.rules import Kept
from app.privacy.schemas import ErasureForeseenOut, ErasureIn

bp = APIBlueprint("privacy", __name__, url_prefix="/api/v1", tag="个人信息")

ASKED_ON_THE_PHONE = "本人在手机上申请"


@bp.get("/me/export")
@access("citizen")
@bp.output({}, status_code=200, content_type="application/zip")
@bp.doc(summary="我的个人信息副本（ZIP）", responses={403: "还没有核实是本人"})
def export() -> Response:
    doing = act()
    copy = service.copy_of_account(doing.actor.id, doing)
    return attachment(copy, "personal-data.zip", "application/zip")


@bp.get("/me/erasure")
@access("citizen")
@bp.output(ErasureForeseenOut)
@bp.doc(summary="注销账号会删除什么、保留什么、还差什么")
def foresee() -> Response:
    found = service.foresee(actor().id)
    return answer(
        {
            "hindrances": [_(words) for words in found.hindrances],
            "goes": [_kept_out(kept) for kept in found.goes],
            "stays": [_kept_out(kept) for kept in found.stays],
        }
    )


@bp.post("/me/erasure")
@access("citizen")
@bp.input(ErasureIn)
@bp.output({}, status_code=204)
@bp.doc(summary="注销账号", responses={409: "还有正在办理的事"})
def erase(json_data: dict[str, Any]) -> Response:
    doing = act()
    return perform_here(
        lambda: service.erase_account(
            doing.actor.id, ASKED_ON_THE_PHONE, json_data["confirm"], doing
        ),
        lambda _: None,
        keyed=False,
    )


def _kept_out(kept: Kept) -> dict[str, str]:
    return {"name": _(kept.name), "why": _(kept.why)}
