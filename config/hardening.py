"""What a production start refuses though each setting can be read: doors left open by mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
HOST = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(\.{LABEL})*\Z")
"""A name, or an IPv4 address, without a port."""
OFF = ("", "0", "false", "no", "off")
UNCHANGED = "CHANGE-ME"
"""What deploy/ writes where a password of the installation's own belongs."""
STORES = ("DATABASE_URL", "REDIS_URL", "RQ_REDIS_URL")
SECRETS = ("SECRET_KEY", "DATA_KEY", "WECHAT_APP_SECRET", "WECHAT_PUSH_KEY")


def allowed_hosts(environ: Mapping[str, str], faults: list[str]) -> tuple[str, ...]:
    """The names besides BASE_URL's by which people may ask. Every fault is added to `faults`."""
    written = [name.strip().lower() for name in environ.get("ALLOWED_HOSTS", "").split(",")]
    names = [name for name in written if name]
    faults += [
        f"ALLOWED_HOSTS names {name!r}; names of hosts are wanted, each whole and without a port."
        for name in names
        if not HOST.match(name)
    ]
    return tuple(names)


def open_doors(environ: Mapping[str, str], base_url: str) -> Iterator[str]:
    """Each thing that is right in a demo or at a desk, and wrong where people come."""
    if environ.get("FLASK_DEBUG", "").lower() not in OFF:
        yield "FLASK_DEBUG is set: whoever meets an error could run programs here. Take it away."
    if "--reload" in environ.get("GUNICORN_CMD_ARGS", ""):
        yield "GUNICORN_CMD_ARGS says --reload, which is for developing. Take it away."
    if environ.get("LOG_LEVEL") == "DEBUG":
        yield (
            "LOG_LEVEL is DEBUG: libraries would log the addresses they ask, and secrets in them."
            " Take INFO."
        )
    if base_url.startswith("http://"):
        yield "BASE_URL begins with http://; passwords and tokens need https://."
    if environ.get("SECOND_FACTOR", "required") != "required":
        yield "SECOND_FACTOR must be required: passwords of administrators do get known."
    for name in (*STORES, *SECRETS):
        if UNCHANGED in environ.get(name, ""):
            yield f"{name} still says {UNCHANGED}: put a secret of your own there."
    yield from _shared_secrets(environ)


def _shared_secrets(environ: Mapping[str, str]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for name in SECRETS:
        value = environ.get(name, "")
        if value and owner.setdefault(value, name) != name:
            yield f"{name} is the same as {owner[value]}: each needs one of its own."
