"""`flask forms …`: judge a form's file, publish it."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.parts import parts
from app.forms import service
from app.forms.definition import Judged, judged
from app.forms.queries import all_versions
from app.forms.rules import STATE_WORDS
from app.licences.queries import kinds

forms_group = AppGroup("forms", help="Forms as data: judge a file, publish it, list what is there.")

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@forms_group.command("check")
@FILES
def check(files: tuple[Path, ...]) -> None:
    """Judge FILES: every mistake with its line, and what is missing in English."""
    for file, found in _judged(files).items():
        for warning in found.warnings:
            click.echo(f"{file}：提示：{warning}")
        click.echo(f"{file}：没有发现错误。")


@forms_group.command("publish")
@FILES
def publish(files: tuple[Path, ...]) -> None:
    """Have the forms of FILES filled in from now on: all of them, or none."""
    _judged(files)
    act = Act(parts().clock.now(), SYSTEM)
    with transaction():
        done = [service.publish(service.put_draft(_text(each), act).code, act) for each in files]
    for version in done:
        click.echo(f"《{version.form.name}》（{version.code}）第 {version.version} 版已发布。")


@forms_group.command("list")
def list_forms() -> None:
    """Every version there is."""
    for each in all_versions():
        click.echo(f"{each.code}\t第 {each.version} 版\t{STATE_WORDS[each.state]}\t{each.name}")


def _judged(files: tuple[Path, ...]) -> dict[Path, Judged]:
    """What was found in each; nothing goes on where there are mistakes."""
    known = kinds()
    if not known:
        click.echo("提示：证照库里还没有证照类型，没有核对表单用到的证照。", err=True)
    found = {file: judged(_text(file), known or None) for file in files}
    count = 0
    for file, each in found.items():
        count += len(each.faults)
        for fault in each.faults:
            click.echo(f"{file}：{fault}", err=True)
    if count:
        raise click.ClickException(f"共 {count} 处错误，什么都没有发布。")
    return found


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise click.ClickException(f"读不到文件 {file}：{error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} 不是 UTF-8 编码，请另存为 UTF-8 后再试。") from error
