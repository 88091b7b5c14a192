"""One program that runs beside this process and never longer than it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from embedded import lifeline


class ProgramError(Exception):
    """A program could not be started, or does not stay up; the message says why."""


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    command: tuple[str, ...]
    directory: Path
    """Where it runs."""
    log: Path
    """Where what it prints is added."""
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    patience: float = 10
    """Seconds it may take to end after it was asked to."""

    def start(self) -> subprocess.Popen[bytes]:
        """Start it in a session of its own, so that a Ctrl-C reaches only whoever started it."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command,
                cwd=self.directory,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lifeline.tie(os.getpid()),
            )

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Ask it to end, wait as long as its patience, then end it and what it left behind."""
        if process.poll() is not None:
            return
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(self.patience)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def last_lines(self, count: int = 12) -> str:
        """The end of its log."""
        with suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
        return ""


def how_it_ended(returncode: int) -> str:
    """In words: "ended with status 3", "was ended by SIGKILL"."""
    if returncode < 0:
        return f"was ended by {signal.Signals(-returncode).name}"
    return f"ended with status {returncode}"


class Restarts:
    """How long to wait before a program that ended is started again, and when to give up.

    A program that stayed up for `settled` seconds begins a new count.
    """

    delays = (0.2, 1.0, 2.0, 4.0)
    settled = 30.0

    def __init__(self) -> None:
        self.count = 0

    def after(self, uptime: float) -> float | None:
        """Seconds to wait now that it ended after `uptime` seconds; None: it is hopeless."""
        if uptime >= self.settled:
            self.count = 0
        if self.count == len(self.delays):
            return None
        self.count += 1
        return self.delays[self.count - 1]


class Kept:
    """A program that is started again whenever it ends."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes] | None = None) -> None:
        self.program = program
        self.process = process or program.start()
        self.started_at = time.monotonic()
        self.restarts = Restarts()
        self.due: float | None = None

    def look_after(self) -> str | None:
        """Start it again if it ended and its time has come; a sentence when something happened.

        Raises ProgramError when it ends again and again.
        """
        now = time.monotonic()
        if self.due is not None:
            if now >= self.due:
                self.process, self.started_at, self.due = self.program.start(), now, None
            return None
        returncode = self.process.poll()
        if returncode is None:
            return None
        ended = f"{self.program.name} {how_it_ended(returncode)}"
        delay = self.restarts.after(now - self.started_at)
        if delay is None:
            raise ProgramError(
                f"{ended}, again and again. The end of {self.program.log}:\n"
                f"{self.program.last_lines()}"
            )
        self.due = now + delay
        return f"{ended}; starting it again in {delay:g} s."

    def stop(self) -> None:
        self.program.stop(self.process)
