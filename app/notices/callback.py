"""What WeChat tells us unasked: `/wechat/callback`, the address of the message push."""

from __future__ import annotations

from datetime import timedelta

from apiflask import APIBlueprint
from flask import Response, request

from app.core.auth import act, public
from app.core.http import perform_here
from app.core.parts import parts
from app.notices.errors import NoPushesExpected, PushNotGenuine, PushTooOld
from app.notices.subscriptions import take_push
from wechat.app import WechatApp
from wechat.pushes import PushForged, opened, verified_echo

bp = APIBlueprint("wechat_callback", __name__, enable_openapi=False)

FRESH = timedelta(minutes=10)
"""WeChat repeats a push for seconds, not minutes. What was told longer ago may be somebody who
recorded it."""


@bp.get("/wechat/callback")
@public
def verify() -> Response:
    """WeChat tries the address: the echo proves that we know the token."""
    app = _app()
    try:
        echo = verified_echo(app.push_token, request.args)
    except PushForged:
        raise PushNotGenuine from None
    return Response(echo, mimetype="text/plain")


@bp.post("/wechat/callback")
@public
def take() -> Response:
    """An event. Whatever is not for us is taken as well, or WeChat would repeat it."""
    app, doing = _app(), act()
    try:
        push = opened(app.push_token, app.push_key, app.id, request.args, request.get_data())
        told_at = int(request.args["timestamp"])
    except (PushForged, ValueError):
        raise PushNotGenuine from None
    if abs(doing.now.timestamp() - told_at) > FRESH.total_seconds():
        raise PushTooOld
    perform_here(lambda: take_push(push, doing), lambda _: None, keyed=False)
    return Response("success", mimetype="text/plain")


def _app() -> WechatApp:
    app = parts().settings.wechat
    if app is None or not app.push_token:
        raise NoPushesExpected
    return app
