"""`flask backup`, `flask restore`: an installation as one file, and back."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from app.calling.reconcile import rebuild_from_rows
from app.catalog.service import plans
from app.commands.queue import SKIPPED
from app.core.db import db, transaction
from app.core.errors import SequenceNotReady
from app.core.parts import parts
from app.notices.service import doubt_due
from app.operators import backups
from app.operators.archive import About, BackupError
from app.tickets.series import raise_series
from queueing.errors import SequenceAway


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write the database and the files that belong to it to FILE, while the hall works."""
    try:
        about, size = backups.back_up(file, parts().clock.now())
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    except DBAPIError:
        raise click.ClickException("数据库没有应答，未作备份。") from None
    _show(about)
    click.echo(
        f"已备份到 {file}，{size:,} 字节。恢复时要用同样的 DATA_KEY 和 INDEX_KEY，请另行保管。"
    )


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_appcontext
def restore(file: Path) -> None:
    """Bring FILE back into an installation that is empty, with the keys it was made under; then
    skip numbers, leave alone what may have been told, and build the sequences anew."""
    try:
        about = backups.restore(file)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    except DBAPIError:
        raise click.ClickException("数据库没有应答，未作恢复。") from None
    _show(about)
    _settle()


def _settle() -> None:
    """What follows from rows that went back: paper given since is out, and so may messages be."""
    now = parts().clock.now()
    halls = plans()
    with transaction():
        for plan in halls:
            raise_series(plan, plan.day_of(now).date, SKIPPED)
        doubtful = doubt_due(now)
    click.echo(f"各大厅各队列已跳过 {SKIPPED} 个号；{doubtful} 条可能已经发出的通知不再重发。")
    try:
        for plan in halls:
            rebuild_from_rows(plan, now)
    except (SequenceAway, SequenceNotReady):
        raise click.ClickException(
            "数据已经恢复，但 Redis 没有应答：等它恢复后运行 flask queue rebuild，再启动服务。"
        ) from None
    db.session.remove()
    click.echo(f"{len(halls)} 个大厅的叫号次序已按数据库重建。")


def _show(about: About) -> None:
    click.echo(f"{about.made_at} 的数据，表结构 {about.migration}，版本 {about.version}：")
    for table, rows in about.rows.items():
        if rows:
            click.echo(f"  {table} {rows}")
