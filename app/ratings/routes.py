"""A visit is rated by its owner; staff read what their hall was given."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.calling.errors import NotAtThisCounter
from app.calling.schemas import DateQuery
from app.catalog.service import plan_of
from app.core.acts import Role
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.parts import parts
from app.ratings import service
from app.ratings.queries import rating_of
from app.ratings.rules import Grade
from app.ratings.schemas import RateIn, RatingOut, RatingsOut
from app.ratings.view import counter_ratings_out, rating_out, ratings_out
from app.tickets.errors import TicketNotFound
from app.tickets.queries import Ticket, find, owned_by

bp = APIBlueprint("ratings", __name__, url_prefix="/api/v1", tag="评价")


@bp.get("/tickets/<ticket_id>/rating")
@access("ticket", "citizen")
@bp.output(RatingOut)
@bp.doc(summary="这次办理的评价，以及现在能否评价", responses={404: "没有这张号票"})
def rating(ticket_id: str) -> Response:
    ticket = _mine(ticket_id)
    return answer(rating_out(ticket, rating_of(ticket), plan_of(ticket.hall)))


@bp.post("/tickets/<ticket_id>/rating")
@access("ticket", "citizen")
@bp.input(RateIn)
@bp.output(RatingOut, status_code=201)
@bp.doc(
    summary="评价这次办理：五个等级，一次办理评价一次",
    responses={404: "没有这张号票", 409: "尚未办结、已经评价过或已过评价期"},
)
def rate(ticket_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    ticket = _mine(ticket_id)
    plan, grade, words = plan_of(ticket.hall), Grade(json_data["grade"]), json_data.get("words")
    return perform_here(
        lambda: service.rate(_mine(ticket_id), grade, words, doing, plan),
        lambda given: rating_out(ticket, given, plan),
        status=201,
    )


@bp.get("/staff/ratings")
@access("staff", roles=(Role.CLERK, Role.SUPERVISOR, Role.ADMINISTRATOR), shows="ratings")
@bp.input(DateQuery, location="query")
@bp.output(RatingsOut)
@bp.doc(summary="某一天的评价；窗口人员只看本窗口，且看不到是谁评的", responses={403: "不在窗口"})
def ratings(query_data: dict[str, Any]) -> Response:
    asker = actor()
    plan = plan_of(asker.hall or "")
    day = query_data.get("date") or plan.day_of(parts().clock.now()).date
    if asker.role == Role.CLERK:
        if asker.counter is None:
            raise NotAtThisCounter("您还没有登录窗口，请先在窗口登录。")
        return answer(counter_ratings_out(plan, day, asker.counter))
    return answer(ratings_out(plan, day))


def _mine(ticket_id: str) -> Ticket:
    """The ticket, for its owner. Another's is not found: ids tell nothing."""
    asker = actor()
    ticket = find(asker.hall, id=ticket_id)
    if not owned_by(ticket, asker):
        raise TicketNotFound
    return ticket
