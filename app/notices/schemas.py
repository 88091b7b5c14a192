"""What the routes of messages take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf

from app.notices.rules import Kind, State

ANSWERS = ("accept", "reject", "ban", "filter", "acceptWithAudio")
"""WeChat's words for what somebody said to being sent messages."""


class LinkOut(Schema):
    page = String(required=True, metadata={"description": "小程序页面"})
    query = Dict(keys=String(), values=String(), required=True)


class NoticeOut(Schema):
    id = String(required=True)
    kind = String(required=True, validate=OneOf([str(kind) for kind in Kind]))
    title = String(required=True, metadata={"example": "预约成功"})
    text = String(required=True)
    at = AwareDateTime(required=True)
    read = Boolean(required=True)
    link = Nested(LinkOut, required=True, allow_none=True, metadata={"description": "点开后到哪里"})
    state = String(
        required=True,
        validate=OneOf([str(state) for state in State]),
        metadata={"description": "是否已发到手机；unknown 为不确定，不再重发"},
    )


class ReadIn(Schema):
    until = AwareDateTime(required=True, metadata={"description": "读到这一条（含）的 at"})


class UnreadOut(Schema):
    count = Integer(required=True)


class SubscriptionOut(Schema):
    key = String(required=True, metadata={"example": "booking"})
    id = String(required=True, metadata={"description": "微信模板编号"})
    title = String(required=True)
    long_term = Boolean(required=True, metadata={"description": "一次同意可发多次"})
    grants = Integer(
        required=True, metadata={"description": "还可发几条；长期模板为 1（有效）或 0"}
    )


class SubscriptionsOut(Schema):
    templates = List(Nested(SubscriptionOut), required=True)


class AnswersIn(Schema):
    answers = Dict(
        keys=String(validate=Length(1, 64)),
        values=String(validate=OneOf(ANSWERS)),
        required=True,
        validate=Length(1, 10),
        metadata={"description": "wx.requestSubscribeMessage 的结果：模板编号 → 回答"},
    )
