"""What a form's fields are filled with, from what is known and may be used. Pure.

Whoever calls puts only such facts into `Known` as the person has a right to; nothing is looked up
here. What comes out is the same in whatever order the facts are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from app.core.said import Both, Said
from app.forms.conditions import holds, is_filled, same
from app.forms.form import Form, Kind, Origin
from app.forms.values import fitted


class Confidence(StrEnum):
    VERIFIED = "verified"
    """An authority says so: a valid licence, a verified identity."""
    DECLARED = "declared"
    """The person said so, here or in an earlier submission."""
    GUESSED = "guessed"
    """Nobody said so of today: an expired licence, a customary choice."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What an identity tells; None where it is not known."""

    name: str | None = None
    id_number: str | None = None
    sex: str | None = None
    """男 or 女."""
    birthday: date | None = None
    phone: str | None = None
    verified: bool = False
    """By a real-name service; a phone number never is."""


@dataclass(frozen=True, slots=True)
class FirmFacts:
    name: str | None = None
    credit_code: str | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """A licence of the holder; `values` by field, its metadata (number, holder_name, …) among
    them."""

    id: str
    kind: str
    kind_name: str
    issued_on: date | None
    valid: bool
    values: Mapping[str, Any]
    kind_name_en: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """What the person wrote in an earlier submission."""

    value: Any
    on: date
    form_name: str
    form_name_en: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """All that may be used for this form."""

    person: PersonFacts | None = None
    firm: FirmFacts | None = None
    licences: Mapping[str, Sequence[LicenceFacts]] = field(default_factory=dict)
    """By kind, in any order."""
    archive: Mapping[str, Sequence[Past]] = field(default_factory=dict)
    """By the vocabulary's word, in any order."""
    last: Mapping[str, Past] = field(default_factory=dict)
    """By field, of the last submission of this very form."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value came from."""

    kind: Kind
    text: Said
    """In words, such as 营业执照（2023-05-01 签发）."""
    licence: str | None = None
    """The licence's id."""
    on: date | None = None
    """The day of the licence or of the earlier submission."""


@dataclass(frozen=True, slots=True)
class Other:
    """What another source says instead, or says in a way the field cannot take."""

    value: Any
    source: Source
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Filled:
    """What a field is filled with. Where no source has a value that fits, `value`, `source` and
    `confidence` are None and `others` tells what there was."""

    value: Any
    source: Source | None
    confidence: Confidence | None
    editable: bool
    others: tuple[Other, ...] = ()

    @property
    def sayings(self) -> tuple[Other, ...]:
        """What each source says, the one it was filled from first; their order never changes."""
        if self.source is None or self.confidence is None:
            return self.others
        return (Other(self.value, self.source, self.confidence), *self.others)


def prefill(
    form: Form, known: Known, today: date, given: Mapping[str, Any] | None = None
) -> dict[str, Filled]:
    """What each field is filled with; a field of which nothing is known is left out.

    `given` is what the person has written already: conditions ask about it first."""
    filled: dict[str, Filled] = {}
    values = dict(given or {})
    for name in form.filled_in_order:
        found = _fill(form, name, known, values, today)
        if found is None:
            continue
        filled[name] = found
        if found.source is not None:
            values.setdefault(name, found.value)
    return filled


def _fill(
    form: Form, name: str, known: Known, values: Mapping[str, Any], today: date
) -> Filled | None:
    chosen: Other | None = None
    lock = False
    others: list[Other] = []
    for origin in form.prefill[name]:
        if origin.when is not None and not holds(origin.when, values, today):
            continue
        for said in _candidates(origin, known):
            if not is_filled(said.value):
                continue
            value = fitted(form.fields[name], said.value, today)
            if value is None:
                _add(others, said)
            elif chosen is None:
                chosen = Other(value, said.source, said.confidence)
                lock = origin.lock and said.confidence is Confidence.VERIFIED
            else:
                _add(others, Other(value, said.source, said.confidence))
    if chosen is None:
        return Filled(None, None, None, True, tuple(others)) if others else None
    differing = tuple(each for each in others if not same(each.value, chosen.value))
    return Filled(chosen.value, chosen.source, chosen.confidence, not lock, differing)


def _add(others: list[Other], other: Other) -> None:
    """Each value once, by the source that was asked first."""
    if not any(same(each.value, other.value) for each in others):
        others.append(other)


def _candidates(origin: Origin, known: Known) -> Iterator[Other]:
    """What one line of the prefill finds, the most trustworthy first."""
    match origin.kind:
        case Kind.PERSON:
            yield from _of_person(origin.name, known.person)
        case Kind.FIRM:
            yield from _of_firm(origin.name, known.firm)
        case Kind.LICENCE:
            yield from _of_licences(origin, known)
        case Kind.ARCHIVE:
            yield from _of_archive(origin.name, known)
        case Kind.LAST:
            yield from _of_last(origin.name, known)
        case Kind.CONSTANT:
            text = Said("本表的常用选择，请核对")
            yield Other(origin.value, Source(Kind.CONSTANT, text), Confidence.GUESSED)


def _of_person(name: str, person: PersonFacts | None) -> Iterator[Other]:
    value = plain(getattr(person, name, None))
    if person is None or value is None:
        return
    if name == "phone":
        yield Other(value, Source(Kind.PERSON, Said("本人留的手机号")), Confidence.DECLARED)
    elif person.verified:
        yield Other(value, Source(Kind.PERSON, Said("本人实名信息")), Confidence.VERIFIED)
    else:
        yield Other(value, Source(Kind.PERSON, Said("本人填写的身份信息")), Confidence.DECLARED)


def _of_firm(name: str, firm: FirmFacts | None) -> Iterator[Other]:
    value = getattr(firm, name, None)
    if firm is None or value is None:
        return
    if firm.verified:
        yield Other(value, Source(Kind.FIRM, Said("企业登记信息")), Confidence.VERIFIED)
    else:
        yield Other(value, Source(Kind.FIRM, Said("填写的企业信息")), Confidence.DECLARED)


def _of_licences(origin: Origin, known: Known) -> Iterator[Other]:
    held = known.licences.get(origin.licence or "", ())
    for licence in sorted(held, key=_newest_first):
        value = plain(licence.values.get(origin.name))
        if value is None or not (licence.valid or origin.expired):
            continue
        confidence = Confidence.VERIFIED if licence.valid else Confidence.GUESSED
        yield Other(value, _licence_source(licence), confidence)


def _newest_first(licence: LicenceFacts) -> tuple[bool, int, str]:
    """Valid ones before others; the id makes it the same in whatever order they were imported."""
    issued = licence.issued_on.toordinal() if licence.issued_on else 0
    return not licence.valid, -issued, licence.id


def _licence_source(licence: LicenceFacts) -> Source:
    said = {
        "kind": Both(licence.kind_name, licence.kind_name_en),
        "day": licence.issued_on and licence.issued_on.isoformat(),
    }
    if licence.issued_on is None:
        text = Said("%(kind)s", said) if licence.valid else Said("%(kind)s，已过有效期", said)
    elif licence.valid:
        text = Said("%(kind)s（%(day)s 签发）", said)
    else:
        text = Said("%(kind)s（%(day)s 签发，已过有效期）", said)
    return Source(Kind.LICENCE, text, licence.id, licence.issued_on)


def _of_archive(word: str, known: Known) -> Iterator[Other]:
    past = known.archive.get(word, ())
    for each in sorted(past, key=lambda one: (-one.on.toordinal(), one.form_name, str(one.value))):
        said = {"form": Both(each.form_name, each.form_name_en), "day": each.on.isoformat()}
        text = Said("%(day)s 填报《%(form)s》时填写", said)
        yield Other(plain(each.value), Source(Kind.ARCHIVE, text, on=each.on), Confidence.DECLARED)


def _of_last(name: str, known: Known) -> Iterator[Other]:
    past = known.last.get(name)
    if past is not None and past.value is not None:
        text = Said("上次（%(day)s）填写", {"day": past.on.isoformat()})
        yield Other(plain(past.value), Source(Kind.LAST, text, on=past.on), Confidence.DECLARED)


def plain(value: Any) -> Any:
    """A fact as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value
