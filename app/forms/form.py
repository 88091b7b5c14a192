"""A form as the rest of the house sees it: frozen values, made by `definition.parse`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.forms.conditions import Condition, fields_of


class Subject(StrEnum):
    """Who a form is about."""

    PERSON = "person"
    FIRM = "firm"
    EITHER = "either"


class Widget(StrEnum):
    TEXT = "text"
    TEXTAREA = "textarea"
    NUMBER = "number"
    DATE = "date"
    RADIO = "radio"
    SELECT = "select"
    CHECKBOXES = "checkboxes"
    SWITCH = "switch"
    ID_NUMBER = "id-number"
    PHONE = "phone"


class Format(StrEnum):
    """What a text is; the house's own, besides JSON Schema's `date`."""

    ID_NUMBER = "id-number"
    CREDIT_CODE = "credit-code"
    PHONE = "phone"
    DATE = "date"
    POSTCODE = "postcode"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the choices a field offers."""

    value: str
    title: str
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a form asks for."""

    name: str
    type: str
    """string, number, integer, boolean; array: several of the options."""
    schema: Mapping[str, Any]
    """JSON Schema 2020-12 of its value, with exact numbers."""
    title: str
    title_en: str
    widget: Widget
    required: bool
    format: Format | None = None
    options: tuple[Option, ...] = ()
    help: str = ""
    help_en: str = ""
    unit: str = ""
    unit_en: str = ""
    say: str = ""
    """What somebody is told whose text does not have the pattern."""
    say_en: str = ""
    personal: bool = True
    keep: str | None = None
    """The word under which the archive keeps it for other forms (`vocabulary`)."""
    when: Condition | None = None
    """When it is shown; None: always."""

    def __hash__(self) -> int:
        """Of a dictionary there is none; its name tells it from most others."""
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading."""

    title: str
    title_en: str
    fields: tuple[str, ...]


class Kind(StrEnum):
    """Where a value may come from."""

    PERSON = "person"
    FIRM = "firm"
    LICENCE = "licence"
    ARCHIVE = "archive"
    LAST = "last"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class Origin:
    """One line of a field's prefill: a place to look, and when."""

    kind: Kind
    name: str = ""
    """The fact, the licence's field, the archive's word, or the field of the last submission."""
    licence: str | None = None
    """The licence kind's code."""
    value: Any = None
    """What a constant fills in."""
    when: Condition | None = None
    expired: bool = False
    """Whether a licence that is no longer valid may be looked at; what it says is a guess."""
    lock: bool = False
    """Whether the citizen may not change what comes from here. Holds for what is verified only."""


@dataclass(frozen=True, slots=True)
class Check:
    """A rule that takes more than one field."""

    then: Condition
    at: tuple[str, ...]
    """The fields at which its sentence is told."""
    say: str
    say_en: str = ""
    when: Condition | None = None


class Way(StrEnum):
    """How a paper may be dealt with."""

    LICENCE = "licence"
    ARCHIVE = "archive"
    PROMISE = "promise"
    BRING = "bring"


@dataclass(frozen=True, slots=True)
class Material:
    """A paper the form's item asks for."""

    code: str
    name: str
    name_en: str
    ways: tuple[tuple[Way, str | None], ...]
    """In their order, each with the licence kind's code where it is a licence."""
    when: Condition | None = None
    reuse_months: int | None = None
    """How long one that was seen need not be brought again."""
    promise_text: str = ""
    promise_text_en: str = ""


@dataclass(frozen=True)
class Form:
    """A faultless definition."""

    code: str
    name: str
    name_en: str
    subject: Subject
    note: str
    note_en: str
    fields: Mapping[str, Field]
    """By name, in the order of the layout."""
    groups: tuple[Group, ...]
    prefill: Mapping[str, tuple[Origin, ...]]
    """Field -> where to look for its value, first come first."""
    checks: tuple[Check, ...]
    materials: tuple[Material, ...]
    document: str
    """The template its paper is printed by."""
    definition: Mapping[str, Any]
    """As it was written, as plain JSON."""

    @cached_property
    def words(self) -> frozenset[str]:
        """The archive's words under which its fields are kept."""
        return frozenset(each.keep for each in self.fields.values() if each.keep)

    @cached_property
    def filled_in_order(self) -> tuple[str, ...]:
        """Fields with a prefill, each after those its conditions ask about; publishing refuses
        circles."""
        order: dict[str, None] = {}

        def put(name: str) -> None:
            if name in order:
                return
            for origin in self.prefill.get(name, ()):
                for asked in sorted(fields_of(origin.when) if origin.when else ()):
                    put(asked)
            order[name] = None

        for name in self.prefill:
            put(name)
        return tuple(name for name in order if name in self.prefill)
