"""Backing up an installation, and bringing it back into an empty one.

What belongs to it: its database; of INSTANCE_PATH the files of imports that are under way, the
hall's own recordings, and what the demo's courier was given. Redis can be rebuilt, clips and codes
are made again, secrets are the operator's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from app.core.db import db
from app.core.parts import parts
from app.operators import dumps
from app.operators.archive import CHUNK, About, Backup, BackupError, Pieces, opened, write
from config.keys import fingerprint

FOLDERS = ("imports", "speech/own", "courier")
"""Of INSTANCE_PATH."""
DATABASE = "database"
FILES = "files/"


def back_up(path: Path, now: datetime) -> tuple[About, int]:
    """Write all that this installation holds to a file, while it runs; what it is of, and how many
    bytes. Raises BackupError."""
    settings = parts().settings
    with ExitStack() as held:
        # open before the database's moment: an import that ends meanwhile takes its file away
        before = {name: held.enter_context(file.open("rb")) for name, file in _files()}
        dump = held.enter_context(dumps.taken(db.engine))
        about = About(
            made_at=now.isoformat(timespec="seconds"),
            version=str(current_app.version),  # type: ignore[attr-defined]
            migration=dump.migration,
            database=db.engine.dialect.name,
            server=dump.server,
            rows=dump.rows,
            data_keys=tuple(map(fingerprint, (settings.data_key, *settings.data_keys_before))),
            index_key=fingerprint(settings.index_key),
        )
        return about, write(path, about, settings.index_key, _parts(dump.content, before))


def restore(path: Path) -> About:
    """Make this empty installation what a backup says, under the tables of this version; of what it
    is. Raises BackupError, and has written nothing then.

    What follows from rows having gone back is its caller's."""
    with opened(path, parts().settings) as backup:
        _check(backup.about)
        with _files_put(backup):
            _clear()
            dumps.put(db.engine, backup.read(DATABASE), backup.about.server)
            if dumps.row_counts(db.engine) != backup.about.rows:
                raise BackupError("恢复后的行数与备份清单不符，请勿使用这个数据库。")
    upgrade()
    return backup.about


def _parts(content: Pieces, before: Mapping[str, BinaryIO]) -> Iterator[tuple[str, Pieces]]:
    """The database, the files that were there before it was read, and those that came since."""
    yield DATABASE, content
    for name, file in before.items():
        yield name, iter(partial(file.read, CHUNK), b"")
    for name, path in _files():
        if name not in before:
            with suppress(FileNotFoundError), path.open("rb") as file:
                yield name, iter(partial(file.read, CHUNK), b"")


def _files() -> list[tuple[str, Path]]:
    """Each whole file with its name in a backup; drafts begin with a dot."""
    instance = parts().settings.instance_path
    found = [path for folder in FOLDERS for path in sorted((instance / folder).glob("[!.]*"))]
    return [(f"{FILES}{path.relative_to(instance)}", path) for path in found]


def _check(about: About) -> None:
    """Whether this installation can become that one."""
    if about.database != db.engine.dialect.name:
        raise BackupError(
            f"备份的数据库是 {about.database}，这里的是 {db.engine.dialect.name}，未作恢复。"
        )
    if used := dumps.tables_with_rows(db.engine):
        raise BackupError(
            f"这里的数据库不是空的（{'、'.join(used[:5])}等表里有内容），未作恢复：请换一个空的"
            "数据库。"
        )
    try:
        ScriptDirectory.from_config(_migrations()).get_revision(about.migration)
    except CommandError as error:
        raise BackupError(
            f"备份的表结构是 {about.migration}，这个版本还不认识，未作恢复：请先装上更新的版本。"
        ) from error
    dumps.needs(db.engine, about.server)


def _clear() -> None:
    """No table is left of those that a fresh installation has, all of them empty."""
    if inspect(db.engine).has_table("alembic_version"):
        downgrade(revision="base")
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE alembic_version"))


@contextmanager
def _files_put(backup: Backup) -> Iterator[None]:
    """The files of a backup are in their places; taken away again where the block fails."""
    written: list[Path] = []
    try:
        for name in backup.parts:
            if name.startswith(FILES):
                path = parts().settings.instance_path / name.removeprefix(FILES)
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                written.append(path)
                anew = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(anew, "wb") as file:
                    file.writelines(backup.read(name))
        yield
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _migrations() -> Config:
    return cast(Config, current_app.extensions["migrate"].migrate.get_config())
