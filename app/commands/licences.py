"""The administrator's commands for the licence library: `flask licences …`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app.commands.licence_imports import import_licences, resume_import, show_errors
from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.parts import parts
from app.licences.errors import KindsBroken
from app.licences.kinds import parse_kinds
from app.licences.service import load_kinds

licences_group = AppGroup("licences", help="The licence library: its kinds, and files of licences.")
licences_group.add_command(import_licences)
licences_group.add_command(show_errors)
licences_group.add_command(resume_import)


@licences_group.command("kinds")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def kinds(file: Path) -> None:
    """Take the kinds of FILE, wholly or not at all; kinds it does not name stay as they are."""
    try:
        given = parse_kinds(file.read_bytes())
    except KindsBroken as error:
        for place, words in error.faults:
            click.echo(f"{file}：{place}：{words}", err=True)
        count = len(error.faults)
        raise click.ClickException(f"共 {count} 处错误，什么都没有载入。") from error
    with transaction():
        changed = load_kinds(given, Act(parts().clock.now(), SYSTEM))
    click.echo(f"证照类型 {len(given)} 种，新增或变动 {len(changed)} 种。")
    for kind in changed:
        click.echo(f"  {kind.code}\t{kind.name}")
