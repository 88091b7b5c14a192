"""Who knows whether a licence's holder is in order: read from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.addresses import api_url

DEMO_RECORDS = Path(__file__).with_name("demo-records.yaml")


@dataclass(frozen=True, slots=True)
class PublicRecordsService:
    """A relay of this installation that speaks to the registers."""

    url: str
    key: str = field(repr=False)


def public_records_service(
    environ: Mapping[str, str], *, production: bool, faults: list[str]
) -> PublicRecordsService | None:
    """The service these variables name; None without one. Every fault is added to `faults`.

    Never outside production: there the records are a file about invented holders."""
    url, key = environ.get("PUBLIC_RECORDS_URL", ""), environ.get("PUBLIC_RECORDS_KEY", "")
    if not url and not key:
        return None
    if not production:
        faults.append("PUBLIC_RECORDS_URL is set, but a demo asks nobody about real holders.")
    if not url:
        faults.append("PUBLIC_RECORDS_KEY is set without PUBLIC_RECORDS_URL.")
        return None
    if not key:
        faults.append("PUBLIC_RECORDS_URL is set without PUBLIC_RECORDS_KEY.")
    return PublicRecordsService(api_url("PUBLIC_RECORDS_URL", url, ("https",), faults), key)
