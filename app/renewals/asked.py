"""What a person asked for besides, all that was ever asked, and what of it was received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.renewals.stored import opened


@dataclass(frozen=True, slots=True)
class Asked:
    """For one renewal, however often more was asked for."""

    words: str
    papers: list[str]
    visit: bool
    """Its holder has to come."""
    site_check: bool
    """The hall comes to them, and looks."""
    at: datetime
    """When something was asked for last."""
    received: list[str]
    """Of the papers."""
    came: bool

    @property
    def missing(self) -> list[str]:
        """The papers that are still to come."""
        return [each for each in self.papers if each not in self.received]

    @property
    def is_done(self) -> bool:
        """Whether something definite was asked for, and all of it was received."""
        asks = bool(self.papers) or self.visit
        return asks and not self.missing and (self.came or not self.visit)

    def and_also(
        self, words: str, papers: Sequence[str], visit: bool, site_check: bool, at: datetime
    ) -> Asked:
        """Once more is asked for: what was asked before still is. A paper that is asked for again
        is to come again."""
        return Asked(
            words=f"{self.words}\n{words}",
            papers=list(dict.fromkeys([*self.papers, *papers])),
            visit=self.visit or visit,
            site_check=self.site_check or site_check,
            at=at,
            received=[each for each in self.received if each not in papers],
            came=self.came and not visit,
        )

    def but(self, received: Sequence[str], came: bool) -> Asked:
        """Once these were received."""
        return replace(self, received=[*self.received, *received], came=self.came or came)


def asked_of(row: Row[Any]) -> Asked | None:
    """What was asked for of a renewal; None: nothing."""
    kept = opened(row, "asked_for")
    if kept is None:
        return None
    return Asked(**{**kept, "at": datetime.fromisoformat(kept["at"])})


def kept(asked: Asked) -> dict[str, Any]:
    """As JSON keeps it."""
    return {**asdict(asked), "at": asked.at.isoformat()}
