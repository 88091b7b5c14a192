"""Conditions over a form's values: when a field is shown, when a rule applies. Pure.

A condition is plain JSON, because the citizens' client reads the very same:
`{field: area, at_least: 100}`, `{all: […]}`, `{any: […]}`, `{not: …}`. The client's evaluator and
this one are held to the same cases (`tests/forms/conditions.json`). Both give an answer for any
values whatsoever: what cannot be compared does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

Condition = Mapping[str, Any]

TODAY = "today"
BLANKS = " \t\r\n\u00a0\u3000"
"""What a text may consist of and still be empty."""
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

IS, IN, FILLED, SAME_AS = "is", "in", "filled", "same_as"
OF_DATES = ("before", "after", "not_before", "not_after")
OF_NUMBERS = ("less", "more", "at_most", "at_least")
OPERATORS = (IS, IN, FILLED, SAME_AS, *OF_DATES, *OF_NUMBERS)
COMBINED = ("all", "any", "not")


def holds(condition: Condition, values: Mapping[str, Any], today: date) -> bool:
    """Whether the condition holds for these values; hidden fields' are left out by the caller."""
    match condition:
        case {"all": parts}:
            return all(holds(each, values, today) for each in parts)
        case {"any": parts}:
            return any(holds(each, values, today) for each in parts)
        case {"not": part}:
            return not holds(part, values, today)
    operator = operator_of(condition)
    value, operand = values.get(condition["field"]), condition[operator]
    if operator == FILLED:
        return is_filled(value) is operand
    if operator == IN:
        return any(_is(value, each) for each in operand)
    other = _operand(operand, operator, values, today)
    if operator in OF_NUMBERS:
        return _ordered(operator, number_of(value), number_of(other))
    if operator in OF_DATES:
        return _ordered(operator, date_of(value), date_of(other))
    return _is(value, other)


def operator_of(condition: Condition) -> str:
    """The one operator of a comparison."""
    return next(key for key in condition if key in OPERATORS)


def comparisons(condition: Condition) -> Iterator[Condition]:
    """Every comparison in a condition, however deep."""
    match condition:
        case {"all": parts} | {"any": parts}:
            for each in parts:
                yield from comparisons(each)
        case {"not": part}:
            yield from comparisons(part)
        case _:
            yield condition


def fields_of(condition: Condition) -> frozenset[str]:
    """Every field a condition asks about."""
    return frozenset(name for each in comparisons(condition) for name in compared(each))


def compared(comparison: Condition) -> tuple[str, ...]:
    """The field of a comparison, and the other one where it is compared with a field."""
    match comparison[operator_of(comparison)]:
        case {"field": str(other)}:
            return comparison["field"], other
    return (comparison["field"],)


def is_filled(value: Any) -> bool:
    """Whether somebody wrote or chose something. A switch that is off was answered."""
    if isinstance(value, str):
        return bool(value.strip(BLANKS))
    return value is not None and value != []


def number_of(value: Any) -> Decimal | None:
    """A finite number as an exact one; None for whatever else."""
    match value:
        case bool():
            return None
        case int():
            return Decimal(value)
        case Decimal():
            return value if value.is_finite() else None
        case float():
            return Decimal(str(value)) if isfinite(value) else None
    return None


def date_of(value: Any) -> date | None:
    """The day that `YYYY-MM-DD` names; None for whatever else."""
    if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same: 1 and 1.0 are, 1 and true are not; two choices of several
    are where the same was chosen, in whatever order."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            any(same(a, b) for b in theirs)
            for mine, theirs in ((one, other), (other, one))
            for a in mine
        )
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    if isinstance(one, bool) and isinstance(other, bool):
        return one is other
    number, another = number_of(one), number_of(other)
    return number is not None and number == another


def _is(value: Any, operand: Any) -> bool:
    """Of several choices, whether it is one of them."""
    if not is_filled(value) or not is_filled(operand):
        return False
    if isinstance(value, list) and not isinstance(operand, list):
        return any(same(each, operand) for each in value)
    return same(value, operand)


def _operand(operand: Any, operator: str, values: Mapping[str, Any], today: date) -> Any:
    if isinstance(operand, Mapping):
        return values.get(operand["field"])
    if operand == TODAY and operator in OF_DATES:
        return today.isoformat()
    return operand


def _ordered(operator: str, one: Any, other: Any) -> bool:
    if one is None or other is None:
        return False
    match operator:
        case "before" | "less":
            return bool(one < other)
        case "after" | "more":
            return bool(one > other)
        case "not_before" | "at_least":
            return bool(one >= other)
    return bool(one <= other)
