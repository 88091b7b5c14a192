"""Pictures of a day: where every bar and mark of a chart stands. Pure; a template draws them.

All charts share one drawing of `WIDTH` by `HEIGHT` units, whose plot leaves room for the words on
the left and below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 12.0, 28.0
PLOT_W, PLOT_H = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
FLOOR = HEIGHT - BOTTOM
STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 90, 120, 240)
WIDEST = 128.0
"""A day with one column is no wall."""
TICKS_AT_MOST = 5
NAMES_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of one series, and what it says when pointed at."""

    series: str
    says: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A point, or the end of a whisker."""

    series: str
    says: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A word at an axis."""

    at: float
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template draws."""

    bars: Sequence[Bar] = ()
    marks: Sequence[Mark] = ()
    across: Sequence[Tick] = ()
    """Along the x axis."""
    up: Sequence[Tick] = ()
    diagonal: tuple[float, float] | None = None
    """Where the line of equal values ends."""


def stacked(columns: Sequence[tuple[str, Mapping[str, int]]], words: Mapping[str, str]) -> Chart:
    """A column for each (name, {series: count}), its series one upon another in `words`' order."""
    if not columns:
        return Chart()
    top = _ceiling(max(sum(counts.values()) for _, counts in columns))
    slot = _slot(len(columns))
    bars = []
    for place, (name, counts) in enumerate(columns):
        y = FLOOR
        for series, word in words.items():
            height = counts.get(series, 0) / top * PLOT_H
            if height:
                y -= height
                says = f"{name} {word} {counts[series]}"
                bars.append(Bar(series, says, LEFT + (place + 0.12) * slot, y, 0.76 * slot, height))
    return Chart(bars, (), _names([name for name, _ in columns], slot), _scale(top))


def whiskers(
    columns: Sequence[tuple[str, Mapping[str, tuple[float, float]]]], words: Mapping[str, str]
) -> Chart:
    """For each name, side by side, a bar as high as the first value with a mark at the second."""
    if not any(values for _, values in columns):
        return Chart()
    top = _ceiling(max(high for _, values in columns for _, high in values.values()))
    slot = _slot(len(columns))
    width = 0.8 * slot / len(words)
    bars, marks = [], []
    for place, (name, values) in enumerate(columns):
        for side, (series, word) in enumerate(words.items()):
            if series not in values:
                continue
            low, high = values[series]
            x = LEFT + (place + 0.1) * slot + side * width
            says = f"{name} {word} {low:.0f} / {high:.0f}"
            height = low / top * PLOT_H
            bars.append(Bar(series, says, x, FLOOR - height, 0.9 * width, height))
            marks.append(Mark(series, says, x + 0.45 * width, FLOOR - high / top * PLOT_H))
    return Chart(bars, marks, _names([name for name, _ in columns], slot), _scale(top))


def scatter(pairs: Iterable[tuple[float, float]]) -> Chart:
    """A point for each (foretold, true), and the line on which both are the same."""
    points = list(pairs)
    if not points:
        return Chart()
    top = _ceiling(max(max(pair) for pair in points))
    marks = [
        Mark("pair", f"{told:.0f} → {true:.0f}", _x(told, top), FLOOR - true / top * PLOT_H)
        for told, true in points
    ]
    across = [Tick(_x(value, top), f"{value:g}") for value in _steps(top)]
    return Chart((), marks, across, _scale(top), (LEFT + PLOT_W, TOP))


def _slot(columns: int) -> float:
    return min(PLOT_W / columns, WIDEST)


def _x(value: float, top: float) -> float:
    return LEFT + value / top * PLOT_W


def _scale(top: float) -> list[Tick]:
    return [Tick(FLOOR - value / top * PLOT_H, f"{value:g}") for value in _steps(top)]


def _steps(top: float) -> list[float]:
    step = _step(top)
    return [n * step for n in range(int(top / step) + 1)]


def _step(top: float) -> float:
    """The first round number with which an axis has few ticks."""
    return next((step for step in STEPS if top / step <= TICKS_AT_MOST), STEPS[-1])


def _ceiling(highest: float) -> float:
    """The next tick above the highest value."""
    step = _step(max(highest, 1))
    return step * max(1, -(-highest // step))


def _names(names: Sequence[str], slot: float) -> list[Tick]:
    """Each name in the middle of its column, as many as can be read."""
    every = -(-len(names) // NAMES_AT_MOST)
    return [
        Tick(LEFT + (place + 0.5) * slot, name)
        for place, name in enumerate(names)
        if place % every == 0
    ]
