"""What a hall file says about bookings: judged across its places, and made into values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from app.catalog.hall_judge import Complaint, entries, fits, judge_day, names, repeated
from app.catalog.hall_schema import WEEKDAYS
from app.catalog.plan import (
    Ban,
    BookableTime,
    Booking,
    BookingException,
    Location,
    MassEvent,
    Remind,
)
from app.catalog.yaml_tree import Path
from queueing.order import MINUTE

BOOKING_UNITS = {
    "book_until": "book_until_minutes",
    "cancel_until": "cancel_until_minutes",
    "release_hold": "release_hold_minutes",
    "offer_for": "offer_minutes",
}

_BOOKING: Path = ("hall", "booking")


def judge_bookings(data: dict[str, Any]) -> Iterator[Complaint]:
    """What is wrong between entries; each may lack what the schema could not read."""
    hall = data.get("hall") or {}
    booking = hall.get("booking") or {}
    yield from _judge_kept(booking)
    yield from _judge_bans(entries(booking, "bans"))
    yield from _judge_exceptions(entries(booking, "exceptions"), names(data, "lanes", "letters"))
    events = entries(booking, "events")
    yield from repeated(events, (*_BOOKING, "events"), "code")
    yield from _judge_event_items(events, names(data, "items", "code"))
    for place, event in enumerate(events):
        yield from _judge_event_hours(event, hall, (*_BOOKING, "events", place))
    yield from _judge_shares(data)


def booking_of(written: dict[str, Any]) -> Booking:
    """The `booking` of a faultless file; what it leaves out has its default."""
    given = {
        name: _milliseconds(written[key]) for name, key in BOOKING_UNITS.items() if key in written
    }
    given |= {each.name: written[each.name] for each in fields(Booking) if each.name in written}
    if "remind" in written:
        given["remind"] = _remind(written["remind"])
    if "bans" in written:
        given["bans"] = tuple(Ban(**each) for each in written["bans"])
    given["exceptions"] = tuple(_exception(each) for each in written["exceptions"])
    given["events"] = tuple(_event(each) for each in written["events"])
    return Booking(**given)


def location_of(written: dict[str, Any] | None) -> Location | None:
    """The `location` of a faultless file."""
    return None if written is None else Location(**written)


def bookable_of(written: list[dict[str, Any]] | None) -> tuple[BookableTime, ...] | None:
    """The `bookable` of an item of a faultless file."""
    if written is None:
        return None
    return tuple(
        BookableTime(
            days=tuple(WEEKDAYS.index(day) for day in each["days"]),
            weeks=tuple(int(week) for week in each["weeks"]),
            hours=each["hours"],
        )
        for each in written
    )


def _milliseconds(minutes: Any) -> Any:
    if isinstance(minutes, tuple):
        return tuple(each * MINUTE for each in minutes)
    return minutes * MINUTE


def _remind(written: dict[str, Any]) -> Remind:
    given = {"evening": written["evening_at"]} if "evening_at" in written else {}
    if "before_minutes" in written:
        given["before"] = _milliseconds(written["before_minutes"])
    return Remind(**given)


def _exception(written: dict[str, Any]) -> BookingException:
    hours, lanes = written.get("hours", ()), tuple(written["lanes"])
    return BookingException(written["date"], hours, written["reason"], lanes)


def _event(written: dict[str, Any]) -> MassEvent:
    return MassEvent(**{**written, "dates": tuple(written["dates"])})


def _judge_kept(booking: dict[str, Any]) -> Iterator[Complaint]:
    walk_in, staff = booking.get("walk_in_share"), booking.get("staff_share")
    if walk_in is not None and staff is not None and walk_in + staff > 1:
        both = f"walk_in_share（{walk_in}）和 staff_share（{staff}）合计 {walk_in + staff}"
        yield _BOOKING, f"{both}，超过了 1；没有写的按默认值计"


def _judge_bans(bans: list[dict[str, Any]]) -> Iterator[Complaint]:
    """Of two that count the same within the same time only the longer could ever be noticed."""
    seen: set[tuple[str, int, int | None]] = set()
    for place, ban in enumerate(bans):
        if not {"what", "count"} <= ban.keys():
            continue
        key = ban["what"], ban["count"], ban.get("within_days")
        if key in seen:
            yield (*_BOOKING, "bans", place), "what、count、within_days 都相同的规则前面已经写过"
        seen.add(key)


def _judge_exceptions(listed: list[dict[str, Any]], lanes: set[str]) -> Iterator[Complaint]:
    """A date may come again for other lanes; one without lanes is for all of them."""
    seen: dict[date, list[set[str]]] = {}
    for place, entry in enumerate(listed):
        where: Path = (*_BOOKING, "exceptions", place)
        yield from judge_day(entry, where)
        day, own = entry.get("date"), entry.get("lanes") or ()
        for step, letters in enumerate(own):
            if letters and letters not in lanes:
                yield (*where, "lanes", step), f"没有「{letters}」这个业务队列"
        if day is None or None in own:
            continue
        earlier = seen.setdefault(day, [])
        if any(not own or not other or other & set(own) for other in earlier):
            yield (*where, "date"), f"{day} 在前面已经为同一队列写过"
        earlier.append(set(own))


def _judge_event_items(events: list[dict[str, Any]], items: set[str]) -> Iterator[Complaint]:
    seen: set[tuple[str, date]] = set()
    for place, event in enumerate(events):
        where: Path = (*_BOOKING, "events", place)
        item = event.get("item")
        if item is not None and item not in items:
            yield (*where, "item"), f"没有「{item}」这个事项"
        for step, day in enumerate(event.get("dates") or ()):
            if day is None or item is None:
                continue
            if (item, day) in seen:
                yield (*where, "dates", step), f"「{item}」在 {day} 的集中办理前面已经写过"
            seen.add((item, day))


def _judge_event_hours(
    event: dict[str, Any], hall: dict[str, Any], where: Path
) -> Iterator[Complaint]:
    hours, minutes, starts = (
        event.get("hours"),
        event.get("slot_minutes"),
        hall.get("day_starts_at"),
    )
    if not isinstance(hours, tuple):
        return
    for step, (start, end) in enumerate(hours):
        if minutes is not None and end - start < minutes:
            yield (*where, "hours", step), f"这段时间放不下一个 {minutes} 分钟的时段"
        if starts and start < starts.hour * 60 + starts.minute:
            sentence = f"早于换日时刻 {starts:%H:%M}，那时还是前一个大厅日"
            yield (*where, "hours", step), sentence
    for step, day in enumerate(event.get("dates") or ()):
        if not fits(hall, day, hours):
            yield (*where, "dates", step), f"集中办理的时间超出了大厅 {day} 的开放时间"


def _judge_shares(data: dict[str, Any]) -> Iterator[Complaint]:
    for place, counter in enumerate(entries(data, "counters")):
        shares: dict[str, Decimal] = counter.get("shares") or {}
        tiers: list[Any] = counter.get("tiers") or [None]
        for letters in shares:
            # A tier nobody could read might serve it.
            if all(tier and None not in tier and letters not in tier for tier in tiers):
                yield ("counters", place, "shares", letters), f"这个窗口不办理「{letters}」队列"
        whole = sum(shares.values())
        if whole > 1:
            sentence = f"各队列的份额合计 {whole}，超过了 1：窗口的时间只有一份"
            yield ("counters", place), f"{sentence}，请减少 {whole - 1}"
