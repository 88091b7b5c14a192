"""One row of the table, and the table as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bench.pairs import Pairs

HEAD = (
    "| # | our path | beside it | ours | beside | ratio (spread) | goal | met | |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True)
class Result:
    """What one comparison gave."""

    row: str
    """The row's number in the table; "3b" is a second comparison of row 3."""
    ours: str
    beside: str
    ours_median: str
    """With its unit: "412/s", "1.2 ms"."""
    beside_median: str
    ratio: float | None
    """Ours to beside, in the direction of the goal."""
    low: float | None
    high: float | None
    goal: str
    met: bool | None
    note: str = ""
    """How many pairs, and what else was counted."""


def of_rates(row: str, ours: str, beside: str, found: Pairs, goal: float, note: str = "") -> Result:
    """Two rates a second, ours to reach this share of the other."""
    return Result(
        row, ours, beside, f"{found.ours:.0f}/s", f"{found.beside:.0f}/s",
        found.ratio, found.low, found.high, f"≥ {goal}", found.ratio >= goal, note,
    )  # fmt: skip


def in_order(results: Iterable[Result]) -> list[Result]:
    return sorted(results, key=lambda result: _place(result.row))


def _place(row: str) -> tuple[int, str]:
    found = re.match(r"\d+", row)
    return (int(found[0]), row[found.end() :]) if found else (1_000, row)


def rendered(results: Iterable[Result]) -> str:
    return "\n".join([HEAD, *map(_line, in_order(results))])


def _line(result: Result) -> str:
    met = {True: "yes", False: "**no**", None: "–"}[result.met]
    cells = (
        result.row,
        result.ours,
        result.beside,
        result.ours_median,
        result.beside_median,
        _ratio(result),
        result.goal,
        met,
        result.note,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _ratio(result: Result) -> str:
    if result.ratio is None:
        return "–"
    if result.low is None or result.high is None:
        return f"{result.ratio:.2f}"
    return f"{result.ratio:.2f} ({result.low:.2f}–{result.high:.2f})"
