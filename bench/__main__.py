"""`python -m bench` runs every row and writes docs/performance.md; `python -m bench calls takes`
runs some, and only prints.

Each row runs in a process of its own. One that fails is named, the others still run, and the
command ends with status 1.
"""

from __future__ import annotations

import argparse
import pkgutil
import sys
import time

import bench.rows
from bench.alone import measured
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


if __name__ == "__main__":
    sys.exit(main())
