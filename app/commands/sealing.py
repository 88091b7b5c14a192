"""`flask seal …`: going over to a new DATA_KEY while halls run."""

from __future__ import annotations

import sys
import time

import click
from flask.cli import AppGroup

from app.core.db import db
from app.core.parts import parts
from app.core.resealing import Batch, lost_indexes, reseal, uses
from app.licences.importing.files import FOLDER
from app.licences.importing.service import files_by_key

ROUNDS = 5
"""Rows that somebody was just writing are few, and written a moment later."""
PAUSE_S = 2.0

seal_group = AppGroup("seal", help="The keys that seal personal data.")


@seal_group.command("status")
def status() -> None:
    """Which key seals how many values: column, key id, values, what these settings make of that
    key. Exit 1 where one is unknown to them, or INDEX_KEY finds nothing."""
    if not _show():
        sys.exit(1)


@seal_group.command("rotate")
def rotate() -> None:
    """Seal everything under DATA_KEY that another key seals. May be stopped and begun again."""
    for _ in range(ROUNDS):
        unopened = sum(_told(batch) for batch in reseal())
        if _left() == unopened:
            break
        time.sleep(PAUSE_S)
    fine = _show()
    if _left():
        raise click.ClickException(
            "仍有内容不是用现在的 DATA_KEY 加密的：请确认所有进程都已换上新设置，再运行一次。"
            "在此之前不要去掉旧密钥。"
        )
    if files := _files_left():
        raise click.ClickException(
            f"还有 {files} 个正在导入的文件不是用现在的 DATA_KEY 加密的：请等导入结束或取消它们，"
            "再运行一次。在此之前不要去掉旧密钥。"
        )
    if not fine:
        sys.exit(1)
    click.echo("全部内容都已用现在的 DATA_KEY 加密，可以去掉旧密钥了。")


def _told(batch: Batch) -> int:
    """Say what a batch did; how many of it no key opens."""
    where = f"{batch.column.table}.{batch.column.column}"
    click.echo(f"{where}：重新加密 {batch.resealed} 条，打不开 {batch.unopened} 条")
    return batch.unopened


def _left() -> int:
    """Values that the first key does not seal."""
    first = parts().seal.heads[0]
    left = sum(use.values for use in uses() if use.head != first)
    db.session.rollback()
    return left


def _files_left() -> int:
    """Files of imports that the first key does not seal; each goes with its import."""
    first = parts().seal.heads[0]
    left = sum(count for head, count in files_by_key().items() if head != first)
    db.session.rollback()
    return left


def _show() -> bool:
    """Print the table; whether nothing in it is out of order."""
    heads = parts().seal.heads
    fine = True
    lines = [
        (f"{use.column.table}.{use.column.column}\t{use.column.purpose}", use.head, use.values)
        for use in uses()
    ]
    lines += [(f"{FOLDER}/\tlicence_imports.file", *each) for each in files_by_key().items()]
    for where, head, count in lines:
        known = head in heads
        state = "现用" if head == heads[0] else "可打开" if known else "没有这个密钥"
        click.echo(f"{where}\t{head[-1]:02x}\t{count}\t{state}")
        fine = fine and known
    for column in lost_indexes():
        click.echo(f"{column.table}.{column.index}\tINDEX_KEY 不是当初的那一个，按它找不到人")
        fine = False
    db.session.rollback()
    return fine
