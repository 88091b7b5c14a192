"""The access token, shared by all processes on Redis, fetched by one of them at a time.

WeChat's stable token (getStableAccessToken, never forced): asked again, it is the same one until
its last five minutes, in which old and new both work. So where Redis is away, each process may ask
for itself and none takes the token from another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis.exceptions import LockError, RedisClusterException, RedisError

from wechat.errors import WechatBusy

RENEWED_BEFORE_END_S = 300
KEPT_AT_LEAST_S = 60
"""A token in its last minutes is WeChat's to renew; until it does, it is not asked every time."""
LOOK_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as WeChat gives it."""

    value: str
    lives_s: int


class Tokens:
    """The token of one app. `fetch` asks WeChat and ends within `fetched_within_s`."""

    def __init__(
        self, redis: Any, app_id: str, fetch: Callable[[], AccessToken], fetched_within_s: float
    ) -> None:
        self._redis = redis
        self._key = f"sh:wechat:{app_id}:token"
        self._fetch = fetch
        self._fetched_within_s = fetched_within_s

    def current(self, refused: str = "") -> str:
        """The token to ask with; one other than `refused`, which WeChat took no longer, if WeChat
        gives another. Raises WechatBusy and what `fetch` raises."""
        try:
            return self._shared(refused)
        except (RedisError, RedisClusterException):
            return self._fetch().value

    def _shared(self, refused: str) -> str:
        if (kept := self._kept()) not in ("", refused):
            return kept
        with self._alone():
            if (kept := self._kept()) not in ("", refused):
                return kept
            fresh = self._fetch()
            lives_s = max(fresh.lives_s - RENEWED_BEFORE_END_S, KEPT_AT_LEAST_S)
            self._redis.set(self._key, fresh.value, ex=lives_s)
            return fresh.value

    def _kept(self) -> str:
        kept = self._redis.get(self._key)
        return kept.decode() if kept else ""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else fetches; who waits longer than a fetch takes is told to come back."""
        try:
            with self._redis.lock(
                f"{self._key}:lock",
                timeout=self._fetched_within_s + 1,
                blocking_timeout=self._fetched_within_s,
                sleep=LOOK_AGAIN_S,
                raise_on_release_error=False,
            ):
                yield
        except LockError:
            raise WechatBusy(said="somebody else has been fetching the token for long") from None
