"""Bringing licences in: a file is announced, received, worked off by workers, or taken back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, update

from app.core.acts import Act
from app.core.db import after_commit, after_rollback, db, transaction
from app.core.errors import DomainError
from app.core.nudge import Nudge
from app.core.parts import parts
from app.licences.importing import files
from app.licences.importing.columns import layout_of
from app.licences.importing.errors import FileEmpty, FormatUnknown, ImportClosed
from app.licences.importing.files import Draft
from app.licences.importing.queries import (
    FAULTS,
    IMPORTS,
    KINDS,
    Import,
    outlived,
    own_import,
    states_of,
)
from app.licences.importing.reading import Decoding, Format, header_of
from app.licences.importing.rules import FILE_AWAITED, FILE_LOCKED, OPEN, State, format_of

NUDGE = Nudge("imports", "app.licences.importing.jobs.work_imports")
NAME_AT_MOST = 200
POSTED = "API"
"""What a file is called that was made of records in a request."""


def begin(name: str, act: Act, as_of: datetime | None = None, form: Format | None = None) -> str:
    """Announce a file; the import's id. `as_of`: when its licences were true, for those that do not
    say so. Raises FormatUnknown."""
    form = form or format_of(name)
    if form is None:
        raise FormatUnknown
    import_id = act.new_id()
    db.session.execute(
        insert(IMPORTS).values(
            id=import_id,
            hall=act.actor.hall,
            actor=str(act.actor),
            name=name[-NAME_AT_MOST:],
            format=form,
            as_of=as_of,
            state=State.AWAITING,
            touched_at=act.now,
            created_at=act.now,
        )
    )
    return import_id


def awaiting(import_id: str, act: Act) -> Import:
    """An import of theirs that waits for its file. Raises UnknownImport, ImportClosed."""
    found = own_import(act.actor, import_id)
    db.session.rollback()  # nothing is held while the file comes
    if found.state != State.AWAITING:
        raise ImportClosed
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that can be read."""

    draft: Draft
    encoding: str


def keep_file(import_id: str, form: Format, read: Callable[[int], bytes]) -> Kept:
    """Before a file is `received`, in no transaction, since it may take long: keep it, and see
    whether it can be read at all. Raises FileTooLarge, FileEmpty, EncodingUnknown, HeaderWrong."""
    decoding = Decoding()
    draft = files.keep(import_id, read, parts().settings.max_import, decoding.feed)
    try:
        if draft.size == 0:
            raise FileEmpty
        encoding = decoding.encoding()
        if form is Format.CSV:
            with files.opened(import_id, draft) as file:
                header, _ = header_of(file, encoding)
            layout_of(header)
    except BaseException:
        files.drop(draft)
        raise
    return Kept(draft, encoding)


def take_file(import_id: str, form: Format, read: Callable[[int], bytes]) -> Kept:
    """The same, and where it is refused, the import says why: another may follow, and until then
    this is why there is none."""
    db.session.remove()  # its transaction would stand idle while the file comes
    try:
        return keep_file(import_id, form, read)
    except DomainError as fault:
        waits = (IMPORTS.c.id == import_id) & (IMPORTS.c.state == State.AWAITING)
        with transaction():
            db.session.execute(update(IMPORTS).where(waits).values(failure=fault.detail))
        raise


def received(kept: Kept, act: Act, *, nudges: bool = True) -> None:
    """The file is there: a worker may begin; without `nudges`, whoever brought it. Raises
    ImportClosed where it was there before."""
    draft = kept.draft
    changed = db.session.execute(
        update(IMPORTS)
        .where(IMPORTS.c.id == draft.import_id, IMPORTS.c.state == State.AWAITING)
        .values(
            state=State.QUEUED,
            size=draft.size,
            encoding=kept.encoding,
            failure=None,
            touched_at=act.now,
        )
        .returning(IMPORTS.c.id)
    ).first()
    if changed is None:
        files.drop(draft)
        raise ImportClosed
    files.adopt(draft)
    if nudges:
        after_commit(NUDGE.try_give)


def bring_records(
    records: Sequence[Mapping[str, Any]], act: Act, as_of: datetime | None = None
) -> str:
    """Some records as a file of their own; the import's id."""
    import_id = begin(POSTED, act, as_of, Format.JSONL)
    after_rollback(lambda: files.forget(import_id))
    lines = "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in records)
    received(keep_file(import_id, Format.JSONL, BytesIO(lines.encode()).read), act)
    return import_id


def cancel(import_id: str, act: Act) -> None:
    """Take back what no worker has done yet; what is in the library stays. Raises ImportClosed."""
    open_ = IMPORTS.c.state.in_((State.AWAITING, *OPEN))
    changed = db.session.execute(
        update(IMPORTS)
        .where(IMPORTS.c.id == import_id, open_)
        .values(state=State.CANCELLED, ended_at=act.now)
        .returning(IMPORTS.c.id)
    ).first()
    if changed is None:
        raise ImportClosed
    after_commit(lambda: files.forget(import_id))


def resume(import_id: str) -> None:
    """Go on with an import whose file no key opened: its key is there again. Raises ImportClosed
    where that was not why it ended."""
    changed = db.session.execute(
        update(IMPORTS)
        .where(
            IMPORTS.c.id == import_id,
            IMPORTS.c.state == State.FAILED,
            IMPORTS.c.failure == FILE_LOCKED,
        )
        .values(state=State.QUEUED, failure=None, ended_at=None, tries=0)
        .returning(IMPORTS.c.id)
    ).first()
    if changed is None:
        raise ImportClosed
    after_commit(NUDGE.try_give)


def forget_outlived(act: Act) -> int:
    """End imports whose file never came, and drop those kept long enough, a few at a time; how
    many. What they brought of each kind is known until another brings more."""
    dropped = 0
    for row in outlived(act.now):
        if row.state == State.AWAITING:
            cancel(row.id, act)
            continue
        dropped += 1
        after_commit(partial(files.forget, row.id))
        for table, column in (
            (FAULTS, FAULTS.c.import_id),
            (KINDS, KINDS.c.import_id),
            (IMPORTS, IMPORTS.c.id),
        ):
            db.session.execute(delete(table).where(column == row.id))
    return dropped


def sweep_files(now: datetime) -> None:
    """Remove what somebody left behind who was killed between an import's end and that of its file,
    or before its import was there. A failed one's goes with its row: it may wait for its key."""
    found = list(files.kept())
    if not found:
        return
    states = states_of({import_id for import_id, _ in found})
    for import_id, path in found:
        state = states.get(import_id)
        if state in (State.DONE, State.CANCELLED) or (state is None and _is_old(path, now)):
            path.unlink(missing_ok=True)


def _is_old(path: Path, now: datetime) -> bool:
    """Whether no request that brought it can still be under way."""
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return False
    return written < now - FILE_AWAITED


def files_by_key() -> Counter[bytes]:
    """How many files lie under which key, by what their blocks begin with. That of an import that
    failed is not counted: it waits for a key that is gone."""
    found = list(files.kept())
    states = states_of({import_id for import_id, _ in found})
    heads = [
        files.head_of(path) for import_id, path in found if states.get(import_id) != State.FAILED
    ]
    return Counter(head for head in heads if head)
