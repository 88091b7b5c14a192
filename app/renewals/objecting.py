"""A holder does not want a renewal, or says that a rule was wrong."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.core.acts import Act
from app.notices.service import withdraw
from app.renewals.errors import NotContestable, NothingContested, NotOfThisHall
from app.renewals.handing import close
from app.renewals.holding import held, require_open_decision
from app.renewals.mine import renewal_of_citizen
from app.renewals.queries import (
    NOTHING_TO_DECIDE,
    TABLE,
    events_of,
    is_contested,
    renewal,
)
from app.renewals.records import change, move, record
from app.renewals.rules import By, Why, by_whom, day_of
from app.renewals.states import State
from app.renewals.stopped import over
from app.renewals.stored import opened, sealed_in
from app.renewals.telling import ANSWERED, tell
from app.renewals.watch.reminding import forget_reminders


def decline(id: str, act: Act) -> Row[Any]:
    """Not to be renewed; also takes back an application nobody decided yet. Until its last day
    whoever opens it again has thought better of it.

    Raises RenewalNotFound, RenewalOver, AlreadyDecided, LicenceEnded, HolderChanged."""
    renewal_of_citizen(id, act.actor.id, act.now)
    now = held(id, may_issue=False)
    if now.row.state == State.DECLINED:
        return now.row
    if now.row.state == State.CONFIRMED:
        require_open_decision(now, day_of(act.now))
    withdrawn = {**NOT_CONFIRMED, **NOTHING_TO_DECIDE}
    declined = move(TABLE.c.id == id, State.DECLINED, act, **withdrawn)
    if not declined:
        raise over(now.row)
    forget_reminders(now.row.licence_id, act)
    withdraw(f"renewal:{id}:", act)
    return declined[0]


NOT_CONFIRMED: dict[str, Any] = {
    "confirmed_at": None,
    "confirmed_by": None,
    "ground": None,
    "consent": None,
    "asked_for_sealed": None,
    "asked_times": 0,
}
"""What is left of an application that was taken back: who thinks again, asks anew."""


def is_contestable(row: Row[Any]) -> bool:
    """Whether what a machine said of it stands, and nobody spoke against it yet."""
    if row.contested_at is not None or row.judged is None:
        return False
    by_machine = row.decided_by is None or by_whom(row.decided_by) is not By.PERSON
    return by_machine and row.state in (
        State.OPENED,
        State.CONFIRMED,
        State.ISSUED,
        State.HANDED_OVER,
        State.CLOSED,
    )


def contest(id: str, words: str, act: Act) -> Row[Any]:
    """Say that what a rule found, or decided, is wrong: a person looks at it. Nothing that was
    given is taken away by that.

    Raises RenewalNotFound, NotContestable."""
    renewal_of_citizen(id, act.actor.id, act.now)
    now = held(id, may_issue=False)
    if not is_contestable(now.row):
        raise NotContestable
    record(id, "contested", act)
    return change(
        id,
        contested_at=act.now,
        needs_person=True,
        person_why=Why.CONTEST,
        ask_again_at=None,
        **sealed_in(id, contest={"words": words.strip(), "answer": None}),
    )


def answer_contest(id: str, words: str, act: Act) -> Row[Any]:
    """A person of its hall answers what was contested, where there is nothing to decide.

    Raises NotOfThisHall, NothingContested."""
    now = held(id, may_issue=False)
    row = now.row
    if row.hall != act.actor.hall:
        raise NotOfThisHall
    if not is_contested(row):
        raise NothingContested
    contest = {**opened(row, "contest"), "answer": words.strip()}
    record(id, "contest_answered", act)
    waits = row.state == State.CONFIRMED and row.ask_again_at is None
    answered = change(
        id,
        contest_answered_at=act.now,
        needs_person=waits,
        **sealed_in(id, contest=contest),
    )
    if row.state == State.HANDED_OVER:
        close(answered, act)
    tell(answered, ANSWERED, act, "contest_answered", _contested_by(id))
    return renewal(id)


def _contested_by(id: str) -> str:
    """The account; it need not be the one that confirmed it, if anybody did."""
    actors = [event.actor for event in events_of(id) if event.what == "contested"]
    return str(actors[-1]).removeprefix("citizen:")
