"""Two ways of doing the same, run in turns, so that a busy machine slows both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Run = Callable[[], float]
"""One run; what was measured of it, in whatever unit."""
PAIRS = 7


@dataclass(frozen=True, slots=True)
class Pairs:
    """Medians of both, and of the ratios ours : beside of each pair, with their spread."""

    ours: float
    beside: float
    ratio: float
    low: float
    high: float


def paired(ours: Run, beside: Run, *, pairs: int = PAIRS) -> Pairs:
    """Both in turns, each pair in the other order, after a run of each that does not count."""
    ours(), beside()
    found = [_pair(ours, beside, turned=bool(n % 2)) for n in range(pairs)]
    ratios = [one / other for one, other in found]
    return Pairs(
        median(one for one, _ in found),
        median(other for _, other in found),
        median(ratios),
        min(ratios),
        max(ratios),
    )


def _pair(ours: Run, beside: Run, *, turned: bool) -> tuple[float, float]:
    if turned:
        second = beside()
        return ours(), second
    return ours(), beside()
