"""The operator's commands; `flask hall` and `flask calendar` are the catalog's own."""

from __future__ import annotations

import json
import secrets
import sys
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app import demo
from app.calling.reconcile import Difference, rebuild_from_rows
from app.calling.reconcile import verify as differences_of
from app.catalog.cli import commands as catalog_commands
from app.catalog.service import plan_of, plans
from app.core.db import db
from app.core.errors import SequenceNotReady
from app.core.parts import parts
from app.worker import run_schedule, run_worker
from queueing.errors import SequenceAway

AGAIN_AFTER_S = 1.0


class QueueGroup(AppGroup):
    """Says in a sentence that Redis is away."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (SequenceAway, SequenceNotReady) as error:
            raise click.ClickException(f"Redis 没有应答，未作比较，也未作改动：{error}") from None


queue_group = QueueGroup("queue", help="The calling sequence against its rows.")
demo_group = AppGroup("demo", help="The demo halls, their staff and machines.")


@queue_group.command("verify")
def verify() -> None:
    """Compare Redis and the event streams with the database; exit 1 on a difference.

    What differs only because it is just being changed is looked at a second time."""
    first = _verify_all()
    if first:
        time.sleep(AGAIN_AFTER_S)
    lasting = [difference for difference in _verify_all() if difference in first]
    for difference in lasting:
        click.echo(f"{difference.what}: {difference.ticket} {difference.detail}")
    if lasting:
        sys.exit(1)
    click.echo(f"{len(plans())} 个大厅：叫号次序、事件流与数据库一致。")


@queue_group.command("rebuild")
@click.argument("hall", required=False)
def rebuild(hall: str | None) -> None:
    """Drop the sequence of HALL (default: all) and build it anew from the rows."""
    for plan in [plan_of(hall)] if hall else plans():
        rebuild_from_rows(plan, parts().clock.now())
        click.echo(f"{plan.code}：叫号次序已按数据库重建。")


@demo_group.command("prepare")
@click.option("--out", type=click.Path(path_type=Path), required=True)
def prepare(out: Path) -> None:
    """Bring the database up to date, load the demo halls, and write who may sign in to OUT."""
    made = demo.prepare(parts().clock.now(), secrets.token_urlsafe)
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


def _verify_all() -> list[Difference]:
    now = parts().clock.now()
    found = [difference for plan in plans() for difference in differences_of(plan, now)]
    db.session.rollback()
    return found


commands = (*catalog_commands, queue_group, demo_group, worker, schedule)
