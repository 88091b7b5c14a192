"""The administrator's commands: `flask hall …` and `flask calendar …`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from app.appointments.rules import never_fits
from app.catalog import calendar
from app.catalog.errors import BadCalendarFile, LaneInUse
from app.catalog.hall_file import HallFile, HallFileError, read_hall_file
from app.catalog.loading import load_hall
from app.catalog.plan import HallPlan, Interval, Item
from app.catalog.rules import is_bookable
from app.catalog.service import plans
from app.core.db import transaction
from app.forms.queries import names
from app.tickets.queries import live_by_lane
from queueing.order import MINUTE

hall = AppGroup("hall", help="Halls as data: judge a hall file, bring it in, list what is there.")
calendar_group = AppGroup("calendar", help="Public holidays and make-up workdays.")

FILE = click.Path(path_type=Path)
WEEKDAYS = "一二三四五六日"


@hall.command("check")
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Judge FILE: every mistake with its line, or a summary of the hall."""
    plan = _judged(file).plan
    click.echo(summary(plan))
    for item in _without_form(plan):
        click.echo(f"提示：{item.name}的表单 {item.form} 没有发布，群众暂时填不了。")
    click.echo(f"{file}：没有发现错误。")


@hall.command("load")
@click.argument("file", type=FILE)
def load(file: Path) -> None:
    """Bring in the hall of FILE, wholly or not at all."""
    hall_file = _judged(file)
    try:
        with transaction():
            report = load_hall(hall_file, live_by_lane(hall_file.plan.code))
    except LaneInUse as error:
        raise click.ClickException(f"{error.detail}什么都没有载入。") from error
    click.echo(
        f"大厅 {report.hall} 已载入（第 {report.revision} 版）："
        f"新增 {report.added}，沿用 {report.kept}，停用 {len(report.retired)}。"
    )
    for words in report.retired:
        click.echo(f"  停用：{words}")


@hall.command("list")
def list_halls() -> None:
    """Every hall with its size."""
    for plan in plans():
        click.echo(f"{plan.code}\t{plan.name}\t第 {plan.revision} 版\t{_size(plan)}")


@calendar_group.command("seed")
@click.argument("years", type=click.IntRange(2004, 2100), nargs=-1)
def seed(years: tuple[int, ...]) -> None:
    """Fill in YEARS (default: those around the last known notice). May be run again."""
    with transaction():
        count = calendar.seed_calendar(years or calendar.DEFAULT_YEARS)
    click.echo(f"日历写入 {count} 天。")
    _show_reach()


@calendar_group.command("import")
@click.argument("file", type=FILE)
@click.option("--whole-years", is_flag=True, help="FILE holds the whole notice of its years.")
def import_(file: Path, whole_years: bool) -> None:
    """Take days from a CSV FILE: date,kind,name,source (holiday|workday; official|estimated)."""
    try:
        with transaction():
            count = calendar.import_calendar(file, whole_years)
    except BadCalendarFile as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"日历写入 {count} 天。")
    _show_reach()


@calendar_group.command("show")
@click.argument("year", type=int, required=False)
def show(year: int | None) -> None:
    """Until when the tables hold, and the days of YEAR (default: all)."""
    for day in calendar.calendar_days().values():
        if year in (None, day.date.year):
            kind = "放假" if day.kind == "holiday" else "上班"
            mark = "（预估）" if day.source == "estimated" else ""
            weekday = WEEKDAYS[day.date.weekday()]
            click.echo(f"{day.date} 周{weekday} {kind} {day.name}{mark}")
    _show_reach()


def summary(plan: HallPlan) -> str:
    """The hall on one screen."""
    quotas = {lane.letters: lane.walk_in_quota for lane in plan.lanes.values()}
    lanes = "、".join(f"{lane.letters} {lane.name}" for lane in plan.lanes.values())
    low = [counter.no for counter in plan.counters.values() if counter.accessible]
    lines = [
        f"{plan.name}（{plan.code}） {plan.timezone}，每日 {plan.day_starts_at:%H:%M} 换日",
        _size(plan),
        f"队列：{lanes}",
        "每日号数：" + "、".join(f"{k} {'不限' if v is None else v}" for k, v in quotas.items()),
        f"低位窗口：{'、'.join(low) or '无'}",
        *(f"周{WEEKDAYS[i]}：{_hours(day)}" for i, day in enumerate(plan.week)),
        *(f"{e.date}：{_hours(e.hours)}（{e.reason}）" for e in plan.exceptions),
        f"现场取号 {plan.promises.walk_in // MINUTE} 分钟内叫到，"
        f"依法优先 {plan.promises.priority // MINUTE} 分钟内叫到",
        *_bookings(plan),
    ]
    return "\n".join(lines)


def _without_form(plan: HallPlan) -> list[Item]:
    """Items whose form nobody can fill in yet. No mistake: a form may be published later."""
    there = names({item.form for item in plan.items.values() if item.form})
    return [item for item in plan.items.values() if item.form and item.form not in there]


def _bookings(plan: HallPlan) -> Iterator[str]:
    """What can be booked, and what cannot though nothing forbids it."""
    items = [item for item in plan.items.values() if is_bookable(plan, item)]
    lanes = [letters for letters in plan.lanes if letters in {item.lane for item in items}]
    if not lanes:
        yield "预约：不办理"
        return
    yield (
        f"预约：每 {plan.booking.slot_minutes} 分钟一个时段，"
        f"最远可约 {plan.booking.horizon_days} 天后，队列 {'、'.join(lanes)}"
    )
    for item, room, needed in never_fits(plan):
        yield (
            f"提示：{item.name}（{item.minutes} 分钟）群众约不上，"
            f"{item.lane} 队列一个时段最多 {room} 分钟可约，它需要 {needed} 分钟。"
        )


def _size(plan: HallPlan) -> str:
    return (
        f"{len(plan.counters)} 个窗口，{len(plan.departments)} 个部门，"
        f"{len(plan.lanes)} 条队列，{len(plan.items)} 个事项"
    )


def _hours(day: tuple[Interval, ...]) -> str:
    spans = (f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in day)
    return "、".join(spans) or "不开放"


def _judged(file: Path) -> HallFile:
    try:
        return read_hall_file(file)
    except HallFileError as error:
        for fault in error.faults:
            click.echo(f"{file}：{fault}", err=True)
        count = len(error.faults)
        raise click.ClickException(f"共 {count} 处错误，什么都没有载入。") from error


def _show_reach() -> None:
    reach = calendar.reach()
    official, estimated = reach.official_until, reach.estimated_until
    if official is None:
        click.echo("没有正式的节假日安排，请运行 flask calendar seed 或导入国务院通知。")
    else:
        click.echo(f"正式的放假和调休安排到 {official} 为止。")
    if estimated is not None and (official is None or estimated > official):
        click.echo(f"此后到 {estimated} 只有预估的节日，没有调休；通知公布后请导入。")
