"""What the forms' routes give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Float, Integer, List, Nested, Raw, String
from apiflask.validators import OneOf

from app.forms.form import Format, Subject, Widget

TYPES = ("string", "number", "integer", "boolean", "array")


class OptionOut(Schema):
    value = String(required=True)
    title = String(required=True)


class FieldOut(Schema):
    type = String(required=True, validate=OneOf(TYPES))
    title = String(required=True)
    help = String(required=True)
    unit = String(required=True)
    format = String(required=True, allow_none=True, validate=OneOf([str(each) for each in Format]))
    widget = String(required=True, validate=OneOf([str(each) for each in Widget]))
    required = Boolean(required=True, metadata={"description": "显示时必填"})
    options = List(Nested(OptionOut), required=True)
    max_length = Integer(
        required=True, allow_none=True, metadata={"description": "按 Unicode 字符计"}
    )
    minimum = Float(required=True, allow_none=True)
    maximum = Float(required=True, allow_none=True)
    step = Float(required=True, allow_none=True)
    personal = Boolean(required=True)


class PlacedOut(Schema):
    field = String(required=True)
    when = Raw(
        required=True,
        allow_none=True,
        metadata={"description": "显示条件，写法见 docs/forms.md；空为总是显示"},
    )


class GroupOut(Schema):
    title = String(required=True)
    fields_ = List(Nested(PlacedOut), data_key="fields", attribute="fields", required=True)


class FormOut(Schema):
    code = String(required=True)
    version = Integer(required=True)
    name = String(required=True)
    about = String(
        data_key="for",
        attribute="for",
        required=True,
        validate=OneOf([str(each) for each in Subject]),
        metadata={"description": "这张表关于谁"},
    )
    note = String(required=True)
    fields_ = Dict(
        keys=String(), values=Nested(FieldOut), data_key="fields", attribute="fields", required=True
    )
    groups = List(Nested(GroupOut), required=True)


class FormNameOut(Schema):
    code = String(required=True)
    name = String(required=True)
