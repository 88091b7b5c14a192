"""WeChat on a bad day: what the next calls of a path meet instead of their answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cut = Literal["before", "after"]


@dataclass
class Fault:
    path: str
    times: int | None
    """How many calls still meet it; None: all, until the reset."""
    errcode: int | None = None
    """Answer this refusal."""
    http: int | None = None
    """Answer this status, with a page that is no JSON."""
    delay_s: float = 0
    """Wait before anything else."""
    cut: Cut | None = None
    """Close the connection without an answer: before the call has its effect, or after."""


def take(faults: list[Fault], path: str) -> Fault | None:
    """The fault that this call of a path meets; one fewer of it is left."""
    for fault in faults:
        if fault.path == path:
            if fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    faults.remove(fault)
            return fault
    return None
