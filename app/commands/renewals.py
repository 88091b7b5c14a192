"""The administrator's commands for reminders and renewals: `flask renewals …`."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import ColumnElement, func, select

from app.catalog.service import plans as halls
from app.citizens.rules import BEIJING
from app.core.acts import SYSTEM, Act
from app.core.db import db, transaction
from app.core.parts import parts
from app.licences.queries import LICENCES, kinds
from app.office.renewals_words import REMINDER_WORDS
from app.renewals.loading import load_plans
from app.renewals.plan_file import PlansBroken, parse_plans
from app.renewals.plans import Plan, at_any_hour
from app.renewals.watch.reminding import REMINDERS, settle
from app.renewals.watch.reminding import State as ReminderState
from app.renewals.watch.watching import foreseen, watch

renewals_group = AppGroup("renewals", help="Reminders and renewals: their plans, and the watch.")
FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
SHOWN = timedelta(days=30)


@renewals_group.command("check")
@FILE
def check(file: Path) -> None:
    """Say what is wrong with the plans of FILE; changes nothing."""
    given = _parsed(file)
    click.echo(f"{file}：{len(given)} 项规则，没有错误。")


@renewals_group.command("plans")
@FILE
def plans(file: Path) -> None:
    """Take the plans of FILE, wholly or not at all; what it does not name is watched no longer."""
    given = _parsed(file)
    with transaction():
        is_demo = parts().settings.mode == "demo"
        taken = at_any_hour(given) if is_demo else given
        changed = load_plans(taken, Act(parts().clock.now(), SYSTEM))
    click.echo(f"提醒与延续规则 {len(given)} 项，新增或变动 {len(changed)} 项。")
    for plan in changed:
        click.echo(f"  {plan.kind}\t{plan.event}")


@renewals_group.command("watch")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Only show what this day will bring."
)
def watch_now(day: datetime | None) -> None:
    """Look at all licences whose day has come, as the schedule has it done each day. With --on
    nobody is told anything and nothing is changed: it shows what would be said."""
    if day is not None:
        _foresee(day.date())
        return
    act, count = Act(parts().clock.now(), SYSTEM), 0
    while looked_at := watch(act):
        count += looked_at
    with transaction():
        settle(act)
    click.echo(f"看过证照 {count} 本。")


def _foresee(day: date) -> None:
    known = kinds()
    said = foreseen(Act(datetime.combine(day, time(9), BEIJING), SYSTEM))
    for each in said:
        click.echo(f"{known[each.licence.kind].name}\t{each.note}\n  {each.sentence}")
    click.echo(f"{day}：会提醒 {len(said)} 次。只是试看，没有发出，也没有改动。")


@renewals_group.command("due")
def due() -> None:
    """How many licences are to be looked at and when, and what became of reminders lately."""
    now = parts().clock.now()
    today = now.astimezone(BEIJING).date()
    soon = LICENCES.c.watch_on <= today + SHOWN
    for day, licences in _counts(LICENCES.c.watch_on, soon):
        click.echo(f"{_when(day, today)}\t{licences} 本")
    for state, count in _counts(REMINDERS.c.state, REMINDERS.c.created_at > now - SHOWN):
        click.echo(f"提醒（{REMINDER_WORDS[ReminderState(state)]}）\t{count} 条")


def _when(day: date, today: date) -> str:
    return "今天" if day <= today else day.isoformat()


def _counts(column: Any, which: ColumnElement[bool]) -> list[tuple[Any, int]]:
    query = select(column, func.count()).where(which).group_by(column).order_by(column)
    return [(value, count) for value, count in db.session.execute(query)]


def _parsed(file: Path) -> tuple[Plan, ...]:
    try:
        return parse_plans(file.read_bytes(), kinds(), {hall.code: hall.items for hall in halls()})
    except PlansBroken as error:
        for place, words in error.faults:
            click.echo(f"{file}：{place}：{words}", err=True)
        count = len(error.faults)
        raise click.ClickException(f"共 {count} 处错误，什么都没有载入。") from error
