"""The `layout` of a definition: which fields stand under which heading, how, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.forms.conditions import Condition, fields_of
from app.forms.conditions_reading import Fields, read_condition
from app.forms.fields_reading import Asked
from app.forms.form import Group, Widget
from app.forms.reading import Part, listed, part, plainly, unknown
from app.forms.types import BOOLEAN, DATE, NUMBER, OPTION, OPTIONS, TYPE_WORDS, type_of

WIDGETS: dict[str, tuple[Widget, ...]] = {
    "text": (Widget.TEXT, Widget.TEXTAREA),
    DATE: (Widget.DATE,),
    NUMBER: (Widget.NUMBER,),
    BOOLEAN: (Widget.SWITCH,),
    OPTION: (Widget.RADIO, Widget.SELECT),
    OPTIONS: (Widget.CHECKBOXES,),
    "id-number": (Widget.ID_NUMBER,),
    "credit-code": (Widget.TEXT,),
    "phone": (Widget.PHONE,),
    "postcode": (Widget.TEXT,),
}
"""What a field holds -> how it can be asked for, the usual way first."""
RADIO_AT_MOST = 4
"""Choices that are all shown at once; more are shown when somebody taps."""
LONG_TEXT_FROM = 100
"""Characters from which a text gets several lines."""


@dataclass(frozen=True, slots=True)
class Placed:
    """How a field is asked for."""

    widget: Widget
    when: Condition | None


def read_layout(written: Part, fields: Fields) -> tuple[tuple[Group, ...], dict[str, Placed]]:
    """The groups, and how each of their fields is shown."""
    placed: dict[str, Placed] = {}
    groups = []
    before = len(written.notes.faults)
    listed_groups = written.parts("layout")
    if not listed_groups and len(written.notes.faults) == before:
        written.fault("layout", "没有 layout：把栏目分组排出来，每组写 group 和 fields")
    for group in listed_groups:
        group.only("group", "group_en", "fields")
        title = group.text("group", required="没有 group：这一组的标题")
        english = group.english("group_en", "group")
        names = [
            name
            for place, each in enumerate(group.list("fields"))
            if (name := _place(group, place, each, fields, placed))
        ]
        if not group.has("fields"):
            group.fault("fields", "这一组没有任何栏")
        groups.append(Group(title, english, tuple(names)))
    if len(written.notes.faults) == before:  # else it may be what could not be read
        _nowhere(written, fields, placed)
    show_when = {name: each.when for name, each in placed.items()}
    no_circles(written, "layout", show_when, "显示条件绕成了圈")
    return tuple(groups), placed


def _place(
    group: Part, place: int, each: Any, fields: Fields, placed: dict[str, Placed]
) -> str | None:
    path = group.at("fields", place)
    shown = part({"field": each} if isinstance(each, str) else each, path, group.notes)
    shown.only("field", "widget", "when")
    name = shown.written.get("field")
    if not isinstance(name, str) or name not in fields:
        if shown.sound:
            words = unknown("schema 里没有这一栏：", plainly(name), list(fields))
            group.notes.fault(path, words)
        return None
    if name in placed:
        group.notes.fault(path, f"“{name}”在 layout 里出现了两次")
        return None
    when = read_condition(shown, "when", fields)
    placed[name] = Placed(_widget(shown, fields[name]), when)
    return name


def _widget(shown: Part, field: Asked) -> Widget:
    kind = type_of(field)
    allowed = WIDGETS[kind]
    if shown.has("widget"):
        chosen = shown.choice("widget", Widget)
        if field.sound and chosen is not None and chosen not in allowed:
            shown.fault(
                "widget",
                f"“{field.name}”是{TYPE_WORDS[kind]}，不能用 {chosen}；可以用：{listed(allowed)}",
            )
        return chosen or allowed[0]
    if kind == OPTION:
        return Widget.RADIO if len(field.options) <= RADIO_AT_MOST else Widget.SELECT
    longest = field.schema.get("maxLength", 0)
    if kind == "text" and isinstance(longest, int) and longest > LONG_TEXT_FROM:
        return Widget.TEXTAREA
    return allowed[0]


def _nowhere(written: Part, fields: Fields, placed: Mapping[str, Placed]) -> None:
    for name, field in fields.items():
        if name not in placed:
            words = (
                f"必填的栏“{name}”没有放进 layout，谁也填不到它"
                if field.required
                else f"“{name}”没有放进 layout，不会显示"
            )
            written.fault("layout", words)


def no_circles(
    written: Part, key: str, conditions: Mapping[str, Condition | None], words: str
) -> None:
    """Whether something is shown must not hang on itself."""
    hangs_on = {
        name: sorted(fields_of(when)) for name, when in conditions.items() if when is not None
    }
    circle = _circle(hangs_on)
    if circle:
        written.fault(key, f"{words}：{' → '.join(circle)}")


def _circle(hangs_on: Mapping[str, Iterable[str]]) -> list[str]:
    """A way from something back to itself; empty where there is none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for other in hangs_on.get(name, ()):
            if found := walk(other, [*way, name]):
                return found
        done.add(name)
        return []

    return next((found for name in hangs_on if (found := walk(name, []))), [])
