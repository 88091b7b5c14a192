"""The port to whoever knows which name belongs to which identity number, and which phone."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Level(StrEnum):
    """How sure we are that somebody is who they say."""

    DECLARED = "declared"
    """They said so, and the number is well formed. Anybody could have said it."""
    AGREED = "agreed"
    """A service that knows said that name and number belong together. Whoever has seen the card
    could have said them."""
    VERIFIED = "verified"
    """It said besides that the phone is theirs which WeChat proved to be in this hand."""

    def or_surer(self, other: Level) -> Level:
        """The surer of two."""
        return max(self, other, key=list(Level).index)


class RealName(Protocol):
    def check(self, name: str, id_number: str, phone: str | None) -> Level:
        """How sure it is that this number is of somebody of this name, and they the one with this
        phone; without a proved phone nobody is verified. Raises IdentityMismatch.

        May ask over the network: never inside a transaction."""
