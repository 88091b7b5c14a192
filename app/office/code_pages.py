"""The mini-program code of the hall, to print and hang at its door."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.plan import HallPlan
from app.core.acts import LEADS
from app.core.auth import access, actor
from app.core.db import db
from app.core.errors import Unavailable
from app.core.language import gettext as _
from app.core.parts import parts
from app.office.frame import office_page
from wechat.app import WechatApp
from wechat.errors import AnswerUnread, WechatAway, WechatBusy, WechatError

bp = APIBlueprint("code_pages", __name__, url_prefix="/office", enable_openapi=False)

log = logging.getLogger(__name__)

HOME = "pages/home/index"
PNG = b"\x89PNG"
DAY_S = 24 * 60 * 60


class CodeUnavailable(Unavailable):
    code = "mini_program_code_unavailable"
    detail = "暂时取不到小程序码，请稍候再试。"


@bp.get("/mini-program-code")
@access("public", "staff", shows=None)
def page() -> str:
    """The poster; where there is no code, why."""
    return office_page("office/code.html", LEADS, missing=_missing)


@bp.get("/mini-program-code.png")
@access("staff", roles=LEADS, shows=None)
def image() -> Response:
    """The picture on it."""
    try:
        picture = _picture(actor().hall or "")
    except WechatError:
        raise CodeUnavailable from None
    kind = "image/png" if picture.startswith(PNG) else "image/jpeg"
    response = Response(picture, mimetype=kind)
    response.cache_control.private = True
    response.cache_control.max_age = DAY_S
    return response


def _missing(plan: HallPlan) -> str:
    """Why there is no code; the empty string where there is one."""
    if parts().settings.wechat is None:
        return _("这里还没有接入小程序，请管理员先完成小程序的设置。")
    try:
        _picture(plan.code)
    except (WechatAway, WechatBusy, AnswerUnread) as error:
        log.warning("no mini-program code: %s", error)
        return _("现在连不上微信，请过几分钟再打开这一页。")
    except WechatError as error:
        log.warning("no mini-program code: %s", error)
        said: dict[str, Any] = {"code": error.errcode or "—"}
        return _("微信没有给出小程序码（错误 %(code)s），请管理员核对小程序的设置。") % said
    return ""


def _picture(hall: str) -> bytes:
    """The code that opens this hall's home page: asked of WeChat once, then kept, since it never
    changes. Raises WechatError."""
    settings = parts().settings
    if settings.wechat is None:
        raise WechatAway
    kept = _kept(settings.instance_path, settings.wechat, hall)
    if kept.exists():
        return kept.read_bytes()
    db.session.remove()  # no connection to the database is held while WeChat thinks
    picture = parts().wechat.code_image(f"h={hall}", HOME)
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_name(f".{kept.name}.{secrets.token_hex(4)}")
    draft.write_bytes(picture)
    draft.replace(kept)
    return picture


def _kept(instance: Path, app: WechatApp, hall: str) -> Path:
    """Another app, or another version of it, has another code."""
    return instance / "mini-program-codes" / f"{hall}-{app.id}-{app.state}"
