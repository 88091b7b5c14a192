"""What the routes about renewals take and give."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp

from app.core.public_records import Truth
from app.deliveries.rules import Way
from app.deliveries.schemas import DeliveryOut, DropOffOut, PlaceOut, ToOut, WayOut
from app.licences.schemas import LicenceHolderOut
from app.renewals.plans import Decider, Event
from app.renewals.rules import By
from app.renewals.states import State

WORDS_AT_MOST = 1_000
PHONE = r"\+?[0-9][0-9-]{5,19}\Z"


class Trimmed(String):
    """Without the blanks around it, before its length is judged: blanks alone say nothing."""

    def _deserialize(self, *given: Any, **named: Any) -> str:
        return str(super()._deserialize(*given, **named)).strip()


class NothingIn(Schema):
    """The address says it."""


class AddressIn(Schema):
    name = Trimmed(required=True, validate=Length(1, 50))
    phone = Trimmed(required=True, validate=Regexp(PHONE))
    region = Trimmed(
        required=True, validate=Length(1, 60), metadata={"example": "湖南省长沙市岳麓区"}
    )
    street = Trimmed(required=True, validate=Length(1, 120))


class ConfirmIn(Schema):
    revision = Integer(
        required=True, validate=Range(1), metadata={"description": "所看申请书的版次"}
    )
    sha256 = String(required=True, metadata={"description": "所看申请书的 SHA-256 摘要"})
    consent = Boolean(required=True, metadata={"description": "同意申请人声明"})
    way = String(required=True, validate=OneOf(list(Way)))
    address = Nested(AddressIn, load_default=None, allow_none=True)
    cabinet = String(load_default=None, allow_none=True, validate=Length(1, 32))


class ContestIn(Schema):
    words = Trimmed(required=True, validate=Length(1, WORDS_AT_MOST))


class RenewedLicenceOut(Schema):
    id = String(required=True)
    number = String(required=True)
    holder_name = String(required=True)
    valid_until = Date(required=True)
    state_text = String(required=True)


class FindingOut(Schema):
    name = String(required=True)
    title = String(required=True)
    answer = String(required=True, validate=OneOf(list(Truth)))
    reason = String(required=True)
    evidence_text = String(required=True, metadata={"description": "何时查了哪里"})


class ApplicationLineOut(Schema):
    title = String(required=True)
    text = String(required=True)


class TermOut(Schema):
    begins = Date(required=True)
    ends = Date(required=True, allow_none=True, metadata={"description": "null 为长期"})


class ApplicationOut(Schema):
    fields = List(Nested(ApplicationLineOut), required=True)
    new_term = Nested(TermOut, required=True)
    sha256 = String(required=True)
    url = String(required=True)
    made_at = AwareDateTime(required=True)
    verify_code = String(required=True)


class PrefilledOut(Schema):
    name = String(required=True)
    phone = String(required=True)
    region = String(required=True)
    street = String(required=True)


class ChosenOut(Schema):
    way = String(required=True, validate=OneOf(list(Way)))
    way_text = String(required=True)
    to = Nested(ToOut, required=True, allow_none=True)
    cabinet = Nested(PlaceOut, required=True, allow_none=True)


class RenewalProgressOut(Schema):
    what = String(required=True)
    text = String(required=True)
    at = AwareDateTime(required=True)


class DecisionOut(Schema):
    granted = Boolean(required=True)
    by = String(required=True, validate=OneOf(list(By)))
    by_text = String(required=True)
    reason = String(required=True, allow_none=True)
    at = AwareDateTime(required=True)
    url = String(required=True, allow_none=True, metadata={"description": "不予延续决定书"})


class ContestOut(Schema):
    words = String(required=True)
    answer = String(required=True, allow_none=True)
    at = AwareDateTime(required=True)
    answered_at = AwareDateTime(required=True, allow_none=True)


class SilenceOut(Schema):
    granted_on = Date(required=True, metadata={"description": "到这一天仍未决定，视为准予延续"})
    days_left = Integer(required=True)


class NewLicenceOut(Schema):
    id = String(required=True)
    number = String(required=True)
    valid_from = Date(required=True, allow_none=True)
    valid_until = Date(required=True, allow_none=True)


class ZerosOut(Schema):
    fields_typed = Integer(required=True)
    files_uploaded = Integer(required=True)
    trips = Integer(required=True)
    days_waited = Integer(required=True)


class OrdinaryWayOut(Schema):
    hall = String(required=True)
    item = String(
        required=True, allow_none=True, metadata={"description": "null：没有可以预约的事项"}
    )
    item_name = String(required=True, allow_none=True)
    text = String(required=True)


class AskedForOut(Schema):
    words = String(required=True)
    papers = List(String(), required=True)
    visit = Boolean(required=True, metadata={"description": "须到大厅"})
    site_check = Boolean(required=True, metadata={"description": "工作人员上门核查"})
    at = AwareDateTime(required=True, metadata={"description": "最近一次要求"})
    received = List(String(), required=True, metadata={"description": "其中已收到的材料"})
    came = Boolean(required=True, metadata={"description": "已到大厅"})


class PapersOut(Schema):
    cabinets = List(
        Nested(PlaceOut),
        required=True,
        metadata={"description": "可以放进哪些文件柜；没有就交到窗口"},
    )
    drop_offs = List(
        Nested(DropOffOut), required=True, metadata={"description": "交件码，和放在柜里的材料"}
    )
    brought = Boolean(required=True, metadata={"description": "要求之后已有材料放入文件柜"})


class RenewalShortOut(Schema):
    id = String(required=True)
    code = String(required=True)
    state = String(required=True, validate=OneOf(list(State)))
    state_text = String(required=True)
    revision = Integer(required=True, metadata={"description": "申请书的版次，0 为还没有生成"})
    kind = String(required=True)
    kind_name = String(required=True)
    licence = Nested(RenewedLicenceOut, required=True)
    holder = Nested(LicenceHolderOut, required=True)
    hall = String(required=True)
    hall_name = String(required=True)
    item = String(required=True, allow_none=True)
    item_name = String(required=True, allow_none=True)
    ask_from = Date(required=True)
    ask_by = Date(required=True)
    days_left = Integer(required=True)
    qualifies = String(
        required=True,
        validate=OneOf(["yes", "person", "closed", "unasked"]),
        metadata={"description": "yes 符合；person 由工作人员审查；closed 不能一键延续"},
    )
    decide_by = String(required=True, validate=OneOf(list(Decider)))
    decision = Nested(DecisionOut, required=True, allow_none=True)
    new_licence = Nested(NewLicenceOut, required=True, allow_none=True)
    delivery = Nested(DeliveryOut, required=True, allow_none=True)
    asked_for = Nested(AskedForOut, required=True, allow_none=True)
    papers = Nested(
        PapersOut,
        required=True,
        allow_none=True,
        metadata={"description": "要补的材料怎样交；没有要补的是 null"},
    )


class ComingOut(Schema):
    licence = String(required=True)
    kind = String(required=True)
    kind_name = String(required=True)
    holder = Nested(LicenceHolderOut, required=True)
    event = String(required=True, validate=OneOf(list(Event)))
    event_text = String(required=True)
    last_day = Date(required=True)
    days_left = Integer(required=True)
    hall = String(required=True)
    item = String(required=True, allow_none=True)
    where = String(required=True, metadata={"description": "在哪里办"})


class RenewalOut(RenewalShortOut):
    why = List(Nested(FindingOut), required=True)
    application = Nested(ApplicationOut, required=True, allow_none=True)
    consent_text = String(required=True)
    ways = List(Nested(WayOut), required=True)
    address = Nested(PrefilledOut, required=True, allow_none=True)
    chosen = Nested(
        ChosenOut,
        required=True,
        allow_none=True,
        metadata={"description": "确认时选的领取方式；还没有确认、没有准予或已开始制作的是 null"},
    )
    progress = List(Nested(RenewalProgressOut), required=True)
    contestable = Boolean(required=True)
    contest = Nested(ContestOut, required=True, allow_none=True)
    silence = Nested(SilenceOut, required=True, allow_none=True)
    zeros = Nested(ZerosOut, required=True)
    ordinary_way = Nested(OrdinaryWayOut, required=True, allow_none=True)
