"""What the office's log of a ticket takes and gives."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Date, Integer, List, Nested, String
from apiflask.validators import Length
from marshmallow import ValidationError, validates_schema


class LogQuery(Schema):
    number = String(validate=Length(1, 16), metadata={"example": "A012"})
    date = Date(metadata={"description": "大厅日，默认今天"})
    token = String(validate=Length(1, 64), metadata={"description": "号票二维码中的令牌"})

    @validates_schema
    def one_of_them(self, data: dict[str, object], **_: object) -> None:
        if ("number" in data) == ("token" in data):
            raise ValidationError("number 与 token 须且只须给出一个", "number")


class EntryOut(Schema):
    at = AwareDateTime(required=True)
    kind = String(required=True)
    who = String(
        required=True,
        metadata={"description": "岗位与窗口，或哪台机器；值班主任、管理员还看到用户名"},
    )
    text = String(required=True)
    note = String(required=True, allow_none=True, metadata={"description": "当时写下的理由"})
    call_id = Integer(required=True, allow_none=True)
    nth = Integer(required=True, allow_none=True, metadata={"description": "第几次呼叫"})
    why = String(required=True, allow_none=True, metadata={"description": "为什么叫到它"})
    due_at = AwareDateTime(required=True, allow_none=True)
    due_was = AwareDateTime(
        required=True, allow_none=True, metadata={"description": "次序因此改变时，原来的应叫时间"}
    )
    due_why = String(required=True, allow_none=True)


class LogOut(Schema):
    id = String(required=True)
    number = String(required=True)
    date = Date(required=True)
    state = String(required=True)
    state_text = String(required=True)
    lane = String(required=True)
    lane_name = String(required=True)
    items = List(String(), required=True)
    entries = List(Nested(EntryOut), required=True)


class FileDeedOut(DeedOut):
    purpose = String(metadata={"description": "用途；办理号票上的事项时没有"})
