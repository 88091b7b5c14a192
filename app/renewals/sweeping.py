"""What nobody taps: silence of the hall grants, what was handed over is noted, and registers that
were silent are asked again. Each renewal in a transaction of its own; what dies in between is
found again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select

from app.core.acts import Act
from app.core.db import db, transaction
from app.core.parts import parts
from app.licences.queries import licence
from app.renewals.asking import ask_all
from app.renewals.checks import next_ask
from app.renewals.confirming import go_on, to_a_person
from app.renewals.deciding import law_decides
from app.renewals.finding import any_expired, expire_some, overtake_one
from app.renewals.handing import any_handed_over, note_some_handed_over
from app.renewals.holding import Held, held, overtaken_by
from app.renewals.judging import judged, keep_round
from app.renewals.queries import TABLE, plan_for
from app.renewals.records import change, record
from app.renewals.rules import Why, day_of
from app.renewals.states import State

log = logging.getLogger(__name__)

LASTS = timedelta(seconds=60)
"""From then on a round begins nothing more and leaves the rest to the next."""
AT_ONCE = 500
"""Renewals changed in one transaction, where nothing is decided of them."""


def is_owed(act: Act) -> bool:
    """Whether a round has anything to do."""
    unanswered = select(TABLE.c.id).where(_unanswered(act) | _granted_by_silence(act))
    found = db.session.execute(unanswered.limit(1)).first()
    return found is not None or any_expired(act) or any_handed_over()


def sweep(act: Act) -> None:
    """One round. Asks over the network: outside any transaction."""
    grant_by_silence(act)
    with transaction():
        expire_some(act, AT_ONCE)
    with transaction():
        note_some_handed_over(act, AT_ONCE)
    while not _is_over(act) and (row := _taken(act)) is not None:
        _tried(row.id, partial(_ask_again, row, act))


def grant_by_silence(act: Act) -> None:
    """Grant what was asked for in time, and nobody decided by the end of its licence's last day."""
    found = select(TABLE.c.id).where(_granted_by_silence(act))
    for id in db.session.scalars(found.order_by(TABLE.c.valid_until, TABLE.c.id)).all():
        if _is_over(act):
            return
        _tried(id, partial(_granted, id, act))


def _granted_by_silence(act: Act) -> ColumnElement[bool]:
    return and_(TABLE.c.state == State.CONFIRMED, TABLE.c.valid_until < day_of(act.now))


def _unanswered(act: Act) -> ColumnElement[bool]:
    return and_(TABLE.c.state == State.CONFIRMED, TABLE.c.ask_again_at <= act.now)


def _granted(id: str, act: Act) -> None:
    with transaction():
        now = held(id)
        if now.row.state == State.CONFIRMED and _renewable(now, act):
            law_decides(now, act)


def _renewable(now: Held, act: Act) -> bool:
    """Whether a confirmed renewal still has its licence; else it is overtaken."""
    why = overtaken_by(now, day_of(act.now))
    if why is not None:
        overtake_one(now.row.id, why, act)
    return why is None


def _taken(act: Act) -> Row[Any] | None:
    """The next whose registers are to be asked. Counted before they are, and put off: what cannot
    be judged is left to a person in the end, and keeps no other waiting."""
    due = select(*TABLE.c).where(_unanswered(act)).order_by(TABLE.c.ask_again_at, TABLE.c.id)
    while True:
        with transaction():
            row = db.session.execute(due.limit(1).with_for_update(skip_locked=True)).one_or_none()
            if row is None:
                return None
            again = next_ask(max(row.asked_times, 1), act.now)
            if again is not None:
                return change(row.id, asked_times=row.asked_times + 1, ask_again_at=again)
            to_a_person(row, Why.SOURCES, act)


def _ask_again(row: Row[Any], act: Act) -> None:
    plan = plan_for(row.kind)
    answers = ask_all(plan, licence(row.licence_id)) if plan else {}
    with transaction():
        now = held(row.id)
        if now.row.state != State.CONFIRMED or now.row.ask_again_at != row.ask_again_at:
            return
        if plan is None:
            to_a_person(now.row, Why.SOURCES, act)
            return
        if not _renewable(now, act):
            return
        judgement = judged(now.row, now.licence, plan, answers, act)
        record(row.id, "asked_again", act, times=now.row.asked_times)
        keep_round(now.row, judgement, act)
        go_on(now, judgement, plan, act)


def _is_over(act: Act) -> bool:
    return parts().clock.now() >= act.now + LASTS


def _tried(id: str, deed: Callable[[], None]) -> None:
    """Of one that fails nothing is done, and the others go on."""
    try:
        deed()
    except Exception:
        log.exception("renewal %s is tried again in another round", id)
        db.session.rollback()
