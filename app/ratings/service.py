"""Rating a visit. Runs inside the caller's transaction."""

from __future__ import annotations

from app.catalog.plan import HallPlan
from app.core.acts import Act
from app.core.db import db, insert_into
from app.core.parts import parts
from app.ratings.errors import AlreadyRated, RatingOver, VisitNotOver
from app.ratings.queries import TABLE, Rating, is_over, rating_of, served
from app.ratings.rules import GRADE_WORDS, Grade, rated_until
from app.tickets.queries import Ticket
from app.tickets.service import record
from app.tickets.states import STATE_WORDS, State

CHANNELS = {"ticket": "ticket", "citizen": "account"}
"""Kind of actor -> channel."""
WORDS = "ratings.words_sealed"
"""The column the words are sealed for."""


def rate(ticket: Ticket, grade: Grade, words: str | None, act: Act, plan: HallPlan) -> Rating:
    """What the visit was like, said once by its owner.

    Raises VisitNotOver with the state, RatingOver, AlreadyRated with the grade given."""
    if not is_over(ticket):
        raise VisitNotOver(_not_over(ticket), state=str(ticket.state))
    if act.now >= rated_until(plan, ticket.day):
        raise RatingOver
    counter, served_by = served(ticket)
    values = {
        "id": act.new_id(),
        "ticket_id": ticket.id,
        "hall": ticket.hall,
        "day": ticket.day,
        "at": act.now,
        "grade": grade,
        "words_sealed": parts().seal.seal(WORDS, words) if words else None,
        "channel": CHANNELS[act.actor.kind],
        "counter": counter,
        "served_by": served_by,
    }
    # who taps twice at once is told by the row's one ticket, not by a look beforehand
    insert = insert_into(TABLE).values(values).on_conflict_do_nothing().returning(*TABLE.c)
    made = db.session.execute(insert).one_or_none()
    if made is None:
        raise _already(rating_of(ticket))
    record(act, ticket, "rated")
    return made


def words_of(rating: Rating) -> str | None:
    """What was written beside the grade."""
    sealed = rating.words_sealed
    return None if sealed is None else parts().seal.open(WORDS, sealed)


def _not_over(ticket: Ticket) -> str:
    if ticket.state == State.FINISHED:
        return "该号没有经窗口叫号办理，不能评价。"
    return f"该号{STATE_WORDS[State(ticket.state)]}，办结以后才能评价。"


def _already(given: Rating | None) -> AlreadyRated:
    if given is None:
        return AlreadyRated()
    words = GRADE_WORDS[Grade(given.grade)]
    return AlreadyRated(f"这次办理已经评价为“{words}”，一次办理评价一次。", grade=given.grade)
