"""What a form may be filled with: only what whoever fills it has a right to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from app.citizens.queries import citizen_of, numbers_of
from app.citizens.rules import BEIJING
from app.citizens.rules import id_number as judge_id_number
from app.citizens.service import Identity, person_and_phone_of
from app.core.acts import Act
from app.core.identity import Level
from app.forms.form import Form, Kind, Way
from app.forms.materials import KeptMaterial
from app.forms.prefill import FirmFacts, Known, LicenceFacts, Past, PersonFacts
from app.forms.queries import version
from app.licences.kinds import METADATA
from app.licences.kinds import Kind as LicenceKind
from app.licences.queries import Licence
from app.licences.queries import kinds as licence_kinds
from app.licences.rights import (
    Ground,
    Right,
    holders_of,
    licences_read,
    right_by_card,
    right_of_citizen,
)
from app.submissions.queries import (
    REMEMBERED,
    Line,
    Submission,
    forms_of,
    kept_materials,
    last_of,
    latest_of,
    values_of,
)

MEN = "13579"
"""The last but one digit of an identity number tells the sex."""


@dataclass(frozen=True, slots=True)
class Party:
    """A person or a firm, as whoever fills the form knows them."""

    id: str
    kind: str
    name: str
    number: str
    phone: str | None = None
    verified: bool = False
    """By a real-name service, a card or a licence."""


@dataclass(frozen=True, slots=True)
class Filling:
    """Who fills a form, for whom, and by what right."""

    right: Right
    about: Party
    applicant: Party
    """The person at the phone or at the desk."""


# Who fills for whom


def by_account(citizen: str, person: str | None, now: datetime) -> Filling:
    """An account fills for itself or for another. Raises IdentityNeeded, PersonNotFound."""
    right = right_of_citizen(citizen, person, now)
    account = citizen_of(citizen)
    own = account.person or right.person
    verified = account.level == Level.VERIFIED
    applicant = _party(own, "person", account.name or "", verified, account.phone)
    if right.person == own:
        return Filling(right, applicant, applicant)
    holders = holders_of(citizen, now)
    name = next(each.name for each in holders if each.right.person == right.person)
    return _for_another(right, name, applicant)


def by_card(card: Identity, read: bool, holder: str | None, act: Act) -> Filling:
    """Somebody fills at the desk, for themselves or for whom they may act for; the card was read,
    or its number typed and agreed to by the real-name service. Raises PersonNotFound."""
    person, phone = person_and_phone_of(card.number, act)
    right, name = right_by_card(holder or person, person, card.name, read, act.now)
    verified = card.level is not Level.DECLARED
    applicant = Party(
        person, "person", card.name, card.number.value, phone if read else None, verified
    )
    if right.person == person:
        return Filling(right, applicant, applicant)
    return _for_another(right, name, applicant)


def _for_another(right: Right, name: str, applicant: Party) -> Filling:
    return Filling(right, _party(right.person, right.kind, name, right.reads_licences), applicant)


def _party(person: str, kind: str, name: str, verified: bool, phone: str | None = None) -> Party:
    _, number = numbers_of([person])[person]
    return Party(person, kind, name, number, phone, verified)


# What is known


def known_of(form: Form, filling: Filling, today: date) -> Known:
    """All that this form may be filled with."""
    about, right = filling.about, filling.right
    is_firm = about.kind == "firm"
    known = Known(
        person=_person_facts(filling.applicant if is_firm else about, today),
        firm=FirmFacts(about.name, about.number, about.verified) if is_firm else None,
    )
    if not right.reads_licences:
        return known
    archive, last = _said_before(form, filling)
    return replace(
        known,
        licences=facts_by_kind(licences_read(right, kinds_of(form)), today),
        archive=archive,
        last=last,
    )


def kinds_of(form: Form) -> frozenset[str]:
    """The kinds of licence a form is filled from, or asks for as papers."""
    filled = {each.licence for origins in form.prefill.values() for each in origins}
    asked = {kind for each in form.materials for way, kind in each.ways if way is Way.LICENCE}
    return frozenset(kind for kind in filled | asked if kind is not None)


def fields_read(form: Form) -> dict[str, frozenset[str] | None]:
    """Kind of licence -> its fields that a form is filled from; None: the whole of a licence that
    may stand for a paper."""
    read: dict[str, frozenset[str] | None] = {}
    for origins in form.prefill.values():
        for each in origins:
            if each.licence is not None:
                read[each.licence] = (read.get(each.licence) or frozenset()) | {each.name}
    papers = (kind for each in form.materials for way, kind in each.ways if way is Way.LICENCE)
    return read | {kind: None for kind in papers if kind is not None}


def facts_by_kind(licences: Sequence[Licence], today: date) -> dict[str, list[LicenceFacts]]:
    """Licences as forms see them."""
    known = licence_kinds()
    found: dict[str, list[LicenceFacts]] = {}
    for each in licences:
        found.setdefault(each.kind, []).append(_facts(each, known[each.kind], today))
    return found


def _facts(licence: Licence, kind: LicenceKind, today: date) -> LicenceFacts:
    names = (*METADATA, *licence.data)
    return LicenceFacts(
        licence.id,
        licence.kind,
        kind.name,
        licence.issued_on,
        licence.valid_on(today),
        {name: licence.value(name) for name in names},
        kind.name_en,
    )


def _person_facts(person: Party, today: date) -> PersonFacts:
    number = judge_id_number(person.number, today)
    sex = "男" if number.value[16] in MEN else "女"
    return PersonFacts(person.name, number.value, sex, number.born, person.phone, person.verified)


def _said_before(form: Form, filling: Filling) -> tuple[dict[str, list[Past]], dict[str, Past]]:
    """What was written under the archive's words before, each value with its day; and what the last
    submission of this form said. Only what may tell something of it is opened."""
    words = _names(form, Kind.ARCHIVE)
    latest = latest_of(filling.about.id) if words else None
    last = _last(form, filling, latest) if _names(form, Kind.LAST) else None
    rows = latest or []
    asked = rows if last is None or last in rows else [*rows, last]
    known = {row.id: each for row, each in zip(asked, _forms(asked), strict=True)}
    said = {
        row.id: _pasts(row, known[row.id], filling)
        for row in asked
        if row is last or words & known[row.id].words
    }
    archive: dict[str, list[Past]] = {}
    for row in rows:
        for name, past in said.get(row.id, {}).items():
            word = known[row.id].fields[name].keep
            if word in words:
                archive.setdefault(word, []).append(past)
    return archive, {} if last is None else said[last.id]


def _names(form: Form, kind: Kind) -> set[str]:
    """What fields are filled from of this kind of origin."""
    return {each.name for origins in form.prefill.values() for each in origins if each.kind is kind}


def _last(
    form: Form, filling: Filling, latest: Sequence[Row[Any]] | None
) -> Row[Any] | None:
    """The last submission of this form; asked for only where the latest of any do not tell."""
    found = next((row for row in latest or () if row.form == form.code), None)
    if found is not None or (latest is not None and len(latest) < REMEMBERED):
        return found
    return last_of(filling.about.id, form.code)


def _forms(rows: Sequence[Row[Any]]) -> list[Form]:
    known = forms_of(rows) if rows else {}
    return [known[row.form, row.version] for row in rows]


def _pasts(row: Row[Any], form: Form, filling: Filling) -> dict[str, Past]:
    """What an earlier submission said; of a firm's that somebody else filled in, nothing of their
    own: their telephone is no business of who fills the next."""
    other = row.person_kind == "firm" and row.applicant_id != filling.applicant.id
    theirs = _of_the_person(form) if other else frozenset()
    on = row.submitted_at.astimezone(BEIJING).date()
    return {
        name: Past(value, on, form.name, form.name_en)
        for name, value in values_of(row).items()
        if name in form.fields and name not in theirs
    }


def _of_the_person(form: Form) -> frozenset[str]:
    """The fields of a firm's form that are about who fills it."""
    return frozenset(
        name
        for name, origins in form.prefill.items()
        if any(each.kind is Kind.PERSON for each in origins)
    )


# Papers


def papers_of(
    submission: Submission, today: date, *, staff: bool = False
) -> tuple[Mapping[str, Sequence[LicenceFacts]], Mapping[str, KeptMaterial]]:
    """What the hall has already of the papers a submission asks for: licences and papers seen
    before. Nothing where it was filled by no right to them, unless a counter looks."""
    form, row = submission.form, submission.row
    if not (staff or submission.reads_licences):
        return {}, {}
    kinds = {kind for each in form.materials for _, kind in each.ways if kind is not None}
    ground = Ground.CARD if staff else Ground(row.ground)
    typed = row.identity_typed and not staff
    right = Right(row.person_id, row.person_kind, ground, typed=typed)
    return facts_by_kind(licences_read(right, kinds), today), _kept(form, row)


def _kept(form: Form, row: Line) -> dict[str, KeptMaterial]:
    """Code -> the latest paper seen, but for those handed in with this very submission."""
    found: dict[str, KeptMaterial] = {}
    for paper in kept_materials(row.person_id, [each.code for each in form.materials]):
        if paper.submission_id != row.id and paper.code not in found:
            found[paper.code] = KeptMaterial(paper.seen_on, *form_names(paper.form, paper.version))
    return found


def form_names(form: str, number: int) -> tuple[str, str]:
    """A form's name in Chinese and English, as the version had it."""
    found: Any = version(form, number).form
    return found.name, found.name_en
