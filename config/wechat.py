"""The mini-program of this installation: read from the environment, with every fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast, get_args

from config.addresses import api_url
from wechat.app import OFFICIAL_URL, State, WechatApp
from wechat.sandbox import (
    SANDBOX_APP_ID,
    SANDBOX_PUSH_KEY,
    SANDBOX_PUSH_TOKEN,
    SANDBOX_SECRET,
)

SANDBOX_PORT_ABOVE = 1000
"""The demo's sandbox listens so far above its web."""
PUSH_KEY = re.compile("[A-Za-z0-9]{43}")
NEEDS_AN_APP = ("WECHAT_API_URL", "WECHAT_PUSH_TOKEN", "WECHAT_PUSH_KEY", "WECHAT_STATE")


def wechat_app(
    environ: Mapping[str, str], *, production: bool, faults: list[str]
) -> WechatApp | None:
    """The app these variables name, if any; outside production the sandbox's, which never runs
    beside a real one. Every fault is added to `faults`."""
    _check_pair(environ, "WECHAT_APP_ID", "WECHAT_APP_SECRET", faults)
    if not production:
        return _sandbox(environ, faults)
    _check_pair(environ, "WECHAT_PUSH_TOKEN", "WECHAT_PUSH_KEY", faults)
    app_id, secret = (environ.get(f"WECHAT_APP_{name}", "") for name in ("ID", "SECRET"))
    if not (app_id or secret):
        faults += [
            f"{name} is set without WECHAT_APP_ID." for name in NEEDS_AN_APP if environ.get(name)
        ]
        return None
    if app_id == SANDBOX_APP_ID:
        faults.append("WECHAT_APP_ID is the sandbox's, which everybody knows.")
    push_key = environ.get("WECHAT_PUSH_KEY", "")
    if push_key and not PUSH_KEY.fullmatch(push_key):
        faults.append("WECHAT_PUSH_KEY must be WeChat's EncodingAESKey: 43 letters and digits.")
    state = environ.get("WECHAT_STATE") or "formal"
    if state not in get_args(State):
        faults.append(f"WECHAT_STATE is {state!r}; it must be one of {', '.join(get_args(State))}.")
    return WechatApp(
        app_id,
        secret,
        api_url(
            "WECHAT_API_URL", environ.get("WECHAT_API_URL") or OFFICIAL_URL, ("https",), faults
        ),
        environ.get("WECHAT_PUSH_TOKEN", ""),
        push_key,
        cast(State, state),
    )


def _sandbox(environ: Mapping[str, str], faults: list[str]) -> WechatApp:
    if environ.get("WECHAT_APP_ID"):
        faults.append(
            "WECHAT_APP_ID is set, but the sandbox never runs beside a real app:"
            " set SHUNHAO_MODE=production, or take WECHAT_APP_ID away."
        )
    port = environ.get("PORT", "")
    above = int(port if port.isascii() and port.isdigit() else 8000) + SANDBOX_PORT_ABOVE
    url = environ.get("WECHAT_API_URL") or f"http://127.0.0.1:{above}"
    return WechatApp(
        SANDBOX_APP_ID,
        SANDBOX_SECRET,
        api_url("WECHAT_API_URL", url, ("http", "https"), faults),
        SANDBOX_PUSH_TOKEN,
        SANDBOX_PUSH_KEY,
        "developer",
    )


def _check_pair(environ: Mapping[str, str], one: str, other: str, faults: list[str]) -> None:
    for given, missing in ((one, other), (other, one)):
        if environ.get(given) and not environ.get(missing):
            faults.append(f"{given} is set without {missing}.")
