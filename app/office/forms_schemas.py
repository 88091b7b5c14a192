"""What the office's routes for forms take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf

from app.catalog.yaml_tree import MAX_BYTES
from app.forms.rules import State
from app.forms.schemas import FieldOut


class FormTextIn(Schema):
    text = String(required=True, validate=Length(1, MAX_BYTES), metadata={"description": "YAML"})


class FormFaultOut(Schema):
    line = Integer(required=True, metadata={"description": "从 1 起；0 为整个文件"})
    where = String(required=True)
    text = String(required=True)


class ShownFieldOut(FieldOut):
    name = String(required=True)
    when = Raw(required=True, allow_none=True)
    sources = List(String(), required=True, metadata={"description": "依次从哪里自动填充"})


class ShownGroupOut(Schema):
    title = String(required=True)
    fields_ = List(Nested(ShownFieldOut), data_key="fields", attribute="fields", required=True)


class ShownPaperOut(Schema):
    name = String(required=True)
    when = Raw(required=True, allow_none=True)
    ways = List(String(), required=True)


class ShownFormOut(Schema):
    code = String(required=True)
    name = String(required=True)
    note = String(required=True)
    groups = List(Nested(ShownGroupOut), required=True)
    checks = List(String(), required=True)
    materials = List(Nested(ShownPaperOut), required=True)


class FormCheckedOut(Schema):
    faults = List(Nested(FormFaultOut), required=True)
    warnings = List(Nested(FormFaultOut), required=True)
    form = Nested(
        ShownFormOut,
        required=True,
        allow_none=True,
        metadata={"description": "办事人将看到的；有错误时为空"},
    )
    same = Boolean(required=True, metadata={"description": "与使用中的版本相同"})


class FormVersionOut(Schema):
    code = String(required=True)
    version = Integer(required=True)
    name = String(required=True)
    state = String(required=True, validate=OneOf([str(each) for each in State]))
    made_at = AwareDateTime(required=True)
    published_at = AwareDateTime(required=True, allow_none=True)
    file = Boolean(required=True, metadata={"description": "文件有留存，可以下载"})
