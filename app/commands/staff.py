"""`flask staff …` and `flask device …`: who may sign in to a hall, which machines stand in it."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app.core.acts import SYSTEM, Act, Role
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.parts import parts
from app.printing.rules import PAPERS_MM, Mode, Printer
from app.printing.service import forget_standing
from app.staff import accounts, devices, service, tries
from app.staff.queries import all_devices, all_staff


class PeopleGroup(AppGroup):
    """Says in a sentence what was refused."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except DomainError as error:
            raise click.ClickException(error.detail) from None


staff_group = PeopleGroup("staff", help="Accounts of those who work in a hall.")
device_group = PeopleGroup("device", help="Number machines and screens, and their tokens.")

HALL = click.option("--hall", required=True, help="The hall's code.")


@staff_group.command("add")
@click.argument("username")
@HALL
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--counter", help="The number of the counter named for this clerk.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add_staff(
    username: str, hall: str, role: str, counter: str | None, password_stdin: bool
) -> None:
    """Make an account for USERNAME, or a retired one anew. The password is asked."""
    password = _password(password_stdin)
    with transaction():
        service.add_staff(username, password, Role(role), hall, counter, _act())
    click.echo(f"账号 {username} 可以登录了。")


@staff_group.command("retire")
@click.argument("username")
def retire_staff(username: str) -> None:
    """End the account of USERNAME and sign it out wherever it is signed in."""
    with transaction():
        service.retire_staff(username, _act())
    click.echo(f"账号 {username} 已停用，并已退出登录。")


@staff_group.command("reset-second-factor")
@click.argument("username")
def reset_second_factor(username: str) -> None:
    """Let USERNAME sign in without a code again, to set up another second factor."""
    with transaction():
        accounts.reset_second_factor_of(username, _act())
    click.echo(f"账号 {username} 的动态口令已重置，并已退出登录。")


@staff_group.command("unlock")
@click.argument("username")
def unlock(username: str) -> None:
    """Let USERNAME try again at once, after too many wrong passwords."""
    with transaction():
        tries.lift_of(username, _act())
    click.echo(f"账号 {username} 可以马上再试。")


@staff_group.command("list")
@click.option("--hall", help="Only this hall's.")
def list_staff(hall: str | None) -> None:
    """Every account: user name, hall, role, counter."""
    for row in all_staff(hall):
        _show(row.username, row.hall, row.role, row.counter or "", retired=not row.active)


@device_group.command("add")
@HALL
@click.option("--kind", type=click.Choice(service.DEVICE_KINDS), required=True)
@click.option("--name", required=True, help="How people call it, such as 东门一号.")
@click.option("--reader", is_flag=True, help="A kiosk that reads identity cards.")
def add_device(hall: str, kind: str, name: str, reader: bool) -> None:
    """Register a machine and print its token, which is kept nowhere else."""
    with transaction():
        added = service.add_device(kind, hall, name, _act(), reader=reader)
    click.echo(f"编号：{added.id}\n令牌：{added.token}\n令牌只显示这一次，请立即登记到设备上。")


@device_group.command("revoke")
@click.argument("device")
def revoke_device(device: str) -> None:
    """Have the token of DEVICE, the id that `list` shows, no longer hold."""
    with transaction():
        service.revoke_device(device, _act())
    click.echo(f"设备 {device} 已停用。")


@device_group.command("printer")
@click.argument("device")
@HALL
@click.option("--at", "at", help="HOST or HOST:PORT of its network printer; none: it has none.")
@click.option("--mode", type=click.Choice([str(each) for each in Mode]), default="text")
@click.option("--paper-mm", type=click.Choice([str(each) for each in PAPERS_MM]), default="80")
@click.option("--answers/--mute", default=True, help="Whether it says how it is when asked.")
def set_printer(
    device: str, hall: str, at: str | None, mode: str, paper_mm: str, answers: bool
) -> None:
    """Give the kiosk DEVICE, the id that `list` shows, its thermal printer."""
    printer = None
    if at is not None:
        host, _, port = at.partition(":")
        if not host or not (port or "9100").isdecimal():
            raise click.BadParameter(f"{at!r} 不是打印机的地址，应形如 192.168.1.50:9100。")
        printer = Printer(host, int(port or 9100), Mode(mode), int(paper_mm), answers).written()
    with transaction():
        devices.set_printer(device, hall, printer, _act())
        forget_standing(device)
    click.echo(f"设备 {device} {'没有打印机了' if printer is None else '的打印机已设置'}。")


@device_group.command("list")
@click.option("--hall", help="Only this hall's.")
def list_devices(hall: str | None) -> None:
    """Every machine: id, hall, kind, name."""
    for row in all_devices(hall):
        _show(row.id, row.hall, row.kind, row.name, retired=row.revoked_at is not None)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt("密码", hide_input=True, confirmation_prompt="再输入一次")
    return asked


def _act() -> Act:
    return Act(parts().clock.now(), SYSTEM)


def _show(*columns: str, retired: bool) -> None:
    click.echo("\t".join((*columns, "已停用") if retired else columns))
