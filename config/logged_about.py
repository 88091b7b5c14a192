"""What is being done just now, for each line that is logged meanwhile: which request or job, which
hall, which ticket. Ids, never names or numbers of people, never a token."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

_about: ContextVar[Mapping[str, str] | None] = ContextVar("about", default=None)


def begin(**subjects: str) -> None:
    """From here on it is about these, and nothing before."""
    _about.set(subjects)


def add(**subjects: str) -> None:
    """About these as well, where something has begun."""
    if (about := _about.get()) is not None:
        _about.set({**about, **subjects})


def end() -> None:
    _about.set(None)


def told() -> Mapping[str, str]:
    """Subject -> its id; empty where nothing has begun."""
    return _about.get() or {}
