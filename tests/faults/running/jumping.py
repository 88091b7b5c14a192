"""A program whose clock can be set: `python -m tests.faults.running.jumping FILE MODULE ARGS…`.

clock = JumpingClock(tmp_path / "clock")            a file that the program maps into its memory
installed(prefixes={"web": clock.command})          it runs so
clock.jump(3600)                                    its clock is an hour ahead from now on
clock.was_read()                                    whether it has looked at it since

What jumps is the time of day as this program's Python reads it: `time.time`, and `datetime.now`
where the house and RQ ask it. A machine's own clock would jump for all that runs on it, and may
not be set where tests run. The stopwatch (`time.monotonic`) jumps on no machine.
"""

from __future__ import annotations

import datetime as of_python
import mmap
import runpy
import struct
import sys
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace

import rq.utils

from app.core import clock as of_the_house

HELD = struct.Struct("d?")
"""Seconds ahead; whether the program has read them."""


class JumpingClock:
    def __init__(self, path: Path) -> None:
        self.command = ("tests.faults.running.jumping", str(path))
        self._path = path
        self._path.write_bytes(HELD.pack(0, False))

    def jump(self, seconds: float) -> None:
        """Its program's clock is so much ahead of this machine's."""
        with self._path.open("r+b") as file:
            file.write(HELD.pack(seconds, False))

    def was_read(self) -> bool:
        """Whether the program has asked for the time since."""
        read: bool = HELD.unpack(self._path.read_bytes())[1]
        return read


def _make_jump(path: str) -> None:
    with Path(path).open("r+b") as file:
        held = mmap.mmap(file.fileno(), HELD.size)
    real = time.time

    def ahead() -> float:
        seconds: float = HELD.unpack(held)[0]
        held[-1] = 1
        return seconds

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=ahead())

    time.time = lambda: real() + ahead()
    time.time_ns = lambda: round(time.time() * 1e9)
    of_the_house.datetime = Jumping  # type: ignore[misc]
    rq.utils.datetime = SimpleNamespace(**{**vars(of_python), "datetime": Jumping})


if __name__ == "__main__":
    _, path, *sys.argv = sys.argv
    _make_jump(path)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
