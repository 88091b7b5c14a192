"""What a hall file changes of the one before it, entry by entry, in the words of the files. Pure.

Both are compared as they are written: what neither writes is not a change, and a key written with
its default where it was left out is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.catalog.yaml_tree import Value

KEYS = {"departments": "code", "lanes": "letters", "counters": "no", "items": "code"}
"""The lists of a hall file, and what names their entries."""


class Holds(StrEnum):
    """From when a change holds; source: docs/hall-file.md."""

    AT_ONCE = "at_once"
    NEXT_DAY = "next_day"
    """Where numbers were given today, today keeps its promises."""
    SLOTS = "slots"
    """At once, for slots not yet begun; bookings made stay until somebody settles them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of what changes."""

    part: str
    """hall, departments, lanes, counters, items."""
    entry: str
    """Which of them: A, 3; "" for the hall."""
    name: str
    key: str
    """What of it, as `promises.walk_in_minutes`; "" where the whole entry comes or goes."""
    before: str | None
    """None: it was not there."""
    after: str | None
    holds: Holds


def changes(before: Any, after: Any) -> list[Change]:
    """From one faultless file to another, both as `HallFile.written`, in the order of the new one;
    what leaves comes last."""
    old, new = _entries(before), _entries(after)
    found = [
        change for place, entry in new.items() for change in _between(place, old.get(place), entry)
    ]
    gone = [_whole(place, entry, leaves=True) for place, entry in old.items() if place not in new]
    return found + gone


Place = tuple[str, str]
Entry = dict[str, str]
"""Key -> as it is written."""


def _entries(root: Any) -> dict[Place, Entry]:
    found = {("hall", ""): dict(_flat(root["hall"], ""))}
    for part, key in KEYS.items():
        found |= {(part, str(each[key])): dict(_flat(each, "")) for each in root[part]}
    return found


def _flat(value: Value, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else key)
    elif value is not None:
        yield path, _written(value)


def _written(value: Value) -> str:
    if isinstance(value, list):
        if any(isinstance(each, list) for each in value):
            return " / ".join(_written(each) for each in value)
        return "；".join(_written(each) for each in value)
    if isinstance(value, dict):
        return "，".join(f"{key}: {_written(inner)}" for key, inner in value.items())
    return value or ""


def _between(place: Place, old: Entry | None, new: Entry) -> Iterator[Change]:
    if old is None:
        yield _whole(place, new, leaves=False)
        return
    part, entry = place
    name = new.get("name", "") if entry else ""
    for key in dict.fromkeys([*new, *old]):
        if old.get(key) != new.get(key):
            holds = _holds(part, key)
            yield Change(part, entry, name, key, old.get(key), new.get(key), holds)


def _whole(place: Place, entry: Entry, *, leaves: bool) -> Change:
    name = entry.get("name", "")
    before, after = (name, None) if leaves else (None, name)
    return Change(*place, name, "", before, after, Holds.AT_ONCE)


def _holds(part: str, key: str) -> Holds:
    promised = key.startswith("promises.") or key in ("rules.priority", "rules.behind")
    if promised or (part, key) == ("lanes", "walk_in_minutes"):
        return Holds.NEXT_DAY
    shapes_slots = key.split(".")[0] in ("booking", "shares", "bookable", "hours", "exceptions")
    return Holds.SLOTS if shapes_slots or (part, key) == ("items", "minutes") else Holds.AT_ONCE
