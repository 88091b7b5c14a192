"""Signing in, saying who one is, whom one acts for; keeping people and finding them again.

Each runs inside the caller's transaction, but for what asks WeChat or the real-name service:
`ask_wechat`, `ask_phone`, `check_identity` and `check_phone` come before it."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from app.citizens import rules, wrong_names
from app.citizens.errors import (
    IdentityMismatch,
    IdentityNeeded,
    IdentitySet,
    IdentityStays,
    LoginCodeWrong,
    PersonKnown,
    PersonNotFound,
    PhoneCodeWrong,
    TooManyPeople,
    WechatBlocked,
    WechatUnavailable,
)
from app.citizens.queries import (
    ACTS_FOR,
    CITIZENS,
    NAME,
    NUMBERS,
    OPENID,
    OWN_PHONE,
    PEOPLE,
    PHONE,
    SELF,
    SESSIONS,
    Citizen,
    Person,
    acts_for,
    citizen_of,
    name_served,
    numbers_of,
)
from app.citizens.rules import CreditCode, IdNumber
from app.core.acts import Act
from app.core.auth import hash_of
from app.core.db import db, insert_into, insert_once
from app.core.identity import Level
from app.core.parts import parts
from wechat import errors as wechat
from wechat.gateway import Login

log = logging.getLogger(__name__)

R = TypeVar("R")

SESSION_LASTS = timedelta(days=30)
PEOPLE_AT_MOST = 20
"""Whom one account may act for, itself included: enough for a family and an agent's firms."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session; its token is told once."""

    token: str
    expires_at: datetime
    citizen: Citizen


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody says they are, and how sure that is."""

    name: str
    number: IdNumber
    level: Level


# Signing in

ASKING_AT_MOST = 24
"""Threads of one process that wait for WeChat at once; most are left to the hall, however slow it
is."""
asking = threading.BoundedSemaphore(ASKING_AT_MOST)


def ask_wechat(code: str) -> Login:
    """Whom a login code stands for. Raises LoginCodeWrong, WechatBlocked, WechatUnavailable."""
    return _asked(lambda: parts().wechat.login(code))


def ask_phone(code: str) -> str:
    """The phone number that a code of WeChat's button stands for.

    Raises PhoneCodeWrong, WechatUnavailable."""
    return _asked(lambda: parts().wechat.phone_number(code))


def _asked(question: Callable[[], R]) -> R:
    """WeChat's answer. However long it takes, no connection to the database is kept meanwhile, and
    where many wait for one already, nobody else does."""
    db.session.remove()
    if not asking.acquire(blocking=False):
        log.warning("WeChat is slow: %s wait for its answer", ASKING_AT_MOST)
        raise WechatUnavailable
    try:
        return question()
    except wechat.LoginCodeWrong:
        raise LoginCodeWrong from None
    except wechat.PhoneCodeWrong:
        raise PhoneCodeWrong from None
    except wechat.Blocked:
        raise WechatBlocked from None
    except wechat.WechatError as error:
        log.warning("WeChat did not answer: %s", error)
        raise WechatUnavailable from None
    finally:
        asking.release()


def sign_in(login: Login, act: Act) -> SignedIn:
    """Sign in whom `ask_wechat` gave; somebody new gets an account. Other phones stay signed in."""
    citizen = _account_of(login, act)
    token = secrets.token_urlsafe(32)
    expires_at = act.now + SESSION_LASTS
    db.session.execute(
        insert(SESSIONS).values(
            id=act.new_id(),
            token_hash=hash_of(token),
            citizen_id=citizen,
            created_at=act.now,
            expires_at=expires_at,
        )
    )
    return SignedIn(token, expires_at, citizen_of(citizen))


def _account_of(login: Login, act: Act) -> str:
    seal = parts().seal
    index = seal.find(OPENID, login.openid)
    insert_once(
        CITIZENS,
        id=act.new_id(),
        openid_sealed=seal.seal(OPENID, login.openid),
        openid_index=index,
        created_at=act.now,
    )
    found: str = db.session.execute(
        select(CITIZENS.c.id).where(CITIZENS.c.openid_index == index)
    ).scalar_one()
    return found


def sign_out(session: str, act: Act) -> None:
    """End a session."""
    db.session.execute(update(SESSIONS).where(SESSIONS.c.id == session).values(ended_at=act.now))


# Who one is


def check_identity(
    given_name: str, given_number: str, act: Act, phone: str | None = None
) -> Identity:
    """Judge what somebody says about themselves or another; `phone`: theirs, if WeChat proved it.
    No connection to the database is kept meanwhile.

    Raises NameWrong, IdNumberWrong, IdentityMismatch, TooManyWrongNames."""
    name, number = rules.name(given_name), _id_number(given_number, act)
    with wrong_names.counted(act):
        db.session.remove()
        return Identity(name, number, parts().real_name.check(name, number.value, phone))


def check_own_identity(given_name: str, given_number: str, act: Act) -> Identity:
    """The same of whom an account says it is, by the phone it proved, if it did."""
    phone = citizen_of(act.actor.id).phone
    return check_identity(given_name, given_number, act, phone)


def check_phone(phone: str, act: Act) -> Identity | None:
    """How sure it is who an account is once this phone is its own; None where it never said, or
    nothing surer can be said. Not counted: the name was chosen before."""
    before = citizen_of(act.actor.id)
    if before.person is None or before.name is None or before.level is Level.VERIFIED:
        return None
    number = _id_number(numbers_of([before.person])[before.person][1], act)
    db.session.remove()
    try:
        level = parts().real_name.check(before.name, number.value, phone)
    except IdentityMismatch:
        level = Level.DECLARED
    return Identity(before.name, number, level)


def _id_number(text: str, act: Act) -> IdNumber:
    return rules.id_number(text, act.now.astimezone(rules.BEIJING).date())


def set_identity(citizen: str, identity: Identity, act: Act) -> Citizen:
    """An account is this person from now on. The name may be set right, the number may not: whoever
    could change it would book as somebody else each time. Raises IdentitySet."""
    before = _locked(citizen)
    person = person_of(identity.number, None, act)
    if before.person_id not in (None, person):
        raise IdentitySet
    level = identity.level
    if before.identity_level and name_served(citizen, person) == identity.name:
        level = level.or_surer(Level(before.identity_level))  # a service that is away takes nothing
    db.session.execute(
        update(CITIZENS)
        .where(CITIZENS.c.id == citizen)
        .values(person_id=person, identity_level=level)
    )
    own = {"relation": SELF, "name_sealed": parts().seal.seal(NAME, identity.name)}
    db.session.execute(
        insert_into(ACTS_FOR)
        .values(citizen_id=citizen, person_id=person, created_at=act.now, **own)
        .on_conflict_do_update(index_elements=["citizen_id", "person_id"], set_=own)
    )
    return citizen_of(citizen)


def set_phone(citizen: str, phone: str, owner: Identity | None) -> Citizen:
    """An account is reached under this number from now on, and it may be surer now who that is.
    What `check_phone` said of a name that was changed meanwhile counts for nothing."""
    _locked(citizen)
    now = citizen_of(citizen)
    values: dict[str, Any] = {"phone_sealed": parts().seal.seal(OWN_PHONE, phone)}
    if owner is not None and now.level is not None and now.name == owner.name:
        values["identity_level"] = owner.level.or_surer(now.level)
    return _change(citizen, **values)


def set_language(citizen: str, language: str) -> Citizen:
    """An account is told things in this language from now on."""
    return _change(citizen, language=language)


def _change(citizen: str, **values: Any) -> Citizen:
    db.session.execute(update(CITIZENS).where(CITIZENS.c.id == citizen).values(values))
    return citizen_of(citizen)


# Whom one acts for


def check_person(
    given_name: str, given_id_number: str | None, given_credit_code: str | None, act: Act
) -> tuple[str, IdNumber | CreditCode]:
    """Judge what somebody says about another, or about a firm: name and number.

    Raises NameWrong, IdNumberWrong, CreditCodeWrong."""
    if given_credit_code is not None:
        return rules.firm_name(given_name), rules.credit_code(given_credit_code)
    return rules.name(given_name), _id_number(given_id_number or "", act)


def add_person(
    citizen: str, name: str, number: IdNumber | CreditCode, relation: str | None, act: Act
) -> Person:
    """An account acts for a member of the family or a firm from now on, known to it by this name;
    `relation`: what they are to it, one of rules.RELATIONS, if it was said.

    Raises IdentityNeeded, PersonKnown, TooManyPeople."""
    if _locked(citizen).person_id is None:
        raise IdentityNeeded
    person = person_of(number, None, act)
    if acts_for(citizen, person):
        raise PersonKnown
    count = select(func.count()).where(ACTS_FOR.c.citizen_id == citizen)
    if db.session.execute(count).scalar_one() >= PEOPLE_AT_MOST:
        raise TooManyPeople
    relation = relation or rules.RELATIONS[number.kind][0]
    db.session.execute(
        insert(ACTS_FOR).values(
            citizen_id=citizen,
            person_id=person,
            relation=relation,
            name_sealed=parts().seal.seal(NAME, name),
            created_at=act.now,
        )
    )
    return Person(person, number.kind, relation, name, number.value)


def remove_person(citizen: str, person: str) -> None:
    """An account no longer acts for somebody. Raises PersonNotFound, IdentityStays."""
    if _locked(citizen).person_id == person:
        raise IdentityStays
    removed = (
        delete(ACTS_FOR)
        .where(ACTS_FOR.c.citizen_id == citizen, ACTS_FOR.c.person_id == person)
        .returning(ACTS_FOR.c.person_id)
    )
    if db.session.execute(removed).first() is None:
        raise PersonNotFound


def _locked(citizen: str) -> Row[Any]:
    """The account's row: until this transaction ends, nobody else changes who it is or acts for."""
    query = select(*CITIZENS.c).where(CITIZENS.c.id == citizen).with_for_update()
    return db.session.execute(query).one()


def lock_citizen(citizen: str) -> None:
    """Until this transaction ends, nobody else decides what this account may do."""
    _locked(citizen)


# People


def person_of(number: IdNumber | CreditCode, phone: str | None, act: Act) -> str:
    """The person's id, kept from now on if they are new here; a phone given is the one to use."""
    person: str = _kept(number, act).id
    if phone:
        seal = parts().seal
        db.session.execute(
            update(PEOPLE)
            .where(PEOPLE.c.id == person)
            .values(phone_sealed=seal.seal(PHONE, phone), phone_index=seal.find(PHONE, phone))
        )
    return person


def person_and_phone_of(number: IdNumber | CreditCode, act: Act) -> tuple[str, str | None]:
    """The same, and the number they left to be called on, if they did."""
    row = _kept(number, act)
    return row.id, None if row.phone_sealed is None else parts().seal.open(PHONE, row.phone_sealed)


# Made once: making a statement takes longer than running it.
NUMBERED = select(PEOPLE.c.id, PEOPLE.c.phone_sealed).where(
    PEOPLE.c.number_index == bindparam("number")
)


def _kept(number: IdNumber | CreditCode, act: Act) -> Row[Any]:
    """Whom this number belongs to. Looked for first: most have been here before."""
    seal = parts().seal
    purpose = NUMBERS[number.kind]
    index = seal.find(purpose, number.value)
    known = db.session.execute(NUMBERED, {"number": index}).one_or_none()
    if known is not None:
        return known
    db.session.execute(
        insert_into(PEOPLE)
        .values(
            id=act.new_id(),
            kind=number.kind,
            number_sealed=seal.seal(purpose, number.value),
            number_index=index,
            created_at=act.now,
        )
        .on_conflict_do_nothing(index_elements=["number_index"])
    )
    return db.session.execute(NUMBERED, {"number": index}).one()


def people_of(numbers: Collection[tuple[str, str]], act: Act) -> dict[tuple[str, str], str]:
    """The ids of many people at once, by kind and well-formed number; whoever is new here is kept
    from now on. A few statements, however many they are."""
    seal = parts().seal
    index_of = {number: seal.find(NUMBERS[number[0]], number[1]) for number in numbers}
    known = _ids_by_index(index_of.values())
    new: list[dict[str, Any]] = [
        {
            "id": act.new_id(),
            "kind": kind,
            "number_sealed": seal.seal(NUMBERS[kind], value),
            "number_index": index,
            "created_at": act.now,
        }
        # in one order, so that two who bring the same people wait for each other only one way
        for (kind, value), index in sorted(index_of.items(), key=lambda pair: pair[1])
        if index not in known
    ]
    if new:
        insert = insert_into(PEOPLE).on_conflict_do_nothing(index_elements=["number_index"])
        db.session.execute(insert, new)
        known |= _ids_by_index([row["number_index"] for row in new])
    return {number: known[index] for number, index in index_of.items()}


def _ids_by_index(indexes: Collection[str]) -> dict[str, str]:
    rows = db.session.execute(
        select(PEOPLE.c.number_index, PEOPLE.c.id).where(PEOPLE.c.number_index.in_(indexes))
    )
    return {row.number_index: row.id for row in rows}


def lock_person(person: str) -> None:
    """Until this transaction ends, nobody else decides about this person."""
    db.session.execute(select(PEOPLE.c.id).where(PEOPLE.c.id == person).with_for_update())
