"""Sending: take one notice, tell it, record what came of it.

The attempt is a row, committed before anybody is asked: whoever finds one without an answer knows
that it may have been made, and makes no second one. A notice is one worker's from the moment it is
taken: its `due_at` lies ahead until the attempt is answered, or its worker is taken for dead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from app.catalog.plan import HallPlan, Rules
from app.catalog.service import plan_of
from app.citizens.rules import BEIJING
from app.core.db import db, transaction
from app.core.parts import parts
from app.notices import grants
from app.notices.channels import Answer, Message, tell, ways_of
from app.notices.queries import ATTEMPTS, TABLE, is_due, next_due
from app.notices.rules import (
    WAYS,
    Channel,
    End,
    Kind,
    OfficeHours,
    Outcome,
    QuietHours,
    State,
    Step,
    Tried,
    Try,
    Wait,
    next_step,
)
from config import logged_about

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
"""After which an attempt without an answer counts as never to be answered: longer than all that is
asked for one notice may take (a token, a link, a message, each with its time limit)."""

Notice = Row[Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that is committed, and now must be made."""

    attempt: int
    message: Message


class _Unreadable(Exception):
    """This notice cannot be told as it stands: its hall is gone, its account's number cannot be
    unsealed, or a newer version wrote it."""

    def __init__(self, notice: str) -> None:
        super().__init__(notice)
        self.notice = notice


def send_next() -> bool:
    """Take the next notice that is due and tell it; False when nothing is due any more."""
    begun = begin_next(parts().clock.now())
    if begun is None:
        return False
    try:
        answer = tell(begun.message)
    except Exception:
        # whether it went out, nobody can say: it ends unknown, as after a worker's death
        log.exception("attempt %s broke", begun.attempt)
        answer = Answer(Outcome.UNKNOWN, "broken")
    with transaction():
        record(begun.attempt, answer, parts().clock.now())
    return True


def begin_next(now: datetime) -> Begun | None:
    """Commit an attempt for the next notice that can be told; None when none can.

    On the way, what needs no attempt is settled: lapsed, waiting for the morning, unanswered,
    unreadable."""
    while True:
        try:
            with transaction():
                notice = _take(now)
                if notice is None:
                    return None
                begun = _begin_read(notice, now)
        except _Unreadable as error:
            log.exception("notice %s cannot be told", error.notice)
            with transaction():
                _fail(error.notice, now)
            continue
        if begun is not None:
            return begun


def record(attempt: int, answer: Answer, now: datetime) -> None:
    """What came of an attempt, and so of its notice. Said again, or late, it only makes what was
    unknown known; also that something did not arrive which was thought to be sent."""
    of = select(ATTEMPTS.c.notice_id).where(ATTEMPTS.c.id == attempt).scalar_subquery()
    notice = db.session.execute(select(TABLE).where(TABLE.c.id == of).with_for_update()).one()
    made = db.session.execute(select(ATTEMPTS).where(ATTEMPTS.c.id == attempt)).one()
    if made.reference is not None and answer.reference is None:
        return  # it was reported whether it arrived, and that is more than an answer says
    db.session.execute(
        update(ATTEMPTS)
        .where(ATTEMPTS.c.id == attempt)
        .values(
            outcome=answer.outcome,
            errcode=answer.errcode,
            reference=answer.reference,
            answered_at=now,
        )
    )
    if made.template is not None:
        grants.settle(notice.citizen_id, made.template, made.outcome, answer.outcome, made.at)
    _go_on(notice, _next_step(notice, now, lambda: ways_of(notice)), now)


def _take(now: datetime) -> Notice | None:
    """The notice to look at, locked until this transaction ends."""
    query = next_due(now).with_for_update(skip_locked=True)
    return db.session.execute(query).one_or_none()


def _begin_read(notice: Notice, now: datetime) -> Begun | None:
    """The same as `_begin`. Raises _Unreadable, but not for what is the database's fault."""
    try:
        return _begin(notice, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise _Unreadable(notice.id) from error


def _begin(notice: Notice, now: datetime) -> Begun | None:
    """Write the attempt, where it is time for one."""
    logged_about.add(notice=notice.id, hall=notice.hall)
    _give_up_unanswered(notice.id, now)
    ways = cache(lambda: ways_of(notice))
    step = _next_step(notice, now, ways)
    if not isinstance(step, Try):
        _go_on(notice, step, now)
        return None
    message = ways()[step.channel]
    attempt = db.session.execute(
        insert(ATTEMPTS)
        .values(notice_id=notice.id, channel=step.channel, template=message.template, at=now)
        .returning(ATTEMPTS.c.id)
    ).scalar_one()
    if message.template is not None:
        grants.use(notice.citizen_id, message.template)
    db.session.execute(update(TABLE).where(TABLE.c.id == notice.id).values(due_at=now + LEASE))
    return Begun(attempt, message)


def _give_up_unanswered(notice: str, now: datetime) -> bool:
    """Whoever made an attempt that has no answer by now has died over it; whether somebody did."""
    given_up = db.session.execute(
        update(ATTEMPTS)
        .where(ATTEMPTS.c.notice_id == notice, ATTEMPTS.c.outcome.is_(None))
        .values(outcome=Outcome.UNKNOWN, errcode="unanswered", answered_at=now)
        .returning(ATTEMPTS.c.id)
    )
    return given_up.first() is not None


def _fail(notice: str, now: datetime) -> None:
    """It stops here, if it is still due: a newer version may have begun to tell it meanwhile."""
    due = select(TABLE.c.id).where(TABLE.c.id == notice, is_due(now)).with_for_update()
    if db.session.execute(due).first() is None:
        return
    state = State.UNKNOWN if _give_up_unanswered(notice, now) else State.FAILED
    ended = {"state": state, "due_at": None, "done_at": now}
    db.session.execute(update(TABLE).where(TABLE.c.id == notice).values(ended))


def _next_step(notice: Notice, now: datetime, ways: Callable[[], dict[Channel, Message]]) -> Step:
    tried = db.session.execute(
        select(ATTEMPTS.c.channel, ATTEMPTS.c.at, ATTEMPTS.c.outcome)
        .where(ATTEMPTS.c.notice_id == notice.id)
        .order_by(ATTEMPTS.c.id)
    )
    plan = plan_of(notice.hall) if notice.hall is not None else None
    return next_step(
        Kind(notice.kind),
        now,
        not_before=notice.at,
        not_after=notice.not_after,
        ways=ways,
        tried=[Tried(Channel(each.channel), each.at, Outcome(each.outcome)) for each in tried],
        quiet=_quiet_hours(plan),
        hours_begin=_hours_begin(notice.office_hours, plan),
        order=WAYS if notice.ways is None else [Channel(way) for way in notice.ways],
        in_app=notice.citizen_id is not None,
    )


def _go_on(notice: Notice, step: Step, now: datetime) -> None:
    match step:
        case Try():
            values: dict[str, Any] = {"state": State.PENDING, "due_at": now, "done_at": None}
        case Wait(until):
            values = {"state": State.PENDING, "due_at": until, "done_at": None}
        case End(state):
            values = {"state": state, "due_at": None, "done_at": now}
    db.session.execute(update(TABLE).where(TABLE.c.id == notice.id).values(values))


def _quiet_hours(plan: HallPlan | None) -> QuietHours | None:
    return QuietHours.of(plan.rules, plan.zone) if plan else QuietHours.of(Rules(), BEIJING)


def _hours_begin(
    kept: Mapping[str, Any] | None, plan: HallPlan | None
) -> Callable[[datetime], datetime | None]:
    """When the hours in which alone a notice is sent begin after a moment; None while they last."""
    if kept is None:
        return lambda _: None
    hours = OfficeHours.read(kept)
    return lambda now: hours.begin_after(now, plan)
