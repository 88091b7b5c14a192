"""Who brings parcels, and who opens cabinets' doors: read from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.addresses import api_url


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
    url, key = environ.get(f"{what}_URL", ""), environ.get(f"{what}_KEY", "")
    if not url and not key:
        return None
    if not production:
        faults.append(f"{what}_URL is set, but {why_not}.")
    if not url:
        faults.append(f"{what}_KEY is set without {what}_URL.")
        return None
    if not key:
        faults.append(f"{what}_URL is set without {what}_KEY.")
    return Service(api_url(f"{what}_URL", url, ("https",), faults), key)
