import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from config.settings import ROOT
from embedded import table
from embedded.program import Kept, Program, ProgramError, Restarts

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

GONE = ("", "Z")
"""States of a process that runs no more; Z is one whose end nobody has asked about."""


def state(process: str) -> str:
    try:
        return Path("/proc", process, "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def left_in_group(group: int) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getpgid(int(entry.name)) == group and state(entry.name) not in GONE:
                found.append(entry.name)
    return found


def test_waits_longer_each_time_and_gives_up():
    restarts = Restarts()
    assert [restarts.after(uptime=1) for _ in range(5)] == [0.2, 1.0, 2.0, 4.0, None]


def test_a_program_that_settled_begins_a_new_count():
    restarts = Restarts()
    for _ in restarts.delays:
        restarts.after(uptime=1)
    assert restarts.after(uptime=restarts.settled) == restarts.delays[0]


@pytest.fixture
def stubborn(tmp_path):
    """A program that does not listen to SIGTERM, nor does its child."""
    script = "trap '' TERM; sh -c \"trap '' TERM; echo up; sleep 60\" & wait"
    return Program("stubborn", ("sh", "-c", script), tmp_path, tmp_path / "log", patience=0.3)


@linux
def test_a_program_that_does_not_listen_is_ended_with_all_it_started(stubborn):
    process = stubborn.start()
    while "up" not in stubborn.last_lines():
        time.sleep(0.02)
    stubborn.stop(process)
    assert process.returncode is not None
    limit = time.monotonic() + 5
    while left_in_group(process.pid):
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_what_died_is_started_again_and_told(tmp_path):
    program = Program("brief", ("sh", "-c", "exit 3"), tmp_path, tmp_path / "log")
    kept = Kept(program)
    kept.process.wait()
    assert kept.look_after() == "brief ended with status 3; starting it again in 0.2 s."
    first = kept.process.pid
    while kept.process.pid == first:
        assert kept.look_after() is None
        time.sleep(0.02)
    with pytest.raises(ProgramError, match="again and again"):
        look_after_until_hopeless(kept)


def look_after_until_hopeless(kept: Kept) -> None:
    while True:
        kept.look_after()
        kept.process.wait()
        kept.due = kept.due and 0.0  # without the waiting


@linux
def test_a_fork_ends_with_its_parent(tmp_path):
    """As RQ's work-horse does: the lifeline of a module covers what it forks."""
    (tmp_path / "forker.py").write_text(
        "import os, signal\n"
        "child = os.fork()\n"
        "if child: open('child', 'w').write(str(child))\n"
        "signal.pause()\n"
    )
    code = "from embedded.lifeline import command; import subprocess, sys, time;"
    start = f"{code} subprocess.Popen(command('forker'), cwd={str(tmp_path)!r}); time.sleep(60)"
    environ = {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
    starter = subprocess.Popen([sys.executable, "-c", start], env=environ)
    note = tmp_path / "child"
    limit = time.monotonic() + 20
    while not (note.exists() and note.read_text()):
        assert time.monotonic() < limit
        time.sleep(0.02)
    starter.kill()
    starter.wait()
    while state(note.read_text()) not in GONE:
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_columns_line_up_under_chinese_text():
    rows = [("窗口 counter", "a"), ("码", "b")]
    first, second = table.aligned(rows, indent="").splitlines()
    assert table.width(first[: first.index("a")]) == table.width(second[: second.index("b")]) == 14


def test_neighbours_with_one_password_share_a_row():
    staff = [
        table.Staff(username=f"clerk{no}", password="p", role="clerk", counter=str(no))
        for no in (10, 9, 1)
    ]
    staff.append(table.Staff(username="admin", password="q", role="administrator", counter=None))
    assert [row[1:] for row in table.sign_ins(staff)[1:]] == [
        ("clerk1 … clerk10", "p", "1 … 10"),
        ("admin", "q", ""),
    ]
