"""What a replay tells: a CSV row for each input row, and a summary for people or programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.replay.foresight import Guess
from app.replay.hall import SECOND
from app.replay.simulation import Replayed

COLUMNS = ("row", "due_s", "called_s", "finished_s", "counter", "outcome")

LONG_WAIT = 60


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


def estimate_counts(told: Sequence[Replayed]) -> dict[str, Any]:
    """How true what these rows were told at joining was, for who was called: mean absolute error
    and bias (estimate less wait) in seconds, beside the naive estimate's; the share called before
    the 90th percentile. For everybody, and for who waited over `LONG_WAIT` seconds."""
    called = [
        (each.guess, each.waited / SECOND)
        for each in told
        if each.guess is not None and each.waited is not None
    ]
    return {
        "not_called": len(told) - len(called),
        "all": _errors(called),
        "over_60_s": _errors([each for each in called if each[1] > LONG_WAIT]),
    }


def _errors(called: Sequence[tuple[Guess, float]]) -> dict[str, Any]:
    errors = [guess.p50_s - waited for guess, waited in called]
    naive = [guess.naive_s - waited for guess, waited in called]
    mae, naive_mae = _mean(map(abs, errors)), _mean(map(abs, naive))
    within = [waited <= guess.p90_s for guess, waited in called]
    return {
        "called": len(called),
        "mae_s": _rounded(mae),
        "naive_mae_s": _rounded(naive_mae),
        "ratio": _rounded(mae / naive_mae) if mae is not None and naive_mae else None,
        "bias_s": _rounded(_mean(errors)),
        "naive_bias_s": _rounded(_mean(naive)),
        "before_p90": _rounded(_mean(within)),
    }


def _mean(values: Iterable[float]) -> float | None:
    them = list(values)
    return sum(them) / len(them) if them else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def estimate_lines(told: Sequence[Replayed]) -> list[str]:
    """The same for people."""
    found = estimate_counts(told)
    lines = [f"入队时的估计（对照：按人数推算；未叫到的 {found['not_called']} 人不计）"]
    for name, title in (("all", "全部"), ("over_60_s", f"等候超过 {LONG_WAIT} 秒")):
        its = found[name]
        line = f"  {title}：{its['called']} 人"
        if its["called"]:
            line += (
                f"，平均绝对误差 {its['mae_s']:.1f} 秒（对照 {its['naive_mae_s']:.1f} 秒），"
                f"偏差 {its['bias_s']:+.1f} 秒（对照 {its['naive_bias_s']:+.1f} 秒），"
                f"在第 90 百分位之前叫到 {its['before_p90']:.1%}"
            )
        lines.append(line)
    return lines


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
