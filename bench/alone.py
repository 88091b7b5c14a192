"""A row in a process of its own, that nothing else has used memory or time in."""

from __future__ import annotations

import importlib
import multiprocessing
import traceback
from multiprocessing.connection import Connection

from bench.hall import Bench
from bench.table import Result


def measured(name: str) -> list[Result] | None:
    """The results of one row; None if it failed."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, name))
    process.start()
    theirs.close()
    try:
        found: list[Result] | None = ours.recv()
    except EOFError:
        found = None
    process.join()
    return found


def work(pipe: Connection, name: str) -> None:
    try:
        row = importlib.import_module(f"bench.rows.{name}")
        pipe.send(row.measure(Bench(say=lambda words: print(f"  {words}", flush=True))))
    except Exception:
        traceback.print_exc()
        pipe.send(None)
