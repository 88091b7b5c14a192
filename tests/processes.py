"""People in processes of their own: real ones, each with its own app on the same stores.

together(settings, (call_all, "1"), (call_all, "2"))     both at the same moment
killed(settings, "before app.core.db:_commit", take)     one that is killed right there
Forked(["gunicorn", …], environ, log)                    a program of the house's, soon up
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import pkgutil
import runpy
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from app.core.clock import SetClock
from app.factory import create_app
from config.settings import ROOT, Settings
from embedded import lifeline
from tests.house import MORNING, House
from tests.stores import until_the_dead_are_forgotten

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.processes"])

GATHERED_WITHIN_S = 60
"""Each of them makes an app first, and other tests run beside this one."""

Deed = Callable[..., Any]
"""(house, go, *args): gets ready, calls `go()` to start together with the others, acts."""


def together(
    settings: Settings, *deeds: tuple[Any, ...], at: datetime = MORNING, limit_s: float = 120
) -> list[Any]:
    """Each (deed, *args) in a process of its own, let go at one moment; what each returned."""
    barrier = CONTEXT.Barrier(len(deeds))
    with_pipes = []
    for deed, *args in deeds:
        ours, theirs = CONTEXT.Pipe()
        process = CONTEXT.Process(
            target=_live, args=(theirs, barrier, settings, at, deed, args), daemon=True
        )
        process.start()
        theirs.close()
        with_pipes.append((process, ours))
    try:
        return _results(with_pipes, limit_s)
    finally:
        for process, _ in with_pipes:
            process.kill()
            process.join(5)


def killed(
    settings: Settings, point: str, deed: Deed, *args: Any, at: datetime = MORNING, nth: int = 1
) -> None:
    """Do a deed in a process that is killed at a point on its way.

    `point` is "before module:function" or "after module:Class.method"; `nth` counts its calls."""
    process = CONTEXT.Process(
        target=_live_until, args=(settings, at, point, nth, deed, args), daemon=True
    )
    process.start()
    process.join(GATHERED_WITHIN_S)
    process.kill()
    assert process.exitcode == -signal.SIGKILL, f"lived through {point}: {process.exitcode}"
    until_the_dead_are_forgotten(settings.database_url)


class Forked:
    """A program as its command line starts it, forked from a process that has imported the app
    already: that takes the longest. It asks and tells as `subprocess.Popen` does."""

    def __init__(self, command: list[str], environ: dict[str, str], log: Path) -> None:
        self._process = CONTEXT.Process(target=_run, args=(command, environ, str(log)))
        self._process.start()
        self.pid: int = self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float) -> None:
        self._process.join(timeout)
        if self.poll() is None:
            raise TimeoutError(f"process {self.pid} does not end")


def _run(command: list[str], environ: dict[str, str], log: str) -> None:
    os.setsid()
    lifeline.end_with_parent(os.getppid())
    lifeline.end_forks_too()
    os.environ.clear()
    os.environ.update(environ)
    with open(log, "ab") as file:  # noqa: PTH123 (its descriptor outlives this function)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(ROOT)
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def _results(with_pipes: list[Any], limit_s: float) -> list[Any]:
    until = time.monotonic() + limit_s
    places = {pipe: place for place, (_, pipe) in enumerate(with_pipes)}
    results: list[Any] = [None] * len(with_pipes)
    while places:
        ready = wait(list(places), max(0, until - time.monotonic()))
        assert ready, f"{len(places)} of {len(results)} not done after {limit_s} s"
        for pipe in ready:
            fault, results[places.pop(pipe)] = pipe.recv()
            assert fault is None, fault
    return results


def _live(
    pipe: Any, barrier: Any, settings: Settings, at: datetime, deed: Deed, args: list[Any]
) -> None:
    try:
        house = House(create_app(settings, SetClock(at)))
        result = deed(house, functools.partial(barrier.wait, GATHERED_WITHIN_S), *args)
    except BaseException:
        barrier.abort()
        pipe.send((traceback.format_exc(), None))
    else:
        pipe.send((None, result))


def _live_until(
    settings: Settings, at: datetime, point: str, nth: int, deed: Deed, args: tuple[Any, ...]
) -> None:
    house = House(create_app(settings, SetClock(at)))
    deed(house, lambda: _die_at(point, nth), *args)


def _die_at(point: str, nth: int) -> None:
    when, _, name = point.partition(" ")
    owner_name, _, attribute = name.replace(":", ".").rpartition(".")
    owner = pkgutil.resolve_name(owner_name)
    real = getattr(owner, attribute)
    left = nth

    @functools.wraps(real)
    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, attribute, deadly)
