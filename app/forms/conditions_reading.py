"""Conditions of a definition: of the right shape, about fields there are, with values those can
have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.catalog.yaml_tree import Path
from app.forms.conditions import (
    COMBINED,
    FILLED,
    IN,
    OF_DATES,
    OF_NUMBERS,
    OPERATORS,
    SAME_AS,
    TODAY,
    Condition,
    date_of,
    number_of,
)
from app.forms.fields_reading import Asked
from app.forms.reading import Part, listed, part, plainly, unknown
from app.forms.types import BOOLEAN, DATE, NUMBER, OPTION, OPTIONS, TYPE_WORDS, type_of

DEPTH_AT_MOST = 6
Fields = Mapping[str, Asked]


def read_condition(holder: Part, key: str, fields: Fields) -> Condition | None:
    """The condition under this key; None where there is none, or where it was at fault."""
    if holder.written.get(key) is None:
        return None
    before = len(holder.notes.faults)
    _judge(part(holder.written[key], holder.at(key), holder.notes), fields, 1)
    return holder.written[key] if len(holder.notes.faults) == before else None


def _judge(written: Part, fields: Fields, depth: int) -> None:
    if depth > DEPTH_AT_MOST:
        written.notes.fault(written.path, f"条件最多套 {DEPTH_AT_MOST} 层")
        return
    combined = [key for key in COMBINED if key in written.written]
    if combined:
        _judge_combined(written, combined[0], fields, depth)
    elif "field" in written.written:
        _judge_comparison(written, fields)
    elif written.sound:
        written.notes.fault(
            written.path, "条件写成“field: 栏名”加一个比较（例如 is: 值），或 all、any、not"
        )


def _judge_combined(written: Part, key: str, fields: Fields, depth: int) -> None:
    for other in written.written:
        if other != key:
            written.fault(other, f"{key} 旁边不能再写 {other}；请写进 {key} 里面")
    if key == "not":
        _judge(written.part(key), fields, depth + 1)
        return
    if isinstance(written.written[key], list) and not written.written[key]:
        written.fault(key, f"{key} 里没有任何条件")
    for each in written.parts(key):
        _judge(each, fields, depth + 1)


def _judge_comparison(written: Part, fields: Fields) -> None:
    for key in written.written:
        if key != "field" and key not in OPERATORS:
            written.fault(key, unknown("不认识的比较", key, OPERATORS))
            return
    operators = [key for key in OPERATORS if key in written.written]
    if len(operators) != 1:
        many = f"只能写一个比较，这里有 {listed(operators)}；几个条件请用 all"
        words = many if operators else f"缺少比较；可以写：{listed(OPERATORS)}"
        written.notes.fault(written.path, words)
        return
    field = _known(written.written["field"], written.at("field"), written, fields)
    if field is not None and field.sound:
        _judge_operand(written, operators[0], field, fields)


def _known(name: Any, path: Path, written: Part, fields: Fields) -> Asked | None:
    if not isinstance(name, str) or name not in fields:
        words = unknown("条件里的栏不在这张表上：", plainly(name), list(fields))
        written.notes.fault(path, words)
        return None
    return fields[name]


def _judge_operand(written: Part, operator: str, field: Asked, fields: Fields) -> None:
    operand, path = written.written[operator], written.at(operator)
    kind = type_of(field)
    fault = written.notes.fault
    if operator == FILLED:
        if not isinstance(operand, bool):
            fault(path, "filled 后面只能写 true（填了）或 false（没填）")
    elif operator == IN:
        if not isinstance(operand, list) or not operand:
            fault(path, "in 后面要写一个列表，例如 [a, b]")
            return
        for place, each in enumerate(operand):
            _judge_value(written, (*path, place), field, each)
    elif operator in OF_DATES and kind != DATE:
        fault(path, f"{operator} 比较日期，“{field.name}”是{TYPE_WORDS[kind]}")
    elif operator in OF_NUMBERS and kind != NUMBER:
        fault(path, f"{operator} 比较数字，“{field.name}”是{TYPE_WORDS[kind]}")
    elif isinstance(operand, Mapping):
        _judge_other(written, operator, field, fields)
    elif operator == SAME_AS:
        fault(path, "same_as 后面要写另一栏：{field: 栏名}；与固定的值比较请用 is")
    elif operator in OF_DATES and operand == TODAY:
        return
    else:
        _judge_value(written, path, field, operand)


def _judge_other(written: Part, operator: str, field: Asked, fields: Fields) -> None:
    """The other field must be of the same type."""
    operand = written.part(operator)
    operand.only("field")
    other = _known(operand.written.get("field"), operand.at("field"), written, fields)
    if other is None or not other.sound:
        return
    mine, theirs = type_of(field), type_of(other)
    if other.name == field.name:
        operand.fault("field", f"“{field.name}”在和自己比较")
    elif mine != theirs:
        operand.fault(
            "field",
            f"“{field.name}”是{TYPE_WORDS[mine]}，“{other.name}”是{TYPE_WORDS[theirs]}，不能比较",
        )


def _judge_value(written: Part, path: Path, field: Asked, value: Any) -> None:
    kind = type_of(field)
    fault = written.notes.fault
    if kind in (OPTION, OPTIONS):
        values = [option.value for option in field.options]
        if value not in values:
            fault(path, unknown(f"“{field.name}”没有这个选项：", plainly(value), values))
    elif kind == BOOLEAN:
        if not isinstance(value, bool):
            fault(path, f"“{field.name}”是{TYPE_WORDS[kind]}，这里只能写 true 或 false")
    elif kind == NUMBER:
        if number_of(value) is None:
            fault(path, f"“{field.name}”是数字，这里要写不加引号的数字，不能是“{plainly(value)}”")
    elif not isinstance(value, str):
        fault(path, f"“{field.name}”是{TYPE_WORDS[kind]}，这里要写文字，“{plainly(value)}”要加引号")
    elif kind == DATE and date_of(value) is None:
        fault(path, f"“{value}”不是日期；写成 2026-05-01 这样")
