"""A backup as one file: what it is of, its parts, and a seal over every byte of it.

It is a ZIP file, so that anybody can look into it. `manifest.json` says what the parts are; the
file's comment, its last bytes, is an HMAC-SM3 over all that stands before it, under a key derived
from INDEX_KEY, which a hall keeps for good. So a file that was cut or altered is not taken for a
backup, and no key stands in it: keys are named by fingerprint.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac

from config.keys import derive, fingerprint
from config.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024
SEAL_LENGTH = 64
"""Bytes of the file's comment: an HMAC-SM3 in hex."""

Pieces = Iterable[bytes]


class BackupError(Exception):
    """A backup cannot be made or brought back; the message says why, in words."""


@dataclass(frozen=True, slots=True)
class Part:
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class About:
    """Of what a backup is."""

    made_at: str
    """ISO 8601."""
    version: str
    migration: str
    database: str
    """SQLAlchemy's name of the dialect."""
    server: int
    """Its major version."""
    rows: Mapping[str, int]
    """Table -> how many."""
    data_keys: tuple[str, ...]
    """Fingerprints of all keys under which something in it may be sealed."""
    index_key: str
    """That of the key by which its people are found."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One that was opened: sealed by a key these settings have, whole to the last byte."""

    about: About
    parts: Mapping[str, Part]
    read: Callable[[str], Iterator[bytes]]
    """The bytes of a part, piece by piece."""


def write(path: Path, about: About, index_key: bytes, parts: Iterable[tuple[str, Pieces]]) -> int:
    """Write a backup of these parts, one after the other; its size in bytes. The file is there
    when it is whole, for its owner's eyes only. Raises BackupError where one is there already."""
    if path.exists():
        raise BackupError(f"{path} 已经存在，未作备份：请换一个文件名。")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w") as archive:
                told = {name: asdict(_add(archive, name, pieces)) for name, pieces in parts}
                manifest = {"format": FORMAT, **asdict(about), "parts": told}
                archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2))
                archive.comment = b"0" * SEAL_LENGTH
            size = file.tell()
            seal = _seal(file, size - SEAL_LENGTH, index_key).finalize().hex().encode()
            file.seek(size - SEAL_LENGTH)
            file.write(seal)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return size


@contextmanager
def opened(path: Path, settings: Settings) -> Iterator[Backup]:
    """A backup to be brought back under these settings, read to its end and found whole. Raises
    BackupError where it is none, was cut or altered, or needs a key that is not set."""
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                manifest = json.loads(archive.read(MANIFEST))
                backup = _read(archive, manifest)
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
            raise BackupError(f"{path} 不是完整的备份文件，未作恢复。") from error
        _check_keys(backup.about, settings)
        size = path.stat().st_size
        try:
            expected = bytes.fromhex(_tail(file, size).decode())
            _seal(file, size - SEAL_LENGTH, settings.index_key).verify(expected)
        except (ValueError, InvalidSignature) as error:
            raise BackupError(f"{path} 被改动过或不完整，未作恢复。") from error
        with zipfile.ZipFile(file) as archive:
            yield _read(archive, manifest)


def _add(archive: zipfile.ZipFile, name: str, pieces: Pieces) -> Part:
    digest, size = hashlib.sha256(), 0
    with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as part:
        for piece in pieces:
            part.write(piece)
            digest.update(piece)
            size += len(piece)
    return Part(size, digest.hexdigest())


def _read(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> Backup:
    if manifest.pop("format", FORMAT) != FORMAT:
        raise BackupError("这份备份来自更新的版本，未作恢复：请先装上那个版本。")
    parts = {name: Part(**part) for name, part in manifest["parts"].items()}
    told = {key: value for key, value in manifest.items() if key != "parts"}
    about = About(**told | {"data_keys": tuple(told["data_keys"])})

    def read(name: str) -> Iterator[bytes]:
        with archive.open(name) as part:
            while piece := part.read(CHUNK):
                yield piece

    return Backup(about, parts, read)


def _check_keys(about: About, settings: Settings) -> None:
    ours = {fingerprint(key) for key in (settings.data_key, *settings.data_keys_before)}
    if lacking := [one for one in about.data_keys if one not in ours]:
        raise BackupError(
            f"这份备份要用指纹为 {'、'.join(lacking)} 的 DATA_KEY，现在的设置里没有，未作恢复："
            "请写入 DATA_KEY 或 DATA_KEYS_BEFORE。"
        )
    if about.index_key != fingerprint(settings.index_key):
        raise BackupError(
            f"这份备份要用指纹为 {about.index_key} 的 INDEX_KEY，与现在的设置不同，未作恢复。"
        )


def _seal(file: Any, length: int, index_key: bytes) -> hmac.HMAC:
    """What the file's first `length` bytes are sealed with."""
    seal = hmac.HMAC(derive(index_key, b"backup", 32), hashes.SM3())
    file.seek(0)
    while length > 0 and (piece := file.read(min(CHUNK, length))):
        seal.update(piece)
        length -= len(piece)
    return seal


def _tail(file: Any, size: int) -> bytes:
    file.seek(max(0, size - SEAL_LENGTH))
    return bytes(file.read())
