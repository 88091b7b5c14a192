"""A hall file, read and judged as a whole: it is loaded entirely or not at all.

`hall_schema` judges each entry by itself, `hall_judge` and `hall_bookings` what takes two places
of the file to see.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path as FilePath
from typing import Any

from marshmallow import ValidationError

from app.catalog.hall_bookings import bookable_of, booking_of, judge_bookings, location_of
from app.catalog.hall_judge import Complaint, judge
from app.catalog.hall_schema import WEEKDAYS, FilePart
from app.catalog.plan import (
    Counter,
    Department,
    Exceptional,
    HallPlan,
    Item,
    Lane,
    Rules,
    Thresholds,
)
from app.catalog.yaml_tree import Fault, Path, Unreadable, read_tree
from queueing.order import MINUTE, Promises

SECOND = 1_000

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
    text: str = ""
    """The file itself."""
    written: Any = None
    """The same as plain lists and dictionaries of text."""


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
    complaints += [*judge(data), *judge_bookings(data)]
    faults = tree.faults + [tree.fault(path, sentence) for path, sentence in complaints]
    if faults:
        raise HallFileError(faults)
    text = raw.decode("utf-8-sig")
    return HallFile(_plan(data), hashlib.sha256(raw).hexdigest(), text, tree.root)


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
        exceptions=_exceptions(hall),
        closed_on_holidays=hall["closed_on_holidays"],
        promises=_promises(hall["promises"], hall["rules"]),
        rules=_rules(hall["rules"]),
        departments={each["code"]: Department(**each) for each in data["departments"]},
        lanes={each["letters"]: _lane(each) for each in data["lanes"]},
        counters={each["no"]: _counter(each) for each in data["counters"]},
        items={each["code"]: _item(each) for each in data["items"]},
        address=hall["address"],
        phone=hall["phone"],
        message=hall["message"],
        name_en=hall["name_en"],
        message_en=hall["message_en"],
        thresholds=_thresholds(hall["thresholds"]),
        booking=booking_of(hall["booking"]),
        location=location_of(hall["location"]),
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


def _thresholds(written: dict[str, Any]) -> Thresholds:
    given = {name: value for name, value in written.items() if name != "oldest_wait_minutes"}
    if "oldest_wait_minutes" in written:
        given["oldest_wait"] = written["oldest_wait_minutes"] * MINUTE
    return Thresholds(**given)


def _lane(written: dict[str, Any]) -> Lane:
    minutes = written["walk_in_minutes"]
    promise = None if minutes is None else minutes * MINUTE
    return Lane(
        id=0,
        letters=written["letters"],
        name=written["name"],
        walk_in_quota=written["walk_in_quota"],
        walk_in_promise=promise,
        name_en=written["name_en"],
    )


def _counter(written: dict[str, Any]) -> Counter:
    tiers = tuple(tuple(tier) for tier in written["tiers"])
    return Counter(id=0, **{**written, "tiers": tiers, "exceptions": _exceptions(written)})


def _item(written: dict[str, Any]) -> Item:
    lists = {name: tuple(written[name]) for name in ("papers", "papers_en", "aliases")}
    return Item(id=0, **{**written, **lists, "bookable": bookable_of(written["bookable"])})


def _exceptions(written: dict[str, Any]) -> tuple[Exceptional, ...]:
    return tuple(
        Exceptional(each["date"], each.get("hours", ()), each["reason"])
        for each in written["exceptions"]
    )


__all__ = ["Fault", "HallFile", "HallFileError", "parse_hall", "read_hall_file"]
