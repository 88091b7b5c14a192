"""The holder's door to reminders: switched off and on, for each holder one may speak for."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, List, String
from apiflask.validators import Length
from flask import Response

from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.parts import parts
from app.renewals.watch.reaching import ALL
from app.renewals.watch.stopping import Stops, set_reminders, stops_of

bp = APIBlueprint("reminders", __name__, url_prefix="/api/v1/me", tag="到期提醒")


class RemindersOut(Schema):
    holder = String(required=True, metadata={"description": "持证人的 id，见 /me/holders"})
    name = String(required=True)
    stopped_kinds = List(
        String(), required=True, metadata={"description": "不再提醒的证照类型代码"}
    )
    all = Boolean(required=True, metadata={"description": "所有证照都不再提醒"})


class RemindersIn(Schema):
    holder = String(
        validate=Length(1, 32), metadata={"description": "持证人的 id；不填为本人，见 /me/holders"}
    )
    kind = String(validate=Length(1, 40), metadata={"description": "证照类型代码；不填为所有证照"})
    on = Boolean(required=True, metadata={"description": "true 提醒，false 不再提醒"})


@bp.get("/reminders")
@access("citizen")
@bp.output(RemindersOut(many=True))
@bp.doc(summary="到期提醒：本人和所代表的企业，哪些不再提醒")
def reminders() -> Response:
    return answer(_out(stops_of(actor().id, parts().clock.now())))


@bp.put("/reminders")
@access("citizen")
@bp.input(RemindersIn)
@bp.output(RemindersOut(many=True))
@bp.doc(
    summary="打开或关闭到期提醒；关闭后，还没发出的也不再发",
    responses={404: "没有这位持证人或这种证照，或无权代其决定", 409: "尚未登记本人"},
)
def switch_reminders(json_data: dict[str, Any]) -> Response:
    doing = act()

    def switch() -> list[Stops]:
        holder, kind = json_data.get("holder"), json_data.get("kind", ALL)
        set_reminders(doing.actor.id, holder, kind, json_data["on"], doing)
        return stops_of(doing.actor.id, doing.now)

    return perform_here(switch, _out, keyed=False)


def _out(found: list[Stops]) -> list[dict[str, Any]]:
    return [
        {
            "holder": each.holder.right.person,
            "name": each.holder.name,
            "stopped_kinds": list(each.kinds),
            "all": each.all,
        }
        for each in found
    ]
