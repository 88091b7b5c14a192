"""`flask replay FILE --out OUT.csv`."""

from __future__ import annotations

import json
import math
import os
import time
from datetime import UTC, date, datetime
from pathlib import Path

import click

from app.core.clock import SetClock
from app.replay.foresight import Experience, learnt_from
from app.replay.reading import QueueFileError, Row, read_rows
from app.replay.simulation import Replayed, replay_days
from app.replay.stores import Stores, own_stores
from app.replay.writing import counts, day_line, estimate_counts, estimate_lines, write_rows
from config.logging import configure_logging
from config.settings import SettingsError
from embedded.program import ProgramError

FAULTS_SHOWN = 20
Days = dict[date, list[Replayed]]


class BadInput(click.ClickException):
    """What was given cannot be replayed."""

    exit_code = 2


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--json", "as_json", is_flag=True, help="A summary for programs.")
@click.option(
    "--stretch", type=float, default=1.0, show_default=True, help="Services take so much longer."
)
@click.option(
    "--learn",
    "earlier",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Recorded days from which the estimate knows the hall; may be repeated.",
)
@click.option("--no-estimate", is_flag=True, help="Estimate no waits: faster.")
def replay(
    file: Path,
    out: Path,
    as_json: bool,
    stretch: float,
    earlier: tuple[Path, ...],
    no_estimate: bool,
) -> None:
    """Run the recorded days of FILE through the engine in virtual time.

    OUT gets one row for each data row of FILE, in its order (row 1 is the first below the
    header): when it was due, when and where it was called, and what became of it. Needs nothing
    running; REDIS_URL and DATABASE_URL name servers to run on, and whatever they hold is left
    alone.

    Everybody is told at joining how long to wait, from what lay before that moment: earlier days
    (of --learn and of FILE), what has happened that day, its appointments. How true that was is
    reported beside an estimate that counts heads."""
    rows = _checked(file, out, stretch)
    lessons = [row for each in earlier for row in _read(each)]
    experience = None if no_estimate else learnt_from(lessons, stretch)
    configure_logging("ERROR", "text")  # each day begins with an empty sequence, with a warning
    began = time.monotonic()
    clock = SetClock(datetime(1970, 1, 1, tzinfo=UTC))
    try:
        with own_stores(clock, os.environ) as stores:
            days: Days = {}
            for day, told in replay_days(rows, stretch, stores.hall, clock, experience):
                days[day] = told
                if not as_json:
                    click.echo(day_line(day, told))
    except (SettingsError, ProgramError) as error:
        raise click.ClickException(str(error)) from error
    everything = [each for told in days.values() for each in told]
    _write(out, everything)
    took = time.monotonic() - began
    if as_json:
        told = _summary(file, stretch, days, stores, took, experience)
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(day_line(f"共 {len(days)} 天", everything))
        if experience is not None:
            click.echo("\n".join(estimate_lines(everything)))
        click.echo(f"{stores.redis}，{stores.database}，用时 {took:.1f} 秒；结果在 {out}。")


def _checked(file: Path, out: Path, stretch: float) -> list[Row]:
    """The rows of FILE, where everything else is in order, too. Raises BadInput."""
    if not (math.isfinite(stretch) and 0 < stretch <= 100):
        raise BadInput(f"--stretch 是 {stretch}，应大于 0，不超过 100。")
    if not out.parent.is_dir():
        raise BadInput(f"没有目录 {out.parent}，结果写不到 {out}。")
    return _read(file)


def _read(file: Path) -> list[Row]:
    """Raises BadInput."""
    try:
        return read_rows(file)
    except QueueFileError as error:
        lines = [f"{file}：{fault}" for fault in error.faults[:FAULTS_SHOWN]]
        if len(error.faults) > FAULTS_SHOWN:
            lines.append(f"……共 {len(error.faults)} 处错误。")
        raise BadInput("\n".join(lines)) from error


def _write(out: Path, told: list[Replayed]) -> None:
    try:
        write_rows(out, told)
    except OSError as error:
        raise BadInput(f"结果写不到 {out}：{error.strerror}。") from error


def _summary(
    file: Path,
    stretch: float,
    days: Days,
    stores: Stores,
    took: float,
    experience: Experience | None,
) -> dict[str, object]:
    def found(told: list[Replayed]) -> dict[str, object]:
        return counts(told) | ({} if experience is None else {"estimate": estimate_counts(told)})

    return {
        "file": file.name,
        "stretch": stretch,
        **found([each for told in days.values() for each in told]),
        "days": [{"day": day.isoformat(), **found(told)} for day, told in days.items()],
        "redis": stores.redis,
        "database": stores.database,
        "seconds": round(took, 3),
    }
