"""How operators name Redis servers: one, those that sentinels watch, or a cluster of them.

    redis://USER:PASSWORD@HOST:PORT/DB          rediss:// with TLS; unix://PATH
    redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/SERVICE/DB
    redis+cluster://USER:PASSWORD@HOST:PORT,HOST:PORT

What stands before the @ is for the servers. Sentinels that want a password of their own get it
with `?sentinel_username=…&sentinel_password=…`. Other options are redis-py's, as in `redis://`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from redis.connection import parse_url

CLUSTER = "+cluster"
SENTINEL = "+sentinel"
SCHEMES = (
    "redis", "rediss", "unix",
    f"redis{SENTINEL}", f"rediss{SENTINEL}", f"redis{CLUSTER}", f"rediss{CLUSTER}",
)  # fmt: skip
PORTS = {SENTINEL: 26379, CLUSTER: 6379}
OF_SENTINELS = "sentinel_"


@dataclass(frozen=True, slots=True)
class Several:
    """A URL that names several servers, read."""

    nodes: tuple[tuple[str, int], ...]
    """The sentinels, or nodes of the cluster: host and port."""
    service: str
    """What the sentinels call the server they watch."""
    settings: dict[str, Any] = field(repr=False)
    """redis-py's options for the servers: user, password, database, TLS."""
    of_sentinels: dict[str, Any] = field(repr=False)
    """The same for the sentinels."""


def is_cluster(url: str) -> bool:
    return urlsplit(url).scheme.endswith(CLUSTER)


def is_sentinel(url: str) -> bool:
    return urlsplit(url).scheme.endswith(SENTINEL)


def fault(url: str) -> str | None:
    """What is wrong with a URL, as the end of a sentence about it; None where it can be used."""
    if urlsplit(url).scheme not in SCHEMES:
        return f"must begin with one of {', '.join(f'{scheme}://' for scheme in SCHEMES)}."
    if not is_cluster(url) and not is_sentinel(url):
        return None
    try:
        several = read(url)
    except ValueError as error:
        return f"cannot be read: {error}."
    if is_sentinel(url) and not several.service:
        return "must name the service that the sentinels watch: redis+sentinel://HOST:26379/NAME."
    if is_cluster(url) and several.settings.get("db"):
        return f"names database {several.settings['db']}; a cluster has none but 0."
    return None


def read(url: str) -> Several:
    """Of a URL of a cluster or of sentinels. Raises ValueError."""
    parts = urlsplit(url)
    scheme, plus, kind = parts.scheme.partition("+")
    credentials, at, hosts = parts.netloc.rpartition("@")
    service, path = "", parts.path
    if is_sentinel(url):
        service, _, path = parts.path.strip("/").partition("/")
    plain = parts._replace(scheme=scheme, netloc=f"{credentials}{at}host", path=path)
    settings: dict[str, Any] = parse_url(plain.geturl())  # type: ignore[no-untyped-call]
    for name in ("host", "connection_class"):
        settings.pop(name, None)
    if scheme == "rediss":
        settings["ssl"] = True
    own = {name: settings.pop(name) for name in tuple(settings) if name.startswith(OF_SENTINELS)}
    nodes = tuple(_node(host, PORTS[plus + kind]) for host in hosts.split(","))
    secured = {name: value for name, value in settings.items() if name.startswith("ssl")}
    of_sentinels = {name.removeprefix(OF_SENTINELS): value for name, value in own.items()}
    return Several(nodes, service, settings, secured | of_sentinels)


def _node(host: str, port: int) -> tuple[str, int]:
    named = urlsplit(f"//{host.strip()}")
    if not named.hostname:
        raise ValueError("a host is missing")
    return named.hostname, named.port or port
