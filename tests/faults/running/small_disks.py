"""File systems with so many megabytes and no more, which only root may mount, on Linux."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import Missing

BALLAST = "ballast"


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A directory on a file system of its own. Raises Missing where none can be mounted."""
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o755)
    size = f"size={megabytes}m,mode=755"
    command = ["mount", "-t", "tmpfs", "-o", size, "shunhao-test", place]
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Missing("a small file system", "only root may mount one, on Linux")
    if (told := subprocess.run(command, capture_output=True, text=True)).returncode:
        raise Missing("a small file system", told.stderr.strip())
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill_up(disk: Path) -> None:
    """Take whatever is left."""
    with (disk / BALLAST).open("ab", buffering=0) as ballast:
        piece = b"\0" * 65536
        while piece:
            try:
                ballast.write(piece)
            except OSError:
                piece = piece[: len(piece) // 2]


def make_room(disk: Path) -> None:
    (disk / BALLAST).unlink()
