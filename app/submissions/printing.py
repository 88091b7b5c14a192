"""What goes on paper of a submission, and of what it lacks. Pure.

Texts are as people read them: with units, the titles of options and dates in Chinese; empty where
a field was left empty. Nothing in them is markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PrintedField:
    """One field that was visible."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PrintedGroup:
    title: str
    fields: tuple[PrintedField, ...]


@dataclass(frozen=True, slots=True)
class PrintedMaterial:
    """A paper the item asks for, and by what it is there."""

    name: str
    state: str
    """licence 免提交, archive 已存档, promise 承诺, bring 需携带."""
    evidence: str = ""
    """Which licence or earlier paper, in words."""


@dataclass(frozen=True, slots=True)
class PrintedPromise:
    """What was promised instead of a material, word for word."""

    material: str
    text: str


@dataclass(frozen=True, slots=True)
class PrintedCorrection:
    """A field that a counter set right after it was submitted, and when it did so last."""

    title: str
    counter: str
    at: datetime
    """In the hall's time zone."""


@dataclass(frozen=True, slots=True)
class Printable:
    """A submission as its application document shows it."""

    submission: str
    """Its id."""
    code: str
    """The short one that people read out."""
    revision: int
    """Of the submitted values: a document is made once for each."""
    form: str
    """The form's code."""
    form_version: int
    form_name: str
    hall: str
    """Its code."""
    hall_name: str
    item_name: str
    person_kind: str
    """person, firm."""
    person_name: str
    submitted_at: datetime
    """In the hall's time zone."""
    groups: tuple[PrintedGroup, ...]
    materials: tuple[PrintedMaterial, ...] = ()
    promises: tuple[PrintedPromise, ...] = ()
    corrections: tuple[PrintedCorrection, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedGap:
    """Something that is missing or wrong: a material or a field, and what to do about it."""

    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PrintableGaps:
    """What somebody was told at the counter, once and completely, as its sheet shows it."""

    notice: str
    """The id of the notice."""
    hall: str
    """Its code."""
    hall_name: str
    item_name: str
    person_name: str
    """Empty for somebody without a name."""
    number: str
    """Of the ticket."""
    counter: str
    """Where it was said."""
    told_at: datetime
    """In the hall's time zone."""
    materials: tuple[PrintedGap, ...] = ()
    fields: tuple[PrintedGap, ...] = ()
    note: str = ""
    submission_code: str = ""
    form_name: str = ""
