"""Start `make demo` in a clean clone, take a number over HTTP, end it, and look for leftovers."""

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
from pathlib import Path

START_LIMIT = 900
"""Seconds, the installation of the requirements included."""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="shunhao clone ") as directory:
        clone = Path(directory).resolve() / "shunhao"
        subprocess.run(["git", "clone", "--quiet", ".", clone], check=True)
        demo = start(clone)
        try:
            take_a_number(announced(clone, demo))
        finally:
            os.killpg(demo.pid, signal.SIGINT)  # as Ctrl-C does
            demo.wait(60)
        left = processes_in(clone)
        if left:
            sys.exit(f"The demo left processes behind: {left}")
        print("The demo ended and left nothing behind.")


def start(clone: Path) -> subprocess.Popen[bytes]:
    environ = {
        name: value
        for name, value in os.environ.items()
        if name not in ("CI", "DATABASE_URL", "REDIS_URL", "MAKELEVEL", "MAKEFLAGS")
    }
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
