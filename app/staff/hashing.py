"""argon2id, and never so much of it at once that the hall stands still.

A hash takes a processor for some 25 ms by design. Whoever sends a thousand sign-ins at once gets
at most two of them hashed at a time, and thirty-two threads waiting; the others are told to come
again, and the hall keeps its threads.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from app.staff.errors import SignInsBusy

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's least setting for argon2id: a hall signs in within the same five minutes."""
AT_ONCE = 2
WAITING_AT_MOST = 32
NOBODY = HASHER.hash(secrets.token_hex(8))
"""Of a password nobody knows."""

hashing = threading.BoundedSemaphore(AT_ONCE)
line = threading.BoundedSemaphore(WAITING_AT_MOST)


@contextmanager
def in_line() -> Iterator[None]:
    """A place among those who wait to have a password looked at. Raises SignInsBusy."""
    if not line.acquire(blocking=False):
        raise SignInsBusy
    try:
        yield
    finally:
        line.release()


def hashed(password: str) -> str:
    """What is kept of a password."""
    with hashing:
        return HASHER.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether this is the password; without a hash it costs as much time and is not."""
    with hashing:
        try:
            HASHER.verify(password_hash or NOBODY, password)
        except VerifyMismatchError:
            return False
    return password_hash is not None
