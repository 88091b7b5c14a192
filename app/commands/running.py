"""`flask demo …`, `flask worker`, `flask schedule`: what runs beside the web."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from random import Random

import click
from flask import current_app
from flask.cli import AppGroup

from app import demo
from app.core.parts import parts
from app.worker import run_schedule, run_worker

demo_group = AppGroup("demo", help="The demo halls, their staff and machines.")


@demo_group.command("prepare")
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--speed", type=float, help="Simulated people come, so many times as fast as life.")
def prepare(out: Path, speed: float | None) -> None:
    """Bring the database up to date, load the demo halls, and write who may sign in to OUT."""
    made = demo.prepare(parts().clock.now(), secrets.token_urlsafe, Random(), speed)  # noqa: S311
    out.write_text(json.dumps(made, ensure_ascii=False, indent=2))


@click.command("worker")
@click.option("--burst", is_flag=True, help="End when no job is left.")
def worker(burst: bool) -> None:
    """Work RQ's queues."""
    run_worker(current_app._get_current_object(), burst)  # type: ignore[attr-defined]


@click.command("schedule")
def schedule() -> None:
    """Sweep the halls and put the day's jobs on their queues."""
    run_schedule(current_app._get_current_object())  # type: ignore[attr-defined]
