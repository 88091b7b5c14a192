"""WeChat as it behaves, without WeChat: for development, demos and tests.

| code | stands for |
|---|---|
| `sandbox:<name>` | the person of this name, as often as it is used |
| `sandbox-once:<name>` | the same person, once: a code of WeChat's works a single time |

Whoever knows a name signs in as its bearer, so this never runs beside a real app id.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from redis.exceptions import RedisError

from wechat.errors import LoginCodeWrong, WechatAway
from wechat.gateway import Login

CODE = re.compile(r"(sandbox|sandbox-once):(\S{1,64})")
USED_KEPT_S = 24 * 60 * 60
"""A code lives for five minutes; a used one is refused for a day, long after its time."""


class Sandbox:
    """The sandbox's gateway; used codes are known to every process on this Redis."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def login(self, code: str) -> Login:
        """See Gateway.login."""
        found = CODE.fullmatch(code)
        if found is None or not code.isprintable():
            raise LoginCodeWrong
        manner, name = found.groups()
        if manner == "sandbox-once":
            self._use_up(code)
        return Login(_openid(name))

    def _use_up(self, code: str) -> None:
        key = f"sh:sandbox:used:{hashlib.sha256(code.encode()).hexdigest()}"
        try:
            first = self._redis.set(key, 1, nx=True, ex=USED_KEPT_S)
        except RedisError as error:
            raise WechatAway from error
        if not first:
            raise LoginCodeWrong


def _openid(name: str) -> str:
    """28 characters that begin with o, as WeChat's do."""
    digest = hashlib.sha256(name.encode()).digest()
    return "o" + base64.urlsafe_b64encode(digest).decode()[:27]
