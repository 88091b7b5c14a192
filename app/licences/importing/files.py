"""The files of imports: in a folder of their own, sealed, for as long as the import is open.

A file is sealed block by block, so that it is written and read as it comes, and from any place:
nothing of it ever lies on the disk as it was sent. A block's seal names its import and its number,
so that none can stand for another.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from app.core.intake import FileTooLarge
from app.core.parts import parts
from app.core.sealing import HEAD

BLOCK = 64 * 1024
"""Bytes of a file in one block."""
FOLDER = "imports"
LENGTH = 4
"""Bytes before each block that say how long it is, sealed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that is there to the last byte, and may become an import's."""

    import_id: str
    path: Path
    size: int
    """Bytes, as it was sent."""


def keep(
    import_id: str, read: Callable[[int], bytes], limit: int, look: Callable[[bytes], object]
) -> Draft:
    """Keep what `read(n)` gives, n bytes at most each time, until it gives none; `look` sees each
    piece. Raises FileTooLarge."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f".{import_id}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            size = _write(file, import_id, read, limit, look)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Draft(import_id, path, size)


def adopt(draft: Draft) -> None:
    """This is the import's file."""
    draft.path.replace(_folder() / draft.import_id)


def drop(draft: Draft) -> None:
    """It is not."""
    draft.path.unlink(missing_ok=True)


def _write(
    file: BinaryIO,
    import_id: str,
    read: Callable[[int], bytes],
    limit: int,
    look: Callable[[bytes], object],
) -> int:
    size = 0
    for number, block in enumerate(_blocks(read)):
        size += len(block)
        if size > limit:
            raise FileTooLarge
        look(block)
        sealed = parts().seal.seal_bytes(_purpose(import_id, number), block)
        file.write(len(sealed).to_bytes(LENGTH, "big") + sealed)
    return size


def _blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """What is read, in blocks that are all full but the last."""
    block = b""
    while piece := read(BLOCK - len(block)):
        block += piece
        if len(block) == BLOCK:
            yield block
            block = b""
    if block:
        yield block


@contextmanager
def opened(import_id: str, draft: Draft | None = None) -> Iterator[BinaryIO]:
    """The file of an import, or one that may become it, as it was sent. Raises
    FileNotFoundError."""
    with (draft.path if draft else _folder() / import_id).open("rb") as file:
        yield cast(BinaryIO, io.BufferedReader(_Unsealed(file, import_id), BLOCK))


def forget(import_id: str) -> None:
    """Nothing is left of the file, nor of those that were on their way."""
    (_folder() / import_id).unlink(missing_ok=True)
    for left in _folder().glob(f".{import_id}.*"):
        left.unlink(missing_ok=True)


def kept() -> Iterator[tuple[str, Path]]:
    """Every file there is, and those on their way, with the import each is of."""
    if _folder().is_dir():
        for path in _folder().iterdir():
            yield path.name.lstrip(".").partition(".")[0], path


def head_of(path: Path) -> bytes:
    """What its blocks begin with, which tells their key; b"" where none is written yet, or it is
    gone meanwhile. All of a file are sealed by one process, under one key."""
    try:
        with path.open("rb") as file:
            return file.read(LENGTH + HEAD)[LENGTH:]
    except FileNotFoundError:
        return b""


class _Unsealed(io.RawIOBase):
    """Reads a sealed file at any place."""

    def __init__(self, file: BinaryIO, import_id: str) -> None:
        self._file = file
        self._import_id = import_id
        self._stride = LENGTH + int.from_bytes(file.read(LENGTH), "big")
        self._at = 0
        self._number = -1
        self._block = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset if whence == os.SEEK_SET else self._at + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        number, start = divmod(self._at, BLOCK)
        if number != self._number:
            self._block, self._number = self._open(number), number
        piece = self._block[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _open(self, number: int) -> bytes:
        self._file.seek(number * self._stride)
        length = int.from_bytes(self._file.read(LENGTH), "big")
        sealed = self._file.read(length)
        if not sealed:
            return b""
        opened: bytes = parts().seal.open_bytes(_purpose(self._import_id, number), sealed)
        return opened


def _purpose(import_id: str, number: int) -> str:
    return f"licence_imports.file:{import_id}:{number}"


def _folder() -> Path:
    return parts().settings.instance_path / FOLDER
