"""Processes that end when the process that started them ends, even by `kill -9`.

Linux does it in the kernel (prctl, PR_SET_PDEATHSIG); elsewhere a thread looks every second
whether the parent is still the same. As a command, `python -m embedded.lifeline MODULE ARGS…`
runs a Python module under this rule, together with every process it forks: gunicorn's workers
and RQ's work-horses end with it.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """This process ends, by this signal, when the process with the id `parent` does.

    On Linux it holds for the thread of the parent that started this process, and through exec.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, by)
    else:
        threading.Thread(target=_watch, args=(parent, by), daemon=True).start()
    if os.getppid() != parent:  # it ended before the kernel was asked
        os.kill(os.getpid(), by)


def end_forks_too() -> None:
    """Every process that this one forks, and that those fork, ends with the one it came from."""
    forking = 0

    def note_parent() -> None:  # asked in the child, the parent might already be gone
        nonlocal forking
        forking = os.getpid()

    os.register_at_fork(before=note_parent, after_in_child=lambda: end_with_parent(forking))


def tie(parent: int) -> Callable[[], None] | None:
    """For `Popen(preexec_fn=…)`: ties a program that is not Python; None where only a thread of
    that program could watch. Its starter must then stop it itself."""
    return partial(end_with_parent, parent) if _libc is not None else None


def _watch(parent: int, by: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), by)


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs a Python module as a process that ends with this one."""
    return [sys.executable, "-m", "embedded.lifeline", str(os.getpid()), module, *arguments]


if __name__ == "__main__":
    _, parent, module, *arguments = sys.argv
    end_with_parent(int(parent))
    end_forks_too()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
