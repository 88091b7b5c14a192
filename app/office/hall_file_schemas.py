"""What the office's routes for the hall file take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Integer, List, Nested, String
from apiflask.validators import Length, OneOf

from app.catalog.file_changes import Holds
from app.catalog.yaml_tree import MAX_BYTES
from app.staff.schemas import DeedOut


class CheckIn(Schema):
    text = String(required=True, validate=Length(1, MAX_BYTES), metadata={"description": "YAML"})


class LoadIn(CheckIn):
    checked = String(required=True, metadata={"description": "核对时得到的凭据"})


class FaultOut(Schema):
    line = Integer(required=True, metadata={"description": "从 1 起；0 为整个文件"})
    where = String(required=True)
    text = String(required=True)


class FileChangeOut(Schema):
    part = String(required=True)
    entry = String(required=True)
    name = String(required=True)
    key = String(required=True, metadata={"description": "空：整项新增或停用"})
    before = String(required=True, allow_none=True)
    after = String(required=True, allow_none=True)
    holds = String(required=True, validate=OneOf([str(each) for each in Holds]))


class SizeOut(Schema):
    name = String(required=True)
    counters = Integer(required=True)
    departments = Integer(required=True)
    lanes = Integer(required=True)
    items = Integer(required=True)


class CheckedOut(Schema):
    checked = String(
        required=True, allow_none=True, metadata={"description": "载入的凭据；有错误时为空"}
    )
    faults = List(Nested(FaultOut), required=True)
    warnings = List(String(), required=True)
    size = Nested(SizeOut, required=True, allow_none=True)
    changes = List(
        Nested(FileChangeOut),
        required=True,
        allow_none=True,
        metadata={"description": "与今天的大厅相比；原文件没有留存时为空"},
    )


class LoadedOut(Schema):
    revision = Integer(required=True)
    added = Integer(required=True)
    kept = Integer(required=True)
    retired = List(String(), required=True)


class LoadDeedOut(DeedOut):
    count = Integer(
        allow_none=True, metadata={"description": "改动了几处；不能逐项比较的没有这一项"}
    )
    changes = List(Nested(FileChangeOut), metadata={"description": "其中前 50 处"})


class FileOut(Schema):
    text = String(required=True, allow_none=True)
    revision = Integer(required=True)
