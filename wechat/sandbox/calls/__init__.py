"""The calls that WeChat answers: one function each, by method and path in `CALLS`."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug import Response

from wechat.sandbox.calls import image, links, login, phone, subscribe, text, token
from wechat.sandbox.calls.asked import Asked
from wechat.sandbox.replies import Json
from wechat.sandbox.state import State

Answer = Callable[[State, Asked], Json | Response]

CALLS: dict[str, tuple[str, Answer]] = {
    "/sns/jscode2session": ("GET", login.code_to_session),
    "/cgi-bin/token": ("GET", token.ordinary),
    "/cgi-bin/stable_token": ("POST", token.stable),
    "/cgi-bin/clear_quota": ("POST", token.clear_quota),
    "/cgi-bin/message/subscribe/send": ("POST", subscribe.send),
    "/wxa/business/getuserphonenumber": ("POST", phone.phone_number),
    "/wxa/generate_urllink": ("POST", links.generate),
    "/wxa/msg_sec_check": ("POST", text.check),
    "/wxa/getwxacodeunlimit": ("POST", image.code_image),
}
