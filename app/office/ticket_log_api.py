"""What became of one number, for who must answer for it."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.calling.queries import calls_of_ticket
from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import LEADS, Actor, Role
from app.core.auth import access, actor
from app.core.errors import Forbidden
from app.core.http import answer
from app.core.parts import parts
from app.office.deeds import FILE_DEEDS, deeds_out
from app.office.ticket_log import log_out
from app.office.ticket_log_schemas import FileDeedOut, LogOut, LogQuery
from app.staff.queries import usual_counter
from app.tickets.queries import Ticket, find, find_number

bp = APIBlueprint("office_ticket_log", __name__, url_prefix="/api/v1/staff", tag="号票记录")

READERS = (Role.CLERK, Role.SUPERVISOR, Role.ADMINISTRATOR)


class NotCalledHere(Forbidden):
    code = "not_called_here"
    detail = "这个号没有叫到过您的窗口，请值班主任查看。"


class NoCounterOfYours(Forbidden):
    code = "no_counter_of_yours"
    detail = "您没有登录窗口，也没有固定窗口，看不到号票记录。请到窗口登录，或请值班主任查看。"


@bp.get("/ticket-log")
@access("staff", roles=READERS, shows="tickets")
@bp.input(LogQuery, location="query")
@bp.output(LogOut)
@bp.doc(summary="一个号从取号到办结的全部经过", responses={404: "没有这个号"})
def ticket_log(query_data: dict[str, Any]) -> Response:
    plan = plan_of(actor().hall or "")
    ticket = _asked_for(query_data, plan)
    _require_concerned(ticket, actor())
    leads = actor().role in LEADS
    return answer(log_out(ticket, plan, with_rating=leads, with_usernames=leads))


@bp.get("/file-deeds")
@access("staff", roles=LEADS, shows=None)
@bp.output(FileDeedOut(many=True))
@bp.doc(summary="谁最近打开过办事人的填报和证照，为了什么")
def file_deeds() -> Response:
    return answer(deeds_out(plan_of(actor().hall or ""), FILE_DEEDS))


def _asked_for(query: dict[str, Any], plan: HallPlan) -> Ticket:
    if "token" in query:
        return find(plan.code, token=query["token"])
    day = query.get("date") or plan.day_of(parts().clock.now()).date
    return find_number(plan.code, day, query["number"])


def _require_concerned(ticket: Ticket, asker: Actor) -> None:
    """A clerk reads of what was called to the counter they sit at, or away from any to their usual
    one. Raises NoCounterOfYours, NotCalledHere."""
    if asker.role != Role.CLERK:
        return
    own = asker.counter or usual_counter(asker.id)
    if own is None:
        raise NoCounterOfYours
    made = calls_of_ticket(ticket.id)
    counters = {counter for call in made for counter in (call.counter, call.now_at) if counter}
    if own not in counters:
        raise NotCalledHere
