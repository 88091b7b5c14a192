"""Access tokens: the ordinary one, which each call replaces, and the stable one, which many
processes may share. Neither knows of the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wechat.sandbox.calls.asked import Asked
from wechat.sandbox.replies import Json, Refusal, done
from wechat.sandbox.state import DAY_S, MINUTE_S, State, Token

LIFE_S = 7200
OVERLAP_S = 300
"""How long a replaced token still works, and how long before its end a stable one is renewed."""
FORCE_APART_S = 30
MONTH_S = 30 * DAY_S


def ordinary(state: State, asked: Asked) -> Json:
    """GET token: a new one each time; the one before works five minutes more."""
    _check_grant(asked.query)
    check_app(state, asked.query)
    state.count("token", state.app.quotas.token_a_day, DAY_S, 45009)
    return _given(state, _renew(state, "ordinary"))


def stable(state: State, asked: Asked) -> Json:
    """POST stable_token: the same one until five minutes before its end. `force_refresh` ends the
    old one at once; asked again within 30 s, it refreshes nothing."""
    _check_grant(asked.body)
    check_app(state, asked.body)
    quotas = state.app.quotas
    state.count("stable token, minute", quotas.stable_token_a_minute, MINUTE_S, 45011)
    state.count("stable token, day", quotas.stable_token_a_day, DAY_S, 45009)
    if asked.body.get("force_refresh") is True:
        return _given(state, _force(state))
    newest = state.newest.get("stable", "")
    if newest not in state.tokens or state.tokens[newest].until - state.now() < OVERLAP_S:
        newest = _renew(state, "stable")
    return _given(state, newest)


def clear_quota(state: State, asked: Asked) -> Json:
    """POST clear_quota: all counting begins anew, a few times a month."""
    check_token(state, asked)
    if asked.body.get("appid") != state.app.id:
        raise Refusal(40013)
    limit = state.app.quotas.clear_quota_a_month
    state.count("clear quota", limit, MONTH_S, 48006)
    for key in [key for key in state.counted if key[0] != "clear quota"]:
        del state.counted[key]
    return done()


def check_app(state: State, given: Mapping[str, Any]) -> None:
    """Refuse who does not show the app's id and secret."""
    for name, missing, wrong, right in (
        ("appid", 41002, 40013, state.app.id),
        ("secret", 41004, 40125, state.app.secret),
    ):
        if not given.get(name):
            raise Refusal(missing)
        if given[name] != right:
            raise Refusal(wrong)


def check_token(state: State, asked: Asked) -> None:
    """Refuse who does not show a token of the app that still works."""
    shown = asked.query.get("access_token", "")
    if not shown:
        raise Refusal(41001)
    token = state.tokens.get(shown)
    if token is None:
        raise Refusal(40001)
    if token.until <= state.now():
        raise Refusal(40001 if token.replaced else 42001)


def _check_grant(given: Mapping[str, Any]) -> None:
    if given.get("grant_type") != "client_credential":
        raise Refusal(40002)


def _force(state: State) -> str:
    newest = state.newest.get("stable", "")
    if newest in state.tokens and state.now() - state.forced_at < FORCE_APART_S:
        return newest
    state.count("forced token", state.app.quotas.forced_token_a_day, DAY_S, 45009)
    state.forced_at = state.now()
    state.tokens.pop(newest, None)
    return _renew(state, "stable")


def _renew(state: State, kind: str) -> str:
    before = state.newest.get(kind, "")
    if before in state.tokens:
        until = min(state.tokens[before].until, state.now() + OVERLAP_S)
        state.tokens[before] = Token(until, replaced=True)
    made = f"99_{state.some_hex(180)}"
    state.tokens[made] = Token(state.now() + LIFE_S)
    state.newest[kind] = made
    return made


def _given(state: State, token: str) -> Json:
    return {"access_token": token, "expires_in": round(state.tokens[token].until - state.now())}
