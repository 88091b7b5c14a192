"""A form's values judged as a whole: what is shown, what is kept, what is wrong. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.language import either
from app.core.language import gettext as _
from app.core.said import Both, Said
from app.forms.conditions import (
    FILLED,
    compared,
    comparisons,
    date_of,
    fields_of,
    holds,
    is_filled,
    number_of,
    operator_of,
)
from app.forms.form import Check, Field, Form, Format
from app.forms.values import FieldProblem, missing, normal, problem_of, titled

__all__ = ["FieldProblem", "hidden", "in_both", "judge", "kept", "text_of", "visible"]


def visible(form: Form, values: Mapping[str, Any], today: date) -> frozenset[str]:
    """The fields that are shown. A hidden one counts as not filled for what depends on it."""
    shown: dict[str, bool] = {}

    def is_shown(name: str) -> bool:
        if name not in shown:
            when = form.fields[name].when
            shown[name] = when is None or holds(when, _seen(fields_of(when)), today)
        return shown[name]

    def _seen(names: frozenset[str]) -> dict[str, Any]:
        return {name: values.get(name) for name in names if is_shown(name)}

    return frozenset(name for name in form.fields if is_shown(name))


def kept(form: Form, values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What a submission keeps of these values: shown, filled, brought into shape, in the form's
    order."""
    shaped = {
        name: normal(field, values[name]) for name, field in form.fields.items() if name in values
    }
    shown = visible(form, shaped, today)
    return {name: v for name, v in shaped.items() if name in shown and is_filled(v)}


def judge(
    form: Form, values: Mapping[str, Any], today: date, unread: Collection[str] = ()
) -> list[FieldProblem]:
    """Everything that is wrong, in the form's order; one problem a field, then the rules over
    several fields. Nothing: it may be submitted.

    `unread`: fields that are filled with what whoever asks may not know. They are taken to be
    right, and no rule is told that reads them."""
    mine = kept(form, values, today)
    shown = visible(form, mine, today)
    alone = [
        problem
        for name, field in form.fields.items()
        if name in shown
        and name not in unread
        and (problem := _alone(field, mine.get(name), today))
    ]
    strange = [_unknown(name) for name in values if name not in form.fields]
    wrong = {problem.field for problem in alone}
    together = (each for each in _together(form, mine, wrong, today, unread) if each.field in shown)
    return [*alone, *together, *strange]


def _alone(field: Field, value: Any, today: date) -> FieldProblem | None:
    if value is None:
        return missing(field) if field.required else None
    return problem_of(field, value, today)


def _unknown(name: str) -> FieldProblem:
    return FieldProblem(
        name, "unknown_field", Said("这张表里没有“%(name)s”这一栏。", {"name": name})
    )


def hidden(field: Field) -> FieldProblem:
    """A field that is not shown was filled in: it would not be kept."""
    words = "“%(title)s”现在不需要填写，请先更正决定它的栏目。"
    return FieldProblem(field.name, "hidden", Said(words, titled(field)))


def _together(
    form: Form,
    mine: Mapping[str, Any],
    wrong: set[str],
    today: date,
    unread: Collection[str],
) -> Iterator[FieldProblem]:
    """What is compared must be there and right by itself, else only that is told."""
    for check in form.checks:
        if not _read(check).isdisjoint(unread):
            continue
        if check.when is not None and not holds(check.when, mine, today):
            continue
        needed = _needed(check)
        if needed & wrong or not needed <= mine.keys() or holds(check.then, mine, today):
            continue
        words = in_both(check.say, check.say_en)
        for name in check.at:
            yield FieldProblem(name, "check", words)


def _read(check: Check) -> frozenset[str]:
    return fields_of(check.then) | (fields_of(check.when) if check.when else frozenset())


def _needed(check: Check) -> set[str]:
    return {
        name
        for each in comparisons(check.then)
        if operator_of(each) != FILLED
        for name in compared(each)
    }


def in_both(chinese: str, english: str) -> Said:
    """What a form's definition says, for either reader."""
    return Said("%(words)s", {"words": Both(chinese, english)})


def text_of(form: Form, field: str, value: Any) -> str:
    """A value as people read it, with its unit or its options' titles, in the reader's language;
    empty where nothing was filled in."""
    return field_text(form.fields[field], value)


def field_text(field: Field, value: Any) -> str:
    """The same for one field."""
    if not is_filled(value):
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _("、").join(_option_text(field, each) for each in value)
    number = number_of(value)
    if number is not None:
        return _number_text(field, number)
    if field.format is Format.DATE and (day := date_of(value)):
        return either(f"{day.year}年{day.month}月{day.day}日", day.isoformat())
    return _option_text(field, value)


def _number_text(field: Field, number: Decimal) -> str:
    plain = f"{number.normalize():f}" if number else "0"
    unit = either(field.unit, field.unit_en)
    return f"{plain} {unit}" if unit else plain


def _option_text(field: Field, value: Any) -> str:
    """What is none of the options is told as it is."""
    for option in field.options:
        if option.value == value:
            return either(option.title, option.title_en)
    return str(value)
