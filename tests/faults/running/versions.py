"""An installation that runs from a directory, as an operator has it: the version before this one,
which becomes this one in its place."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.settings import ROOT
from embedded import lifeline
from tests.faults.running.installation import (
    GONE_WITHIN_S,
    Installation,
    Part,
    _family,
    _lives,
)
from tests.servers import Missing

TAKES_OVER_WITHIN_S = 150.0
"""Each new worker reads the whole app, while the old ones keep the machine busy."""


@dataclass(frozen=True)
class Adopted:
    """A process that another one started, as `Process` asks."""

    pid: int

    def poll(self) -> int | None:
        return None if _lives(self.pid) else 0

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float) -> None:
        limit = time.monotonic() + timeout
        while self.poll() is None:
            assert time.monotonic() < limit, f"process {self.pid} does not end"
            time.sleep(0.05)


@dataclass
class Deployed(Installation):
    """Its programs run from `code`, and are started by the test, each a program of its own."""

    code: Path = field(default=ROOT)

    def _programs(self) -> list[Part]:
        return []

    def start_programs(self) -> None:
        for part in (
            self._program("web", "gunicorn", "--config", "config/gunicorn.py", "wsgi:app"),
            self._program("worker", "flask", "--app", "wsgi", "worker"),
            self._program("schedule", "flask", "--app", "wsgi", "schedule"),
        ):
            self._add(part).begin()
        self.parts["web"].is_up = self.is_ready
        self.parts["web"].wait()

    def flask(self, *words: str) -> None:
        """A command of the version that lies in the directory."""
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=self.code, env=self._environ(), check=True, capture_output=True,
        )  # fmt: skip

    def exchange_web(self) -> None:
        """A second master starts beside the first, from what lies in the directory now, and takes
        people from the same socket; once it answers, the first one ends."""
        web = self.parts["web"]
        assert web.process is not None
        first, *workers = known = web.pids()
        os.kill(first, signal.SIGUSR2)
        [second, *_] = self._until(lambda: [pid for pid in web.pids() if pid not in known])
        self._until(lambda: len(_family(second)) > len(workers) and self._ready(second))
        web.process.send_signal(signal.SIGTERM)
        web.process.wait(GONE_WITHIN_S)
        web.process = Adopted(second)

    def _ready(self, master: int) -> bool:
        """Whether each of its workers has said so."""
        told = self.parts["web"].log.read_text()
        return all(f"Worker ready (pid: {pid})" in told for pid in _family(master)[1:])

    def _until(self, find: Callable[[], Any]) -> Any:
        limit = time.monotonic() + TAKES_OVER_WITHIN_S
        while not (found := find()):
            assert time.monotonic() < limit, self.parts["web"].log.read_text()
            time.sleep(0.1)
        return found

    def _program(self, name: str, script: str, *words: str) -> Part:
        log = self.directory / "log" / f"{name}.log"
        command = [str(Path(sys.executable).with_name(script)), *words]

        def launch() -> subprocess.Popen[bytes]:
            with log.open("ab") as out:
                return subprocess.Popen(
                    command, cwd=self.code, env=self._environ(), stdin=subprocess.DEVNULL,
                    stdout=out, stderr=out, start_new_session=True,
                    preexec_fn=lifeline.tie(os.getpid()),
                )  # fmt: skip

        return Part(name, launch, log)

    def _environ(self) -> dict[str, str]:
        return {**os.environ, **self.variables()}


def version_before(migration: str, place: Path) -> None:
    """Unpack the last version that did not have this migration. Raises Missing where this copy of
    the repository does not know it."""
    added = _git(
        "log", "-1", "--diff-filter=A", "--format=%H", "--", f"migrations/versions/{migration}_*"
    )
    tree = _git("archive", f"{added.decode().strip()}^") if added else b""
    if not tree:
        raise Missing("the version before", "this copy of the repository has no history")
    with tarfile.open(fileobj=io.BytesIO(tree)) as archive:
        archive.extractall(place, filter="data")


def this_version(place: Path) -> None:
    """Put this version in its place."""
    for name in (
        _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").decode().split("\0")
    ):
        if name and (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place / name)


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True).stdout
