"""Fixtures that every test may ask for: empty stores on real servers, the app, a live server.

| fixture | gives |
|---|---|
| `redis_server` | the wheel's Valkey, emptied |
| `every_redis` | the same on each Redis-compatible server in turn |
| `database_url` | a fresh PostgreSQL database with every table |
| `every_database` | the same on SQLite and PostgreSQL in turn |
| `settings`, `app`, `client` | the app on those two, and Flask's test client |
| `live_server` | the address of gunicorn with the same settings |
| `house` | a small hall with people in it, on those stores: tests/house.py |
| `shared_house` | one for all tests of a module, for those that leave each other alone |
| `shared_live_server` | gunicorn on the stores of `shared_house` |
| `shared_streams` | the service for event streams, on the same |
| `wechat` | WeChat, as the sandbox plays it: tests/wechat_server.py |
| `raw`, `tls` | a server of bytes, behind TLS if wanted: tests/raw_server.py |
| `spoken_words` | a folder of the clips that screens speak |
| `chromium` | the path of a browser |

`make test` runs three processes, one more than the cores it is made for, since many tests wait;
each has servers, ports and directories of its own, and takes tests over from the others when it has
none left (ARGS=-n0: one process).

What a machine lacks is named at the end; with `CI=true` a missing part fails.
"""

from __future__ import annotations

import copy
import gc
import ipaddress
import itertools
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import hypothesis
import pytest
from redis import Redis
from ruamel.yaml import YAML
from sqlalchemy import Dialect
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from config.settings import ROOT, Settings, load_settings
from embedded.redis_server import RunningRedis
from tests.processes import Forked
from tests.raw_server import Manner, Raw, trusted_tls
from tests.servers import DATABASE_KINDS, REDIS_KINDS, Missing, Servers, find_chromium, own_port
from tests.streams_service import streams_service
from tests.wechat_server import Wechat, wechat_server

COULD_NOT_RUN = "could not run for want of "

# how long an example takes says how busy the machine is: the whole suite keeps every core at work
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")


def missing(part: Missing) -> None:
    """Skip this test, or fail it where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{COULD_NOT_RUN}{part}", pytrace=False)
    pytest.skip(f"{COULD_NOT_RUN}{part}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(
        found[1]
        for report in terminalreporter.stats.get("skipped", [])
        if (found := re.search(f"{COULD_NOT_RUN}(.*)", str(report.longrepr[2])))
    )
    if reasons:
        terminalreporter.section("could not run")
        for reason, count in reasons.items():
            terminalreporter.line(f"{count} tests for want of {reason}")


@pytest.fixture(scope="session", autouse=True)
def _only_this_machine() -> Iterator[None]:
    """No test reaches outside: a connection to anything but this machine is refused."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


@pytest.fixture(scope="session", autouse=True)
def _routes_compiled_once() -> Iterator[None]:
    """Nearly every test makes an app of its own, most of whose time goes into reading the addresses
    of its routes, and into the functions that write them: the same ones each time."""
    compiled: dict[object, Rule] = {}
    compile_rule = Rule.compile

    def compiled_once(rule: Rule) -> None:
        written = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), rule.merge_slashes)
        first = compiled.setdefault(written, rule)
        if first is rule:
            compile_rule(rule)
            return
        for name in ("_parts", "_trace", "_converters", "arguments"):
            setattr(rule, name, getattr(first, name))
        for name in ("_build", "_build_unknown"):
            setattr(rule, name, getattr(first, name).__func__.__get__(rule, None))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", compiled_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _files_of_the_house_read_once() -> Iterator[None]:
    """And reads the same lists of templates and of people, in YAML."""
    read: dict[tuple[str, str], object] = {}
    load = YAML.load

    def read_once(yaml: YAML, stream: object) -> object:
        if not isinstance(stream, str):
            return load(yaml, stream)
        written = (yaml.typ[0], stream)
        if written not in read:
            read[written] = load(yaml, stream)
        return copy.deepcopy(read[written])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(YAML, "load", read_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_written_once() -> Iterator[None]:
    """And has an engine of its own, which would write all statements in SQL anew: one engine of a
    kind of database has written them for all."""
    first_of_kind: dict[tuple[type[Dialect], str], Dialect] = {}
    written: dict[str, MutableMapping[object, object]] = defaultdict(partial(LRUCache, 5_000))
    compile_in_cache = ClauseElement._compile_w_cache

    def compile_for_all(
        clause: ClauseElement,
        dialect: Dialect,
        *,
        compiled_cache: MutableMapping[object, object] | None,
        **options: object,
    ) -> object:
        first = first_of_kind.setdefault((type(dialect), dialect.paramstyle), dialect)
        cache = None if compiled_cache is None else written[dialect.paramstyle]
        return compile_in_cache(clause, first, compiled_cache=cache, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClauseElement, "_compile_w_cache", compile_for_all)
        yield


@pytest.fixture(scope="session", autouse=True)
def _garbage_looked_for_between_tests() -> Iterator[None]:
    """All modules are loaded by now, and stay: no collection looks through them again. Each test
    throws an app away; a full collection after each took a tenth of the time, and one that came by
    itself after thousands of them stopped the process for ten seconds, in the middle of a
    transaction or of what a proxy was passing on."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(20_000, 20, NEVER)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


NEVER = 1_000_000
TESTS_BETWEEN_COLLECTIONS = 25
_tests_run = itertools.count(1)


def pytest_runtest_logfinish() -> None:
    if next(_tests_run) % TESTS_BETWEEN_COLLECTIONS == 0:
        gc.collect()


def _guarded(connect):
    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
            raise PermissionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    return guarded


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack, tmp_path_factory.mktemp("servers"))


@pytest.fixture
def redis_server(servers: Servers) -> RunningRedis:
    return _empty_redis(servers, "valkey")


@pytest.fixture(params=REDIS_KINDS)
def every_redis(servers: Servers, request: pytest.FixtureRequest) -> RunningRedis:
    return _empty_redis(servers, request.param)


def _empty_redis(servers: Servers, kind: str) -> RunningRedis:
    try:
        server = servers.redis(kind)
    except Missing as part:
        missing(part)
    with Redis.from_url(server.url) as client:
        client.flushall()
    return server


@pytest.fixture(scope="session")
def shared_wechat() -> Iterator[Wechat]:
    with wechat_server() as server:
        yield server


@pytest.fixture
def wechat(shared_wechat: Wechat) -> Wechat:
    """As at its start: nobody signed in, nothing sent, no fault."""
    shared_wechat.reset()
    return shared_wechat


@pytest.fixture
def raw() -> Iterator[Callable[[Manner], Raw]]:
    made: list[Raw] = []

    def start(manner: Manner, tls: ssl.SSLContext | None = None) -> Raw:
        made.append(Raw(manner, tls))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Of a server on `localhost` whom our side trusts."""
    context, certificate = trusted_tls(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    return context


@pytest.fixture
def database_url(servers: Servers) -> Iterator[str]:
    yield from _fresh_database(servers, "postgresql")


@pytest.fixture(params=DATABASE_KINDS)
def every_database(servers: Servers, request: pytest.FixtureRequest) -> Iterator[str]:
    yield from _fresh_database(servers, request.param)


def _fresh_database(servers: Servers, kind: str) -> Iterator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(servers.database(kind))
        except Missing as part:
            missing(part)
        yield url


@pytest.fixture
def environ(
    database_url: str, redis_server: RunningRedis, wechat: Wechat, tmp_path
) -> dict[str, str]:
    """The variables of a process that works on this test's stores."""
    return {
        "SHUNHAO_MODE": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_server.url,
        "WECHAT_API_URL": wechat.url,
        "INSTANCE_PATH": str(tmp_path / "instance"),
        "IDLE_MINUTES": "720",  # a test's clock leaps over hours
    }


@pytest.fixture
def settings(environ: dict[str, str]) -> Settings:
    return load_settings(environ)


@pytest.fixture
def app(settings: Settings):
    from app.factory import create_app

    made = create_app(settings)
    yield made
    with made.app_context():
        made.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def live_server(environ: dict[str, str], tmp_path) -> Iterator[str]:
    with _served(environ, tmp_path) as address:
        yield address


@contextmanager
def _served(environ: dict[str, str], tmp_path) -> Iterator[str]:
    """Gunicorn, soon up."""
    with own_port() as port:
        log = tmp_path / "web.log"
        command = ["gunicorn", "--config", "config/gunicorn.py", "wsgi:app"]
        web = Forked(command, {**os.environ, **environ, "PORT": str(port)}, log)
        try:
            limit = time.monotonic() + 60
            while not _listens(port):
                assert web.poll() is None, log.read_text()
                assert time.monotonic() < limit, log.read_text()
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            web.send_signal(signal.SIGTERM)
            with suppress(TimeoutError):
                web.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(web.pid, signal.SIGKILL)
            web.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def spoken_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speech")
    subprocess.run([sys.executable, "-m", "speech", folder], cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    try:
        return str(find_chromium())
    except Missing as part:
        missing(part)
        raise


@pytest.fixture
def house(settings: Settings):
    """A small hall on the default stores, at nine on a Monday."""
    from tests.house import open_house

    house = open_house(settings)
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def every_settings(
    every_database: str, every_redis: RunningRedis, wechat: Wechat, tmp_path
) -> Settings:
    """Settings on each pair of stores in turn."""
    return load_settings(
        {
            "SHUNHAO_MODE": "test",
            "DATABASE_URL": every_database,
            "REDIS_URL": every_redis.url,
            "WECHAT_API_URL": wechat.url,
            "INSTANCE_PATH": str(tmp_path / "instance"),
            "IDLE_MINUTES": "720",  # a test's clock leaps over hours
        }
    )


@pytest.fixture(scope="module")
def shared_environ(
    servers: Servers, shared_wechat: Wechat, tmp_path_factory: pytest.TempPathFactory
):
    """The variables of processes that work on the stores of one module's tests."""
    with servers.database("postgresql") as url:
        yield {
            "SHUNHAO_MODE": "test",
            "DATABASE_URL": url,
            "REDIS_URL": _empty_redis(servers, "valkey").url,
            "WECHAT_API_URL": shared_wechat.url,
            "INSTANCE_PATH": str(tmp_path_factory.mktemp("instance")),
            "IDLE_MINUTES": "720",  # a test's clock leaps over hours
            # a table of tests asks more of a hall than its people do
            "DEVICE_LIMIT": "100000",
            "ADDRESS_LIMIT": "100000",
        }


@pytest.fixture(scope="module")
def shared_house(shared_environ: dict[str, str]):
    """One house for a module whose tests do not mind what the others left."""
    from tests.house import open_house

    house = open_house(load_settings(shared_environ))
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="module")
def shared_live_server(shared_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory):
    """The address of gunicorn on the stores of `shared_house`."""
    with _served(shared_environ, tmp_path_factory.mktemp("live")) as address:
        yield address


@pytest.fixture(scope="module")
def shared_streams(shared_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory):
    """The service for event streams, on the stores of `shared_house`."""
    with streams_service(shared_environ, tmp_path_factory.mktemp("streams")) as service:
        yield service
