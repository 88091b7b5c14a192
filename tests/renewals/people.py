"""Whom the licences of the year belong to, and how each of them can be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy import insert, update

from app.citizens import queries as citizens
from app.citizens.service import people_of
from app.core.acts import Act
from app.core.db import db
from app.core.identity import Level
from app.core.parts import parts
from app.licences.models import AuthorisationRow
from app.notices import grants
from tests.house import credit_code, id_number
from tests.notices.outbox import REMINDER

REACHED = {
    "granted": 30,
    "phone": 20,
    "app": 10,
    "twice": 8,
    "agent": 7,
    "sms": 15,
    "nobody": 10,
}
"""How -> how many of a hundred. granted: an account that lets WeChat send it any number of
messages, and has a phone; twice: the same and, signed in later, one with a phone alone; agent: no
account, but somebody authorised who has one; sms: a phone in the library; nobody: neither."""


@dataclass(frozen=True)
class Holder:
    kind: str
    """person, firm."""
    series: int
    reached: str

    @property
    def number(self) -> str:
        return credit_code(self.series) if self.kind == "firm" else _id_number(self.series)

    @property
    def acting(self) -> str:
        """The number of whom an account has to be of, so that the holder hears of it."""
        return _id_number(100_000 + self.series) if self.kind == "firm" else self.number

    @property
    def agent(self) -> str:
        """The number of whom they authorised."""
        return _id_number(200_000 + self.series)

    @property
    def openid(self) -> str:
        return f"openid-{self.kind}-{self.series}"

    @property
    def phone(self) -> str:
        return f"139{self.series:08d}"

    @property
    def signs_in(self) -> bool:
        """Whether it can say that it wants no reminders: whom it authorised cannot."""
        return self.reached in ("granted", "phone", "app", "twice")

    @property
    def has_account(self) -> bool:
        """Whether what is said to them stands among somebody's messages."""
        return self.reached not in ("sms", "nobody")

    def address(self, channel: str, contact: str | None) -> str | None:
        """By this channel; `contact`: the phone that the licence itself names."""
        if channel == "wechat":
            return self.openid if self.reached == "granted" else None
        if self.reached in ("granted", "phone", "twice", "agent"):
            return self.phone
        if self.reached == "app":
            return None
        return contact or (self.phone if self.reached == "sms" else None)


def draw(rng: Random, kind: str, series: int) -> Holder:
    (reached,) = rng.choices(list(REACHED), list(REACHED.values()))
    return Holder(kind, series, reached)


def _id_number(series: int) -> str:
    born = date(1970, 1, 1) + timedelta(days=series // 900)
    return id_number(f"{born:%Y%m%d}", series % 900 + 1)


def settle_in(holders: Sequence[Holder], act: Act) -> Mapping[str, str]:
    """They come to be known, with their accounts; number -> person."""
    ids = people_of({(each.kind, each.number) for each in holders}, act)
    named = {("person", number) for each in holders for number in (each.acting, each.agent)}
    others = people_of(named, act)
    for holder in holders:
        person = ids[holder.kind, holder.number]
        match holder.reached:
            case "sms":
                _library_knows(person, holder.phone)
            case "agent":
                agent = others["person", holder.agent]
                _account(act, agent, holder.openid, holder.phone)
                _authorise(act, person, agent)
            case "granted" | "phone" | "app" | "twice":
                _accounts(act, others["person", holder.acting], holder)
    return {number: id for (_, number), id in ids.items()}


def _accounts(act: Act, person: str, holder: Holder) -> None:
    match holder.reached:
        case "granted":
            _grant(act, _account(act, person, holder.openid, holder.phone))
        case "phone":
            _account(act, person, holder.openid, holder.phone)
        case "app":
            _account(act, person, holder.openid, None)
        case "twice":
            _grant(act, _account(act, person, f"{holder.openid}-old", "13700000000", earlier=9))
            _account(act, person, holder.openid, holder.phone)


def _account(act: Act, person: str, openid: str, phone: str | None, earlier: int = 0) -> str:
    """Somebody signed in so many days earlier, and was verified; the account."""
    seal, id, at = parts().seal, act.new_id(), act.now - timedelta(days=earlier)
    db.session.execute(
        insert(citizens.CITIZENS).values(
            id=id,
            openid_sealed=seal.seal(citizens.OPENID, openid),
            openid_index=seal.find(citizens.OPENID, openid),
            person_id=person,
            identity_level=Level.VERIFIED,
            phone_sealed=phone and seal.seal(citizens.OWN_PHONE, phone),
            created_at=at,
        )
    )
    db.session.execute(
        insert(citizens.ACTS_FOR).values(
            citizen_id=id,
            person_id=person,
            relation=citizens.SELF,
            name_sealed=seal.seal(citizens.NAME, "李小明"),
            created_at=at,
        )
    )
    db.session.execute(
        insert(citizens.SESSIONS).values(
            id=act.new_id(),
            token_hash=act.new_id() + act.new_id(),
            citizen_id=id,
            created_at=at,
            expires_at=at + timedelta(days=7),
        )
    )
    return id


def _grant(act: Act, citizen: str) -> None:
    grants.accept(citizen, REMINDER, long_term=True, now=act.now)


def _authorise(act: Act, holder: str, agent: str) -> None:
    seal = parts().seal
    db.session.execute(
        insert(AuthorisationRow).values(
            id=act.new_id(),
            holder_id=holder,
            agent_id=agent,
            holder_name_sealed=seal.seal("authorisations.holder_name", "清河豆腐店"),
            agent_name_sealed=seal.seal("authorisations.agent_name", "王芳"),
            until=date(2028, 12, 31),
            created_at=act.now,
            created_by="citizen:test",
        )
    )


def _library_knows(person: str, phone: str) -> None:
    seal = parts().seal
    db.session.execute(
        update(citizens.PEOPLE)
        .where(citizens.PEOPLE.c.id == person)
        .values(
            phone_sealed=seal.seal(citizens.PHONE, phone),
            phone_index=seal.find(citizens.PHONE, phone),
        )
    )
