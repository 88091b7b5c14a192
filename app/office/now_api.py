"""The hall now, and what who leads it changes on the spot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.calling.counters import CLOSED, OPEN, PAUSED, turn_counter
from app.catalog import adjusting
from app.catalog.plan import HallPlan, Thresholds
from app.catalog.service import plan_of
from app.core.acts import DECIDERS, LEADS, OF_THE_HALL
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.parts import parts
from app.office.now import hall_now, lanes_unworked, thresholds_out
from app.office.now_schemas import (
    HallNowOut,
    LaneIn,
    MessageIn,
    MessageOut,
    NumbersOut,
    ServesOut,
    StopIn,
    ThresholdsPart,
    TiersIn,
    TurnedOut,
)
from app.tickets.schemas import NothingIn
from queueing.order import MINUTE

bp = APIBlueprint("office_now_api", __name__, url_prefix="/api/v1/staff", tag="大厅现场")


@bp.get("/hall")
@access("staff", roles=OF_THE_HALL, shows=None)
@bp.output(HallNowOut)
@bp.doc(summary="大厅现在：各队列、各窗口、提醒、当天的调整；不满意评价只提醒负责人")
def hall() -> Response:
    role = actor().role
    shown = {"with_ratings": role in LEADS, "with_renewals": role in DECIDERS}
    return answer(hall_now(_plan(), parts().clock.now(), **shown))


@bp.post("/counters/<no>/open")
@access("staff", roles=LEADS)
@bp.input(NothingIn)
@bp.output(TurnedOut)
@bp.doc(summary="从办公页面开放窗口", responses={404: "没有这个窗口"})
def open_counter(no: str, json_data: dict[str, Any]) -> Response:
    return _turn(no, OPEN)


@bp.post("/counters/<no>/pause")
@access("staff", roles=LEADS)
@bp.input(NothingIn)
@bp.output(TurnedOut)
@bp.doc(summary="从办公页面暂停窗口", responses={404: "没有这个窗口"})
def pause_counter(no: str, json_data: dict[str, Any]) -> Response:
    return _turn(no, PAUSED)


@bp.post("/counters/<no>/close")
@access("staff", roles=LEADS)
@bp.input(NothingIn)
@bp.output(TurnedOut)
@bp.doc(
    summary="从办公页面关闭窗口；指定由它办理的号退回队列",
    responses={404: "没有这个窗口", 409: "窗口手上还有一个号"},
)
def close_counter(no: str, json_data: dict[str, Any]) -> Response:
    return _turn(no, CLOSED)


@bp.post("/counters/<no>/tiers")
@access("staff", roles=LEADS, why="reason")
@bp.input(TiersIn)
@bp.output(ServesOut)
@bp.doc(
    summary="调整窗口当天办理的队列（潮汐窗口），等候的人次序不变",
    responses={404: "没有这个窗口或队列", 409: "有队列会无人叫号"},
)
def serve(no: str, json_data: dict[str, Any]) -> Response:
    tiers = tuple(tuple(tier) for tier in json_data["tiers"])
    return _serve(no, tiers, json_data["reason"])


@bp.post("/counters/<no>/tiers/restore")
@access("staff", roles=LEADS)
@bp.input(NothingIn)
@bp.output(ServesOut)
@bp.doc(
    summary="窗口恢复大厅文件中的队列",
    responses={404: "没有这个窗口", 409: "有队列会无人叫号"},
)
def serve_as_in_file(no: str, json_data: dict[str, Any]) -> Response:
    return _serve(no, None, "")


@bp.post("/hall/stop-numbers")
@access("staff", roles=LEADS, why="reason")
@bp.input(StopIn)
@bp.output(NumbersOut)
@bp.doc(
    summary="当天停止取号：一个队列，或整个大厅；已预约、已取号的照常签到",
    responses={404: "没有这个队列"},
)
def stop_numbers(json_data: dict[str, Any]) -> Response:
    doing, code, lane, why = act(), _plan().code, json_data.get("lane"), json_data["reason"]
    return _done(
        lambda: adjusting.stop_numbers(code, lane, why, doing), {"lane": lane, "stopped": why}
    )


@bp.post("/hall/give-numbers")
@access("staff", roles=LEADS)
@bp.input(LaneIn)
@bp.output(NumbersOut)
@bp.doc(summary="恢复取号", responses={404: "没有这个队列"})
def give_numbers(json_data: dict[str, Any]) -> Response:
    doing, code, lane = act(), _plan().code, json_data.get("lane")
    return _done(lambda: adjusting.give_numbers(code, lane, doing), {"lane": lane, "stopped": None})


@bp.post("/hall/message")
@access("staff", roles=LEADS)
@bp.input(MessageIn)
@bp.output(MessageOut)
@bp.doc(summary="当天屏幕上的一行字；空的不显示，null 恢复大厅文件中的")
def message(json_data: dict[str, Any]) -> Response:
    doing, code, text = act(), _plan().code, json_data["message"]
    text = text and text.strip()
    return _done(lambda: adjusting.set_message(code, text, doing), {"message": text})


@bp.post("/hall/thresholds")
@access("staff", roles=LEADS)
@bp.input(ThresholdsPart)
@bp.output(ThresholdsPart)
@bp.doc(summary="从什么程度起提醒，到再次调整为止")
def thresholds(json_data: dict[str, Any]) -> Response:
    chosen = Thresholds(
        oldest_wait=json_data["oldest_wait_minutes"] * MINUTE,
        waiting=json_data["waiting"],
        unserved_lane=json_data["unserved_lane"],
        bad_rating=json_data["bad_rating"],
    )
    return _warn_from(chosen)


@bp.post("/hall/thresholds/restore")
@access("staff", roles=LEADS)
@bp.input(NothingIn)
@bp.output(ThresholdsPart)
@bp.doc(summary="恢复大厅文件中的提醒标准")
def warn_as_in_file(json_data: dict[str, Any]) -> Response:
    return _warn_from(None)


def _plan() -> HallPlan:
    return plan_of(actor().hall or "")


def _turn(no: str, status: str) -> Response:
    doing, plan = act(), _plan()
    told = {"no": no, "status": status}
    return _done(lambda: turn_counter(plan, no, status, doing), told)


def _serve(no: str, tiers: Any, reason: str) -> Response:
    doing, code = act(), _plan().code

    def told(changed: HallPlan) -> dict[str, Any]:
        unworked = lanes_unworked(changed, doing.now)
        return {"no": no, "tiers": changed.counters[no].tiers, "unworked": unworked}

    return perform_here(lambda: adjusting.serve(code, no, tiers, reason, doing), told)


def _warn_from(thresholds: Thresholds | None) -> Response:
    doing, code = act(), _plan().code
    return perform_here(lambda: adjusting.set_thresholds(code, thresholds, doing), thresholds_out)


def _done(use_case: Callable[[], None], told: dict[str, Any]) -> Response:
    """What was done is told as it was asked for: the page reads the hall anew."""

    def done() -> dict[str, Any]:
        use_case()
        return told

    return perform_here(done, lambda told: told)
