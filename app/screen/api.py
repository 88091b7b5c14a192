"""What the small screen above a counter shows: public, so it names nobody."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import AwareDateTime, Integer, String
from apiflask.validators import OneOf
from flask import Response

from app.calling.queries import call
from app.catalog.plan import HallPlan
from app.catalog.service import counter_of, counter_statuses, plan_of
from app.core.auth import public
from app.core.http import answer, wire_time
from app.core.language import named
from app.core.parts import parts
from app.tickets.queries import at_counter
from app.tickets.states import State

bp = APIBlueprint("screen_api", __name__, url_prefix="/api/v1", tag="屏幕")


class CounterShownOut(Schema):
    no = String(required=True)
    name = String(required=True)
    status = String(required=True, validate=OneOf(["open", "paused", "closed"]))
    number = String(required=True, allow_none=True, metadata={"description": "窗口手上的号"})
    state = String(
        required=True, allow_none=True, validate=OneOf([State.CALLED, State.SERVING, None])
    )
    call_id = Integer(required=True, allow_none=True)
    nth = Integer(required=True, allow_none=True)
    last_at = AwareDateTime(
        required=True, allow_none=True, metadata={"description": "最近一次呼叫的时刻"}
    )
    server_time = AwareDateTime(required=True)


@bp.get("/halls/<hall>/counters/<no>")
@public
@bp.output(CounterShownOut)
@bp.doc(summary="窗口屏：状态和正在叫的号", responses={404: "没有这个大厅或窗口"})
def counter(hall: str, no: str) -> Response:
    plan = plan_of(hall)
    shown = counter_of(plan, no)
    return answer(
        {
            "no": no,
            "name": named(shown),
            "status": counter_statuses(plan)[no][0],
            **_held(plan, no),
            "server_time": wire_time(parts().clock.now(), plan.zone),
        }
    )


def _held(plan: HallPlan, no: str) -> dict[str, Any]:
    held = at_counter(plan.code, no)
    made = call(held.call_id) if held else None
    return {
        "number": held.number if held else None,
        "state": held.state if held else None,
        "call_id": made.id if made else None,
        "nth": made.nth if made else None,
        "last_at": wire_time(made.last_at, plan.zone) if made else None,
    }
