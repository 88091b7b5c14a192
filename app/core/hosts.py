"""By which names the hall may be asked: its own. Links and cookies are made for no other."""

from __future__ import annotations

from ipaddress import ip_address

from flask import request
from werkzeug.sansio.utils import host_is_trusted

from app.core.errors import DomainError
from app.core.parts import parts

ASKED_BY_ADDRESS = ("/healthz", "/readyz", "/metrics")
"""What looks after the installation knows processes by their addresses."""


class UnknownHost(DomainError):
    status = 400
    code = "unknown_host"
    detail = "这不是本大厅的网址，请从公布的网址访问。"


def refuse_unknown() -> None:
    """Before anything else. Outside production this machine is asked by any address of its own:
    whoever has a name point here, and a page of theirs in somebody's browser, has no address.
    Raises UnknownHost."""
    if request.path in ASKED_BY_ADDRESS:
        return
    settings = parts().settings
    if host_is_trusted(request.host.lower(), settings.hosts):
        return
    if settings.mode == "production" or not _is_address(request.host):
        raise UnknownHost


def _is_address(host: str) -> bool:
    name = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
