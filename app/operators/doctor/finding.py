"""What one look at the installation found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    what: str
    to_do: str = ""
    """How it is put right; empty where nothing is to be done."""


def ok(what: str) -> Finding:
    return Finding(Level.OK, what)


def warn(what: str, to_do: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(Level.WARN, what, to_do)


def fail(what: str, to_do: str) -> Finding:
    """It does not work, or will not when it matters."""
    return Finding(Level.FAIL, what, to_do)
