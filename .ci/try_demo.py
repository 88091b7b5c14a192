"""Start `make demo` in a clean clone, take a number over HTTP, end it, and look for leftovers; then
start it again with its people, and see that they come and are called."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

START_LIMIT = 900
"""Seconds, the installation of the requirements included."""
LIVELY_WITHIN = 60
CALLS = 8


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="shunhao clone ") as directory:
        clone = Path(directory).resolve() / "shunhao"
        subprocess.run(["git", "clone", "--quiet", ".", clone], check=True)
        try_out(clone, take_a_number, LIVE="0")
        try_out(clone, watch_it_live)
        complaints = [line for line in log_lines(clone) if " ERROR " in line or "Traceback" in line]
        if complaints:
            sys.exit(f"The logs complain: {complaints}")


def try_out(clone: Path, look: Callable[[dict[str, str]], None], **environ: str) -> None:
    demo = start(clone, environ)
    try:
        look(announced(clone, demo))
        have_it_examined(clone)
    finally:
        os.killpg(demo.pid, signal.SIGINT)  # as Ctrl-C does
        demo.wait(60)
    left = processes_in(clone)
    if left:
        sys.exit(f"The demo left processes behind: {left}")
    print("The demo ended and left nothing behind.")


def start(clone: Path, more: dict[str, str]) -> subprocess.Popen[bytes]:
    environ = {
        name: value
        for name, value in os.environ.items()
        if name not in ("CI", "DATABASE_URL", "REDIS_URL", "MAKELEVEL", "MAKEFLAGS")
    } | more
    with socket.create_server(("127.0.0.1", 0)) as probe:
        environ["PORT"] = str(probe.getsockname()[1])
    return subprocess.Popen(
        ["make", "demo"],
        cwd=clone,
        env=environ,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def announced(clone: Path, demo: subprocess.Popen[bytes]) -> dict[str, str]:
    announcement = clone / "instance" / "demo.json"
    limit = time.monotonic() + START_LIMIT
    while not announcement.exists():
        if demo.poll() is not None or time.monotonic() > limit:
            sys.exit("The demo did not come up.")
        time.sleep(0.5)
    return json.loads(announcement.read_text())


def take_a_number(demo: dict[str, str]) -> None:
    hall = f"{demo['base_url']}/api/v1/halls/{demo['hall']}"
    with urllib.request.urlopen(f"{hall}/items") as answer:
        item = json.load(answer)[0]
    request = urllib.request.Request(
        f"{demo['base_url']}/api/v1/kiosk/tickets",
        data=json.dumps({"item": item["code"]}).encode(),
        headers={
            "Authorization": f"Bearer {demo['kiosk_token']}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        },
    )
    with urllib.request.urlopen(request) as answer:
        ticket = json.load(answer)
    if answer.status != 201 or not ticket["number"]:
        sys.exit(f"No number: {answer.status} {ticket}")
    print(f"Took number {ticket['number']} for {item['name']}.")


def watch_it_live(demo: dict[str, str]) -> None:
    limit = time.monotonic() + LIVELY_WITHIN
    while time.monotonic() < limit:
        with urllib.request.urlopen(
            f"{demo['base_url']}/api/v1/halls/{demo['hall']}/board"
        ) as told:
            board = json.load(told)
        waiting = sum(lane["waiting"] for lane in board["lanes"])
        if len(board["calls"]) >= CALLS and waiting:
            print(f"It lives: {waiting} wait, {board['calls'][0]['number']} was called last.")
            return
        time.sleep(1)
    sys.exit(f"No {CALLS} calls within {LIVELY_WITHIN} s: {board}")


def have_it_examined(clone: Path) -> None:
    """Worker and schedule may still be starting."""
    limit = time.monotonic() + LIVELY_WITHIN
    while subprocess.run(["make", "doctor"], cwd=clone, stdin=subprocess.DEVNULL).returncode:
        if time.monotonic() > limit:
            sys.exit("make doctor finds something wrong with the demo.")
        time.sleep(2)


def log_lines(clone: Path) -> list[str]:
    logs = sorted((clone / "instance" / "log").glob("*.log"))
    return [f"{log.name}: {line}" for log in logs for line in log.read_text().splitlines()]


def processes_in(clone: Path) -> list[str]:
    """Command lines of all processes that run in this directory (on Linux)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink().is_relative_to(clone):
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


if __name__ == "__main__":
    main()
