"""Codes that open the mini-program when scanned. WeChat draws a flower; here it is a QR code."""

from __future__ import annotations

import io
import re
from urllib.parse import urlencode

import segno
from werkzeug import Response

from wechat.sandbox.calls.asked import Asked
from wechat.sandbox.calls.pages import check_page
from wechat.sandbox.calls.token import check_token
from wechat.sandbox.replies import Refusal
from wechat.sandbox.state import MINUTE_S, State

SCENE = re.compile(r"[A-Za-z0-9!#$&'()*+,/:;=?@\-._~]+")
LONGEST_SCENE = 32
WIDTHS = range(280, 1281)


def code_image(state: State, asked: Asked) -> Response:
    """getwxacodeunlimit: an image where all is well, JSON where it is not."""
    check_token(state, asked)
    scene, page = asked.text("scene"), asked.text("page")
    if not 1 <= len(scene) <= LONGEST_SCENE:
        raise Refusal(40169)
    if not SCENE.fullmatch(scene):
        raise Refusal(40129)
    if page and asked.body.get("check_path", True) is not False:
        check_page(state, page, 41030)
    width = asked.whole("width", 430)
    if width not in WIDTHS:
        raise Refusal(40097)
    state.count("code image", state.app.quotas.code_image_a_minute, MINUTE_S, 45009)
    target = f"{state.app.base_url}/m/#/{page}?{urlencode({'scene': scene})}"
    return Response(_png(target, width), mimetype="image/png")


def _png(text: str, width: int) -> bytes:
    code = segno.make(text, micro=False)
    image = io.BytesIO()
    code.save(image, kind="png", scale=max(1, width // code.symbol_size()[0]))
    return image.getvalue()
