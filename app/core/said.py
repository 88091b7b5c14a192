"""A sentence to be kept or passed on, which whoever reads it reads in a language of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """Its Chinese words, and what stands in their places. `language.tell` says it to a reader."""

    words: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words % self.values
