"""`flask key …`: the keys of other systems."""

from __future__ import annotations

import click

from app.commands.staff import HALL, PeopleGroup
from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.parts import parts
from app.staff import keys
from app.staff.queries import all_keys
from app.staff.rules import KEY_DAYS, OVERLAP_DAYS, SCOPE_WORDS, key_state

key_group = PeopleGroup("key", help="Keys of other systems that bring data.")

DAYS = click.option(
    "--days",
    type=click.IntRange(1, KEY_DAYS + 1),
    default=KEY_DAYS,
    show_default=True,
    help="How long it holds.",
)


@key_group.command("add")
@HALL
@click.option("--name", required=True, help="How people call the system.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(list(SCOPE_WORDS)),
    multiple=True,
    required=True,
    help="What it may be used for; may be given again.",
)
@DAYS
def add(hall: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a key and print it, which is kept nowhere else."""
    with transaction():
        added = keys.add_key(name, hall, scopes, days, _act())
    _tell(added)


@key_group.command("rotate")
@click.argument("key")
@click.option(
    "--overlap",
    type=click.IntRange(0, 90),
    default=OVERLAP_DAYS,
    show_default=True,
    help="For how many days the old key goes on beside the new one.",
)
@DAYS
def rotate(key: str, overlap: int, days: int) -> None:
    """Make a key that follows KEY, the id that `list` shows, and print it."""
    with transaction():
        added = keys.rotate_key(key, overlap, days, _act())
    _tell(added)


@key_group.command("revoke")
@click.argument("key")
def revoke(key: str) -> None:
    """Have KEY, the id that `list` shows, hold no longer."""
    with transaction():
        keys.revoke_key(key, _act())
    click.echo(f"密钥 {key} 已吊销。")


@key_group.command("list")
@click.option("--hall", help="Only this hall's.")
def show(hall: str | None) -> None:
    """Every key: id, hall, system, how it begins, scopes, state, end."""
    now = parts().clock.now()
    for row in all_keys(hall):
        state = key_state(now, row.expires_at, row.rotated_at, row.revoked_at)
        ends = row.expires_at.isoformat(timespec="minutes") if row.expires_at else ""
        columns = (row.id, row.hall, row.name, row.prefix, ",".join(row.scopes), state, ends)
        click.echo("\t".join(columns))


def _tell(added: keys.AddedKey) -> None:
    click.echo(f"编号：{added.id}\n密钥：{added.key}\n密钥只显示这一次，请立即交给对方。")


def _act() -> Act:
    return Act(parts().clock.now(), SYSTEM)
