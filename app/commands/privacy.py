"""The administrator's commands for personal data: `flask privacy …`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app.citizens.queries import person_numbered
from app.citizens.rules import BEIJING, id_number
from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.parts import parts
from app.privacy import service
from app.privacy.rules import BY_TABLE

privacy_group = AppGroup("privacy", help="Personal data: how long they are kept, copies, erasure.")
NUMBER = click.option("--id-number", prompt="证件号码", hide_input=True, help="asked when left out")
REASON = click.option("--reason", required=True, help="why: when asked, by which letter; no names")


@privacy_group.command("due")
def due() -> None:
    """How much has been kept long enough, and goes tonight."""
    for table, count in service.due(parts().clock.now()).items():
        click.echo(f"{BY_TABLE[table].name}（{table}）：{count}")


@privacy_group.command("forget")
def forget() -> None:
    """Empty or delete it now."""
    click.echo(f"已清理 {service.forget_aged(parts().clock.now())} 条。")


@privacy_group.command("export")
@NUMBER
@REASON
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(id_number: str, reason: str, file: Path) -> None:
    """Write a copy of everything about one person to FILE, a ZIP."""
    act = _act()
    person = _person(id_number, act)
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(service.copy_of_person(person, reason, act))
    click.echo(f"已写入 {file}。交给本人后请删除。")


@privacy_group.command("erase")
@NUMBER
@REASON
@click.confirmation_option(prompt="删除后不能恢复，继续吗？")
def erase(id_number: str, reason: str) -> None:
    """Erase what is kept about one person, and every account that is surely theirs."""
    act = _act()
    person = _person(id_number, act)
    try:
        with transaction():
            service.erase_person(person, reason, act)
    except DomainError as refused:
        raise click.ClickException(refused.detail) from None
    click.echo("已删除。依法保留的内容见 docs/retention.md。")


def _act() -> Act:
    return Act(parts().clock.now(), SYSTEM)


def _person(given: str, act: Act) -> str:
    try:
        number = id_number(given.strip(), act.now.astimezone(BEIJING).date())
    except DomainError as refused:
        raise click.ClickException(refused.detail) from None
    person = person_numbered(number)
    if person is None:
        raise click.ClickException("没有这个证件号码的记录。")
    return person
