"""Who is asked about real people and their licences: relays of this installation that speak to the
province's services, read from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.addresses import api_url

DEMO_REGISTER = Path(__file__).with_name("demo-people.yaml")
"""Which name belongs to which identity number, of invented people."""
DEMO_RECORDS = Path(__file__).with_name("demo-records.yaml")
"""Whether a licence's holder is in order, of invented holders."""


@dataclass(frozen=True, slots=True)
class Relay:
    url: str
    key: str = field(repr=False)


def relay(
    name: str,
    environ: Mapping[str, str],
    *,
    production: bool,
    faults: list[str],
    why_not: str = "a demo asks nobody about real people",
) -> Relay | None:
    """What `{name}_URL` and `{name}_KEY` tell; None without them. Every fault is added to `faults`.

    Never outside production, and `why_not`: something that plays takes its place there."""
    url, key = environ.get(f"{name}_URL", ""), environ.get(f"{name}_KEY", "")
    if not url and not key:
        return None
    if not production:
        faults.append(f"{name}_URL is set, but {why_not}.")
    if not url:
        faults.append(f"{name}_KEY is set without {name}_URL.")
        return None
    if not key:
        faults.append(f"{name}_URL is set without {name}_KEY.")
    return Relay(api_url(f"{name}_URL", url, ("https",), faults), key)
