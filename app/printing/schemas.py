"""What is told of prints and printers."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, Nested, String
from apiflask.validators import OneOf, Range, Regexp

from app.printing.rules import PAPERS_MM, Mode, Standing, State

STANDINGS = {"validate": OneOf([str(each) for each in Standing])}


class PrintOut(Schema):
    state = String(required=True, validate=OneOf([str(each) for each in State]))
    printer = String(
        required=True,
        allow_none=True,
        **STANDINGS,
        metadata={"description": "打印机最近一次的应答；null 为还没有试过"},
    )


class PrinterIn(Schema):
    host = String(
        required=True,
        validate=Regexp(
            r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z", error="请填写打印机的 IP 地址。"
        ),
        metadata={"example": "192.168.1.50"},
    )
    port = Integer(
        load_default=9100,
        validate=Range(1, 65535, error="端口应为 9100 至 9109。"),
    )
    mode = String(
        load_default="text",
        validate=OneOf([str(each) for each in Mode]),
        metadata={"description": "text：打印机自带中文字库（GB18030）；raster：整张按图形打印"},
    )
    paper_mm = Integer(load_default=80, validate=OneOf(PAPERS_MM))
    answers = Boolean(
        load_default=True, metadata={"description": "打印机会回答状态；不会的只能当作送到为止"}
    )


class PrinterSetIn(Schema):
    printer = Nested(PrinterIn, required=True, allow_none=True)


class TestPageOut(Schema):
    state = String(required=True, validate=OneOf([str(each) for each in State]))
    at = AwareDateTime(required=True)


class PrinterOut(PrinterIn):
    device = String(required=True)
    port = Integer(required=True)
    standing = String(
        required=True, allow_none=True, **STANDINGS, metadata={"description": "null 为还没有问过"}
    )
    at = AwareDateTime(required=True, allow_none=True)
    since = AwareDateTime(
        required=True, allow_none=True, metadata={"description": "从何时起是这个应答"}
    )
    waiting = Integer(required=True, metadata={"description": "等着打印的"})
    test = Nested(
        TestPageOut,
        required=True,
        allow_none=True,
        metadata={"description": "一天内最近一张测试页；null 为没有"},
    )
    doubtful = Integer(required=True, metadata={"description": "一天内没打出来、不知打没打出来的"})
