"""What somebody writes into a form that the hall filled as far as it could. Pure: all chance comes
as an argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from stdnum.cn import uscc

from living import people

COUNT = 6
"""What people count to: the same everywhere, so that no part is more than its whole."""
MEASURE = 20
CORRECTS = 0.3
"""This share finds something to set right in what was filled in."""
STREETS = ("文昌路", "建设街", "运河大街", "学府路", "滨河路", "东关街")

Fields = Mapping[str, Mapping[str, Any]]


def answers(
    rng: Random, submission: Mapping[str, Any], fields: Fields, today: date
) -> dict[str, Any]:
    """What is still asked for, and what else they put right at the places that were complained of;
    empty once the form is whole."""
    return {
        each["field"]: (
            _written(rng, each["field"], fields[each["field"]], today)
            if each["code"] == "required"
            else _instead(submission["values"].get(each["field"]), fields[each["field"]], today)
        )
        for each in submission["problems"]
        if submission["fields"][each["field"]]["editable"]
    }


def correction(rng: Random, submission: Mapping[str, Any]) -> dict[str, Any]:
    """One value that another source knows better, if they care: most often none."""
    doubtful = [
        (name, other["value"])
        for name in submission["visible"]
        for other in submission["fields"][name]["others"]
        if submission["fields"][name]["editable"] and not submission["fields"][name]["masked"]
    ]
    return dict([rng.choice(doubtful)]) if doubtful and rng.random() < CORRECTS else {}


def promises(submission: Mapping[str, Any]) -> list[str]:
    """The papers they promise to have, rather than bring."""
    return [each["code"] for each in submission["materials"] if each["can_promise"]]


def _written(rng: Random, name: str, field: Mapping[str, Any], today: date) -> Any:
    if field["options"]:
        chosen = rng.choice(field["options"])["value"]
        return [chosen] if field["type"] == "array" else chosen
    match field["type"], field["format"]:
        case "boolean", _:
            return name.startswith("agree")
        case "integer", _:
            return int(max(COUNT, field["minimum"] or 0))
        case "number", _:
            return MEASURE
        case _, "date":
            return _day(rng, name, today)
        case _, "phone":
            return f"139{rng.randrange(10**8):08d}"
        case _, "id-number":
            days = rng.randrange(20 * 365, 60 * 365)
            return people.id_number(rng, today - timedelta(days=days))
        case _, "credit-code":
            return credit_code(rng)
    return _text(rng, name)


def _instead(value: Any, field: Mapping[str, Any], today: date) -> Any:
    """Another answer where the first cannot be."""
    if field["type"] == "boolean":
        return not value
    if field["format"] == "date":
        return (today + timedelta(days=400)).isoformat()
    return field["options"][0]["value"] if field["options"] else None


def _day(rng: Random, name: str, today: date) -> str:
    ahead = {"starts": 10, "ends": 300, "until": 300}
    days = next((days for word, days in ahead.items() if word in name), -rng.randrange(30, 300))
    return (today + timedelta(days=days)).isoformat()


def _text(rng: Random, name: str) -> str:
    if name.endswith("name") or name == "safety_officer":
        return people.name(rng)
    if "address" in name or name == "location":
        return f"清河县{rng.choice(STREETS)} {rng.randrange(1, 200)} 号"
    return rng.choice(WORDS.get(name, ("详见所附材料",)))


def credit_code(rng: Random) -> str:
    """A well-formed code of nobody: no place has the number 130599."""
    digits = f"92130599MA{rng.randrange(10**7):07d}"
    return digits + str(uscc.calc_check_digit(digits))


WORDS: Mapping[str, Sequence[str]] = {
    "ethnicity": ("汉族", "回族", "满族"),
    "insured_place": ("清河县",),
    "destination": ("江苏省吴浦市", "山东省历阳市"),
    "diagnosis": ("腰椎间盘突出", "白内障"),
    "referred_to": ("省人民医院",),
    "firm_type": ("个体工商户",),
    "plate": ("冀E0B77演",),
    "disability_grade": ("三级",),
    "bank": ("农业银行",),
    "bank_account": ("6228480000009999",),
}
