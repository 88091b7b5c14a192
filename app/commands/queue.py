"""`flask queue …`: the calling sequence against its rows."""

from __future__ import annotations

import sys
import time

import click
from flask.cli import AppGroup

from app.appointments.checks import Miscount, miscounts
from app.calling.reconcile import Difference, rebuild_from_rows
from app.calling.reconcile import verify as differences_of
from app.catalog.service import plan_of, plans
from app.core.db import db, transaction
from app.core.errors import SequenceNotReady
from app.core.parts import parts
from app.tickets.series import raise_series
from queueing.errors import SequenceAway

SETTLED_WITHIN_S = 6.0
"""A difference that lasts longer than the schedule takes from one sweep to the next is one."""
LOOKS_EVERY_S = 0.5
SKIPPED = 100
"""Numbers of each lane that are not given again after a restore or a failover."""


class QueueGroup(AppGroup):
    """Says in a sentence that Redis is away."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (SequenceAway, SequenceNotReady) as error:
            raise click.ClickException(f"Redis 没有应答，未作比较，也未作改动：{error}") from None


queue_group = QueueGroup("queue", help="The calling sequence against its rows.")


@queue_group.command("verify")
def verify() -> None:
    """Compare Redis and the event streams with the database, and what was sold of each slot with
    its bookings; exit 1 on a difference.

    What differs only because it is just being changed, or mended by the next sweep, is looked at
    again until it has gone, or has lasted."""
    until = time.monotonic() + SETTLED_WITHIN_S
    lasting = _verify_all()
    while lasting and time.monotonic() < until:
        time.sleep(LOOKS_EVERY_S)
        lasting = [difference for difference in _verify_all() if difference in lasting]
    for difference in lasting:
        click.echo(f"{difference.what}: {_subject(difference)} {difference.detail}")
    if lasting:
        sys.exit(1)
    click.echo(f"{len(plans())} 个大厅：叫号次序、事件流、预约名额与数据库一致。")


@queue_group.command("rebuild")
@click.argument("hall", required=False)
@click.option(
    "--after-restore",
    is_flag=True,
    help=f"First skip {SKIPPED} numbers of each lane: paper given since the copy is still out.",
)
def rebuild(hall: str | None, after_restore: bool) -> None:
    """Drop the sequence of HALL (default: all) and build it anew from the rows."""
    now = parts().clock.now()
    for plan in [plan_of(hall)] if hall else plans():
        if after_restore:
            with transaction():
                raise_series(plan, plan.day_of(now).date, SKIPPED)
            click.echo(f"{plan.code}：各队列已跳过 {SKIPPED} 个号。")
        rebuild_from_rows(plan, now)
        click.echo(f"{plan.code}：叫号次序已按数据库重建。")


def _verify_all() -> list[Difference | Miscount]:
    now = parts().clock.now()
    found: list[Difference | Miscount] = []
    for plan in plans():
        found += differences_of(plan, now)
        found += miscounts(plan.code, plan.day_of(now).date)
    db.session.rollback()
    return found


def _subject(difference: Difference | Miscount) -> str:
    return difference.subject if isinstance(difference, Miscount) else difference.ticket
