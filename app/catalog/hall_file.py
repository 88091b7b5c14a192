"""A hall file, read and judged as a whole: it is loaded entirely or not at all.

`hall_schema` judges each entry by itself; here stands what takes two places of the file to
see: repeated codes, lanes nobody serves, counters open while the hall is closed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path as FilePath
from typing import Any

from marshmallow import ValidationError

from app.catalog.hall_schema import WEEKDAYS, FilePart
from app.catalog.plan import Counter, Exceptional, HallPlan, Item, Lane, Rules, Week
from app.catalog.yaml_tree import Fault, Path, Unreadable, read_tree
from queueing.order import MINUTE, Promises

SECOND = 1_000

_UNIQUE = (("departments", "code"), ("lanes", "letters"), ("counters", "no"), ("items", "code"))

PROMISE_UNITS = {
    "walk_in": "walk_in_minutes",
    "late": "late_minutes",
    "priority": "priority_minutes",
    "grace": "grace_minutes",
    "late_until": "late_until_minutes",
    "check_in_opens": "check_in_opens_minutes",
    "afar_late": "afar_late_minutes",
    "rejoin_within": "rejoin_within_minutes",
}
RULE_UNITS = {
    "overdue_after": ("overdue_minutes", MINUTE),
    "pause_keeps_bound": ("pause_minutes", MINUTE),
    "undo_within": ("undo_seconds", SECOND),
    "recall_every": ("recall_seconds", SECOND),
    "vanished_after": ("vanished_seconds", SECOND),
}


@dataclass(frozen=True)
class HallFile:
    """A faultless hall file."""

    plan: HallPlan
    """As the file says it; every id and the revision are 0, for nothing is stored yet."""
    sha: str
    """SHA-256 of the file's bytes."""


class HallFileError(Exception):
    """Everything that is wrong with a hall file, in the order of its lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def read_hall_file(path: FilePath) -> HallFile:
    """The hall in this file. Raises HallFileError with every fault found."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise HallFileError([Fault(0, "", f"读不到文件 {path}：{error.strerror}")]) from error
    return parse_hall(raw)


def parse_hall(raw: bytes) -> HallFile:
    """The hall in these bytes. Raises HallFileError with every fault found."""
    try:
        tree = read_tree(raw)
    except Unreadable as error:
        raise HallFileError([error.fault]) from error
    if not isinstance(tree.root, dict):
        sentence = "文件是空的" if tree.root is None else "文件最外层应是「键: 值」"
        raise HallFileError([*tree.faults, Fault(1, "", sentence)])
    data, complaints = _by_schema(tree.root)
    complaints += list(_judge(data))
    faults = tree.faults + [tree.fault(path, sentence) for path, sentence in complaints]
    if faults:
        raise HallFileError(faults)
    return HallFile(_plan(data), hashlib.sha256(raw).hexdigest())


Complaint = tuple[Path, str]


def _by_schema(root: dict[str, Any]) -> tuple[dict[str, Any], list[Complaint]]:
    """What the schema could read, and what it complains about."""
    try:
        return FilePart().load(root), []
    except ValidationError as error:
        read = error.valid_data if isinstance(error.valid_data, dict) else {}
        return read, list(_flat(error.messages, ()))


def _flat(messages: Any, path: Path) -> Iterator[Complaint]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flat(inner, path if key == "_schema" else (*path, key))
        return
    for sentence in messages:
        yield path, str(sentence)


def _judge(data: dict[str, Any]) -> Iterator[Complaint]:
    """What is wrong between entries; each may lack what the schema could not read."""
    for part, key in _UNIQUE:
        yield from _repeated(data, part, key)
    yield from _judge_hours(data)
    yield from _judge_exceptions(data)
    yield from _judge_priority(data)
    yield from _judge_tiers(data)
    yield from _judge_items(data)


def _entries(data: dict[str, Any], part: str) -> list[dict[str, Any]]:
    return [entry or {} for entry in data.get(part) or ()]


def _names(data: dict[str, Any], part: str, key: str) -> set[str]:
    return {entry[key] for entry in _entries(data, part) if key in entry}


def _repeated(data: dict[str, Any], part: str, key: str) -> Iterator[Complaint]:
    seen: set[str] = set()
    for place, entry in enumerate(_entries(data, part)):
        name = entry.get(key)
        if name in seen:
            yield (part, place, key), f"「{name}」在前面已经用过"
        elif name is not None:
            seen.add(name)


def _judge_hours(data: dict[str, Any]) -> Iterator[Complaint]:
    week = _week(data.get("hall"))
    if week is None:
        return
    if not any(week):
        yield ("hall", "hours"), "一周七天都没有开放时间"
    for place, counter in enumerate(_entries(data, "counters")):
        own = _week(counter)
        for day in range(7) if own else ():
            if not all(_within(span, week[day]) for span in own[day]):  # type: ignore[index]
                where = ("counters", place, "hours", WEEKDAYS[day])
                yield where, "窗口的时间超出了大厅当天的开放时间"


def _week(entry: Any) -> Week | None:
    """The hours of a hall or counter, if the schema could read them whole."""
    hours = (entry or {}).get("hours")
    return hours if isinstance(hours, tuple) else None


def _within(span: tuple[int, int], hall: tuple[tuple[int, int], ...]) -> bool:
    """Whether the hall is open throughout; intervals that touch are one."""
    at = span[0]
    for start, end in hall:
        if start <= at < end:
            at = end
    return at >= span[1]


def _judge_exceptions(data: dict[str, Any]) -> Iterator[Complaint]:
    seen = set()
    for place, entry in enumerate(_entries(data.get("hall") or {}, "exceptions")):
        where: Path = ("hall", "exceptions", place)
        day = entry.get("date")
        if day in seen:
            yield (*where, "date"), f"{day} 在前面已经写过"
        elif day is not None:
            seen.add(day)
        if entry.get("closed") and entry.get("hours"):
            yield where, "hours 和 closed: true 不能同时写"
        if "date" in entry and not entry.get("closed") and "hours" not in entry:
            yield where, "请写明当天的 hours，或写 closed: true"


def _judge_priority(data: dict[str, Any]) -> Iterator[Complaint]:
    rules = (data.get("hall") or {}).get("rules") or {}
    if rules.get("priority") == "behind_k" and "behind" not in rules:
        yield ("hall", "rules", "priority"), "选了 behind_k，还要写 behind（排在第几位之后）"
    if rules.get("priority") == "promise" and "behind" in rules:
        yield ("hall", "rules", "behind"), "只有 priority: behind_k 时才写 behind"


def _judge_tiers(data: dict[str, Any]) -> Iterator[Complaint]:
    lanes = _names(data, "lanes", "letters")
    first: set[str] = set()
    readable = True
    for place, counter in enumerate(_entries(data, "counters")):
        tiers = counter.get("tiers")
        readable = readable and isinstance(tiers, list)
        seen: set[str] = set()
        for at, tier in enumerate(tiers or ()):
            for step, letters in enumerate(tier or ()):
                where: Path = ("counters", place, "tiers", at, step)
                if letters is None:
                    readable = False
                elif letters not in lanes:
                    yield where, f"没有「{letters}」这个业务队列"
                elif letters in seen:
                    yield where, f"「{letters}」在这个窗口已经写过"
                seen.add(letters)
                if at == 0:
                    first.add(letters)
    # A tier nobody could read might have served it: complain about the tier only.
    for place, lane in enumerate(_entries(data, "lanes")):
        letters = lane.get("letters")
        if readable and letters and data.get("counters") and letters not in first:
            yield ("lanes", place), f"没有任何窗口把「{letters}」列为首选队列，这个队列会无人叫号"


def _judge_items(data: dict[str, Any]) -> Iterator[Complaint]:
    for part, key, name, what in (
        ("departments", "code", "department", "部门"),
        ("lanes", "letters", "lane", "业务队列"),
    ):
        known = _names(data, part, key)
        for place, item in enumerate(_entries(data, "items")):
            if name in item and item[name] not in known:
                yield ("items", place, name), f"没有「{item[name]}」这个{what}"


def _plan(data: dict[str, Any]) -> HallPlan:
    hall = data["hall"]
    return HallPlan(
        id=0,
        code=hall["code"],
        name=hall["name"],
        revision=0,
        timezone=hall["timezone"],
        day_starts_at=hall["day_starts_at"],
        week=hall["hours"],
        exceptions=tuple(
            Exceptional(each["date"], each.get("hours", ()), each["reason"])
            for each in hall["exceptions"]
        ),
        closed_on_holidays=hall["closed_on_holidays"],
        promises=_promises(hall["promises"], hall["rules"]),
        rules=_rules(hall["rules"]),
        departments={each["code"]: each["name"] for each in data["departments"]},
        lanes={each["letters"]: _lane(each) for each in data["lanes"]},
        counters={each["no"]: _counter(each) for each in data["counters"]},
        items={
            each["code"]: Item(id=0, **{**each, "papers": tuple(each["papers"])})
            for each in data["items"]
        },
        address=hall["address"],
        phone=hall["phone"],
        message=hall["message"],
        workday_as=WEEKDAYS.index(hall["workday_as"]),
    )


def _promises(written: dict[str, int], rules: dict[str, Any]) -> Promises:
    given = {name: written[key] * MINUTE for name, key in PROMISE_UNITS.items() if key in written}
    if "rejoin_behind" in written:
        given["rejoin_behind"] = written["rejoin_behind"]
    return Promises(**given, priority_behind=rules.get("behind"))


def _rules(written: dict[str, Any]) -> Rules:
    given = {
        name: written[key] * unit for name, (key, unit) in RULE_UNITS.items() if key in written
    }
    same = {each.name for each in fields(Rules)} & written.keys()
    return Rules(**given, **{name: written[name] for name in same})


def _lane(written: dict[str, Any]) -> Lane:
    minutes = written["walk_in_minutes"]
    promise = None if minutes is None else minutes * MINUTE
    return Lane(0, written["letters"], written["name"], written["walk_in_quota"], promise)


def _counter(written: dict[str, Any]) -> Counter:
    tiers = tuple(tuple(tier) for tier in written["tiers"])
    return Counter(id=0, **{**written, "tiers": tiers})


__all__ = ["Fault", "HallFile", "HallFileError", "parse_hall", "read_hall_file"]
