"""What is wrong between places of a hall file: repeated codes, lanes nobody serves, counters open
while the hall is closed. What its bookings say is judged in `hall_bookings`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from app.catalog.hall_schema import WEEKDAYS
from app.catalog.plan import Interval, Week
from app.catalog.yaml_tree import Path

Complaint = tuple[Path, str]

SATURDAY = 5

_UNIQUE = (("departments", "code"), ("lanes", "letters"), ("counters", "no"), ("items", "code"))


def judge(data: dict[str, Any]) -> Iterator[Complaint]:
    """What is wrong between entries; each may lack what the schema could not read."""
    for part, key in _UNIQUE:
        yield from repeated(entries(data, part), (part,), key)
    yield from _judge_hours(data)
    yield from _judge_exceptions(data)
    yield from _judge_priority(data)
    yield from _judge_tiers(data)
    yield from _judge_items(data)


def entries(data: dict[str, Any], part: str) -> list[dict[str, Any]]:
    """A list of the file, each entry in its place, empty where the schema could not read it."""
    return [entry or {} for entry in data.get(part) or ()]


def names(data: dict[str, Any], part: str, key: str) -> set[str]:
    """What stands under `key` in the entries of a list."""
    return {entry[key] for entry in entries(data, part) if key in entry}


def repeated(
    listed: Iterable[dict[str, Any]], where: Path, key: str, word: str = "用过"
) -> Iterator[Complaint]:
    """What stands under `key` in more than one entry of the list at `where`."""
    seen: set[Any] = set()
    for place, entry in enumerate(listed):
        name = entry.get(key)
        if name in seen:
            yield (*where, place, key), f"「{name}」在前面已经{word}"
        elif name is not None:
            seen.add(name)


def _judge_hours(data: dict[str, Any]) -> Iterator[Complaint]:
    week = _week(data.get("hall"))
    if week is None:
        return
    if not any(week):
        yield ("hall", "hours"), "一周七天都没有开放时间"
    for place, counter in enumerate(entries(data, "counters")):
        own = _week(counter)
        for day in range(7) if own else ():
            if not _all_within(own[day], week[day]):  # type: ignore[index]
                where = ("counters", place, "hours", WEEKDAYS[day])
                yield where, "窗口的时间超出了大厅当天的开放时间"


def _week(entry: Any) -> Week | None:
    """The hours of a hall or counter, if the schema could read them whole."""
    hours = (entry or {}).get("hours")
    return hours if isinstance(hours, tuple) else None


def _all_within(hours: tuple[Interval, ...], hall: tuple[Interval, ...]) -> bool:
    return all(_within(span, hall) for span in hours)


def _within(span: Interval, hall: tuple[Interval, ...]) -> bool:
    """Whether the hall is open throughout; intervals that touch are one."""
    at = span[0]
    for start, end in hall:
        if start <= at < end:
            at = end
    return at >= span[1]


def _judge_exceptions(data: dict[str, Any]) -> Iterator[Complaint]:
    hall = data.get("hall") or {}
    for where, listed in _exception_lists(data):
        yield from repeated(listed, where, "date", "写过")
        for place, entry in enumerate(listed):
            yield from judge_day(entry, (*where, place))
    for place, counter in enumerate(entries(data, "counters")):
        for nth, entry in enumerate(entries(counter, "exceptions")):
            if not fits(hall, entry.get("date"), entry.get("hours")):
                where = ("counters", place, "exceptions", nth, "hours")
                yield where, "窗口的时间超出了大厅当天的开放时间"


def _exception_lists(data: dict[str, Any]) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    yield ("hall", "exceptions"), entries(data.get("hall") or {}, "exceptions")
    for place, counter in enumerate(entries(data, "counters")):
        yield ("counters", place, "exceptions"), entries(counter, "exceptions")


def judge_day(entry: dict[str, Any], where: Path) -> Iterator[Complaint]:
    """Whether a one-day exception says either hours or that it is closed."""
    if entry.get("closed") and entry.get("hours"):
        yield where, "hours 和 closed: true 不能同时写"
    if "date" in entry and not entry.get("closed") and "hours" not in entry:
        yield where, "请写明当天的 hours，或写 closed: true"


def fits(hall: dict[str, Any], day: date | None, hours: Any) -> bool:
    """Whether the hall is open at these hours of this date, as far as both could be read.

    The public calendar is not part of the file: where the hall follows it, a weekend may turn
    out to be a workday, so then either day's hours will do.
    """
    week = _week(hall)
    if day is None or week is None or not isinstance(hours, tuple):
        return True
    for exception in entries(hall, "exceptions"):
        if exception.get("date") == day:
            own = () if exception.get("closed") else exception.get("hours")
            return not isinstance(own, tuple) or _all_within(hours, own)
    candidates = [week[day.weekday()]]
    if hall.get("closed_on_holidays", True) and day.weekday() >= SATURDAY:
        candidates.append(week[WEEKDAYS.index(hall.get("workday_as", WEEKDAYS[0]))])
    return any(_all_within(hours, open_) for open_ in candidates)


def _judge_priority(data: dict[str, Any]) -> Iterator[Complaint]:
    rules = (data.get("hall") or {}).get("rules") or {}
    if rules.get("priority") == "behind_k" and "behind" not in rules:
        yield ("hall", "rules", "priority"), "选了 behind_k，还要写 behind（排在第几位之后）"
    if rules.get("priority") == "promise" and "behind" in rules:
        yield ("hall", "rules", "behind"), "只有 priority: behind_k 时才写 behind"


def _judge_tiers(data: dict[str, Any]) -> Iterator[Complaint]:
    lanes = names(data, "lanes", "letters")
    first: set[str] = set()
    readable = True
    for place, counter in enumerate(entries(data, "counters")):
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
    for place, lane in enumerate(entries(data, "lanes")):
        letters = lane.get("letters")
        if readable and letters and data.get("counters") and letters not in first:
            yield ("lanes", place), f"没有任何窗口把「{letters}」列为首选队列，这个队列会无人叫号"


def _judge_items(data: dict[str, Any]) -> Iterator[Complaint]:
    for part, key, name, what in (
        ("departments", "code", "department", "部门"),
        ("lanes", "letters", "lane", "业务队列"),
    ):
        known = names(data, part, key)
        for place, item in enumerate(entries(data, "items")):
            if name in item and item[name] not in known:
                yield ("items", place, name), f"没有「{item[name]}」这个{what}"
    for place, item in enumerate(entries(data, "items")):
        papers, english = item.get("papers") or (), item.get("papers_en") or ()
        if english and len(english) != len(papers):
            sentence = f"应与 papers 逐条对应：中文 {len(papers)} 条，英文 {len(english)} 条"
            yield ("items", place, "papers_en"), sentence
