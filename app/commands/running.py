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
from app.core.queues import QUEUES
from app.worker import ALL_HALLS, Share, run_schedule, run_worker

demo_group = AppGroup("demo", help="The demo halls, their staff and machines.")


@demo_group.command("prepare")
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--speed", type=float, help="Simulated people come, so many times as fast as life.")
@click.option("--printer", type=int, help="A machine's printer listens on this port of loopback.")
def prepare(out: Path, speed: float | None, printer: int | None) -> None:
    """Bring the database up to date, load the demo halls, and write who may sign in to OUT."""
    rng = Random()  # noqa: S311 (people who only play)
    made = demo.prepare(parts().clock.now(), secrets.token_urlsafe, rng, speed, printer)
    out.write_text(json.dumps(made, ensure_ascii=False, indent=2))


@click.command("worker")
@click.option("--burst", is_flag=True, help="End when no job is left.")
@click.option(
    "--queue",
    "queues",
    type=click.Choice(QUEUES),
    multiple=True,
    help="Only this one; more than once: these, the first one first.",
)
def worker(burst: bool, queues: tuple[str, ...]) -> None:
    """Work RQ's queues."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    run_worker(app, burst, queues or QUEUES)


class ShareType(click.ParamType):
    """`2/3`: the second of three."""

    name = "n/of"

    def convert(
        self, value: str | Share, param: click.Parameter | None, ctx: click.Context | None
    ) -> Share:
        if isinstance(value, Share):
            return value
        nth, _, of = value.partition("/")
        if nth.isdecimal() and of.isdecimal() and 1 <= int(nth) <= int(of):
            return Share(int(nth), int(of))
        return self.fail(f"{value!r} is no share: 2/3 is the second of three.", param, ctx)


@click.command("schedule")
@click.option("--share", type=ShareType(), default=ALL_HALLS, help="Of the halls: 2/3 of three.")
def schedule(share: Share) -> None:
    """Sweep the halls and put the day's jobs on their queues. Of several schedules each may have a
    share of the halls, which together are all of them."""
    run_schedule(current_app._get_current_object(), share)  # type: ignore[attr-defined]
