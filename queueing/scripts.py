"""Runs the transitions of `lua/` on Redis, and turns its errors into ours. Nothing else here
sends a script.

A transition is sent by its digest; a server that does not know it (new, restarted, failed
over) gets the text once. A connection lost after sending may send a transition twice, so each
one bears to be repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from redis import Redis
from redis.exceptions import (
    ClusterError,
    ConnectionError,
    MovedError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    TimeoutError,
    TryAgainError,
)

from queueing.errors import NotReady, SequenceAway

_AWAY = (
    ClusterError,
    ConnectionError,
    MovedError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    TimeoutError,
    TryAgainError,
)
# Error codes of a server that cannot serve just now, for which redis-py has no class.
_AWAY_CODES = {"BUSY", "MISCONF", "NOREPLICAS", "UNKILLABLE"}
# What a script is told that asks for a key of its hall which has just moved to another shard.
_ON_THE_MOVE = "non local key"


class _Script(NamedTuple):
    text: str
    digest: str


@cache
def _script(name: str) -> _Script:
    folder = files("queueing") / "lua"
    text = (folder / f"{name}.lua").read_text()
    if "_shared.lua" in text:
        text = (folder / "_shared.lua").read_text() + text
    return _Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


@contextmanager
def our_errors() -> Iterator[None]:
    """Redis errors leave this block as SequenceAway or NotReady; a fault of our own, such as a
    key of the wrong type, leaves it as it is."""
    try:
        yield
    except (RedisError, RedisClusterException) as error:
        code = str(error).split(" ", 1)[0]
        if code == "NOTREADY":
            raise NotReady(str(error)) from error
        refused = isinstance(error, ResponseError) and (
            code in _AWAY_CODES or _ON_THE_MOVE in str(error)
        )
        if refused or isinstance(error, _AWAY):
            raise SequenceAway(f"{type(error).__name__}: {error}") from error
        raise


def run(redis: Redis, name: str, keys: Sequence[str], *args: str | int) -> Any:
    """The reply of the transition `lua/<name>.lua`. Raises NotReady, SequenceAway."""
    script = _script(name)
    with our_errors():
        try:
            return redis.evalsha(script.digest, len(keys), *keys, *args)
        except NoScriptError:
            return redis.eval(script.text, len(keys), *keys, *args)


def text(reply: bytes | str) -> str:
    """A reply as text, whether or not the client decodes."""
    return reply.decode() if isinstance(reply, bytes) else reply
