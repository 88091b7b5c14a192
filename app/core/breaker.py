"""Whether a store is worth asking. While it is known to be away, one at a time tries it, and
everybody else is refused at once instead of waiting in vain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

REST_S = 1.0
"""The next try comes as long after one that failed as that took, and this at most: a server that
refuses at once may be asked at once, and is served again the moment it is back."""
AT_ONCE_S = 0.25
TRIED_FOR_S = 5.0
"""A try of which nothing was heard for so long is forgotten."""


class Breaker:
    """Of one store, in one process.

    `lost` are the errors that say it is away; after `patience` of them in a row it is believed.
    `refused` is what the others are given meanwhile. `on_return` runs when it answers again, before
    anybody else is let through.
    """

    def __init__(
        self,
        lost: tuple[type[Exception], ...],
        refused: type[Exception],
        patience: int = 1,
        on_return: Callable[[], object] = lambda: None,
    ) -> None:
        self._lost = lost
        self._refused = refused
        self._patience = patience
        self._on_return = on_return
        self._lock = threading.Lock()
        self._failures = 0
        self._try_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the store is believed to be away."""
        return self._failures >= self._patience

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around each question. Raises `refused` where another is trying the store already."""
        began = time.monotonic()
        if self.is_open:
            self._be_the_one(began)
        try:
            yield
        except self._lost:
            self.failed(time.monotonic() - began)
            raise
        except Exception:  # a no is an answer, too
            self._answered()
            raise
        self._answered()

    def failed(self, took_s: float) -> None:
        """The store did not answer, which took so long."""
        with self._lock:
            self._failures += 1
            rest_s = min(took_s, REST_S) if took_s > AT_ONCE_S else 0.0
            self._try_at = time.monotonic() + rest_s

    def _be_the_one(self, now: float) -> None:
        with self._lock:
            if self.is_open and now < self._try_at:
                raise self._refused("not asked: it was away, and somebody is trying it")
            self._try_at = now + TRIED_FOR_S

    def _answered(self) -> None:
        if not self._failures:
            return
        with self._lock:
            if self.is_open:
                self._on_return()
            self._failures = 0
