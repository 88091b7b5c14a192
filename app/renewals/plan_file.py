"""The file of plans: which kinds of licence are watched, and how; of which all is right or none is
taken. Pure. `docs/renewals.md` says it key by key."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from string import Formatter
from typing import Any

from marshmallow import ValidationError, fields, post_load

from app.catalog.hall_entries import ClockTime, Code, Day, Entry, ListOf, OneOf, Text
from app.catalog.yaml_tree import Path, Unreadable, read_tree
from app.core.errors import Invalid
from app.deliveries.rules import Way
from app.licences.fields import FieldType
from app.licences.kinds import METADATA, Kind, Nested, Part, Span, SpanEntry
from app.notices.rules import Channel, OfficeHours
from app.renewals.checks import CHECKS
from app.renewals.default_steps import LATE_CODE, code_of, late_of, steps_of
from app.renewals.plans import (
    Cycle,
    Decider,
    Event,
    Late,
    OneTap,
    Plan,
    SiteCheck,
    Step,
    Term,
    TermFrom,
)

PLACES = ("licence", "number", "until", "days", "ask_by", "hall")
"""What may stand in a step's sentence."""
NOTE_AT_MOST = 20
"""Characters WeChat takes for one field."""
TEXT_AT_MOST = 300

DAYS_A_MONTH = 30.4
"""To put steps in months and in days into one order."""
STANDING = ("09:00", "18:00")
"""The usual hours."""


class PlansBroken(Invalid):
    """A file of plans is not one; `faults`: (place, words), all of them."""

    code = "plans_broken"
    detail = "提醒与延续规则文件有误，什么都没有载入。"

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        self.faults = faults
        super().__init__()


def parse_plans(
    text: str | bytes, kinds: Mapping[str, Kind], halls: Mapping[str, Collection[str]]
) -> tuple[Plan, ...]:
    """The plans a YAML file makes for these kinds. `halls`: their codes, with those of their items.
    Raises PlansBroken with every fault found."""
    try:
        tree = read_tree(text.encode() if isinstance(text, str) else text)
    except Unreadable as error:
        raise PlansBroken([(f"第 {error.fault.line} 行", error.fault.sentence)]) from error
    faults = list(tree.faults)
    root: Mapping[str, Any] = tree.root if isinstance(tree.root, dict) else {}
    read: list[Plan | None] = []
    try:
        read = FilePart().load(root)["plans"]
    except ValidationError as error:
        faults += [tree.fault(*complaint) for complaint in _flat(error.messages, ())]
        valid = error.valid_data if isinstance(error.valid_data, dict) else {}
        read = [each if isinstance(each, Plan) else None for each in valid.get("plans") or ()]
    for place, names in enumerate(_names(root.get("plans"), read)):
        asked_for = (*_of_hall(names, halls), *_of_kind(names, kinds))
        faults += [tree.fault(("plans", place, *path), words) for path, words in asked_for]
    faults += [tree.fault(*complaint) for complaint in _repeated(read)]
    if faults:
        ordered = sorted(faults, key=lambda fault: fault.line)
        raise PlansBroken(
            [(f"第 {fault.line} 行 {fault.where}".strip(), fault.sentence) for fault in ordered]
        )
    return tuple(plan for plan in read if plan)


# Its entries


class Words(Text):
    """A sentence with places for what it speaks of."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(longest=TEXT_AT_MOST, **rest)

    def read(self, value: Any) -> str:
        text = super().read(value)
        try:
            parsed = list(Formatter().parse(text))
        except ValueError:
            raise ValidationError("花括号没有成对") from None
        for _, place, form, conversion in parsed:
            if place is not None and (place not in PLACES or form or conversion):
                known = "、".join(f"{{{each}}}" for each in PLACES)
                raise ValidationError(f"不认识 {{{place}}}；可以写 {known}")
        return text


class DayOfYear(Entry):
    """A day that comes each year, as 06-30."""

    def read(self, value: Any) -> tuple[int, int]:
        found = re.fullmatch(r"([0-9]{2})-([0-9]{2})", value) if isinstance(value, str) else None
        try:
            # of a leap year: 02-29 is one, and means the month's last day in the others
            day = date(2024, int(found[1]), int(found[2])) if found else None
        except ValueError:
            day = None
        if day is None:
            raise ValidationError("应是 06-30 这样的月和日")
        return day.month, day.day


class Months(SpanEntry):
    """A number of whole months, as `24 months`."""

    def read(self, value: Any) -> int:  # type: ignore[override]
        try:
            span = super().read(value)
        except ValidationError:
            span = Span(0, "days")
        if span.unit != "months" or not span.count:
            raise ValidationError("应是 24 months 这样的月数")
        return span.count


class StepPart(Part):
    before = SpanEntry(required=True)
    note = Text(required=True, longest=NOTE_AT_MOST)
    note_en = Text(load_default="")
    text = Words(required=True)
    text_en = Words(load_default="")

    @post_load
    def step(self, data: dict[str, Any], **_: Any) -> Step:
        return Step(code=code_of(data["before"]), **data)


class LatePart(StepPart):
    before = SpanEntry(load_default=Span(0, "days"))
    item = Code(load_default=None)

    @post_load
    def step(self, data: dict[str, Any], **_: Any) -> Late:
        return Late(code=LATE_CODE, **data)


class Steps(ListOf):
    """`default`, which is None, or the steps."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(Nested(StepPart), least=1, **rest)

    def read(self, value: Any) -> Any:
        return None if value == "default" else super().read(value)


class HoursPart(Part):
    begin = ClockTime(data_key="from", load_default=time.fromisoformat(STANDING[0]))
    end = ClockTime(data_key="until", load_default=time.fromisoformat(STANDING[1]))
    days = OneOf("working", "all", load_default="working")

    @post_load
    def hours(self, data: dict[str, Any], **_: Any) -> OfficeHours:
        if data["begin"] >= data["end"]:
            raise ValidationError({"until": ["应晚于 from"]})
        return OfficeHours(data["begin"], data["end"], data["days"] == "working")


class TermPart(Part):
    counted_from = OneOf(*TermFrom, required=True, data_key="from")
    months = Months(load_default=None)

    @post_load
    def term(self, data: dict[str, Any], **_: Any) -> Term:
        return Term(TermFrom(data["counted_from"]), data["months"])


class OneTapPart(Part):
    published_on = Day(data_key="published", load_default=None)
    decider = OneOf(*Decider, data_key="decide", required=True)
    checks = ListOf(OneOf(*CHECKS), required=True, least=1)
    term = Nested(TermPart, required=True)
    site_check = OneOf(*SiteCheck, required=True)
    same_as = fields.Dict(Text(), fields.Dict(Text(), Text()), load_default={})
    ways = ListOf(OneOf(*Way), required=True, least=1)

    @post_load
    def one_tap(self, data: dict[str, Any], **_: Any) -> OneTap:
        faults = {key: ["有重复的"] for key in ("checks", "ways") if _repeats(data[key])}
        if faults:
            raise ValidationError(faults)
        return OneTap(
            **{
                **data,
                "decider": Decider(data["decider"]),
                "checks": tuple(data["checks"]),
                "site_check": SiteCheck(data["site_check"]),
                "ways": tuple(data["ways"]),
            }
        )


class PlanPart(Part):
    kind = Text(required=True)
    event = OneOf(*Event, required=True)
    hall = Code(required=True)
    item = Code(load_default=None)
    contact = Text(load_default=None)
    steps = Steps(load_default=None)
    late = Nested(LatePart, load_default=None)
    channels = ListOf(OneOf(*Channel), least=1, load_default=[*Channel])
    hours = Nested(HoursPart, load_default=lambda: HoursPart().load({}))
    yearly = DayOfYear(load_default=None)
    every = Months(load_default=None)
    counted_from = OneOf("issued_on", "valid_from", load_default="issued_on")
    one_tap = Nested(OneTapPart, load_default=None)

    @post_load
    def plan(self, data: dict[str, Any], **_: Any) -> Plan:
        event = Event(data["event"])
        yearly, every = data.pop("yearly"), data.pop("every")
        counted_from = data.pop("counted_from")
        cycle = Cycle(yearly, every, counted_from) if yearly or every else None
        steps = steps_of(event) if data["steps"] is None else tuple(data["steps"])
        plan = Plan(
            **{
                **data,
                "event": event,
                "steps": tuple(sorted(steps, key=lambda step: -_days(step.before))),
                "late": data["late"] or late_of(event),
                "channels": tuple(data["channels"]),
                "cycle": cycle,
            }
        )
        if faults := dict(_crosswise(plan)):
            raise ValidationError(faults)
        return plan


class FilePart(Part):
    plans = ListOf(Nested(PlanPart), required=True, least=1)


# What takes several entries to see


def _crosswise(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    cycle = plan.cycle
    if plan.event is Event.RENEWAL and cycle is not None:
        yield "event", ["到期延续按证照自己的有效期截止，不写 yearly 或 every"]
    if plan.event is not Event.RENEWAL:
        if cycle is None or (cycle.yearly is None) == (cycle.months is None):
            yield "event", ["年检和复核要写 yearly（每年哪一天）或 every（每隔几个月），只写一个"]
        if plan.one_tap is not None:
            yield "one_tap", ["只有到期延续（event: renewal）可以一键办理"]
    if _repeats([step.code for step in plan.steps]):
        yield "steps", ["有两步在同一时间"]
    if _repeats(plan.channels):
        yield "channels", ["有重复的"]


def _repeated(plans: list[Plan | None]) -> Iterator[tuple[Path, str]]:
    seen: dict[tuple[str, Event], int] = {}
    for place, plan in enumerate(plans):
        first = place if plan is None else seen.setdefault((plan.kind, plan.event), place)
        if plan is not None and first != place:
            sentence = f"这种证照的 {plan.event} 已经写在第 {first + 1} 项"
            yield ("plans", place, "kind"), sentence


@dataclass(frozen=True, slots=True)
class Names:
    """What a plan names that stands elsewhere; None for what is not written, or is no text."""

    kind: str | None
    hall: str | None
    items: Sequence[tuple[tuple[str, ...], str | None]]
    """With where they stand."""
    contact: str | None
    one_tap: OneTap | None


def _names(written: Any, read: list[Plan | None]) -> Iterator[Names]:
    """Of each plan, also of one with faults, so that all of them are told together."""
    for place, entry in enumerate(written if isinstance(written, list) else ()):
        plan = read[place] if place < len(read) else None
        items = [(path, _text_at(entry, *path)) for path in (("item",), ("late", "item"))]
        kind, hall, contact = (_text_at(entry, name) for name in ("kind", "hall", "contact"))
        yield Names(kind, hall, items, contact, plan.one_tap if plan else None)


def _text_at(entry: Any, *path: str) -> str | None:
    for name in path:
        entry = entry.get(name) if isinstance(entry, dict) else None
    return entry if isinstance(entry, str) else None


def _of_hall(
    names: Names, halls: Mapping[str, Collection[str]]
) -> Iterator[tuple[tuple[str, ...], str]]:
    if names.hall is None:
        return
    if names.hall not in halls:
        yield ("hall",), f"没有大厅 {names.hall}"
        return
    for path, item in names.items:
        if item is not None and item not in halls[names.hall]:
            yield path, f"大厅 {names.hall} 没有事项 {item}"


def _of_kind(names: Names, kinds: Mapping[str, Kind]) -> Iterator[tuple[tuple[str, ...], str]]:
    if names.kind is None:
        return
    kind = kinds.get(names.kind)
    if kind is None:
        yield ("kind",), f"没有证照类型 {names.kind}"
        return
    if names.contact is not None:
        field = kind.field(names.contact)
        if field is None or field.type is not FieldType.PHONE:
            yield ("contact",), f"{names.contact} 应是这种证照的一个 phone 字段"
    tap = names.one_tap
    if tap is None:
        return
    if kind.renewal is None:
        yield ("one_tap",), "这种证照没有写明申请延续的期限（证照类型的 renewal）"
    if tap.term.months is None and kind.validity.months is None:
        yield ("one_tap", "term"), "这种证照没有写明通常的有效期，请写 months"
    for other, pairs in tap.same_as.items():
        if other not in kinds:
            yield ("one_tap", "same_as", other), f"没有证照类型 {other}"
            continue
        for mine, theirs in pairs.items():
            for of, name in ((kind, mine), (kinds[other], theirs)):
                if name not in METADATA and of.field(name) is None:
                    yield ("one_tap", "same_as", other), f"{of.name}没有字段 {name}"


def _repeats(values: Collection[Any]) -> bool:
    return max(Counter(values).values(), default=0) > 1


def _days(span: Span) -> float:
    return span.count * (DAYS_A_MONTH if span.unit == "months" else 1)


def _flat(messages: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flat(inner, path if key in ("_schema", "value", "key") else (*path, key))
        return
    for sentence in messages:
        yield path, str(sentence)
