"""Facts of a notice that only whom it is for may read, as they lie sealed in its row."""

from __future__ import annotations

import json
from collections.abc import Mapping

from app.core.parts import parts

PURPOSE = "notices.private:"
"""What they are sealed for, with the notice's id behind it: moved to another's row they do not
open."""


def sealed(notice: str, facts: Mapping[str, str]) -> bytes | None:
    """None where there are none."""
    if not facts:
        return None
    return parts().seal.seal(PURPOSE + notice, json.dumps(dict(facts), ensure_ascii=False))


def opened(notice: str, kept: bytes | None) -> dict[str, str]:
    """The facts back."""
    if kept is None:
        return {}
    facts: dict[str, str] = json.loads(parts().seal.open(PURPOSE + notice, kept))
    return facts
