"""A sentence to be kept or passed on, which whoever reads it reads in a language of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import date
from typing import Any

HIDDEN = "******"


@dataclass(frozen=True, slots=True)
class Both:
    """What no catalogue knows, in both languages: a hall's name, a date."""

    chinese: str
    english: str
    """Empty where nobody wrote it."""

    def __str__(self) -> str:
        return self.chinese


def day_said(day: date) -> Both:
    """2026年11月23日; of a moment, the day of its own clock."""
    return Both(f"{day.year}年{day.month}月{day.day}日", f"{day:%B} {day.day}, {day.year}")


@dataclass(frozen=True, slots=True)
class Masked:
    """Somebody's name as it may lie in the clear; in full for whoever knows whom it is of."""

    masked: str
    person: str

    def __str__(self) -> str:
        return self.masked


@dataclass(frozen=True, slots=True)
class Private:
    """A fact that lies sealed beside the sentence; in full for whom it was told."""

    fact: str

    def __str__(self) -> str:
        return HIDDEN


@dataclass(frozen=True, slots=True)
class Said:
    """Its Chinese words, and what stands in their places, which may be Said or in Both languages
    itself. `language.tell` says it to a reader."""

    words: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words % self.values

    def knowing(self, names: Mapping[str, str], facts: Mapping[str, str]) -> Said:
        """The same for somebody who knows these people, person -> name, and these facts."""

        def known(each: Any) -> Any:
            match each:
                case Said():
                    return each.knowing(names, facts)
                case Masked(masked, person):
                    return names.get(person, masked)
                case Private(fact):
                    return facts.get(fact, HIDDEN)
            return each

        return Said(self.words, {key: known(each) for key, each in self.values.items()})

    def plain(self) -> dict[str, Any]:
        """As `asdict` writes it down, which takes ten times as long."""
        return {"words": self.words, "values": {k: _plain(v) for k, v in self.values.items()}}

    @classmethod
    def kept(cls, kept: Mapping[str, Any]) -> Said:
        """As it was before `plain` or `asdict` wrote it down."""
        return cls(kept["words"], {name: _value(each) for name, each in kept["values"].items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Said):
        return value.plain()
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _value(kept: Any) -> Any:
    if not isinstance(kept, Mapping):
        return kept
    if "person" in kept:
        return Masked(**kept)
    if "fact" in kept:
        return Private(**kept)
    return Said.kept(kept) if "words" in kept else Both(**kept)
