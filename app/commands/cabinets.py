"""`flask cabinet …`: the smart cabinets of a hall."""

from __future__ import annotations

import click

from app.commands.staff import PeopleGroup
from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.parts import parts
from app.deliveries.boxes import put_cabinet
from app.deliveries.queries import cabinets_coded, cabinets_of
from app.staff import service

cabinet_group = PeopleGroup("cabinet", help="Smart cabinets, and the screens in them.")


@cabinet_group.command("put")
@click.argument("code")
@click.option("--hall", required=True)
@click.option("--name", required=True, help="How people call it, such as 一楼智能文件柜.")
@click.option("--name-en", default="")
@click.option("--place", required=True, help="Where it stands, such as 一楼大厅东侧.")
@click.option("--place-en", default="")
@click.option(
    "--column",
    "columns",
    multiple=True,
    required=True,
    help="The heights of a column's boxes from above, as 1,1,1,2; once a column, the left first.",
)
@click.option("--reader/--no-reader", default=True, help="Whether its screen reads identity cards.")
def put(
    code: str,
    hall: str,
    name: str,
    name_en: str,
    place: str,
    place_en: str,
    columns: tuple[str, ...],
    reader: bool,
) -> None:
    """Put a cabinet there, or change it; the token of a new one's screen is printed once."""
    heights = [_heights(each) for each in columns]
    with transaction():
        before = cabinets_coded([code]).get(code)
        added = None
        if before is None:
            act = Act(parts().clock.now(), SYSTEM)
            added = service.add_device("cabinet", hall, name, act, reader=reader)
        device = before.device_id if before is not None else added and added.id
        put_cabinet(code, hall, (name, name_en), (place, place_en), heights, device)
    click.echo(f"文件柜 {code}：{sum(map(len, heights))} 个箱。")
    if added is not None:
        click.echo(f"屏幕令牌：{added.token}\n令牌只显示这一次，请立即登记到设备上。")


@cabinet_group.command("list")
@click.argument("hall")
def list_cabinets(hall: str) -> None:
    """A hall's cabinets: code, boxes, name, place."""
    for row in cabinets_of(hall):
        click.echo(f"{row.code}\t{len(row.boxes)}\t{row.name}\t{row.place}")


def _heights(text: str) -> list[int]:
    heights = [int(each) for each in text.split(",") if each.strip().isdigit()]
    if not heights or len(heights) != text.count(",") + 1 or not all(1 <= h <= 9 for h in heights):
        raise click.BadParameter(f"{text!r} 不是箱高，应形如 1,1,1,2。")
    return heights
