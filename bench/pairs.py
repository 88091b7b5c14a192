"""Two things measured in turn: on a machine that others use as well, only their ratio says much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Measure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Pairs:
    each: tuple[tuple[float, float], ...]
    """(ours, beside) of each pair."""

    @property
    def ours(self) -> float:
        return median(ours for ours, _ in self.each)

    @property
    def beside(self) -> float:
        return median(beside for _, beside in self.each)

    @property
    def ratios(self) -> tuple[float, ...]:
        return tuple(ours / beside for ours, beside in self.each)

    @property
    def ratio(self) -> float:
        """The median of the ratios, not the ratio of the medians: what slows the machine for a
        while slows both of a pair."""
        return median(self.ratios)

    @property
    def low(self) -> float:
        return min(self.ratios)

    @property
    def high(self) -> float:
        return max(self.ratios)


def paired(ours: Measure, beside: Measure, *, pairs: int = 7) -> Pairs:
    """Ours and the other in turn, after one run of each that does not count. The order turns with
    each pair (ours, beside, beside, ours, …), so that neither always comes second."""
    ours()
    beside()
    found = []
    for nth in range(pairs):
        if nth % 2:
            second = beside()
            found.append((ours(), second))
        else:
            first = ours()
            found.append((first, beside()))
    return Pairs(tuple(found))
