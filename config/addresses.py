"""Addresses of servers of others, checked in words."""

from __future__ import annotations

from urllib.parse import urlsplit


def api_url(name: str, url: str, schemes: tuple[str, ...], faults: list[str]) -> str:
    """What the variable `name` says, without a last slash. A fault is added to `faults`.

    Secrets and telephone numbers go there, so a relay is spoken to in secret as well."""
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname:
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        faults.append(f"{name} must be an {wanted} address.")
    return url.rstrip("/")
