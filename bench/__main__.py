"""`python -m bench` runs every row and writes docs/performance.md; `python -m bench calls takes`
runs some, and only prints.

Each row runs in a process of its own. One that fails is named, the others still run, and the
command ends with status 1.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import pkgutil
import sys
import time
import traceback
from multiprocessing.connection import Connection

import bench.rows
from bench.hall import Bench
from bench.report import PATH, report
from bench.table import Result, rendered


def main() -> int:
    known = sorted(module.name for module in pkgutil.iter_modules(bench.rows.__path__))
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=", ".join(known))
    given = parser.parse_args().rows
    if unknown := sorted(set(given) - set(known)):
        parser.error(f"no row is called {', '.join(unknown)}; there are {', '.join(known)}")
    began = time.monotonic()
    results: list[Result] = []
    failed = []
    for name in given or known:
        print(f"· {name}", flush=True)
        found = measured(name)
        if found is None:
            failed.append(name)
        else:
            results += found
    minutes = (time.monotonic() - began) / 60
    print(rendered(results))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    if not given:
        PATH.write_text(report(results, minutes))
        print(f"written to {PATH} after {minutes:.0f} minutes")
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
