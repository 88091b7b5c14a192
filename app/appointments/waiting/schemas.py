"""What the routes of the waiting list take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Date, Integer, List, Nested, String, Time
from apiflask.validators import Length, OneOf

from app.appointments.waiting.states import State
from app.tickets.schemas import ItemsIn

CLOCK = "%H:%M"


class JoinIn(ItemsIn):
    date = Date(required=True, metadata={"description": "大厅日"})
    begins = Time(CLOCK, data_key="from", metadata={"description": "最早几点能到，如 09:00"})
    ends = Time(CLOCK, data_key="to", metadata={"description": "最晚几点办完，如 12:00"})
    person = String(validate=Length(1, 32), metadata={"description": "为谁候补；不填为本人"})


class OfferOut(Schema):
    slot = String(required=True)
    starts_at = AwareDateTime(required=True)
    ends_at = AwareDateTime(required=True)
    until = AwareDateTime(required=True, metadata={"description": "保留到何时"})


class WaitingListEntryOut(Schema):
    id = String(required=True)
    state = String(required=True, validate=OneOf([str(state) for state in State]))
    hall = String(required=True)
    hall_name = String(required=True)
    items = List(String(), required=True)
    item_names = List(String(), required=True)
    date = Date(required=True)
    begins = String(required=True, allow_none=True, data_key="from")
    ends = String(required=True, allow_none=True, data_key="to")
    place = Integer(
        required=True,
        allow_none=True,
        metadata={"description": "在同队列候补中排第几；不在等候的为空"},
    )
    offer = Nested(OfferOut, required=True, allow_none=True)
    person_name = String(
        required=True, metadata={"description": "候补的账号看到全名，其他人看到的隐去部分"}
    )
    appointment = String(
        required=True, allow_none=True, metadata={"description": "接受后成为的预约的 id"}
    )
