"""`flask audit …`: whether the log of everything stands as it was written, and a copy of it."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import click
from flask.cli import AppGroup

from app.audit.jobs import keep
from app.audit.queries import Asked
from app.audit.verifying import verify
from app.citizens.rules import BEIJING
from app.core import csv_files
from app.core.acts import SYSTEM, Act
from app.core.parts import parts
from app.office.audit_log import lines
from app.office.audit_words import FAULT_WORDS

audit_group = AppGroup("audit", help="What everybody at work here did and looked at.")
DAY = click.DateTime(formats=["%Y-%m-%d"])


@audit_group.command("verify")
@click.option("--anchor", "anchors", multiple=True, help="One told on an earlier night, as n:hash.")
def verify_all(anchors: tuple[str, ...]) -> None:
    """Read everything, and say the first difference from what was sealed. Exit 1 where there is
    one."""
    now = parts().clock.now()
    try:
        found = verify(now, anchors)
    except ValueError:
        raise click.ClickException("锚点应写成 区块号:哈希，AUDIT_ANCHOR 里的也一样。") from None
    keep(found, Act(now, SYSTEM))
    click.echo(f"区块 {found.blocks} 个，记录 {found.rows} 条，待封存 {found.unsealed} 条")
    click.echo(f"最后的区块 {found.last or '还没有'}")
    if found.fault is not None:
        click.echo(f"{FAULT_WORDS[found.fault]}：{found.where}", err=True)
        sys.exit(1)
    click.echo("全部记录与封存时一致。")


@audit_group.command("export")
@click.option("--from", "first", type=DAY, required=True, help="The first day, Beijing time.")
@click.option("--to", "last", type=DAY, required=True, help="The last day.")
@click.option("--hall", help="Only this hall's, and what belongs to none.")
def export(first: datetime, last: datetime, hall: str | None) -> None:
    """All of these days as CSV, to standard output."""
    start, end = (day.replace(tzinfo=BEIJING) for day in (first, last + timedelta(days=1)))
    click.echo(csv_files.BOM, nl=False)
    for some in lines(Asked(hall, start, end), BEIJING):
        click.echo(csv_files.lines(some), nl=False)
