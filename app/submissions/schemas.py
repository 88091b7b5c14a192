"""What the routes of submissions take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Dict, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf
from marshmallow import ValidationError, validates_schema

from app.licences.schemas import LicenceOut
from app.submissions.rules import MARKS, State
from app.tickets.rules import PRIORITIES
from app.tickets.schemas import TicketOut

CODE = Length(1, 64)
ID = Length(1, 32)
REVISION = {"description": "所见的版次；已在别处修改时不保存"}
STATES = [str(state) for state in State]
SOURCES = ["person", "firm", "licence", "archive", "last", "constant"]
CONFIDENCES = ["verified", "declared", "guessed"]


# In


class SubmissionIn(Schema):
    hall = String(required=True, validate=CODE)
    item = String(required=True, validate=CODE)
    person = String(validate=ID, metadata={"description": "为谁填报 (id)，不填为本人"})


class ValuesIn(Schema):
    values = Dict(
        keys=String(validate=CODE),
        values=Raw(allow_none=True),
        required=True,
        metadata={
            "description": '改动的栏目；null 为清空，{"other": n} 为改用第 n 个来源，没有列出的不变'
        },
    )
    revision = Integer(required=True, metadata=REVISION)


class SubmitIn(Schema):
    revision = Integer(required=True, metadata=REVISION)
    promises = List(
        String(validate=CODE),
        load_default=list,
        validate=Length(max=50),
        metadata={"description": "以告知承诺代替的材料"},
    )


class CardIn(Schema):
    id_number = String(required=True, validate=Length(1, 32))
    name = String(
        validate=Length(1, 100),
        metadata={"description": "手工输入证件号码，或证照库里没有持卡人时必填"},
    )
    read = Boolean(
        required=True,
        metadata={"description": "由读卡器读出，而非手工输入；只有登记了读卡器的机器算数"},
    )


class DeskSubmissionIn(CardIn):
    item = String(required=True, validate=CODE)
    holder = String(validate=ID, metadata={"description": "为谁填报 (id)，不填为持卡人"})


class DeskNumberIn(SubmitIn):
    priority = String(validate=OneOf(PRIORITIES), allow_none=True)


class OpenFileIn(Schema):
    purpose = String(
        validate=Length(1, 100), metadata={"description": "用途，不填为办理号票上的事项"}
    )


class CorrectionsIn(Schema):
    ticket = String(required=True, validate=ID)
    revision = Integer(required=True, metadata=REVISION)
    changes = Dict(
        keys=String(validate=CODE),
        values=Raw(allow_none=True),
        required=True,
        validate=Length(1, 100),
        metadata={"description": "更正的栏目；null 为清空"},
    )


class MaterialMarkIn(Schema):
    ticket = String(required=True, validate=ID)
    code = String(required=True, validate=CODE)
    state = String(required=True, validate=OneOf(MARKS))


class MissingMaterialIn(Schema):
    code = String(validate=CODE, metadata={"description": "表单所列材料的代码"})
    name = String(validate=Length(1, 100), metadata={"description": "表单没有列出的材料的名称"})
    note = String(load_default="", validate=Length(max=200))

    @validates_schema
    def one_of_them(self, data: dict[str, object], **_: object) -> None:
        if not {"code", "name"} & data.keys():
            raise ValidationError("须给出 code 或 name", "name")


class WrongFieldIn(Schema):
    field = String(required=True, validate=CODE)
    note = String(load_default="", validate=Length(max=200))


class GapsIn(Schema):
    submission = String(validate=ID)
    materials = List(Nested(MissingMaterialIn), load_default=list, validate=Length(max=30))
    fields_ = List(
        Nested(WrongFieldIn),
        data_key="fields",
        attribute="fields",
        load_default=list,
        validate=Length(max=100),
    )
    note = String(load_default="", validate=Length(max=500))


class FindByCodeIn(Schema):
    ticket = String(required=True, validate=ID)
    code = String(
        required=True, validate=Length(1, 20), metadata={"description": "申请书上的填报编号"}
    )


# Out


class FilledFormOut(Schema):
    code = String(required=True)
    version = Integer(required=True)
    name = String(required=True)


class HolderNameOut(Schema):
    id = String(required=True)
    kind = String(required=True, validate=OneOf(["person", "firm"]))
    name = String(required=True, allow_none=True)


class ValueSourceOut(Schema):
    kind = String(required=True, validate=OneOf(SOURCES))
    text = String(required=True, metadata={"example": "营业执照（2023-05-01 签发）"})
    licence = String(required=True, allow_none=True)
    on = Date(required=True, allow_none=True)


class OtherValueOut(Schema):
    other = Integer(required=True, metadata={"description": '第几个来源：改用它时送 {"other": n}'})
    masked = Boolean(
        required=True, metadata={"description": "已遮挡，只能按来源改用，不能送回所显示的值"}
    )
    value = Raw(required=True, allow_none=True)
    text = String(required=True)
    source = Nested(ValueSourceOut, required=True)
    confidence = String(required=True, validate=OneOf(CONFIDENCES))


class FieldStateOut(Schema):
    text = String(required=True, metadata={"description": "给人看的值，带单位和选项名称"})
    source = Nested(
        ValueSourceOut, required=True, allow_none=True, metadata={"description": "null 为自己填写"}
    )
    confidence = String(required=True, allow_none=True, validate=OneOf(CONFIDENCES))
    editable = Boolean(required=True)
    masked = Boolean(
        required=True, metadata={"description": "已遮挡，只能整个重填；原样送回即不变"}
    )
    others = List(
        Nested(OtherValueOut), required=True, metadata={"description": "其他来源的不同说法"}
    )
    changed = Boolean(required=True, metadata={"description": "与自动填充的不同"})


class FieldProblemOut(Schema):
    field = String(required=True)
    code = String(required=True)
    detail = String(required=True)


class MaterialOut(Schema):
    code = String(required=True)
    name = String(required=True)
    state = String(required=True, validate=OneOf(["licence", "archive", "promise", "bring"]))
    evidence = String(required=True, allow_none=True)
    can_promise = Boolean(required=True)
    promised = Boolean(required=True)
    promise_text = String(required=True, allow_none=True)
    mark = String(
        required=True,
        allow_none=True,
        validate=OneOf(MARKS),
        metadata={"description": "窗口核对的结果：已收或缺"},
    )


class TicketNameOut(Schema):
    id = String(required=True)
    number = String(required=True)
    state = String(required=True)


class DocumentLinkOut(Schema):
    sha256 = String(required=True, allow_none=True, metadata={"description": "生成以后才有"})
    code = String(required=True, allow_none=True, metadata={"description": "核验码"})
    missing = String(
        required=True,
        allow_none=True,
        metadata={"description": "字库没有、要在纸上手写补正的字；没有则为空"},
    )
    url = String(required=True)


class MissingMaterialOut(Schema):
    code = String(required=True, allow_none=True)
    name = String(required=True)
    note = String(required=True)


class WrongFieldOut(Schema):
    field = String(required=True)
    title = String(required=True)
    note = String(required=True)


class GapsOut(Schema):
    told_at = AwareDateTime(required=True)
    materials = List(Nested(MissingMaterialOut), required=True)
    fields_ = List(Nested(WrongFieldOut), data_key="fields", required=True)
    note = String(required=True)


class SubmissionLineOut(Schema):
    """A submission in a list: nothing of what was filled in."""

    id = String(required=True)
    code = String(required=True, metadata={"example": "K7M2Q9XW4T"})
    state = String(required=True, validate=OneOf(STATES))
    hall = String(required=True)
    hall_name = String(required=True)
    item = String(required=True)
    item_name = String(required=True)
    form = Nested(FilledFormOut, required=True)
    person = Nested(HolderNameOut, required=True)
    ground = String(required=True)
    ticket = Nested(TicketNameOut, required=True, allow_none=True)
    created_at = AwareDateTime(required=True)
    submitted_at = AwareDateTime(required=True, allow_none=True)
    document = Nested(DocumentLinkOut, required=True, allow_none=True)
    gaps = Nested(GapsOut, required=True, allow_none=True)


class SubmissionOut(SubmissionLineOut):
    revision = Integer(required=True)
    identity_typed = Boolean(required=True)
    values = Dict(keys=String(), values=Raw(allow_none=True), required=True)
    fields_ = Dict(keys=String(), values=Nested(FieldStateOut), data_key="fields", required=True)
    visible = List(String(), required=True, metadata={"description": "现在显示的栏目"})
    problems = List(Nested(FieldProblemOut), required=True)
    materials = List(Nested(MaterialOut), required=True)


class DeskHolderOut(Schema):
    person = String(required=True)
    kind = String(required=True, validate=OneOf(["person", "firm"]))
    name = String(required=True)
    ground = String(required=True)


class DeskItemOut(Schema):
    code = String(required=True)
    name = String(required=True)
    department = String(required=True)
    form = Nested(FilledFormOut, required=True)
    form_for = String(required=True, validate=OneOf(["person", "firm", "either"]))


class SubmissionNameOut(Schema):
    id = String(required=True)
    code = String(required=True)


class DeskNumberOut(TicketOut):
    submission = Nested(SubmissionNameOut, required=True)


class KeptMaterialOut(Schema):
    code = String(required=True)
    name = String(required=True)
    form_name = String(required=True)
    seen_on = Date(required=True)
    reusable_until = Date(
        required=True, allow_none=True, metadata={"description": "null 为每次都要带"}
    )


class LicenceNameOut(Schema):
    id = String(required=True)
    kind_name = String(required=True)
    valid = Boolean(required=True)
    valid_until = Date(required=True, allow_none=True)


class ArchiveOut(Schema):
    submissions = List(Nested(SubmissionLineOut), required=True)
    materials = List(Nested(KeptMaterialOut), required=True)
    licences = List(Nested(LicenceNameOut), required=True)


# Out, at the counter


class FileSubmissionOut(Schema):
    id = String(required=True)
    code = String(required=True)
    form_name = String(required=True)
    state = String(required=True, validate=OneOf(STATES))
    submitted_at = AwareDateTime(required=True, allow_none=True)
    problems = Integer(required=True)
    changed = Integer(required=True, metadata={"description": "窗口更正过几栏"})
    superseded = Boolean(required=True, metadata={"description": "同一人后来又交过一份同样的"})
    identity_typed = Boolean(required=True)


class FilePersonOut(Schema):
    name = String(required=True, allow_none=True, metadata={"example": "李*明"})


class TicketFileOut(Schema):
    ticket = String(required=True)
    person = Nested(FilePersonOut, required=True)
    submissions = List(Nested(FileSubmissionOut), required=True)
    licences = List(Nested(LicenceNameOut), required=True)
    materials = List(Nested(MaterialOut), required=True)
    gaps = Nested(GapsOut, required=True, allow_none=True)


class SaidOtherwiseOut(Schema):
    text = String(required=True)
    source = String(required=True)


class FileFieldOut(Schema):
    field = String(required=True)
    title = String(required=True)
    text = String(required=True)
    value = Raw(required=True, allow_none=True)
    widget = String(required=True)
    options = List(Dict(keys=String(), values=String()), required=True)
    unit = String(required=True)
    source_text = String(required=True, allow_none=True)
    confidence = String(required=True, allow_none=True)
    problem = String(required=True, allow_none=True)
    required = Boolean(required=True)
    correctable = Boolean(
        required=True, metadata={"description": "false：来自已核实的身份，窗口不能更正"}
    )
    others = List(
        Nested(SaidOtherwiseOut), required=True, metadata={"description": "其他来源的不同记载"}
    )


class FileGroupOut(Schema):
    title = String(required=True)
    fields_ = List(Nested(FileFieldOut), data_key="fields", required=True)


class CorrectionOut(Schema):
    field = String(required=True)
    title = String(required=True)
    before = Raw(required=True, allow_none=True)
    before_text = String(required=True)
    after = Raw(required=True, allow_none=True)
    after_text = String(required=True)
    by = String(required=True, metadata={"description": "更正的工作人员"})
    counter = String(required=True)
    at = AwareDateTime(required=True)


class OpenedSubmissionOut(SubmissionOut):
    superseded = Boolean(required=True)
    groups = List(Nested(FileGroupOut), required=True)
    changes = List(Nested(CorrectionOut), required=True)


class PastSubmissionOut(Schema):
    id = String(required=True)
    code = String(required=True)
    form_name = String(required=True)
    item_name = String(required=True)
    submitted_at = AwareDateTime(required=True)


class OpenedFileOut(Schema):
    submissions = List(Nested(OpenedSubmissionOut), required=True)
    licences = List(Nested(LicenceOut), required=True)
    archive = List(Nested(PastSubmissionOut), required=True)
