"""docs/performance.md: the table, and how it came about."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.table import Result, rendered
from config.settings import ROOT
from embedded.postgres_server import postgres_binaries
from embedded.redis_server import find_binary

PATH = ROOT / "docs/performance.md"
PACKAGES = ("flask", "gunicorn", "gevent", "redis", "sqlalchemy", "psycopg", "numpy")

TEXT = """\
# Performance

Written by `make bench`; do not edit. Each row sets our path beside the bare work it has to do, in
the same run on the same machine.

{table}

## How it was measured

On {date}, in {minutes:.0f} minutes, with {processors} processors ({processor}), {memory} of memory,
load {load} at the end; {system}. {versions}.

Ours and the other are measured in turn, and the order turns each time. Medians of each stand in the
table; the ratio is the median of the pairs' ratios, with the least and the greatest of them. The
machine is shared and its speed changes from minute to minute: only ratios are worth comparing. The
load generator (`bench/load.py`) runs on the same processors. PostgreSQL waits for the disk at each
commit unless a row says otherwise; Redis keeps no file.
"""


def report(results: Iterable[Result], minutes: float) -> str:
    return TEXT.format(
        table=rendered(results),
        date=datetime.now(UTC).date(),
        minutes=minutes,
        processors=os.cpu_count(),
        processor=_processor(),
        memory=f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB",
        load=f"{os.getloadavg()[0]:.1f}",
        system=f"{platform.system()} {platform.release()}",
        versions=", ".join(_versions()),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _versions() -> list[str]:
    programs = [postgres_binaries() / "postgres", find_binary()]
    if chromium := shutil.which("chromium"):
        programs.append(Path(chromium))
    told = [f"Python {platform.python_version()}", *map(_asked, programs)]
    return told + [f"{package} {version(package)}" for package in PACKAGES]


def _asked(program: Path) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip().splitlines()[0] if done.stdout else program.name
