"""The check of what people write. The sandbox reads no minds: a text says itself what is found."""

from __future__ import annotations

from wechat.sandbox.calls.asked import Asked
from wechat.sandbox.calls.token import check_token
from wechat.sandbox.people import OPENID
from wechat.sandbox.replies import Json, Refusal, done
from wechat.sandbox.state import MINUTE_S, State

LONGEST = 2500
SEEN_WITHIN_S = 2 * 60 * 60
SCENES = (1, 2, 3, 4)
FINE = ("pass", 100)
FOUND = {"【违规】": ("risky", 20006), "【疑似】": ("review", 21000)}
"""A text with this word in it is found to be (suggest, label)."""


def check(state: State, asked: Asked) -> Json:
    """msg_sec_check, version 2. 61010 for somebody known to have been away for two hours."""
    check_token(state, asked)
    openid, content = asked.text("openid"), asked.text("content")
    if not OPENID.fullmatch(openid):
        raise Refusal(40003)
    if asked.whole("scene", 0) not in SCENES:
        raise Refusal(40129)
    if asked.whole("version", 1) != 2 or not 1 <= len(content) <= LONGEST:
        raise Refusal(47001)
    if state.now() - state.seen.get(openid, state.now()) > SEEN_WITHIN_S:
        raise Refusal(61010)
    state.count("check text", state.app.quotas.check_text_a_minute, MINUTE_S, 45009)
    suggest, label = next((found for word, found in FOUND.items() if word in content), FINE)
    found = {"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label}
    return done(
        result={"suggest": suggest, "label": label},
        detail=[found],
        trace_id=f"{state.some_hex(8)}-{state.some_hex(8)}-{state.some_hex(8)}",
    )
