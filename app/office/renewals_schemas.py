"""What the office's API of renewals takes and gives."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp
from marshmallow import ValidationError, validates_schema

from app.deliveries.schemas import DropOffOut
from app.renewals.clock import Level
from app.renewals.figures import Stage
from app.renewals.plans import Event
from app.renewals.rules import By
from app.renewals.schemas import (
    ApplicationLineOut,
    AskedForOut,
    ContestOut,
    DecisionOut,
    FindingOut,
    ZerosOut,
)
from app.renewals.states import State
from app.renewals.watch.reminding import State as ReminderState

SAID = Regexp(r"[\s\S]*\S", error="请写明")
WORDS = [Length(1, 500), SAID]
DEEDS = ("grant", "refuse", "ask_for", "received", "to_rule", "answer")


class RenewalsQuery(Schema):
    queue = String(
        load_default="person",
        validate=OneOf(["person", "all"]),
        metadata={"description": "person 等工作人员处理的，最急的在前；all 全部，最近发现的在前"},
    )
    kind = String(load_default="", validate=Length(max=40))
    state = String(load_default="", validate=OneOf(["", *State]))
    page = Integer(load_default=1, validate=Range(1, 10_000))


class SpanQuery(Schema):
    first = Date(data_key="from", metadata={"description": "默认 90 天以来"})
    last = Date(data_key="to", metadata={"description": "默认今天"})
    kind = String(load_default="", validate=Length(max=40))

    @validates_schema
    def not_backwards(self, data: dict[str, Any], **_: Any) -> None:
        if {"first", "last"} <= data.keys() and data["first"] > data["last"]:
            raise ValidationError("from 应不晚于 to", "from")


class RemindersQuery(SpanQuery):
    state = String(load_default=ReminderState.UNREACHABLE, validate=OneOf(list(ReminderState)))
    event = String(load_default="", validate=OneOf(["", *Event]))
    step = String(load_default="", validate=Length(max=16))
    page = Integer(load_default=1, validate=Range(1, 10_000))


class HallReminderOut(Schema):
    licence = String(required=True)
    kind = String(required=True)
    kind_name = String(required=True)
    number = String(required=True)
    holder_name = String(required=True, metadata={"description": "个人的隐去部分"})
    event = String(required=True, validate=OneOf(list(Event)))
    event_text = String(required=True)
    step = String(required=True)
    step_text = String(required=True)
    state = String(required=True, validate=OneOf(list(ReminderState)))
    state_text = String(required=True)
    last_day = Date(required=True)
    phone = String(required=True, allow_none=True)
    to_do = String(required=True, validate=OneOf(["telephone", "letter"]))
    to_do_text = String(required=True)


class HallRemindersOut(Schema):
    reminders = List(Nested(HallReminderOut), required=True)
    more = Boolean(required=True)


class DecisionIn(Schema):
    granted = Boolean(required=True)
    reason = String(
        load_default="",
        validate=Length(max=500),
        metadata={"description": "不予延续须写明理由"},
    )


class AskForIn(Schema):
    words = String(required=True, validate=WORDS)
    papers = List(
        String(validate=[Length(1, 60), SAID]), load_default=list, validate=Length(max=10)
    )
    visit = Boolean(load_default=False, metadata={"description": "须到大厅"})
    site_check = Boolean(load_default=False, metadata={"description": "工作人员上门核查"})


class ReceivedIn(Schema):
    papers = List(
        String(validate=Length(1, 60)),
        load_default=list,
        validate=Length(max=50),
        metadata={"description": "要求补充的材料中，这次收到的"},
    )
    came = Boolean(load_default=False, metadata={"description": "已到场，或已上门核查"})


class AnswerIn(Schema):
    words = String(required=True, validate=WORDS)


class ClockOut(Schema):
    level = String(required=True, validate=OneOf(list(Level)))
    text = String(required=True)
    short_text = String(required=True)
    legal_by = Date(required=True, metadata={"description": "法定期限的最后一天"})
    granted_on = Date(
        required=True, allow_none=True, metadata={"description": "从这一天起视为准予延续"}
    )
    decide_by = Date(required=True, metadata={"description": "最迟应在这一天决定"})
    working_days = Integer(required=True, metadata={"description": "剩余工作日，含当天"})


class RenewalLineOut(Schema):
    id = String(required=True)
    code = String(required=True)
    state = String(required=True)
    state_text = String(required=True)
    kind = String(required=True)
    kind_name = String(required=True)
    holder_name = String(required=True, metadata={"description": "列表中个人的姓名部分隐藏"})
    valid_until = Date(required=True)
    confirmed_at = AwareDateTime(required=True, allow_none=True)
    clock = Nested(ClockOut, required=True, allow_none=True)
    contested = Boolean(required=True, metadata={"description": "有异议等候答复"})
    waits_for_applicant = Boolean(required=True, metadata={"description": "等申请人补充"})


class DeskCountsOut(Schema):
    all = Integer(required=True)
    red = Integer(required=True)
    yellow = Integer(required=True)


class RenewalQueueOut(Schema):
    renewals = List(Nested(RenewalLineOut), required=True)
    more = Boolean(required=True)
    counts = Nested(DeskCountsOut, required=True, metadata={"description": "等工作人员处理的"})


class AskedOut(Schema):
    revision = Integer(required=True)
    sha256 = String(required=True, allow_none=True)
    url = String(required=True, metadata={"description": "申请书（PDF）"})
    fields_ = List(Nested(ApplicationLineOut), required=True, data_key="fields")


class HappenedOut(Schema):
    what = String(required=True)
    at = AwareDateTime(required=True)
    who = String(required=True)
    text = String(required=True)


class DifferenceOut(Schema):
    title = String(required=True)
    ours = String(required=True, metadata={"description": "要延续的这本证照上的"})
    licence = String(required=True, metadata={"description": "另一本证照的名称"})
    number = String(required=True)
    theirs = String(required=True, metadata={"description": "另一本证照上的"})


class RenewalCheckOut(FindingOut):
    differences = List(
        Nested(DifferenceOut), required=True, metadata={"description": "与其他证照不同的，逐项对照"}
    )


class RenewalCaseOut(RenewalLineOut):
    holder_name = String(required=True)
    why = String(required=True, allow_none=True, metadata={"description": "为什么由工作人员处理"})
    checks = List(Nested(RenewalCheckOut), required=True, metadata={"description": "最近一次核对"})
    application = Nested(AskedOut, required=True, allow_none=True)
    outcome = List(
        Nested(ApplicationLineOut), required=True, metadata={"description": "新证，送达到了哪一步"}
    )
    licence = List(Nested(ApplicationLineOut), required=True)
    history = List(Nested(HappenedOut), required=True)
    contest = Nested(ContestOut, required=True, allow_none=True)
    asked_for = Nested(AskedForOut, required=True, allow_none=True)
    drop_offs = List(
        Nested(DropOffOut), required=True, metadata={"description": "放在文件柜里、要取出的材料"}
    )
    zeros = Nested(ZerosOut, required=True)
    decision = Nested(DecisionOut, required=True, allow_none=True)
    may = List(String(validate=OneOf(DEEDS)), required=True)
    meaning = Dict(String(), String(), required=True, metadata={"description": "每一种处理的后果"})


class StageOut(Schema):
    stage = String(required=True, validate=OneOf(list(Stage)))
    count = Integer(required=True)
    followed = Integer(
        required=True, metadata={"description": "走到上一步的之中，也走到这一步的件数"}
    )
    conversion = Float(required=True, allow_none=True, metadata={"description": "0 到 1"})


class KindStagesOut(Schema):
    kind = String(required=True)
    stages = List(Nested(StageOut), required=True)


class StateCountOut(Schema):
    state = String(required=True)
    count = Integer(required=True)


class DecisionCountOut(Schema):
    by = String(required=True, validate=OneOf(list(By)))
    granted = Boolean(required=True)
    count = Integer(required=True)


class ZeroCountsOut(Schema):
    handed_over = Integer(required=True, metadata={"description": "新证已送到手的件数"})
    fields_ = Integer(required=True, data_key="fields")
    files = Integer(required=True)
    trips = Integer(required=True)
    days = Integer(required=True)
    all_four = Integer(required=True)


class ReminderCountOut(Schema):
    kind = String(required=True)
    event = String(required=True)
    step = String(required=True)
    state = String(required=True)
    count = Integer(required=True)


class RenewalSummaryOut(Schema):
    first = Date(required=True, data_key="from")
    last = Date(required=True, data_key="to")
    stages = List(Nested(StageOut), required=True)
    kinds = List(Nested(KindStagesOut), required=True)
    states = List(Nested(StateCountOut), required=True)
    decisions = List(Nested(DecisionCountOut), required=True)
    zeros = Nested(ZeroCountsOut, required=True)
    reminders = List(Nested(ReminderCountOut), required=True)
