"""What the ticket routes take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String, Time
from apiflask.validators import Length, OneOf, Regexp
from marshmallow import ValidationError, validates_schema

from app.tickets.rules import PRIORITIES
from app.tickets.states import State

NTH = "这次叫号已播报几遍，重呼加一；没有叫到时为 null"
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
    hall = String(required=True)
    number = String(required=True, metadata={"example": "A012"})
    state = String(required=True, validate=OneOf([str(state) for state in State]))
    lane = String(required=True)
    item = String(required=True, metadata={"description": "正在办理的事项"})
    items = List(String(), required=True, metadata={"description": "本次办理的全部事项"})
    due_at = AwareDateTime(required=True, metadata={"description": "大厅承诺叫到的时刻"})
    check_in_until = AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "远程取的号此前签到优于现场取号；null 为已签到或现场取的号"},
    )
    ahead = Integer(required=True, allow_none=True, metadata={"description": "同队列前面的人数"})
    estimate = Nested(EstimateOut, required=True)
    counter = String(required=True, allow_none=True)
    nth = Integer(required=True, allow_none=True, metadata={"description": NTH})
    why = Nested(WhyOut, required=True)


class FollowedOut(Schema):
    number = String(required=True, metadata={"example": "A012"})
    state = String(required=True, validate=OneOf([str(state) for state in State]))
    lane = String(required=True)
    item = String(required=True)
    item_name = String(required=True)
    ahead = Integer(required=True, allow_none=True, metadata={"description": "同队列前面的人数"})
    estimate = Nested(EstimateOut, required=True)
    counter = String(required=True, allow_none=True)
    nth = Integer(required=True, allow_none=True, metadata={"description": NTH})
    hall = String(required=True)
    hall_name = String(required=True)
    name = String(required=True, allow_none=True, metadata={"description": "姓名，已遮挡"})


class FollowingOut(FollowedOut):
    token = String(required=True, metadata={"description": "关注链接的令牌"})


class FollowLinkOut(Schema):
    token = String(required=True, allow_none=True, metadata={"description": "没有链接时为 null"})
    url = String(required=True, allow_none=True)
    followers = Integer(required=True, metadata={"description": "正在关注的人数"})


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


BOOKING_PROOFS = ("code", "id_number", "credit_code")
PROOFS = (*BOOKING_PROOFS, "ticket")


def only_one_of(names: tuple[str, ...], data: dict[str, object]) -> None:
    """Whoever shows two things at once might mean two people."""
    if sum(name in data for name in names) != 1:
        raise ValidationError(f"{'、'.join(names)} 须且只须给出一个", "code")


class ShownIn(Schema):
    """What somebody shows of a booking."""

    code = String(validate=Length(1, 64), metadata={"description": "预约码"})
    id_number = String(validate=Length(1, 32))
    credit_code = String(
        validate=Length(1, 32),
        metadata={"description": "统一社会信用代码，公开可查，只在工作人员处有效"},
    )


class BookingProofIn(ShownIn):
    @validates_schema
    def one_of_them(self, data: dict[str, object], **_: object) -> None:
        only_one_of(BOOKING_PROOFS, data)


class ProofIn(ShownIn):
    """What somebody shows of a booking or a ticket."""

    ticket = String(validate=Length(1, 64), metadata={"description": "号票二维码中的令牌"})


class TakeIn(ItemsIn):
    priority = String(validate=OneOf(PRIORITIES), allow_none=True)
    id_number = String(validate=Length(1, 32), metadata={"description": "机器读出的身份证号码"})
    phone = String(validate=PHONE, metadata={"description": "随 id_number 一并给出"})
    gives_up = Nested(
        BookingProofIn, metadata={"description": "改取现场号而放弃的当天预约，须再次出示"}
    )

    @validates_schema
    def a_phone_is_somebodys(self, data: dict[str, object], **_: object) -> None:
        if "phone" in data and "id_number" not in data:
            raise ValidationError("phone 须与 id_number 一并给出", "phone")


class CheckInIn(ProofIn):
    priority = String(validate=OneOf(PRIORITIES), allow_none=True)

    @validates_schema
    def one_of_them(self, data: dict[str, object], **_: object) -> None:
        only_one_of(PROOFS, data)


class ReprintIn(ProofIn):
    number = String(
        validate=Length(1, 16),
        metadata={"description": "几个号中的哪一个；工作人员可以只凭号码补打"},
    )

    @validates_schema
    def something_is_shown(self, data: dict[str, object], **_: object) -> None:
        shown = sum(name in data for name in PROOFS)
        if shown > 1 or not (shown or "number" in data):
            raise ValidationError(f"{'、'.join(PROOFS)} 须给出一个，或只给 number", "code")


class PaperIn(Schema):
    number = String(required=True, validate=Length(1, 16), metadata={"example": "A901"})
    item = String(required=True, validate=Length(1, 64))
    written_at = Time(
        "%H:%M", required=True, metadata={"description": "号上写的时间", "example": "09:41"}
    )
    priority = String(validate=OneOf(PRIORITIES), allow_none=True)
    served = Boolean(load_default=False, metadata={"description": "停机期间已经办结，只作登记"})
