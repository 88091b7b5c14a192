"""What the catalog's routes take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length


class ItemQuery(Schema):
    q = String(load_default="", validate=Length(max=100), metadata={"description": "要找的词"})


class ItemOut(Schema):
    code = String(required=True)
    name = String(required=True)
    department = String(required=True)
    lane = String(required=True)
    minutes = Integer(required=True)
    papers = List(String(), required=True)
    bookable = Boolean(required=True, metadata={"description": "是否可以预约"})
    collects = Boolean(required=True, metadata={"description": "凭这个事项的号领取办理结果"})


class OrderRowOut(Schema):
    why = String(required=True)
    how = String(required=True)
    due = String(required=True)


class RulesOut(Schema):
    date = Date(required=True)
    order = List(Nested(OrderRowOut), required=True)
    notes = List(String(), required=True)
