"""A small form that has everything, and the licence kinds it is about."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from app.forms.definition import parse
from app.forms.form import Form
from app.licences.kinds import Kind, parse_kinds

TODAY = date(2026, 11, 23)

FIELD = ("schema", "properties")
"""Where fields stand."""

DEFINITION: dict[str, Any] = {
    "form": "shop-change",
    "name": "店铺变更申请书",
    "name_en": "Change of a shop",
    "for": "firm",
    "schema": {
        "type": "object",
        "required": ["firm_name", "phone", "kind", "agreed"],
        "properties": {
            "firm_name": {"type": "string", "title": "经营者名称", "maxLength": 10},
            "code": {"format": "credit-code", "title": "信用代码"},
            "owner": {"format": "id-number", "title": "经营者身份证号码"},
            "phone": {"format": "phone", "title": "电话", "keep": "contact_phone"},
            "post": {"format": "postcode", "title": "邮编"},
            "address": {"type": "string", "title": "地址", "keep": "business_address"},
            "kind": {
                "title": "类别",
                "title_en": "Kind",
                "oneOf": [
                    {"const": "eat", "title": "餐饮", "title_en": "Restaurant"},
                    {"const": "sell", "title": "销售"},
                ],
            },
            "area": {
                "type": "number",
                "title": "面积",
                "minimum": 0,
                "multipleOf": 0.01,
                "unit": "平方米",
                "unit_en": "m²",
            },
            "seats": {"type": "integer", "title": "座位", "exclusiveMinimum": 0, "maximum": 500},
            "goods": {
                "type": "array",
                "title": "项目",
                "uniqueItems": True,
                "minItems": 1,
                "maxItems": 2,
                "items": {
                    "oneOf": [
                        {"const": "hot", "title": "热食"},
                        {"const": "cold", "title": "冷食"},
                        {"const": "raw", "title": "生食"},
                    ]
                },
            },
            "begins": {"format": "date", "title": "开始日期"},
            "ends": {"format": "date", "title": "结束日期"},
            "plate": {
                "type": "string",
                "title": "门牌",
                "pattern": "^[0-9]+号$",
                "say": "门牌写成 12号 这样。",
                "say_en": "Write the plate as 12号.",
            },
            "note": {"type": "string", "title": "说明", "minLength": 2},
            "agreed": {"type": "boolean", "title": "以上属实", "const": True},
        },
    },
    "layout": [
        {"group": "经营者", "fields": ["firm_name", "code", "owner", "phone", "post", "address"]},
        {
            "group": "店铺",
            "fields": [
                "kind",
                {"field": "area", "when": {"field": "kind", "is": "eat"}},
                {"field": "seats", "when": {"field": "area", "filled": True}},
                "goods",
                "begins",
                "ends",
                "plate",
                {"field": "note", "widget": "textarea"},
                "agreed",
            ],
        },
    ],
    "prefill": {
        "firm_name": [
            {"from": "licence:business-licence.holder_name", "lock": True},
            {"from": "firm.name"},
        ],
        "code": [{"from": "firm.credit_code", "lock": True}],
        "phone": [
            {"from": "last.phone"},
            {"from": "archive.contact_phone"},
            {"from": "person.phone"},
        ],
        "address": [
            {"from": "licence:business-licence.address"},
            {"from": "licence:food-licence.address", "when": {"licence": "any"}},
            {"from": "archive.business_address"},
        ],
        "kind": [
            {"from": "licence:food-licence.business_form", "when": {"licence": "any"}},
            {"from": "constant", "value": "eat", "when": {"field": "address", "filled": True}},
        ],
        "area": [{"from": "licence:food-licence.area"}],
    },
    "checks": [
        {
            "then": {"field": "ends", "after": {"field": "begins"}},
            "at": ["ends"],
            "say": "结束日期应晚于开始日期。",
        },
        {
            "if": {"field": "kind", "is": "eat"},
            "then": {"field": "goods", "filled": True},
            "at": ["goods"],
            "say": "餐饮店请至少选一个项目。",
            "say_en": "A restaurant must choose at least one.",
        },
    ],
    "materials": [
        {
            "code": "lease",
            "name": "场所使用证明",
            "by": ["licence:real-estate", "archive", "promise", "bring"],
            "reuse_months": 12,
            "promise_text": "承诺场所合法使用。",
        },
        {
            "code": "plan",
            "name": "平面图",
            "when": {"field": "area", "at_least": 50},
            "by": ["bring"],
        },
    ],
}

KINDS_FILE = """
kinds:
  - code: business-licence
    name: 营业执照
    type_code: 91350100M000100Y43001
    holder: firm
    validity: {none: true}
    fields:
      - {name: address, title: 住所}
      - {name: founded, title: 成立日期, type: date}
  - code: food-licence
    name: 食品经营许可证
    type_code: 91350100M000100Y43002
    holder: firm
    validity: {years: 5}
    fields:
      - {name: address, title: 经营场所}
      - {name: business_form, title: 主体业态}
      - {name: area, title: 面积, type: number, unit: 平方米}
  - code: real-estate
    name: 不动产权证书
    type_code: 91350100M000100Y43003
    holder: either
    replaces_paper: true
    validity: {none: true}
    fields: [{name: area, title: 建筑面积, type: number, unit: 亩}]
  - code: id-card
    name: 居民身份证
    type_code: 91350100M000100Y43004
    holder: person
    validity: {years: 20}
    fields: [{name: address, title: 住址}]
"""


@cache
def kinds() -> dict[str, Kind]:
    return {kind.code: kind for kind in parse_kinds(KINDS_FILE)}


def written(change: Callable[[dict[str, Any]], object] = lambda _: None) -> dict[str, Any]:
    """The definition, changed."""
    made = copy.deepcopy(DEFINITION)
    change(made)
    return made


FORM: Form = parse(DEFINITION)


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of the definition: this value there; a value of `...` takes what is there away."""

    def change(made: Any) -> None:
        *way, last = path
        for step in way:
            made = made[step]
        if value is ...:
            del made[last]
        elif isinstance(made, list) and last == len(made):
            made.append(value)
        else:
            made[last] = value

    return change


def told_of(broken: tuple[Any, str, str]) -> str:
    """What a test of (change, place, words) is called."""
    _, place, words = broken
    return f"{place}-{words[:24]}"
