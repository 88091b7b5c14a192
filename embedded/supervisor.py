"""The demo: everything a hall needs, under one process. `python -m embedded.supervisor`.

It builds the citizens' pages where they are missing or stale, unless `CLIENT=0`, starts a private
Redis, brings the database up to date, loads the demo halls, and runs WeChat's sandbox, a printer
that plays, web, worker, schedule and, unless `LIVE=0`, the people of a living hall until it is told
to end. Its children end with it, in order on Ctrl-C and by the kernel if it is killed (see
`lifeline`).
"""

from __future__ import annotations

import fcntl
import http.client
import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn, TypedDict, cast

from redis.exceptions import RedisError

from config.redis import UnfitServer, check_server, connect, product
from config.settings import ROOT, Settings, SettingsError, load_settings
from embedded import client_build, lifeline, table
from embedded.program import Kept, Program, ProgramError, how_it_ended
from embedded.redis_server import free_port, private_redis

READY_LIMIT = 120.0
"""Seconds until the web must be ready, or the start has failed."""
LIVE_SPEED = 2.0
"""How many times as fast as life a demo is: somebody is called every few seconds, and who takes a
number is called within minutes; a visit to a counter lasts long enough to be watched."""
FASTEST = 60.0
PATIENCE = {"living": 20.0}
"""Seconds a program may take to end, where it needs more than most: its people go home first."""
WECHAT_PORTS_ON = 1000
"""How far from the web's port the sandbox of WeChat listens, if it can."""
PRINTER_PORTS_ON, PAPERS_PORTS_ON = 1100, 1101
"""The same of the playing printer, and of its page."""
WECHAT_LATENCY_MS = ("20", "120")
"""From and to: how long WeChat takes to answer."""
PAUSE = 0.1
"""Seconds between two looks at the children."""


LIVES = (
    "  大厅里的人和窗口人员是模拟的 people and clerks are simulated: make demo LIVE=0 stops them,"
    " LIVE_SPEED=1 is real time"
)
STANDS_STILL = "  没有模拟的人 nobody is simulated (LIVE=0)"
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotStart(Exception):
    """The demo cannot run; the message says why, and what to do."""


class Stopped(Exception):
    """Somebody asked for the end."""


class Parts(TypedDict):
    """What `flask demo prepare` made."""

    hall: str
    kiosk_token: str
    screen_token: str
    living_token: str
    cabinet_token: str
    printing_token: str
    cards: list[dict[str, str]]
    staff: list[table.Staff]


@dataclass(frozen=True, slots=True)
class Life:
    """Whether people come of themselves, and how many times as fast as life."""

    lives: bool
    speed: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo keeps its files."""

    instance: Path

    @property
    def announcement(self) -> Path:
        """Complete, and there, only while the demo answers."""
        return self.instance / "demo.json"

    @property
    def parts(self) -> Path:
        return self.instance / "demo-parts.json"

    @property
    def seats(self) -> Path:
        """Sessions of the living hall's clerks."""
        return self.instance / "living.json"

    @property
    def lock(self) -> Path:
        return self.instance / "demo.lock"

    @property
    def redis(self) -> Path:
        return self.instance / "redis"

    @property
    def logs(self) -> Path:
        return self.instance / "log"


def main(environ: Mapping[str, str]) -> int:
    """Run the demo until somebody ends it; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", line_buffering=True)  # type: ignore[union-attr]
    os.umask(0o077)  # the instance directory holds tokens and personal data
    for number in ENDINGS:
        signal.signal(number, _stop)
    if "MAKELEVEL" in environ:
        lifeline.end_with_parent(os.getppid(), by=signal.SIGTERM)
    try:
        _run(environ)
    except Stopped:
        say("The demo has ended. Its data stays for the next start.")
        return 0
    except (CannotStart, ProgramError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1


def say(sentence: str) -> None:
    print(f"· {sentence}", flush=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for each in ENDINGS:  # once: the orderly end that follows must not be cut short
        signal.signal(each, signal.SIG_IGN)
    raise Stopped


def _run(environ: Mapping[str, str]) -> NoReturn:
    environ = {
        **environ,
        "SHUNHAO_MODE": "demo",
        "HOST": environ.get("HOST") or "127.0.0.1",
        "PORT": environ.get("PORT") or "8000",
        "PYTHONUNBUFFERED": "1",
    }
    place = Place(load_settings(environ).instance_path)
    life = _life(environ)
    place.logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(_only_one(place))
        _check_port(environ["HOST"], environ["PORT"])
        place.announcement.unlink(missing_ok=True)
        _build_client(environ)
        kept: list[Kept] = []
        if environ.get("REDIS_URL"):
            _given_redis(environ["REDIS_URL"])
        else:
            redis = stack.enter_context(private_redis(place.redis, persist=True, say=say))
            say(f"Redis: {redis.product}, started for this demo on {redis.url}.")
            kept.append(_keep(redis.program, stack, redis.process))
            environ["REDIS_URL"] = redis.url
        if not environ.get("WECHAT_API_URL"):
            port = _port_on(environ["PORT"], WECHAT_PORTS_ON)
            environ["WECHAT_API_URL"] = f"http://127.0.0.1:{port}"
            kept.append(_keep(_wechat(environ, place, port), stack))
        printer, papers = (
            _port_on(environ["PORT"], on) for on in (PRINTER_PORTS_ON, PAPERS_PORTS_ON)
        )
        kept.append(_keep(_printer(environ, place, printer, papers), stack))
        parts = _prepare(environ, place, life, printer)
        # they end in the opposite order: people go home, then the web lets nothing new in
        for program in _programs(environ, place, life):
            kept.append(_keep(program, stack))
        stack.callback(place.announcement.unlink, missing_ok=True)
        say("Web, worker and schedule are starting …")
        _wait_until_ready(kept, environ, place)
        printed = f"http://127.0.0.1:{papers}"
        _announce(load_settings(environ), place, parts, life, environ["WECHAT_API_URL"], printed)
        while True:
            _look_after(kept)


def _life(environ: Mapping[str, str]) -> Life:
    """What `LIVE` and `LIVE_SPEED` ask for."""
    wish, speed = environ.get("LIVE") or "1", environ.get("LIVE_SPEED") or str(LIVE_SPEED)
    if wish not in ("0", "1"):
        raise CannotStart(f"LIVE is {wish!r}; it must be 1, or 0 for a hall in which nobody moves.")
    try:
        factor = float(speed)
    except ValueError:
        factor = math.nan
    if not 0.1 <= factor <= FASTEST:
        raise CannotStart(
            f"LIVE_SPEED is {speed!r}; it must be a number from 0.1 to {FASTEST:g}; 1 is real time."
        )
    return Life(wish == "1", factor)


def _build_client(environ: Mapping[str, str]) -> None:
    """The citizens' pages; a hall without them works."""
    if environ.get("CLIENT") == "0" or environ.get("CLIENT_PATH"):
        return
    try:
        client_build.build(client_build.BROWSER, environ, say)
    except (client_build.ClientNotBuilt, OSError) as error:
        say(f"The demo starts without the citizens' pages (/m/), which could not be built. {error}")


@contextmanager
def _only_one(place: Place) -> Iterator[None]:
    """Hold this checkout's demo lock, which the kernel drops with the process."""
    with place.lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CannotStart(
                f"A demo already runs from this checkout (process {file.read().strip()})."
                " End it first, or use another checkout."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _check_port(host: str, port: str) -> None:
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise CannotStart(f"PORT is {port!r}; it must be a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            raise CannotStart(
                f"Port {port} of {host} cannot be used ({error.strerror})."
                " Choose another: make demo PORT=8001"
            ) from None


def _given_redis(url: str) -> None:
    """Say which server `REDIS_URL` names, if it can be used."""
    try:
        with connect(url, socket_connect_timeout=5) as client:
            check_server(client)
            say(f"Redis: {product(client)}, the one that REDIS_URL names.")
    except UnfitServer as error:
        raise CannotStart(str(error)) from None
    except (RedisError, OSError) as error:
        raise CannotStart(
            f"The Redis server that REDIS_URL names does not answer: {error}"
        ) from None


def _keep(
    program: Program, stack: ExitStack, process: subprocess.Popen[bytes] | None = None
) -> Kept:
    child = Kept(program, process)
    stack.callback(child.stop)
    return child


def _prepare(environ: Mapping[str, str], place: Place, life: Life, printer: int) -> Parts:
    """Bring the database up to date and fill it: tables, calendar, halls, staff, devices.
    `printer`: the port of the playing printer."""
    say("Preparing the database: tables, calendar, demo halls, staff. The first time takes longer.")
    steps = _flask("demo", "prepare", "--out", str(place.parts), "--printer", str(printer))
    if life.lives:
        steps += ["--speed", f"{life.speed:g}"]
    quiet = {**environ, "LOG_LEVEL": environ.get("LOG_LEVEL") or "WARNING"}
    with subprocess.Popen(
        steps, cwd=ROOT, env=quiet, stdin=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            returncode = process.wait()
        except Stopped:
            process.kill()
            raise
    if returncode:
        raise CannotStart(f"The database could not be prepared: it {how_it_ended(returncode)}.")
    return cast(Parts, json.loads(place.parts.read_text(encoding="utf-8")))


def _programs(environ: Mapping[str, str], place: Place, life: Life) -> Iterator[Program]:
    commands = {
        "worker": _flask("worker"),
        "schedule": _flask("schedule"),
        "web": lifeline.command("gunicorn", "--config", "config/gunicorn.py", "wsgi:app"),
    }
    if life.lives:
        commands["living"] = _living(environ, place, life)
    for name, command in commands.items():
        yield _program(name, command, environ, place)


def _program(name: str, command: list[str], environ: Mapping[str, str], place: Place) -> Program:
    log = place.logs / f"{name}.log"
    log.unlink(missing_ok=True)
    return Program(name, tuple(command), ROOT, log, environ, PATIENCE.get(name, 10))


def _printer(environ: Mapping[str, str], place: Place, port: int, page_port: int) -> Program:
    """A thermal printer that only plays."""
    told = ("--port", str(port), "--page-port", str(page_port))
    return _program("printer", lifeline.command("embedded.printer", *told), environ, place)


def _port_on(port: str, on: int) -> int:
    """So far on from the web's, else one that nobody uses."""
    wanted = int(port) + on
    with socket.socket() as probe, suppress(OSError, OverflowError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", wanted))
        return wanted
    return free_port()


def _wechat(environ: Mapping[str, str], place: Place, port: int) -> Program:
    """WeChat, as its sandbox plays it."""
    web = f"http://{_here(environ['HOST'])}:{environ['PORT']}"
    templates = Path(environ.get("WECHAT_TEMPLATES") or ROOT / "config" / "wechat-templates.yaml")
    command = lifeline.command(
        "wechat.sandbox",
        *("--port", str(port)),
        *("--base-url", load_settings(environ).base_url),
        *("--push-url", f"{web}/wechat/callback"),
        *(("--templates", str(templates)) if templates.exists() else ()),
        *("--latency-ms", *WECHAT_LATENCY_MS),
    )
    return _program("wechat", command, environ, place)


def _living(environ: Mapping[str, str], place: Place, life: Life) -> list[str]:
    return lifeline.command(
        "living",
        *("--parts", str(place.parts)),
        *("--base-url", f"http://{_here(environ['HOST'])}:{environ['PORT']}"),
        *("--kept", str(place.seats)),
        *("--speed", f"{life.speed:g}"),
    )


def _flask(*arguments: str) -> list[str]:
    return lifeline.command("flask", "--app", "wsgi", *arguments)


def _look_after(kept: list[Kept]) -> None:
    for child in kept:
        if sentence := child.look_after():
            say(sentence)
    time.sleep(PAUSE)


def _wait_until_ready(kept: list[Kept], environ: Mapping[str, str], place: Place) -> None:
    limit = time.monotonic() + READY_LIMIT
    while not _ready(environ["HOST"], int(environ["PORT"])):
        if time.monotonic() > limit:
            raise CannotStart(
                f"The web is not ready after {READY_LIMIT:g} s. {place.logs} may say why."
            )
        _look_after(kept)


def _ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(_here(host), port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _here(host: str) -> str:
    """Where this machine reaches what listens on `host`."""
    return "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 (compared, not bound)


def _announce(
    settings: Settings, place: Place, parts: Parts, life: Life, wechat_url: str, printer_url: str
) -> None:
    """Write `demo.json`, whole or not at all, and print the table."""
    announcement = {
        "base_url": settings.base_url,
        "hall": parts["hall"],
        "wechat_url": wechat_url,
        "redis_url": settings.redis_url,
        "database_url": settings.database_url,
        "kiosk_token": parts["kiosk_token"],
        "screen_token": parts["screen_token"],
        "cabinet_token": parts["cabinet_token"],
        "printing_token": parts["printing_token"],
        "printer_url": printer_url,
        "staff": parts["staff"],
        "live": life.lives,
    }
    draft = place.announcement.with_suffix(".tmp")
    draft.write_text(json.dumps(announcement, ensure_ascii=False, indent=2), encoding="utf-8")
    draft.replace(place.announcement)
    pages = table.pages(
        settings.base_url,
        parts["hall"],
        parts["kiosk_token"],
        parts["cabinet_token"],
        wechat_url,
        parts["printing_token"],
        printer_url,
    )
    print(
        "",
        "顺号已启动 Shunhao is ready",
        table.aligned(pages),
        "",
        table.aligned(table.sign_ins(parts["staff"])),
        "",
        f"  {place.announcement} 供程序读取 the same for programs; logs in {place.logs}",
        LIVES if life.lives else STANDS_STILL,
        "  按 Ctrl-C 结束 ends it; the data stays.",
        sep="\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(os.environ))
