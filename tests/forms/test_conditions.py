"""Conditions hold as the shared cases say, and give an answer whatever the values are.

The client's evaluator is held to the same file."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms.conditions import OF_DATES, OF_NUMBERS, comparisons, fields_of, holds

CASES = json.loads((Path(__file__).parent / "conditions.json").read_text(), parse_float=Decimal)
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case, default=str)[:90])
def test_a_shared_case(case):
    today = date.fromisoformat(case["today"])
    assert holds(case["condition"], case["values"], today) is case["holds"]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text()
anything = st.recursive(
    scalars | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
names = st.sampled_from("fgh")
operands = scalars | st.just("today") | st.builds(lambda name: {"field": name}, names)


def compared(operator, operand):
    return st.builds(lambda name, value: {"field": name, operator: value}, names, operand)


leaves = st.one_of(
    compared("filled", st.booleans()),
    compared("in", st.lists(scalars, max_size=3)),
    *(compared(each, operands) for each in ("is", "same_as", *OF_DATES, *OF_NUMBERS)),
)
conditions = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts})
        | st.lists(inner, max_size=3).map(lambda parts: {"any": parts})
        | inner.map(lambda part: {"not": part})
    ),
    max_leaves=5,
)


@given(conditions, st.dictionaries(names, anything))
def test_every_condition_has_an_answer_for_any_values(condition, values):
    found = holds(condition, values, TODAY)
    assert found is not holds({"not": condition}, values, TODAY)


@given(conditions, st.dictionaries(names, anything))
def test_only_the_fields_it_names_count(condition, values):
    named = {name: value for name, value in values.items() if name in fields_of(condition)}
    assert holds(condition, named, TODAY) is holds(condition, values, TODAY)
    assert all("field" in each for each in comparisons(condition))
