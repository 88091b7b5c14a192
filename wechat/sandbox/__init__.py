"""WeChat as it behaves, without WeChat: for development, demos and tests.

`python -m wechat.sandbox` is a server that answers over HTTP what `api.weixin.qq.com` would, so
that what speaks to WeChat runs against it unchanged. Whoever knows a name signs in as its bearer:
it never runs beside a real app id.

What it is asked besides, under `/_sandbox/`, stands in `controls.py`; who its people are, in
`people.py`.
"""

from __future__ import annotations

import hashlib
from typing import Any

from redis.exceptions import RedisError

from wechat.errors import LoginCodeWrong, WechatAway
from wechat.gateway import Login
from wechat.sandbox.people import login_code, openid_of

SANDBOX_APP_ID = "wx00000000sandbox0"
SANDBOX_SECRET = "thesecretofthesandboxisnosecret0"  # noqa: S105 (everybody may know it)
SANDBOX_PUSH_TOKEN = "thetokenofthesandbox"  # noqa: S105 (the same)
SANDBOX_PUSH_KEY = "TheKeyOfTheSandboxIsKnownToEverybodyWhoAsks"

USED_KEPT_S = 24 * 60 * 60
"""A code lives for five minutes; a used one is refused for a day, long after its time."""


class Sandbox:
    """The sandbox's gateway; used codes are known to every process on this Redis."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def login(self, code: str) -> Login:
        """See Gateway.login."""
        found = login_code(code)
        if found is None:
            raise LoginCodeWrong
        if found.once:
            self._use_up(code)
        return Login(openid_of(found.of))

    def _use_up(self, code: str) -> None:
        key = f"sh:sandbox:used:{hashlib.sha256(code.encode()).hexdigest()}"
        try:
            first = self._redis.set(key, 1, nx=True, ex=USED_KEPT_S)
        except RedisError as error:
            raise WechatAway from error
        if not first:
            raise LoginCodeWrong
