"""Builds the citizens' client when its build is missing or older than its sources.

`python -m embedded.client_build browser|weixin|test`, which is `make client`, `client-weixin` and
`client-test`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import BUILT_CLIENT, ROOT
from embedded import node
from embedded.node import Node
from embedded.program import Program, how_it_ended

HOME = ROOT / "miniprogram"
LOGS = BUILT_CLIENT.parent
SOURCES = ("package.json", "package-lock.json", ".npmrc", "index.html", "vite.config.js", "src")
MAIN_PACKAGE_LIMIT = 2 * 1024 * 1024
"""Bytes WeChat takes as a mini-program's main package (its guide "分包加载")."""
TOURIST = "touristappid"
"""What the developer tools open without an app of one's own."""
TELL_EVERY_S = 15.0
UNI = "node_modules/@dcloudio/vite-plugin-uni/bin/uni.js"
VITEST = "node_modules/vitest/vitest.mjs"

Say = Callable[[str], None]


class ClientNotBuilt(Exception):
    """The client could not be built; the message says what failed, and why."""


@dataclass(frozen=True, slots=True)
class Target:
    """One of the outputs."""

    name: str
    arguments: tuple[str, ...]
    """Of uni."""
    folder: Path
    proof: str
    """A file that a whole build has."""

    @property
    def stamp(self) -> Path:
        """What it was built from."""
        return self.folder.with_suffix(".from")

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")


BROWSER = Target("browser", ("build",), BUILT_CLIENT, "index.html")
WEIXIN = Target(
    "weixin", ("build", "-p", "mp-weixin"), BUILT_CLIENT.parent / "mp-weixin", "app.json"
)


def build(target: Target, environ: Mapping[str, str], say: Say) -> None:
    """Build the target anew if it is stale; while another process does, wait for what it makes.

    Raises ClientNotBuilt."""
    made_from = fingerprint(environ)
    with _alone():
        if is_stale(target, made_from):
            _build(target, made_from, environ, say)


def _build(target: Target, made_from: str, environ: Mapping[str, str], say: Say) -> None:
    by = _node(environ, say)
    _install(by, environ, say)
    target.stamp.unlink(missing_ok=True)
    say(f"Building the citizens' pages ({target.name}).")
    _run(target.name, (by.node, UNI, *target.arguments), target.log, environ, say)
    if not (target.folder / target.proof).is_file():
        raise ClientNotBuilt(f"The build left no {target.proof}; {target.log} may say why.")
    if target is WEIXIN:
        _name_app(target.folder / "project.config.json", environ.get("WECHAT_APP_ID") or TOURIST)
    target.stamp.write_text(made_from)


@contextmanager
def _alone() -> Iterator[None]:
    """One build at a time in this checkout; the kernel lets go of it with the process."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / "building").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_stale(target: Target, made_from: str) -> bool:
    """Whether it was built from something else than this, or not at all."""
    if not (target.folder / target.proof).is_file() or not target.stamp.is_file():
        return True
    return target.stamp.read_text() != made_from


def fingerprint(environ: Mapping[str, str]) -> str:
    """What a build is made from, as one hash: each source with its name, and what it is told."""
    told = [environ.get(name, "") for name in ("CLIENT_API", "WECHAT_APP_ID")]
    found = hashlib.sha256(json.dumps(told).encode())
    for path in _sources():
        content = path.read_bytes()
        found.update(f"{path.relative_to(HOME).as_posix()} {len(content)}\n".encode() + content)
    return found.hexdigest()


def _sources() -> Iterator[Path]:
    for name in SOURCES:
        path = HOME / name
        inside = (one for one in path.rglob("*") if one.is_file())
        yield from sorted(inside) if path.is_dir() else (path,)


def _node(environ: Mapping[str, str], say: Say) -> Node:
    """A Node that is new enough, installed if there is none."""
    found = node.of_machine(environ) or node.of_wheel()
    if found:
        return found
    say(f"This machine has no Node {node.OLDEST} or newer: installing one with the requirements.")
    _run("pip", node.INSTALL, LOGS / "node.log", environ, say)
    installed = node.of_wheel()
    if installed is None:
        raise ClientNotBuilt(
            "Node was installed, but its wheel has no node or npm for this machine."
        )
    return installed


def _install(by: Node, environ: Mapping[str, str], say: Say) -> None:
    """Bring in what the lock file names, unless that is what is there."""
    stamp = HOME / "node_modules" / ".installed-from"
    lock = hashlib.sha256((HOME / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == lock:
        return
    say("Installing what the client is built with; the first time this takes a minute or two.")
    _run("npm", (*by.npm, "ci", "--no-audit", "--no-fund"), LOGS / "npm.log", environ, say)
    stamp.write_text(lock)


def _run(
    name: str, command: tuple[str, ...], log: Path, environ: Mapping[str, str], say: Say
) -> None:
    """Run it to its end, telling now and then that it still runs. Raises ClientNotBuilt."""
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    program = Program(name, command, HOME, log, _surroundings(command[0], environ))
    try:
        process = program.start()
    except OSError as error:
        raise ClientNotBuilt(f"{command[0]} could not be started: {error}") from None
    try:
        returncode = _wait(process, say)
    finally:
        program.stop(process)
    if returncode:
        end = program.last_lines()
        raise ClientNotBuilt(f"{name} {how_it_ended(returncode)}. The end of {log}:\n{end}")


def _surroundings(program: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What it runs in: its Node first on the path, for the scripts of packages."""
    first = str(Path(program).parent)
    return {
        **environ,
        "PATH": os.pathsep.join((first, environ.get("PATH", os.defpath))),
        "VITE_API_BASE": environ.get("CLIENT_API", "").rstrip("/"),
    }


def _wait(process: subprocess.Popen[bytes], say: Say) -> int:
    began = time.monotonic()
    while True:
        try:
            return process.wait(TELL_EVERY_S)
        except subprocess.TimeoutExpired:
            say(f"… {time.monotonic() - began:.0f} s")


def _name_app(project: Path, app_id: str) -> None:
    """The app the build is uploaded to."""
    known = json.loads(project.read_text(encoding="utf-8"))
    told = json.dumps({**known, "appid": app_id}, ensure_ascii=False, indent=2)
    project.write_text(told, encoding="utf-8")


def size(folder: Path) -> int:
    """Bytes of what would be uploaded."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _report(target: Target, environ: Mapping[str, str], say: Say) -> None:
    """What was built, and whether WeChat would take it. Raises ClientNotBuilt."""
    where = target.folder.relative_to(ROOT)
    if target is BROWSER:
        say(f"The citizens' pages are in {where}; the hall serves them at /m/.")
        return
    taken = size(target.folder)
    say(f"{where}: main package {taken // 1024} KB of {MAIN_PACKAGE_LIMIT // 1024} KB.")
    if taken > MAIN_PACKAGE_LIMIT:
        raise ClientNotBuilt("WeChat takes no main package of that size.")
    if not environ.get("CLIENT_API"):
        say("It asks http://127.0.0.1:8000, which is for the developer tools; CLIENT_API=https://…")


def _test(environ: Mapping[str, str], say: Say) -> None:
    """The logic, and the mini-program as WeChat would take it."""
    build(WEIXIN, environ, say)
    _report(WEIXIN, environ, say)
    by = _node(environ, say).node
    for command in ((by, VITEST, "run"), (by, "test/weixin.cjs", str(WEIXIN.folder))):
        ended = subprocess.run(command, cwd=HOME, env=_surroundings(by, environ))
        if ended.returncode:
            raise ClientNotBuilt(f"{command[1]} {how_it_ended(ended.returncode)}.")


def main(arguments: list[str], environ: Mapping[str, str]) -> int:
    """The exit status."""
    [what] = arguments
    try:
        if what == "test":
            _test(environ, _say)
        else:
            target = {one.name: one for one in (BROWSER, WEIXIN)}[what]
            build(target, environ, _say)
            _report(target, environ, _say)
    except ClientNotBuilt as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _say(sentence: str) -> None:
    print(f"· {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
