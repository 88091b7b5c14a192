"""What is being done just now, for each line that is logged meanwhile: which request or job, which
hall, which ticket. Ids, never names or numbers of people, never a token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_about: ContextVar[Mapping[str, str] | None] = ContextVar("about", default=None)


def begin(**subjects: str) -> None:
    """From here on it is about these, and nothing before."""
    _about.set(subjects)


def add(**subjects: str | None) -> None:
    """About these as well, where something has begun; None: about none of that kind any more."""
    if (about := _about.get()) is not None:
        now = {**about, **subjects}
        _about.set({name: value for name, value in now.items() if value is not None})


def end() -> None:
    _about.set(None)


def carried(work: Callable[P, T]) -> Callable[P, T]:
    """The same work in another thread, about what this one is about."""
    about = _about.get()

    def about_it(*args: P.args, **options: P.kwargs) -> T:
        _about.set(about)
        return work(*args, **options)

    return about_it


def told() -> Mapping[str, str]:
    """Subject -> its id; empty where nothing has begun."""
    return _about.get() or {}
