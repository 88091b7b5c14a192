"""`flask licences import …`: files of licences, brought in here and now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.citizens.rules import BEIJING
from app.core.acts import SYSTEM, Act
from app.core.db import db, transaction
from app.core.errors import DomainError
from app.core.parts import parts
from app.licences.importing import queries, service
from app.licences.importing.queries import Import
from app.licences.importing.reading import Format
from app.licences.importing.rules import STATE_WORDS, State
from app.licences.importing.running import go_on
from app.licences.importing.sheets import faults_csv

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
OUT = click.Path(path_type=Path, dir_okay=False)
FORMAT = click.Choice([str(one) for one in Format])
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.command("import")
@with_appcontext
@click.argument("file", type=FILE)
@click.option("--as", "form", type=FORMAT, help="What FILE is, where its name does not tell.")
@click.option("--as-of", type=MOMENT, help="When they were true, unless they say so; Beijing.")
@click.option("--errors", type=OUT, help="Where to write what is wrong.")
def import_licences(
    file: Path, form: str | None, as_of: datetime | None, errors: Path | None
) -> None:
    """Bring in the licences of FILE. Stopped half-way it is gone on with by a worker."""
    act = Act(parts().clock.now(), SYSTEM)
    since = as_of and as_of.replace(tzinfo=BEIJING)
    try:
        with transaction():
            import_id = service.begin(file.name, act, since, Format(form) if form else None)
        with file.open("rb") as content:
            kept = service.keep_file(import_id, _format(import_id), content.read)
        with transaction():
            service.received(kept, act, nudges=False)
    except DomainError as error:
        raise click.ClickException(error.detail) from None
    click.echo(f"导入编号 {import_id}")
    go_on(import_id, _show)
    _told(_row(import_id), errors)


@click.command("resume")
@with_appcontext
@click.argument("import_id")
def resume_import(import_id: str) -> None:
    """Have workers go on with an import that ended because no key opened its file."""
    try:
        with transaction():
            service.resume(import_id)
    except DomainError as error:
        raise click.ClickException(error.detail) from None


@click.command("import-errors")
@with_appcontext
@click.argument("import_id")
def show_errors(import_id: str) -> None:
    """What is wrong with rows of an import, as CSV."""
    for piece in faults_csv(import_id):
        click.echo(piece, nl=False)


def _told(row: Import, errors: Path | None) -> None:
    click.echo()
    click.echo(f"{STATE_WORDS[State(row.state)]}。{row.failure or ''}")
    if row.unknown:
        click.echo(f"不认识的列，没有导入：{'、'.join(row.unknown)}")
    if row.wrong and errors:
        with errors.open("w", encoding="utf-8", newline="") as file:
            file.writelines(faults_csv(row.id))
        click.echo(f"有误的 {row.wrong} 行见 {errors}")
    elif row.wrong:
        click.echo(f"有误的 {row.wrong} 行：flask licences import-errors {row.id}")
    if row.state == State.FAILED:
        raise SystemExit(1)


def _show(row: Import) -> None:
    share = row.position / row.size
    click.echo(
        f"\r{share:4.0%}  {row.read} 行：新 {row.new}，更新 {row.updated}，相同 {row.same}，"
        f"较旧 {row.older}，有误 {row.wrong}",
        nl=False,
    )


def _format(import_id: str) -> Format:
    return Format(_row(import_id).format)


def _row(import_id: str) -> Import:
    found = queries.any_import(import_id)
    db.session.rollback()
    return found
