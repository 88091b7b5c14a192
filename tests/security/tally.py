"""What was tried, counted for the table that `make test-security` ends with."""

from __future__ import annotations

from collections import Counter

TALLY: dict[str, Counter[str]] = {}
"""Heading -> line -> count."""


def counted(heading: str, line: str, n: int = 1) -> None:
    """So much more was tried of this."""
    TALLY.setdefault(heading, Counter())[line] += n
