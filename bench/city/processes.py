"""What processes use: CPU to the microsecond, memory without counting shared pages twice."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

CPU_CLOCK = 2
"""Of a whole process, by the scheduler: the kind that `clock_getcpuclockid` gives on Linux."""


def family(pid: int) -> list[int]:
    """A process and all that came from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent(int(entry.name))):
            children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += children.get(each, ())
    return found


class Used:
    """CPU seconds of some families of processes, since it was made."""

    def __init__(self, families: Mapping[str, Iterable[int]]) -> None:
        self._families = {name: tuple(pids) for name, pids in families.items()}
        self._before = self._now()

    def seconds(self) -> dict[str, float]:
        """By family. A process that began meanwhile counts, one that ended does not any more."""
        now = self._now()
        return {
            name: sum(cpu - self._before[name].get(pid, 0.0) for pid, cpu in now[name].items())
            for name in now
        }

    def _now(self) -> dict[str, dict[int, float]]:
        return {
            name: {pid: cpu for first in pids for pid in family(first) if (cpu := _cpu(pid))}
            for name, pids in self._families.items()
        }


def memory_mb(pid: int) -> float:
    """Of a process and all that came from it; a page that several share counts once."""
    return sum(map(_proportional_kb, family(pid))) / 1024


def _cpu(pid: int) -> float:
    with suppress(OSError):
        return time.clock_gettime((~pid << 3) | CPU_CLOCK)
    return 0.0


def _parent(pid: int) -> int:
    with suppress(OSError, ValueError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _proportional_kb(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
