"""`flask appointments …`: the bookings of a day that closes, and the count of what was sold."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime

import click
from flask.cli import AppGroup

from app.appointments.checks import miscounts
from app.appointments.closing import Settled, cancel_hit, hit, move_hit
from app.appointments.queries import Appointment
from app.appointments.schemas import REASON_AT_MOST
from app.appointments.words import when
from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.citizens.queries import phones_of
from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.parts import parts

NOBODY = "没有受影响的预约。"


class Group(AppGroup):
    """Says a refusal in its own sentence."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except DomainError as error:
            raise click.ClickException(error.detail) from error


class Day(click.ParamType):
    name = "date"

    def convert(self, value: object, param: object, ctx: object) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} 不是 2026-11-23 这样的日期。")


class Reason(click.ParamType):
    name = "text"

    def convert(self, value: object, param: object, ctx: object) -> str:
        reason = str(value).strip()
        if not 1 <= len(reason) <= REASON_AT_MOST:
            self.fail(f"原因须为 1 到 {REASON_AT_MOST} 个字，会告诉预约人。")
        return reason


appointments_group = Group("appointments", help="Bookings of a day that closes or shrinks.")
DAY = click.option("--date", "day", type=Day(), help="Only this hall day; default: all to come.")
REASON = click.option(
    "--reason", type=Reason(), required=True, help="Told to who booked, as in 线路检修停电."
)


@appointments_group.command("hit")
@click.argument("hall")
@DAY
def list_hit(hall: str, day: date | None) -> None:
    """The bookings HALL has no room for any more, as its file now stands; changes nothing."""
    plan = plan_of(hall)
    found = hit(plan, parts().clock.now(), day)
    _show("受影响", plan, found)
    if not found:
        click.echo(NOBODY)


@appointments_group.command("move")
@click.argument("hall")
@REASON
@DAY
@click.option("--to", type=Day(), help="Move to this day; default: the first with a free time.")
def move(hall: str, reason: str, day: date | None, to: date | None) -> None:
    """Move the bookings that are hit to the nearest free time, and tell who booked.

    Exit 1 where some are left: no time was free for them."""
    settled = _until_none_remain(
        lambda after: move_hit(hall, _act(), reason, day=day, to=to, after=after)
    )
    _tell(plan_of(hall), settled)


@appointments_group.command("cancel")
@click.argument("hall")
@REASON
@DAY
def cancel(hall: str, reason: str, day: date | None) -> None:
    """Cancel the bookings that are hit, and tell who booked."""
    settled = _until_none_remain(lambda _: cancel_hit(hall, _act(), reason, day=day))
    _tell(plan_of(hall), settled)


@appointments_group.command("check")
@click.argument("hall")
def check(hall: str) -> None:
    """Compare what was sold of each slot with what is booked; exit 1 on a difference."""
    plan = plan_of(hall)
    found = miscounts(hall, plan.day_of(parts().clock.now()).date)
    for each in found:
        click.echo(f"{each.what}: {each.subject} {each.detail}")
    if found:
        sys.exit(1)
    click.echo(f"{hall}：名额与预约一致。")


def _act() -> Act:
    now: datetime = parts().clock.now()
    return Act(now, SYSTEM)


def _until_none_remain(settle: Callable[[str | None], Settled]) -> Settled:
    """Some bookings a transaction, so that the hall goes on between them; `settle` is given the
    last booking that was left."""
    whole = Settled()
    while True:
        after = whole.left[-1].id if whole.left else None
        with transaction():
            settled = settle(after)
        whole.moved.extend(settled.moved)
        whole.cancelled.extend(settled.cancelled)
        whole.left.extend(settled.left)
        if not settled.remaining:
            return whole


def _tell(plan: HallPlan, settled: Settled) -> None:
    if settled == Settled():
        click.echo(NOBODY)
    _show("已改期", plan, settled.moved)
    _show("已取消", plan, settled.cancelled)
    _show("没有空余时段，仍待处理", plan, settled.left)
    if settled.left:
        sys.exit(1)


def _show(what: str, plan: HallPlan, found: list[Appointment]) -> None:
    """One line each; who has no account is told by telephone."""
    if not found:
        return
    click.echo(f"{what} {len(found)} 个：")
    phones = phones_of(each.person_id for each in found)
    for each in found:
        phone = phones.get(each.person_id, "（未留电话）")
        call = f"\t请电话通知 {phone}" if each.citizen_id is None else ""
        click.echo(f"  {each.code}\t{when(plan, each)}\t{'、'.join(each.items)}{call}")
