"""What a replay tells: a CSV row for each input row, and a summary for people or programs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.replay.hall import SECOND
from app.replay.simulation import Replayed

COLUMNS = ("row", "due_s", "called_s", "finished_s", "counter", "outcome")


def write_rows(path: Path, told: Sequence[Replayed]) -> None:
    """One line for each input row, in the order of the input; `row` 1 is the first below the
    header. Seconds of the recorded day; empty where the row was never called. Raises OSError."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for each in sorted(told, key=lambda each: each.row.number):
            moments = (seconds(moment) for moment in (each.due, each.called, each.finished))
            table.writerow((each.row.number, *moments, each.server or "", each.outcome))


def seconds(ms: int | None) -> str:
    """Milliseconds as seconds, with as many decimals as they need: 61, 61.5; empty for None."""
    if ms is None:
        return ""
    whole, rest = divmod(ms, SECOND)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def counts(told: Sequence[Replayed]) -> dict[str, Any]:
    """What became of these rows. `late` are calls after their due time; waits are seconds from
    joining to the call, null where nobody was called."""
    waits = [each.waited for each in told if each.waited is not None]
    outcomes = [each.outcome for each in told]
    return {
        "rows": len(told),
        "served": outcomes.count("served"),
        "left": outcomes.count("left"),
        "closed": outcomes.count("closed"),
        "calls": len(waits),
        "late": sum(each.called is not None and each.called > each.due for each in told),
        "mean_wait_s": round(sum(waits) / len(waits) / SECOND, 3) if waits else None,
        "max_wait_s": max(waits) / SECOND if waits else None,
    }


def day_line(day: date | str, told: Sequence[Replayed]) -> str:
    """A day on one line."""
    found = counts(told)
    line = (
        f"{day}：{found['rows']} 人，叫号 {found['calls']}，"
        f"离开 {found['left']}，未办 {found['closed']}"
    )
    if found["calls"]:
        line += (
            f"，平均等候 {found['mean_wait_s'] / 60:.1f} 分钟，"
            f"最长 {found['max_wait_s'] / 60:.1f} 分钟，晚于应叫时间 {found['late']}"
        )
    return line
