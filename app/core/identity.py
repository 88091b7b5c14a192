"""The port to whoever knows which name belongs to which identity number."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Level(StrEnum):
    """How sure we are that somebody is who they say."""

    DECLARED = "declared"
    """They said so, and the number is well formed. Anybody could have said it."""
    VERIFIED = "verified"
    """A service that knows said so."""


class RealName(Protocol):
    def check(self, name: str, id_number: str) -> Level:
        """How sure it is that this number is of somebody of this name. Raises IdentityMismatch.

        May ask over the network: never inside a transaction."""
