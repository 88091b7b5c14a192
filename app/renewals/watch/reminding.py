"""Reminding of a licence: once for each step of each last day; whom, by what, in which words. Each
runs inside the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Row, Select, bindparam, select, update

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.citizens.queries import PEOPLE, phones_of
from app.citizens.rules import BEIJING, masked_name
from app.core.acts import Act
from app.core.db import among, db, insert_each_once
from app.core.said import Both, Said
from app.licences.kinds import Kind
from app.licences.queries import LICENCES, OPENED, Licence, kinds, opened
from app.notices import queries as notices
from app.notices.rules import OfficeHours
from app.notices.rules import State as Notice
from app.notices.service import Link, Message, notify_each, withdraw
from app.renewals.dates import DAY, Due, words_of
from app.renewals.finding import Ending, asked_between, found_each, reminded
from app.renewals.plans import Event, Plan, Step
from app.renewals.rules import day_of, tail_of
from app.renewals.watch.models import ReminderRow
from app.renewals.watch.reaching import Reachable, reachable

REMINDERS = ReminderRow.__table__
TO_OPEN = select(*OPENED).join(PEOPLE, PEOPLE.c.id == LICENCES.c.holder_id)

MOBILE = re.compile(r"1[3-9][0-9]{9}")
"""What takes text messages; a licence may name a telephone that does not."""
LATE_REPORTS = timedelta(days=3)
"""For so long a vendor may still tell what became of a message that seemed sent."""
SETTLED_AT_ONCE = 500


class State(StrEnum):
    """Of a reminder; but for the first each is final, and all but the last its notice's."""

    PENDING = "pending"
    SENT = "sent"
    IN_APP = "in_app"
    UNKNOWN = "unknown"
    FAILED = "failed"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    UNREACHABLE = "unreachable"
    """Nobody has an account for its holder, and no telephone is known."""


@dataclass(frozen=True, slots=True)
class Together:
    """What reminders go by that are written together, read once for all of them."""

    today: date
    licences: Mapping[str, Row[Any]]
    """By id, sealed: one that cannot be opened is no matter of the others."""
    kinds: Mapping[str, Kind]
    hall: Callable[[str], HallPlan]
    asked_between: Callable[[str, date, str], tuple[date, date]]
    """By kind, last day and hall."""
    sent_from: Callable[[str, OfficeHours], date]
    """The first day on which a hall sends by these hours."""
    holders: Reachable

    def licence(self, id: str) -> Licence:
        return opened(self.licences[id], self.kinds)


@dataclass(frozen=True, slots=True)
class Reached:
    """By what somebody is told."""

    account: str | None
    phone: str | None

    @property
    def by(self) -> str:
        """account, phone, nobody."""
        return "account" if self.account else "phone" if self.phone else "nobody"


# Telling


class WithHolder(Protocol):
    """A licence, as far as it is known by whom it is held."""

    @property
    def id(self) -> str: ...

    @property
    def holder_id(self) -> str: ...


def read_together(told: Collection[WithHolder], act: Act) -> Together:
    """For reminders of these licences; until the transaction ends, none of their holders stops
    them."""
    today, known = day_of(act.now), kinds()
    query = TO_OPEN.where(among(LICENCES.c.id, [row.id for row in told]))
    licences = {row.id: row for row in db.session.execute(query)} if told else {}
    holders = {row.holder_id for row in told}

    hall = cache(plan_of)

    def between(kind: str, last_day: date, code: str) -> tuple[date, date]:
        return asked_between(known[kind], last_day, code)

    def sent_from(code: str, hours: OfficeHours) -> date:
        return day_of(hours.begin_after(act.now, hall(code)) or act.now)

    return Together(
        today=today,
        licences=licences,
        kinds=known,
        hall=hall,
        asked_between=cache(between),
        sent_from=cache(sent_from),
        holders=reachable(holders, today),
    )


@dataclass(frozen=True, slots=True)
class ToSay:
    """A step that is due, to be said of a licence."""

    licence: Licence
    plan: Plan
    due: Due
    last_day: date


@dataclass(frozen=True, slots=True)
class Reminder:
    """One that is to be written, and what it says; None: to nobody."""

    row: Mapping[str, Any]
    message: Message | None


def remind(to_say: Sequence[ToSay], known: Together, act: Act) -> None:
    """Tell holders what is due, and have renewals found where one tap does it. What was told
    before, and of what there is nothing to say, is passed over."""
    renewals = _found(to_say, known, act)
    worded = [(each, words) for each in to_say if (words := _words(each, known))]
    reached = _reached([each for each, _ in worded], known.holders)
    reminders = [
        _reminder(each, words, by, renewals.get(each.licence.id), known, act)
        for (each, words), by in zip(worded, reached, strict=True)
    ]
    new = insert_each_once(REMINDERS, [each.row for each in reminders])
    told = [each for each in reminders if each.message and each.row["id"] in new]
    notify_each([each.message for each in told if each.message], act)
    reminded([each.row["renewal_id"] for each in told if each.row["renewal_id"]], act)


def _found(to_say: Sequence[ToSay], known: Together, act: Act) -> dict[str, str]:
    """By licence, the renewals that one tap does."""
    return found_each(
        [
            Ending(each.licence, each.plan, _asked(each, known))
            for each in to_say
            if each.plan.event is Event.RENEWAL and each.plan.is_offered_on(known.today)
        ],
        act,
    )


def _asked(said: ToSay, known: Together) -> tuple[date, date]:
    return known.asked_between(said.licence.kind, said.last_day, said.plan.hall)


def _ask_by(said: ToSay, known: Together) -> date:
    return _asked(said, known)[1] if said.plan.event is Event.RENEWAL else said.last_day


def _read_on(said: ToSay, known: Together) -> date:
    """When its holder is told; what is found on a day of rest waits for the office, but never says
    that a last day is over on which it lapses unsent."""
    return min(known.sent_from(said.plan.hall, said.plan.hours), said.last_day)


def _words(said: ToSay, known: Together) -> Step | None:
    """None: there is nothing to say, or nobody wants to hear it."""
    assert said.due.step is not None, "nothing is due"  # noqa: S101
    licence = said.licence
    if known.holders.wants_none(licence.holder_id, licence.kind):
        return None
    return words_of(said.plan, said.due.step, _read_on(said, known), _ask_by(said, known))


def _reminder(
    said: ToSay, words: Step, reached: Reached, renewal: str | None, known: Together, act: Act
) -> Reminder:
    assert said.due.step is not None, "nothing is due"  # noqa: S101
    id, nobody = act.new_id(), reached.by == "nobody"
    if said.plan.event is not Event.RENEWAL:
        renewal = None
    message = None if nobody else _message(said, words, reached, renewal, id, known, act)
    row = {
        "id": id,
        "licence_id": said.licence.id,
        "holder_id": said.licence.holder_id,
        "event": said.plan.event,
        "last_day": said.last_day,
        "step": said.due.step.code,
        "send_on": said.due.send_on,
        "state": State.UNREACHABLE if nobody else State.PENDING,
        "told": reached.by,
        "notice_id": message and message.id,
        "renewal_id": renewal,
        "created_at": act.now,
        "done_at": act.now if nobody else None,
    }
    return Reminder(row, message)


def _message(
    said: ToSay,
    words: Step,
    reached: Reached,
    renewal: str | None,
    reminder: str,
    known: Together,
    act: Act,
) -> Message:
    licence, plan, last_day = said.licence, said.plan, said.last_day
    ask_by, read_on = _ask_by(said, known), _read_on(said, known)
    kind, hall = known.kinds[licence.kind], known.hall(plan.hall)
    # what says by when to ask is worth nothing once that day is over
    worth_until = said.due.look_on
    if read_on <= ask_by:
        worth_until = min(worth_until, ask_by + DAY)
    return Message(
        id=act.new_id(),
        citizen=reached.account,
        kind="expiring",
        words=sentence(words, licence, (kind, hall), last_day, ask_by, read_on),
        cause=_cause(reminder),
        facts=_facts(words, licence, plan, (kind, hall), last_day),
        link=_link(licence, renewal),
        not_after=datetime.combine(worth_until, time(), BEIJING),
        hall=plan.hall,
        phone=reached.phone,
        ways=plan.channels,
        hours=plan.hours,
    )


def _reached(said: Sequence[ToSay], holders: Reachable) -> list[Reached]:
    """Each by an account, and by the telephone the licence names, else that of its holder."""
    named = [_contact(each) for each in said]
    asked = {each.licence.holder_id for each, phone in zip(said, named, strict=True) if not phone}
    phones = phones_of(asked) if asked else {}
    return [
        Reached(
            holders.accounts.get(each.licence.holder_id),
            phone or phones.get(each.licence.holder_id),
        )
        for each, phone in zip(said, named, strict=True)
    ]


def _contact(said: ToSay) -> str | None:
    contact = said.licence.value(said.plan.contact) if said.plan.contact else None
    return contact if isinstance(contact, str) and MOBILE.fullmatch(contact) else None


def _cause(reminder: str) -> str:
    return f"reminder-of-licence:{reminder}"


Of = tuple[Kind, HallPlan]
"""What a reminder speaks of besides the licence."""


def _link(licence: Licence, renewal: str | None) -> Link:
    if renewal is not None:
        return Link("pages/renewal/index", {"id": renewal})
    return Link("pages/licence/index", {"id": licence.id})


def sentence(
    words: Step, licence: Licence, of: Of, last_day: date, ask_by: date, read_on: date
) -> Said:
    """A step's words as its holder reads them."""
    kind, hall = of
    tail, days = tail_of(licence.number), str((last_day - read_on).days)
    chinese = {
        "licence": kind.name,
        "number": f"尾号{tail}",
        "until": _day(last_day),
        "days": days,
        "ask_by": _day(ask_by),
        "hall": hall.name,
    }
    english = {
        "licence": kind.name_en or kind.name,
        "number": f"ending in {tail}",
        "until": f"{last_day:%B} {last_day.day}, {last_day.year}",
        "days": days,
        "ask_by": f"{ask_by:%B} {ask_by.day}, {ask_by.year}",
        "hall": hall.name_en or hall.name,
    }
    both = Both(words.text.format_map(chinese), words.text_en.format_map(english))
    return Said("%(sentence)s", {"sentence": both})


@dataclass(frozen=True, slots=True)
class Foretold:
    """What is to be said of a licence on some day."""

    licence: Licence
    plan: Plan
    note: str
    sentence: Said


def foretold(said: ToSay, known: Together) -> Foretold | None:
    """What `remind` would say, without saying it; None: nothing."""
    words, licence, plan = _words(said, known), said.licence, said.plan
    if words is None:
        return None
    of = known.kinds[licence.kind], known.hall(plan.hall)
    ask_by, read_on = _ask_by(said, known), _read_on(said, known)
    sentence_ = sentence(words, licence, of, said.last_day, ask_by, read_on)
    return Foretold(licence, plan, words.note, sentence_)


FOR = {Event.RENEWAL: "", Event.ANNUAL_CHECK: "年检", Event.INSPECTION: "复核"}
"""What of a licence ends on the day that is told."""


def _facts(words: Step, licence: Licence, plan: Plan, of: Of, last_day: date) -> dict[str, str]:
    kind, hall = of
    is_firm = licence.holder_kind == "firm"
    return {
        "item": kind.name + FOR[plan.event],
        "hall": hall.name,
        "when": _day(last_day),
        "note": words.note,
        "name": licence.holder_name if is_firm else masked_name(licence.holder_name),
    }


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# Telling no longer


def forget_reminders(licence: str, act: Act) -> int:
    """Nobody is told any more of a licence: it was renewed, or its renewal confirmed or declined;
    how many reminders were withdrawn."""
    return _withdraw(_pending().where(REMINDERS.c.licence_id == licence), act)


def forget_reminders_of(kind: str, event: str, act: Act) -> int:
    """The same of all licences of a kind, for one event."""
    return _withdraw(
        _pending()
        .join(LICENCES, LICENCES.c.id == REMINDERS.c.licence_id)
        .where(LICENCES.c.kind == kind, REMINDERS.c.event == event),
        act,
    )


def forget_reminders_to(holder: str, kind: str, act: Act) -> int:
    """The same of a holder's licences of one kind; of all, where `kind` is empty."""
    query = _pending().where(REMINDERS.c.holder_id == holder)
    if kind:
        query = query.join(LICENCES, LICENCES.c.id == REMINDERS.c.licence_id).where(
            LICENCES.c.kind == kind
        )
    return _withdraw(query, act)


def withdraw_reminders(ids: Collection[str], act: Act) -> int:
    """Withdraw these, as far as they are not being sent."""
    return _withdraw(_pending().where(REMINDERS.c.id.in_(ids)), act)


def _pending() -> Select[Any]:
    return select(REMINDERS.c.id).where(_is_pending())


def _withdraw(query: Select[Any], act: Act) -> int:
    """Whoever is being told just now is told; `settle` says so later."""
    withdrawn = [id for id in db.session.scalars(query).all() if withdraw(_cause(id), act)]
    db.session.execute(
        update(REMINDERS)
        .where(REMINDERS.c.id.in_(withdrawn))
        .values(state=State.WITHDRAWN, done_at=act.now)
    )
    return len(withdrawn)


# What became of them


def settle(act: Act) -> int:
    """Write down what became of reminders whose notices say so by now, also of those whose vendor
    says it late; how many, at most some hundred at once."""
    late = (REMINDERS.c.created_at > act.now - LATE_REPORTS) & (
        notices.TABLE.c.state != REMINDERS.c.state
    )
    query = _over().where(_is_pending() | late).limit(SETTLED_AT_ONCE)
    rows = db.session.execute(query).all()
    if rows:
        db.session.execute(
            update(REMINDERS)
            .where(REMINDERS.c.id == bindparam("reminder"))
            .values(state=bindparam("now"), done_at=bindparam("since")),
            [{"reminder": row.id, "now": row.state, "since": row.done_at} for row in rows],
        )
    return len(rows)


def any_unsettled() -> bool:
    """Whether the notice of a reminder that is pending is over."""
    return db.session.execute(_over().where(_is_pending()).limit(1)).first() is not None


def _over() -> Select[Any]:
    """Reminders whose notices are over, and how they ended."""
    return (
        select(REMINDERS.c.id, notices.TABLE.c.state, notices.TABLE.c.done_at)
        .join(notices.TABLE, notices.TABLE.c.id == REMINDERS.c.notice_id)
        .where(notices.TABLE.c.state != Notice.PENDING)
    )


def _is_pending() -> ColumnElement[bool]:
    """Written out, as the index on what is pending has it."""
    pending: ColumnElement[bool] = REMINDERS.c.state == bindparam(
        None, State.PENDING, literal_execute=True
    )
    return pending
