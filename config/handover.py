"""Who brings parcels, and who opens cabinets' doors: read from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.relays import relay


@dataclass(frozen=True, slots=True)
class Service:
    """A courier's, or a maker of cabinets, or a relay of this installation that speaks to them."""

    url: str
    key: str = field(repr=False)
    name: str = ""
    """As people know it."""


def courier_service(
    environ: Mapping[str, str], *, production: bool, faults: list[str]
) -> Service | None:
    """The courier these variables name; None without one. Every fault is added to `faults`."""
    found = _service("COURIER", "a demo sends nobody a parcel", environ, production, faults)
    return found and Service(found.url, found.key, environ.get("COURIER_NAME") or "邮政速递")


def cabinet_service(
    environ: Mapping[str, str], *, production: bool, faults: list[str]
) -> Service | None:
    """Who opens the doors of cabinets; None: they open where their page is touched."""
    return _service("CABINET", "a demo opens no real door", environ, production, faults)


def _service(
    what: str, why_not: str, environ: Mapping[str, str], production: bool, faults: list[str]
) -> Service | None:
    found = relay(what, environ, production=production, faults=faults, why_not=why_not)
    return None if found is None else Service(found.url, found.key)
