"""Reading accounts, and whom they act for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, func, select

from app.citizens.errors import IdentityNeeded, PersonNotFound
from app.citizens.models import ActsForRow, CitizenRow, CitizenSessionRow, PersonRow
from app.citizens.rules import CreditCode, IdNumber, id_number, masked_name, masked_phone
from app.core.acts import Actor
from app.core.auth import hash_of
from app.core.db import db
from app.core.identity import Level
from app.core.parts import parts

PEOPLE = PersonRow.__table__
CITIZENS = CitizenRow.__table__
SESSIONS = CitizenSessionRow.__table__
ACTS_FOR = ActsForRow.__table__

NUMBERS = {"person": "people.id_number", "firm": "people.credit_code"}
"""Kind of person -> what their number is sealed and found as: an identity number and a credit code
never meet."""
NAME = "acts_for.name"
PHONE = "people.phone"
OPENID = "citizens.openid"
OWN_PHONE = "citizens.phone"
SELF = "self"


@dataclass(frozen=True, slots=True)
class Citizen:
    """An account."""

    id: str
    person: str | None
    """Who it is; None until they said so."""
    level: Level | None
    name: str | None
    phone: str | None
    """Eleven digits of the mainland, or +countrynumber."""
    language: str
    """In which it is told things."""


@dataclass(frozen=True, slots=True)
class Contact:
    """By which ways an account can be told something outside the app."""

    openid: str
    phone: str | None
    language: str


@dataclass(frozen=True, slots=True)
class MaskedContact:
    """Who an account is, as far as it said so: 李*明, 138****1234."""

    name: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody an account acts for, as it knows them."""

    id: str
    kind: str
    """person, firm."""
    relation: str
    """self, or one of rules.RELATIONS."""
    name: str
    number: str


# Made once: every request of a phone begins with it, and making a statement takes longer than
# running it.
SESSION_OF = (
    select(SESSIONS.c.id, SESSIONS.c.citizen_id, CITIZENS.c.person_id, CITIZENS.c.identity_level)
    .join(CITIZENS, CITIZENS.c.id == SESSIONS.c.citizen_id)
    .where(
        SESSIONS.c.token_hash == bindparam("hash"),
        SESSIONS.c.ended_at.is_(None),
        SESSIONS.c.expires_at > bindparam("now"),
    )
)


def actor_of_token(token: str) -> Actor | None:
    """The account signed in under this token, as a caller."""
    asked = {"hash": hash_of(token), "now": parts().clock.now()}
    row = db.session.execute(SESSION_OF, asked).one_or_none()
    if row is None:
        return None
    surely = row.person_id if row.identity_level == Level.VERIFIED else None
    return Actor("citizen", row.citizen_id, session=row.id, person=surely, declared=row.person_id)


def is_signed_in(session: str, now: datetime) -> bool:
    """Whether this sign-in still holds."""
    query = select(SESSIONS.c.id).where(
        SESSIONS.c.id == session, SESSIONS.c.ended_at.is_(None), SESSIONS.c.expires_at > now
    )
    return db.session.execute(query).first() is not None


def citizen_of(citizen: str) -> Citizen:
    """An account by its id."""
    own = and_(ACTS_FOR.c.citizen_id == CITIZENS.c.id, ACTS_FOR.c.person_id == CITIZENS.c.person_id)
    row = db.session.execute(
        select(
            CITIZENS.c.person_id,
            CITIZENS.c.identity_level,
            CITIZENS.c.phone_sealed,
            CITIZENS.c.language,
            ACTS_FOR.c.name_sealed,
        )
        .outerjoin(ACTS_FOR, own)
        .where(CITIZENS.c.id == citizen)
    ).one()
    known = row.person_id is not None
    return Citizen(
        id=citizen,
        person=row.person_id,
        level=Level(row.identity_level) if known else None,
        name=parts().seal.open(NAME, row.name_sealed) if known else None,
        phone=_opened_phone(row.phone_sealed),
        language=row.language,
    )


def contact_of(citizen: str) -> Contact:
    """How to reach the owner of an account."""
    row = db.session.execute(
        select(CITIZENS.c.openid_sealed, CITIZENS.c.phone_sealed, CITIZENS.c.language).where(
            CITIZENS.c.id == citizen
        )
    ).one()
    openid = parts().seal.open(OPENID, row.openid_sealed)
    return Contact(openid, _opened_phone(row.phone_sealed), row.language)


def account_of(openid: str) -> str | None:
    """The account of whom WeChat calls so, if they ever signed in."""
    index = parts().seal.find(OPENID, openid)
    found: str | None = db.session.execute(
        select(CITIZENS.c.id).where(CITIZENS.c.openid_index == index)
    ).scalar_one_or_none()
    return found


def _opened_phone(sealed: bytes | None) -> str | None:
    return None if sealed is None else parts().seal.open(OWN_PHONE, sealed)


def accounts_last_used(people: Collection[str]) -> list[tuple[str, str]]:
    """The accounts that surely belong to one of these, each as (person, account); who signed in
    last stands first."""
    last = func.max(SESSIONS.c.created_at)
    query = (
        select(CITIZENS.c.person_id, CITIZENS.c.id)
        .outerjoin(SESSIONS, SESSIONS.c.citizen_id == CITIZENS.c.id)
        .where(CITIZENS.c.person_id.in_(people), CITIZENS.c.identity_level == Level.VERIFIED)
        .group_by(CITIZENS.c.person_id, CITIZENS.c.id)
        .order_by(last.is_(None), last.desc(), CITIZENS.c.id)
    )
    return [(row.person_id, row.id) for row in db.session.execute(query)]


def own_person(citizen: str) -> str:
    """The person an account is. Raises IdentityNeeded."""
    person: str | None = db.session.execute(
        select(CITIZENS.c.person_id).where(CITIZENS.c.id == citizen)
    ).scalar_one()
    if person is None:
        raise IdentityNeeded
    return person


def person_meant(asker: Actor, person: str | None) -> str:
    """The same as `person_served`, by what is known of who asks: for a look, as they may have said
    meanwhile that they are another."""
    if person is not None:
        return person_served(asker.id, person)
    if asker.declared is None:
        raise IdentityNeeded
    return asker.declared


def person_served(citizen: str, person: str | None) -> str:
    """Whom an account means: itself, or somebody it acts for by their id.

    Raises IdentityNeeded, also where it acts for another, and PersonNotFound."""
    own = own_person(citizen)
    if person is None:
        return own
    if not acts_for(citizen, person):
        raise PersonNotFound
    return person


def acts_for(citizen: str, person: str) -> bool:
    """Whether an account may do things in this person's name, its own included."""
    found = select(ACTS_FOR.c.person_id).where(
        ACTS_FOR.c.citizen_id == citizen, ACTS_FOR.c.person_id == person
    )
    return db.session.execute(found).first() is not None


def people_of(citizen: str) -> list[Person]:
    """Everybody an account acts for: itself, then the others in the order they were added."""
    rows = db.session.execute(
        select(
            PEOPLE.c.id,
            PEOPLE.c.kind,
            PEOPLE.c.number_sealed,
            ACTS_FOR.c.relation,
            ACTS_FOR.c.name_sealed,
        )
        .join(ACTS_FOR, ACTS_FOR.c.person_id == PEOPLE.c.id)
        .where(ACTS_FOR.c.citizen_id == citizen)
        .order_by(ACTS_FOR.c.relation != SELF, ACTS_FOR.c.created_at, PEOPLE.c.id)
    )
    seal = parts().seal
    return [
        Person(
            row.id,
            row.kind,
            row.relation,
            seal.open(NAME, row.name_sealed),
            seal.open(NUMBERS[row.kind], row.number_sealed),
        )
        for row in rows
    ]


def name_served(citizen: str, person: str) -> str:
    """The name by which an account knows somebody it acts for. Raises PersonNotFound."""
    sealed = db.session.execute(
        select(ACTS_FOR.c.name_sealed).where(
            ACTS_FOR.c.citizen_id == citizen, ACTS_FOR.c.person_id == person
        )
    ).scalar_one_or_none()
    if sealed is None:
        raise PersonNotFound
    return parts().seal.open(NAME, sealed)


def person_numbered(number: IdNumber | CreditCode) -> str | None:
    """The id of whom this number belongs to, if they were ever here."""
    index = parts().seal.find(NUMBERS[number.kind], number.value)
    found: str | None = db.session.execute(
        select(PEOPLE.c.id).where(PEOPLE.c.number_index == index)
    ).scalar_one_or_none()
    return found


def numbers_of(people: Collection[str]) -> dict[str, tuple[str, str]]:
    """Person -> kind (person, firm) and number, in full."""
    rows = db.session.execute(
        select(PEOPLE.c.id, PEOPLE.c.kind, PEOPLE.c.number_sealed).where(PEOPLE.c.id.in_(people))
    )
    seal = parts().seal
    return {row.id: (row.kind, seal.open(NUMBERS[row.kind], row.number_sealed)) for row in rows}


def is_firm(person: str) -> bool:
    """Whether this is no human being."""
    query = select(PEOPLE.c.kind).where(PEOPLE.c.id == person)
    return bool(db.session.execute(query).scalar_one() == CreditCode.kind)


def is_elderly(person: str, day: date) -> bool:
    """Whether somebody's identity number says that they are elderly on this day."""
    row = db.session.execute(
        select(PEOPLE.c.kind, PEOPLE.c.number_sealed).where(PEOPLE.c.id == person)
    ).one()
    if row.kind != IdNumber.kind:
        return False
    number = parts().seal.open(NUMBERS[row.kind], row.number_sealed)
    return id_number(number, day).is_elderly_on(day)


def phones_of(people: Iterable[str]) -> dict[str, str]:
    """Person -> the number to call them on, of those who left one."""
    rows = db.session.execute(
        select(PEOPLE.c.id, PEOPLE.c.phone_sealed).where(
            PEOPLE.c.id.in_(set(people)), PEOPLE.c.phone_sealed.is_not(None)
        )
    )
    return {row.id: parts().seal.open(PHONE, row.phone_sealed) for row in rows}


def masked_contacts(citizens: Collection[str]) -> dict[str, MaskedContact]:
    """Who the owners of these accounts are, for staff that need not know."""
    own = and_(ACTS_FOR.c.citizen_id == CITIZENS.c.id, ACTS_FOR.c.person_id == CITIZENS.c.person_id)
    rows = db.session.execute(
        select(CITIZENS.c.id, CITIZENS.c.phone_sealed, ACTS_FOR.c.name_sealed)
        .outerjoin(ACTS_FOR, own)
        .where(CITIZENS.c.id.in_(citizens))
    )
    found = {}
    for row in rows:
        name = row.name_sealed and parts().seal.open(NAME, row.name_sealed)
        phone = _opened_phone(row.phone_sealed)
        found[row.id] = MaskedContact(name and masked_name(name), phone and masked_phone(phone))
    return found
