"""Whom a login code stands for."""

from __future__ import annotations

import base64

from wechat.sandbox.calls.asked import Asked
from wechat.sandbox.calls.token import check_app
from wechat.sandbox.people import login_code, openid_of, unionid_of
from wechat.sandbox.replies import Json, Refusal
from wechat.sandbox.state import MINUTE_S, State


def code_to_session(state: State, asked: Asked) -> Json:
    """jscode2session: no errcode where all is well."""
    check_app(state, asked.query)
    if asked.query.get("grant_type", "authorization_code") != "authorization_code":
        raise Refusal(40002)
    shown = asked.query.get("js_code", "")
    if not shown:
        raise Refusal(41008)
    code = login_code(shown)
    if code is None:
        raise Refusal(40029)
    openid = openid_of(code.of)
    state.count(f"login {openid}", state.app.quotas.login_a_minute, MINUTE_S, 45011)
    if code.once:
        state.use_up(shown)
    state.seen[openid], state.names[openid] = state.now(), code.of
    return {
        "session_key": base64.b64encode(state.rng.randbytes(16)).decode(),
        "openid": openid,
        "unionid": unionid_of(code.of),
    }
