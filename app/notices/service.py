"""Telling people, inside the transaction of what they are told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update

from app.core.acts import Act
from app.core.db import after_all, db, insert_each_once
from app.core.nudge import Nudge
from app.core.parts import parts
from app.core.said import Said
from app.notices import private as private_facts
from app.notices.queries import (
    ATTEMPTS,
    KEPT,
    TABLE,
    in_state,
    no_attempt_open,
    phone_column,
    told_to,
)
from app.notices.rules import AT_ONCE, Channel, Kind, OfficeHours, Outcome, State
from sms.templates import FACTS

NUDGE = Nudge("notices", "app.notices.jobs.send_due")
FORGOTTEN_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the mini-program. No identity in it: links travel."""

    page: str
    """pages/appointment/index"""
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What somebody is to be told."""

    id: str
    """Of the notice it becomes."""
    citizen: str | None
    kind: str
    """rules.Kind."""
    words: Said | str
    cause: str
    """Told once for each."""
    facts: Mapping[str, str]
    """By the names of sms.templates.FACTS, for the fields of templates."""
    private: Mapping[str, str] = field(default_factory=dict)
    """More of them, which lie sealed and which `words` say as Private."""
    link: Link | None = None
    not_before: datetime | None = None
    """Nobody hears of it earlier."""
    not_after: datetime | None = None
    """Worth nothing from then on."""
    hall: str | None = None
    """Whose quiet hours hold, by its code; without one the usual hours do."""
    phone: str | None = None
    """For text messages where the account has none."""
    ways: Sequence[str] | None = None
    """Each rules.Channel it may take, the first one first."""
    hours: OfficeHours | None = None
    """In which alone it is sent, by the same hall's clock and working days."""

    def __post_init__(self) -> None:
        if self.citizen is None and self.phone is None:
            raise ValueError("a notice is for an account or for a phone")
        if unknown := {*self.facts, *self.private} - set(FACTS):
            raise ValueError(f"no facts of a notice: {sorted(unknown)}")


def notify(
    citizen: str | None,
    kind: str,
    words: Said | str,
    cause: str,
    act: Act,
    *,
    facts: Mapping[str, str],
    private: Mapping[str, str] | None = None,
    link: Link | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    hall: str | None = None,
    phone: str | None = None,
    ways: Sequence[str] | None = None,
    hours: OfficeHours | None = None,
) -> str | None:
    """Tell an account something, once for each cause: among its messages, and on its phone; or a
    phone alone, whose owner has no account. The notice's id; None where it was told before. The
    rest as in a Message."""
    message = Message(
        id=act.new_id(),
        citizen=citizen,
        kind=kind,
        words=words,
        cause=cause,
        facts=facts,
        private=private or {},
        link=link,
        not_before=not_before,
        not_after=not_after,
        hall=hall,
        phone=phone,
        ways=ways,
        hours=hours,
    )
    return message.id if notify_each([message], act) else None


def notify_each(messages: Sequence[Message], act: Act) -> set[str]:
    """The same of several; the ids of those that were not told before."""
    written = insert_each_once(TABLE, [_row(each, act) for each in messages])
    if any(each.kind in AT_ONCE for each in messages if each.id in written):
        after_all(NUDGE.try_give)  # nobody in the hall waits for it
    return written


def _row(told: Message, act: Act) -> dict[str, Any]:
    at = max(act.now, told.not_before or act.now)
    phone, words, link = told.phone, told.words, told.link
    return {
        "id": told.id,
        "citizen_id": told.citizen,
        "phone_sealed": None if phone is None else parts().seal.seal(phone_column(told.id), phone),
        "kind": Kind(told.kind),
        "text": str(words),
        "said": words.plain() if isinstance(words, Said) else None,
        "cause": told.cause,
        "at": at,
        "hall": told.hall,
        "office_hours": None if told.hours is None else told.hours.written(),
        "ways": None if told.ways is None else [Channel(way) for way in told.ways],
        "facts": dict(told.facts),
        "private_sealed": private_facts.sealed(told.id, told.private),
        "link": None if link is None else {"page": link.page, "query": dict(link.query)},
        "not_after": told.not_after,
        "state": State.PENDING,
        "can_wait": told.kind not in AT_ONCE,
        "due_at": at,
    }


def read(citizen: str, until: datetime, act: Act) -> None:
    """This account has read its messages up to this moment, as answers tell moments: to the
    millisecond."""
    db.session.execute(
        update(TABLE)
        .where(
            told_to(citizen, act.now),
            TABLE.c.read_at.is_(None),
            TABLE.c.at < until + timedelta(milliseconds=1),
        )
        .values(read_at=act.now)
    )


def forget_old(now: datetime) -> int:
    """Delete some notices of long ago with their attempts; how many. What is still pending stays,
    and what nobody knows to have arrived: operators count it."""
    over = [state for state in State if state not in (State.PENDING, State.UNKNOWN)]
    of_old = TABLE.c.state.in_(over) & (TABLE.c.at < now - KEPT)
    old = db.session.scalars(select(TABLE.c.id).where(of_old).limit(FORGOTTEN_AT_ONCE)).all()
    db.session.execute(delete(ATTEMPTS).where(ATTEMPTS.c.notice_id.in_(old)))
    db.session.execute(delete(TABLE).where(TABLE.c.id.in_(old)))
    return len(old)


def withdraw(cause_prefix: str, act: Act) -> int:
    """Tell nobody any more of what these causes began; how many there were. What was sent, or is
    being sent, stays as it is. The prefix is to end where a name ends: reminder:17: and not
    reminder:1."""
    caused = in_state(State.PENDING) & TABLE.c.cause.startswith(cause_prefix, autoescape=True)
    # locked first: whether a worker has begun to tell one is then seen as it is, not as it was
    pending = db.session.scalars(select(TABLE.c.id).where(caused).with_for_update()).all()
    withdrawn = db.session.execute(
        update(TABLE)
        .where(TABLE.c.id.in_(pending), in_state(State.PENDING), no_attempt_open())
        .values(state=State.WITHDRAWN, due_at=None, done_at=act.now)
        .returning(TABLE.c.id)
    )
    return len(withdrawn.all())


def doubt_due(now: datetime) -> int:
    """Rows went back to a backup: what was due by now, or was just being told in it, may have been
    told since by the installation that is lost. It ends unknown and is not repeated; how many."""
    begun = exists().where(ATTEMPTS.c.notice_id == TABLE.c.id, ATTEMPTS.c.outcome.is_(None))
    doubtful = (
        update(TABLE)
        .where(in_state(State.PENDING), begun | (TABLE.c.due_at <= now))
        .values(state=State.UNKNOWN, due_at=None, done_at=now)
        .returning(TABLE.c.id)
    )
    notices = db.session.execute(doubtful).all()
    db.session.execute(
        update(ATTEMPTS)
        .where(ATTEMPTS.c.outcome.is_(None))
        .values(outcome=Outcome.UNKNOWN, errcode="unanswered", answered_at=now)
    )
    return len(notices)
