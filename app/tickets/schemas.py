"""What the ticket routes take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Regexp
from marshmallow import ValidationError, validates_schema

from app.tickets.rules import PRIORITIES
from app.tickets.states import State

PHONE = Regexp(r"\+?[0-9](?:[ -]?[0-9]){6,14}$", error="电话号码应为 7 至 15 位数字。")


class NothingIn(Schema):
    """A request whose body says nothing."""


class WhyOut(Schema):
    code = String(required=True, metadata={"description": "次序规则代码"})
    text = String(required=True, metadata={"description": "给人看的一句话"})


class EstimateOut(Schema):
    p50_s = Integer(required=True, allow_none=True)
    p90_s = Integer(required=True, allow_none=True)


class TicketOut(Schema):
    id = String(required=True)
    token = String(required=True, allow_none=True)
    number = String(required=True, metadata={"example": "A012"})
    state = String(required=True, validate=OneOf([str(state) for state in State]))
    lane = String(required=True)
    item = String(required=True, metadata={"description": "正在办理的事项"})
    items = List(String(), required=True, metadata={"description": "本次办理的全部事项"})
    due_at = AwareDateTime(required=True, metadata={"description": "大厅承诺叫到的时刻"})
    ahead = Integer(required=True, allow_none=True, metadata={"description": "同队列前面的人数"})
    estimate = Nested(EstimateOut, required=True)
    counter = String(required=True, allow_none=True)
    why = Nested(WhyOut, required=True)


class RejoinOut(Schema):
    open = Boolean(required=True, metadata={"description": "现在可以重新排队"})
    until = AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "此前重新排队优于现场取号；null 为已不能优于现场取号"},
    )


def each_once(codes: list[str]) -> None:
    """Nobody comes twice for one item in one visit."""
    if len(set(codes)) != len(codes):
        raise ValidationError("同一事项不能重复")


class ItemsIn(Schema):
    item = String(validate=Length(1, 64))
    items = List(String(validate=Length(1, 64)), validate=[Length(1, 10), each_once])

    @validates_schema
    def one_of_them(self, data: dict[str, object], **_: object) -> None:
        if ("item" in data) == ("items" in data):
            raise ValidationError("item 与 items 须且只须给出一个", "item")


class TakeIn(ItemsIn):
    priority = String(validate=OneOf(PRIORITIES), allow_none=True)
    id_number = String(validate=Length(1, 32), metadata={"description": "机器读出的身份证号码"})
    phone = String(validate=PHONE, metadata={"description": "随 id_number 一并给出"})

    @validates_schema
    def a_phone_is_somebodys(self, data: dict[str, object], **_: object) -> None:
        if "phone" in data and "id_number" not in data:
            raise ValidationError("phone 须与 id_number 一并给出", "phone")


class CheckInIn(Schema):
    code = String(validate=Length(1, 64), metadata={"description": "预约码"})
    id_number = String(validate=Length(1, 32))
    ticket = String(validate=Length(1, 64), metadata={"description": "号票二维码中的令牌"})
    priority = String(validate=OneOf(PRIORITIES), allow_none=True)

    @validates_schema
    def one_of_them(self, data: dict[str, object], **_: object) -> None:
        if sum(name in data for name in ("code", "id_number", "ticket")) != 1:
            raise ValidationError("code、id_number、ticket 须且只须给出一个", "code")
