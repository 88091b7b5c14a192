"""Who says which name belongs to which identity number: read from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.addresses import api_url

DEMO_REGISTER = Path(__file__).with_name("demo-people.yaml")


@dataclass(frozen=True, slots=True)
class RealNameService:
    """The province's, or a relay of this installation that speaks to it."""

    url: str
    key: str = field(repr=False)


def real_name_service(
    environ: Mapping[str, str], *, production: bool, faults: list[str]
) -> RealNameService | None:
    """The service these variables name; None without one. Every fault is added to `faults`.

    Never outside production: there the register is a file of invented people."""
    url, key = environ.get("REAL_NAME_URL", ""), environ.get("REAL_NAME_KEY", "")
    if not url and not key:
        return None
    if not production:
        faults.append("REAL_NAME_URL is set, but a demo asks nobody who real people are.")
    if not url:
        faults.append("REAL_NAME_KEY is set without REAL_NAME_URL.")
        return None
    if not key:
        faults.append("REAL_NAME_URL is set without REAL_NAME_KEY.")
    return RealNameService(api_url("REAL_NAME_URL", url, ("https",), faults), key)
