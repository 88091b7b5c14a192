"""How fast licences come in, and in how much memory: `python -m bench.licence_import`.

Half a million invented ones of three kinds, of some 300,000 holders, in one CSV file, brought in by
a process of its own as a worker does it, on a private PostgreSQL. The same file then comes in once
more; and the first rows of another with each row in a transaction of its own, to compare with. The
PostgreSQL does not wait for the disk.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apiflask import APIFlask

from app.core.acts import SYSTEM, Act
from app.core.db import db, transaction
from app.core.parts import parts
from app.factory import create_app
from app.licences.importing import running, service
from app.licences.importing.coverage import coverage
from app.licences.importing.reading import Format
from app.licences.service import load_kinds
from bench.library import HOLDERS, asked, stores
from config.settings import Settings
from tests.licences.register import columns, flat, kinds, register

ONE_BY_ONE = 3_000
MARKS = 10
"""Points of a run at which its memory is looked at."""
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Run:
    """One import, as its process saw it."""

    rows: int
    kept_s: float
    """Receiving the file: sealed, decoded, on the disk."""
    worked_s: float
    """Working it off."""
    cpu_s: float
    """Of that, seconds of a processor in this process; the database's are its own."""
    memory: list[tuple[int, int]]
    """(rows, resident bytes) on the way."""
    counts: dict[str, int]

    @property
    def rate(self) -> float:
        return self.rows / self.worked_s


def main() -> None:
    rows = asked(__doc__)
    with stores(MAX_IMPORT=str(4 * 1024 * MEGABYTE)) as (settings, folder):
        prepared(settings)
        whole, other = folder / "whole.csv", folder / "other.csv"
        written(whole, rows, HOLDERS)
        written(other, ONE_BY_ONE, HOLDERS, seed=2)
        print(f"PostgreSQL: {rows:,} rows, {whole.stat().st_size / MEGABYTE:.0f} MB")
        tell("first", alone(settings, whole))
        tell("again", alone(settings, whole))
        one_by_one = alone(settings, other, batch=1)
        tell("row by row", one_by_one)
        counted(settings)


def prepared(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        with transaction():
            load_kinds(kinds(), Act(parts().clock.now(), SYSTEM))
        db.engine.dispose()


def written(path: Path, rows: int, people: int, seed: int = 1) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns(kinds()))
        table.writeheader()
        for record in register(rows, min(people, rows), seed, serial=seed * 10**9):
            table.writerow(flat(record))


def alone(settings: Settings, path: Path, batch: int = running.BATCH) -> Run:
    """In a process of its own, that nothing else has used memory in."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, settings, path, batch))
    process.start()
    theirs.close()
    run: Run = ours.recv()
    process.join()
    return run


def work(pipe: Any, settings: Settings, path: Path, batch: int) -> None:
    running.BATCH = batch
    app = create_app(settings)
    with app.app_context():
        act = Act(parts().clock.now(), SYSTEM)
        with transaction():
            import_id = service.begin(path.name, act)
        began = time.monotonic()
        with path.open("rb") as file:
            kept = service.keep_file(import_id, Format.CSV, file.read)
        with transaction():
            service.received(kept, act, nudges=False)
        received, used = time.monotonic(), time.process_time()
        memory: list[tuple[int, int]] = []
        last: list[Any] = []

        def watch(row: Any) -> None:
            last[:] = [row]
            if row.position >= row.size * len(memory) / MARKS:
                memory.append((row.read, resident()))

        running.go_on(import_id, watch)
        ended, used = time.monotonic(), time.process_time() - used
        [row] = last
        counts = {name: row._mapping[name] for name in ("new", "updated", "same", "wrong")}
        pipe.send(Run(row.read, received - began, ended - received, used, memory, counts))


def resident() -> int:
    """Bytes of memory this process has in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def tell(name: str, run: Run) -> None:
    memory = "  ".join(f"{rows // 1000}k {held / MEGABYTE:.0f}" for rows, held in run.memory)
    counts = ", ".join(f"{count:,} {what}" for what, count in run.counts.items() if count)
    print(
        f"{name:>10}: {run.rate:,.0f} rows a second ({run.worked_s:.0f} s,"
        f" {run.cpu_s / run.rows * 1e6:.0f} µs of processor a row; received in {run.kept_s:.1f} s):"
        f" {counts}"
    )
    print(f"            MB resident after rows: {memory}")


def counted(settings: Settings) -> None:
    app: APIFlask = create_app(settings)
    with app.app_context():
        today = parts().clock.now().date()
        found, seconds = timed(lambda: coverage(today))
        print(
            f"coverage of {sum(one.licences for one in found):,} licences,"
            f" {sum(one.holders for one in found):,} holders by kind: {seconds:.2f} s"
        )
        db.session.remove()
        db.engine.dispose()


def timed(do: Callable[[], Any]) -> tuple[Any, float]:
    began = time.monotonic()
    done = do()
    return done, time.monotonic() - began


if __name__ == "__main__":
    main()
