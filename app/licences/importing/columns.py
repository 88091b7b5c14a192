"""Which column of a file is what of a licence: by its English name or by one of its Chinese titles.

Pure. A column `data.<field>` holds a field of the licence's own kind, by name or by title.
`docs/licence-files.md` is the same table for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.licences.importing.errors import HeaderWrong
from app.licences.kinds import Kind

TITLES: Mapping[str, tuple[str, ...]] = {
    "kind": ("证照类型", "证照类型名称", "证照类型代码"),
    "identifier": ("证照标识", "电子证照标识"),
    "number": ("证照编号", "证照号码", "证号"),
    "holder_kind": ("持证主体类型", "持证人类型"),
    "holder_number": ("持证主体代码", "持证人证件号码", "证件号码"),
    "holder_name": ("持证主体", "持证主体名称", "持证人"),
    "issuer": ("颁发机构代码", "发证机关代码"),
    "issuer_name": ("颁发机构", "颁发机构名称", "发证机关"),
    "issued_on": ("颁发日期", "发证日期"),
    "valid_from": ("有效期起", "有效期起始日期"),
    "valid_until": ("有效期止", "有效期截止日期"),
    "state": ("状态", "证照状态"),
    "version": ("版本", "证照版本"),
    "predecessor": ("原证照标识", "关联证照标识"),
    "place": ("属地编码", "属地"),
    "as_of": ("数据时间", "更新时间"),
}
NAMES = {title: name for name, titles in TITLES.items() for title in (name, *titles)}
NEEDED = (
    *("kind", "identifier", "number", "holder_number", "holder_name"),
    *("issuer_name", "issued_on"),
)
"""Without one of these columns no row of a file could be taken."""
DATA = re.compile(r"(?:data|内容|数据)[.．](.+)", re.DOTALL)

STATES = {
    "有效": "01",
    "撤销": "03",
    "注销": "04",
    "失效": "05",
    "办理转出": "06",
    "转出": "06",
    "吊销": "07",
    "其他": "99",
}
"""Words of the national interface, and its codes."""
HOLDERS = {"个人": "person", "自然人": "person", "法人": "firm", "企业": "firm", "单位": "firm"}
ENDLESS = {"长期", "长期有效", "永久", "无固定期限", "9999-12-31"}
MOMENT = re.compile(
    r"(\d{4})(?P<by>[-/]?)(\d\d?)(?P=by)(\d\d?)(?:[ T](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?"
)
"""A day, and perhaps a time of the clock, without an offset: 2026-11-23 08:00:00."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of one CSV file are."""

    width: int
    plain: tuple[tuple[int, str], ...]
    """(place, name in TITLES)."""
    data: tuple[tuple[int, str], ...]
    """(place, field as the file calls it)."""
    unknown: tuple[str, ...]
    """Titles that say nothing to us: their columns are left out."""


def layout_of(header: Sequence[str]) -> Layout:
    """What the first row says of the columns. Raises HeaderWrong."""
    titles = [cell.strip() for cell in header]
    names = [NAMES.get(title) for title in titles]
    told = [name or data_field(title) for name, title in zip(names, titles, strict=True)]
    if not any(names):
        raise HeaderWrong("第一行不是表头：没有一列的名称是认识的。")
    if missing := [f"{TITLES[name][0]}（{name}）" for name in NEEDED if name not in names]:
        raise HeaderWrong(f"表头缺少这些列：{'、'.join(missing)}。")
    if twice := sorted({one for one in told if one and told.count(one) > 1}):
        raise HeaderWrong(f"表头中这些列不止一次：{'、'.join(twice)}。")
    return Layout(
        width=len(titles),
        plain=tuple((place, name) for place, name in enumerate(names) if name),
        data=tuple(
            (place, field)
            for place, title in enumerate(titles)
            if names[place] is None and (field := data_field(title))
        ),
        unknown=tuple(
            title for title, known in zip(titles, told, strict=True) if title and not known
        ),
    )


def data_field(title: str) -> str | None:
    """The field a title such as `data.address` names; None: it is no such title."""
    found = DATA.fullmatch(title)
    return found[1].strip() if found else None


def from_cells(layout: Layout, cells: Sequence[str]) -> dict[str, Any]:
    """A row of a CSV file as a record; what is empty is not there."""
    record: dict[str, Any] = {name: cells[place] for place, name in layout.plain if cells[place]}
    record["data"] = {field: cells[place] for place, field in layout.data if cells[place]}
    return record


def from_object(said: Mapping[str, Any], unknown: Callable[[str], object]) -> dict[str, Any]:
    """An object of a JSON file as a record: its data nested, or named as in CSV. `unknown` hears
    of each name that says nothing to us."""
    record: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for title, value in said.items():
        if title == "data" and isinstance(value, Mapping):
            data.update(value)
        elif name := NAMES.get(title):
            record[name] = value
        elif field := data_field(title):
            data[field] = value
        else:
            unknown(title)
    record["data"] = data
    return record


class Wording:
    """Turns what files write into what the library takes: kinds by their name or type code, fields
    by their title, states by their word. What it does not know it leaves as it is, to be judged."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds: dict[str, Kind] = {}
        for kind in kinds:
            for called in (kind.type_code, kind.name, kind.code):
                self._kinds[called] = kind
        self._fields = {
            kind.code: {field.title: field.name for field in kind.fields}
            for kind in self._kinds.values()
        }

    def plain(self, record: dict[str, Any], as_of: str | None) -> dict[str, Any]:
        """The same record in the library's words; `as_of` where it says none itself."""
        kind = self._kinds.get(_text(record.get("kind")))
        if kind is not None:
            record["kind"] = kind.code
            fields = self._fields[kind.code]
            record["data"] = {fields.get(said, said): v for said, v in record["data"].items()}
        if _text(record.get("valid_until")) in ENDLESS:
            del record["valid_until"]
        _reword(record, "state", STATES)
        _reword(record, "holder_kind", HOLDERS)
        if "as_of" in record:
            record["as_of"] = moment(record["as_of"])
        elif as_of is not None:
            record["as_of"] = as_of
        return record


def moment(value: Any) -> Any:
    """A moment that names no offset as one of Beijing, ISO 8601; anything else as it is."""
    found = MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return value
    year, _, month, day, *clock = found.groups()
    hour, minute, second = (int(each or 0) for each in clock)
    return f"{year}-{int(month):02}-{int(day):02}T{hour:02}:{minute:02}:{second:02}+08:00"


def _reword(record: dict[str, Any], name: str, words: Mapping[str, str]) -> None:
    if name in record:
        value = record[name]
        record[name] = words.get(_text(value), value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
