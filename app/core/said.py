"""A sentence to be kept or passed on, which whoever reads it reads in a language of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Both:
    """What no catalogue knows, in both languages: a hall's name, a date."""

    chinese: str
    english: str
    """Empty where nobody wrote it."""

    def __str__(self) -> str:
        return self.chinese


@dataclass(frozen=True, slots=True)
class Masked:
    """Somebody's name as it may lie in the clear; in full for whoever knows whom it is of."""

    masked: str
    person: str

    def __str__(self) -> str:
        return self.masked


@dataclass(frozen=True, slots=True)
class Said:
    """Its Chinese words, and what stands in their places, which may be Said or in Both languages
    itself. `language.tell` says it to a reader."""

    words: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words % self.values

    def knowing(self, names: Mapping[str, str]) -> Said:
        """The same for somebody who knows these people: person -> name."""
        values = {
            key: names.get(each.person, each.masked) if isinstance(each, Masked) else each
            for key, each in self.values.items()
        }
        return Said(self.words, values)

    @classmethod
    def kept(cls, kept: Mapping[str, Any]) -> Said:
        """As it was before `asdict` wrote it down."""
        return cls(kept["words"], {name: _value(each) for name, each in kept["values"].items()})


def _value(kept: Any) -> Any:
    if not isinstance(kept, Mapping):
        return kept
    if "person" in kept:
        return Masked(**kept)
    return Said.kept(kept) if "words" in kept else Both(**kept)
