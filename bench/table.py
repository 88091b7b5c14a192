"""A row of the table, and how it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("#", "our path", "beside it", "ours", "bare", "ratio (spread)", "goal", "met")


@dataclass(frozen=True, slots=True)
class Result:
    """One path beside another. `row` is its number in the table; `ratio` is taken in the direction
    of the goal, `low` and `high` are its spread over the pairs of runs."""

    row: str
    ours: str
    beside: str
    ours_median: str
    beside_median: str
    ratio: float | None
    low: float | None
    high: float | None
    goal: str
    met: bool | None
    note: str = ""

    def cells(self) -> tuple[str, ...]:
        spread = "–"
        if self.ratio is not None:
            spread = f"{self.ratio:.2f}"
            if self.low is not None and self.high is not None:
                spread += f" ({self.low:.2f}–{self.high:.2f})"
        met = {True: "yes", False: "**no**", None: "–"}[self.met]
        return (
            self.row, self.ours, self.beside, self.ours_median, self.beside_median,
            spread, self.goal, met,
        )  # fmt: skip


def as_markdown(results: Sequence[Result]) -> str:
    """The table, and below it what was noted of each row."""
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    lines += [_line(result.cells()) for result in results]
    notes = [f"- Row {result.row}: {result.note}" for result in results if result.note]
    return "\n".join([*lines, "", *notes]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
