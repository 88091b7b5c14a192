"""How long one would wait, for anyone to see before they come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import AwareDateTime, Integer, List, Nested, String
from flask import Response

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.auth import public
from app.core.http import answer, wire_time
from app.core.language import named
from app.core.parts import parts
from app.tickets.outlooks import look
from app.tickets.queries import waiting_by_lane
from app.tickets.schemas import EstimateOut
from queueing.outlook import Outlook

bp = APIBlueprint("estimates", __name__, url_prefix="/api/v1", tag="等候时间")


class LaterOut(EstimateOut):
    at = AwareDateTime(required=True)


class LaneWaitsOut(Schema):
    lane = String(required=True)
    name = String(required=True)
    waiting = Integer(required=True)
    estimate = Nested(EstimateOut, required=True, metadata={"description": "现在取号大约等多久"})
    later = List(
        Nested(LaterOut), required=True, metadata={"description": "今天晚些时候来取号大约等多久"}
    )


class WaitsOut(Schema):
    at = AwareDateTime(
        required=True, allow_none=True, metadata={"description": "估计作出的时刻；没有估计为空"}
    )
    lanes = List(Nested(LaneWaitsOut), required=True)


@bp.get("/halls/<hall>/waits")
@public
@bp.output(WaitsOut)
@bp.doc(summary="各队列现在和今天晚些时候大约等多久", responses={404: "没有这个大厅"})
def waits(hall: str) -> Response:
    plan = plan_of(hall)
    waiting = waiting_by_lane(plan.code, plan.day_of(parts().clock.now()).date)
    outlook = look(plan)
    told = outlook or Outlook(at_ms=0)
    return answer(
        {
            "at": outlook and _at(plan, outlook.at_ms),
            "lanes": [
                {
                    "lane": lane.letters,
                    "name": named(lane),
                    "waiting": waiting.get(lane.letters, 0),
                    "estimate": _range(*told.newcomers.get(lane.letters, ())),
                    "later": [
                        {"at": _at(plan, at_ms), **_range(p50, p90)}
                        for at_ms, p50, p90 in told.later.get(lane.letters, ())
                    ],
                }
                for lane in plan.lanes.values()
            ],
        }
    )


def _range(p50: int | None = None, p90: int | None = None) -> dict[str, Any]:
    return {"p50_s": p50, "p90_s": p90}


def _at(plan: HallPlan, unix_ms: int) -> str:
    return wire_time(datetime.fromtimestamp(unix_ms / 1000, UTC), plan.zone)
