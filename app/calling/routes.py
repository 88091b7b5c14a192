"""Counters call; the hall watches."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from app.calling import counters, handling, service
from app.calling.board import board_now
from app.calling.queries import calls_of
from app.calling.schemas import (
    AutoCallIn,
    BoardOut,
    CalledOut,
    CallOut,
    CounterStateOut,
    DateQuery,
    NextIn,
    NumberIn,
    ReasonIn,
    TransferIn,
    ZoneQuery,
)
from app.calling.service import Called
from app.calling.view import board_out, call_out, counter_out, why_told
from app.catalog.plan import AutoCall, HallPlan
from app.catalog.service import plan_for, plan_of
from app.core.acts import AT_COUNTERS, OF_THE_HALL, Act, Role
from app.core.auth import access, act, actor, public
from app.core.http import answer, event_stream, later, perform_here
from app.core.language import language
from app.core.parts import parts
from app.tickets.queries import Ticket, find
from app.tickets.schemas import NothingIn, TicketOut
from app.tickets.service import strike_priority
from app.tickets.view import ticket_out

bp = APIBlueprint("calling", __name__, url_prefix="/api/v1", tag="叫号")

ON_THE_FLOOR = (Role.CLERK, Role.GUIDE, Role.SUPERVISOR)
LOOK_AFTER_COUNTERS = (*AT_COUNTERS, Role.ADMINISTRATOR)
REFUSALS = {403: "不在这个窗口", 404: "没有这个窗口或号票", 409: "当前状态不允许"}


# The counter


@bp.get("/counters/<no>")
@access("staff", roles=OF_THE_HALL, shows=None)
@bp.output(CounterStateOut)
@bp.doc(summary="窗口：状态、手上的号、等候的人", responses={404: "没有这个窗口"})
def counter_state(no: str) -> Response:
    return answer(counter_out(_plan(), no, act()))


@bp.post("/counters/<no>/open")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(CounterStateOut)
@bp.doc(summary="开放窗口", responses=REFUSALS)
def open_counter(no: str, json_data: dict[str, Any]) -> Response:
    return _turn(no, counters.open_counter)


@bp.post("/counters/<no>/pause")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(CounterStateOut)
@bp.doc(summary="暂停窗口", responses=REFUSALS)
def pause_counter(no: str, json_data: dict[str, Any]) -> Response:
    return _turn(no, counters.pause_counter)


@bp.post("/counters/<no>/close")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(CounterStateOut)
@bp.doc(summary="关闭窗口", responses=REFUSALS)
def close_counter(no: str, json_data: dict[str, Any]) -> Response:
    return _turn(no, counters.close_counter)


@bp.put("/counters/<no>/auto-call")
@access("staff", roles=LOOK_AFTER_COUNTERS)
@bp.input(AutoCallIn)
@bp.output(CounterStateOut)
@bp.doc(summary="自动派单：窗口空出来后，工作台自动叫下一位", responses=REFUSALS)
def set_auto_call(no: str, json_data: dict[str, Any]) -> Response:
    auto = AutoCall(**json_data)
    return _turn(no, partial(counters.set_auto_call, auto=auto), keyed=False)


@bp.post("/counters/<no>/call-next")
@access("staff", roles=AT_COUNTERS)
@bp.input(NextIn)
@bp.output(CalledOut)
@bp.doc(summary="叫下一位", responses={204: "没有人等候", **REFUSALS, 503: "次序正在恢复"})
def call_next(no: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), _plan()
    return perform_here(
        lambda: service.call_next(plan, no, doing, **json_data),
        _called(plan, doing),
        on_replay=_acknowledge,
    )


@bp.post("/counters/<no>/call")
@access("staff", roles=AT_COUNTERS, why="reason")
@bp.input(NumberIn)
@bp.output(CalledOut)
@bp.doc(summary="叫指定的号（公开并记录理由）", responses={**REFUSALS, 503: "次序正在恢复"})
def call_number(no: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), _plan()
    return perform_here(
        lambda: service.call_number(plan, no, json_data["number"], json_data["reason"], doing),
        _called(plan, doing),
        on_replay=_acknowledge,
    )


# The ticket at a counter


@bp.post("/tickets/<ticket_id>/recall")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(summary="重呼：默认最多 3 次，间隔 20 秒", responses=REFUSALS)
def recall(ticket_id: str, json_data: dict[str, Any]) -> Response:
    return _handle(ticket_id, lambda ticket, doing, plan: handling.recall(ticket, doing, plan))


@bp.post("/tickets/<ticket_id>/start")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(summary="开始办理", responses=REFUSALS)
def start(ticket_id: str, json_data: dict[str, Any]) -> Response:
    return _handle(ticket_id, lambda ticket, doing, _: handling.start(ticket, doing))


@bp.post("/tickets/<ticket_id>/pass")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(summary="过号；第三次过号即作废", responses=REFUSALS)
def pass_over(ticket_id: str, json_data: dict[str, Any]) -> Response:
    return _handle(ticket_id, lambda ticket, doing, plan: handling.pass_over(ticket, doing, plan))


@bp.post("/tickets/<ticket_id>/park")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(summary="挂起", responses=REFUSALS)
def park(ticket_id: str, json_data: dict[str, Any]) -> Response:
    return _handle(ticket_id, lambda ticket, doing, _: handling.park(ticket, doing))


@bp.post("/tickets/<ticket_id>/resume")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(summary="恢复办理挂起的号", responses=REFUSALS)
def resume(ticket_id: str, json_data: dict[str, Any]) -> Response:
    return _handle(ticket_id, lambda ticket, doing, plan: handling.resume(ticket, doing, plan))


@bp.post("/tickets/<ticket_id>/finish")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(summary="办结", responses=REFUSALS)
def finish(ticket_id: str, json_data: dict[str, Any]) -> Response:
    return _handle(ticket_id, lambda ticket, doing, _: handling.finish(ticket, doing))


@bp.post("/tickets/<ticket_id>/transfer")
@access("staff", roles=AT_COUNTERS, why="reason")
@bp.input(TransferIn)
@bp.output(TicketOut)
@bp.doc(summary="转号", responses=REFUSALS)
def transfer(ticket_id: str, json_data: dict[str, Any]) -> Response:
    return _handle(
        ticket_id,
        lambda ticket, doing, plan: handling.transfer(
            ticket,
            doing,
            plan,
            reason=json_data.get("reason", "继续办理下一事项"),
            lane=json_data.get("lane"),
            counter=json_data.get("counter"),
            item=json_data.get("item"),
            now=json_data.get("when") == "now",
        ),
    )


@bp.post("/tickets/<ticket_id>/undo")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(summary="撤销过号或办结（默认 60 秒内）", responses=REFUSALS)
def undo(ticket_id: str, json_data: dict[str, Any]) -> Response:
    return _handle(ticket_id, lambda ticket, doing, plan: handling.undo(ticket, doing, plan))


@bp.post("/tickets/<ticket_id>/take-over")
@access("staff", roles=AT_COUNTERS)
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(summary="接手离岗人员的号", responses=REFUSALS)
def take_over(ticket_id: str, json_data: dict[str, Any]) -> Response:
    return _handle(ticket_id, lambda ticket, doing, plan: handling.take_over(ticket, doing, plan))


@bp.post("/tickets/<ticket_id>/strike-priority")
@access("staff", roles=ON_THE_FLOOR, why="reason")
@bp.input(ReasonIn)
@bp.output(TicketOut)
@bp.doc(summary="取消不符合条件的优先", responses=REFUSALS)
def strike(ticket_id: str, json_data: dict[str, Any]) -> Response:
    return _handle(
        ticket_id,
        lambda ticket, doing, plan: strike_priority(ticket, json_data["reason"], doing, plan),
    )


# What everyone may see


@bp.get("/halls/<hall>/board")
@public
@bp.input(ZoneQuery, location="query")
@bp.output(BoardOut)
@bp.doc(
    summary="大厅屏：最近的叫号、即将叫到、各队列人数",
    responses={404: "没有这个大厅、队列或窗口"},
)
def board(hall: str, query_data: dict[str, str]) -> Response:
    return answer(board_now(hall, parts().clock.now(), **query_data))


@bp.get("/halls/<hall>/calls")
@public
@bp.input(DateQuery, location="query")
@bp.output(CallOut(many=True))
@bp.doc(summary="某天的全部叫号及理由", responses={404: "没有这个大厅"})
def calls(hall: str, query_data: dict[str, Any]) -> Response:
    plan = plan_of(hall)
    day = query_data.get("date") or plan.day_of(parts().clock.now()).date
    return answer([call_out(made, plan) for made in calls_of(plan.code, day)])


@bp.get("/halls/<hall>/events")
@public
@bp.doc(summary="大厅事件 (SSE)", responses={404: "没有这个大厅"})
def hall_events(hall: str) -> Response:
    plan = plan_of(hall)
    stream = parts().streams.of_hall(
        plan.code,
        request.headers.get("Last-Event-ID"),
        later(lambda: board_out(plan, parts().clock.now())),
        language(),
    )
    return event_stream(stream)


# Helpers


def _plan() -> HallPlan:
    return plan_for(actor())


def _turn(no: str, use_case: Callable[..., None], *, keyed: bool = True) -> Response:
    doing, plan = act(), _plan()

    def turned() -> str:
        use_case(plan, no, act=doing)
        return no

    return perform_here(turned, lambda number: counter_out(plan, number, doing), keyed=keyed)


def _handle(ticket_id: str, use_case: Callable[[Ticket, Act, HallPlan], Ticket]) -> Response:
    doing, plan = act(), _plan()
    return perform_here(
        lambda: use_case(find(plan.code, id=ticket_id), doing, plan),
        lambda ticket: ticket_out(ticket, plan, doing.actor),
    )


def _called(plan: HallPlan, doing: Act) -> Callable[[Called], dict[str, Any]]:
    return lambda called: {
        "ticket": ticket_out(called.ticket, plan, doing.actor, nth=1),
        "why": why_told(called.why),
        "call_id": called.ticket.call_id,
    }


def _acknowledge(body: dict[str, Any] | None) -> None:
    if body is not None:
        service.acknowledge(body["call_id"])
