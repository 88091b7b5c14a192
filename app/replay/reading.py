"""A recorded queue as frozen rows, or everything that is wrong with the file.

A queue file is CSV in UTF-8 with the columns of `COLUMNS`, in any order, and `slot_s` where
people had appointments; one line for each person.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal

PRIORITY_CLASS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a recorded day. Seconds count from that day's midnight and may pass 86,400."""

    number: int
    """Place among the data rows of the file; the first is 1."""
    day: date
    joined_s: int
    slot_s: int | None
    """Start of the booked 15 minutes; None: a walk-in."""
    lane: str
    priority: int
    """0 and 1 ordinary, 2 the priority class."""
    outcome: Literal["served", "left"]
    waited_s: int
    """Until service began, or patience ran out."""
    served_s: int | None
    server: str | None
    """These two of a `served` row only."""

    @property
    def gave_up(self) -> bool:
        return self.outcome == "left"

    @property
    def stopped_waiting_s(self) -> int:
        """When service began, or the person left."""
        return self.joined_s + self.waited_s


class QueueFileError(Exception):
    """Not a queue file. `faults` names everything that is wrong, in the order of its lines."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def read_rows(path: Path) -> list[Row]:
    """The rows of a queue file, in its order. Raises QueueFileError with every fault."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _rows(file)
    except OSError as error:
        raise QueueFileError([f"读不到文件：{error.strerror}。"]) from error
    except UnicodeDecodeError as error:
        raise QueueFileError(["不是 UTF-8 编码的文本文件。"]) from error


def _rows(lines: Iterable[str]) -> list[Row]:
    table = csv.reader(lines, strict=True)
    faults: list[str] = []
    rows: list[Row] = []
    try:
        columns = _header(next(table, []))
        for cells in filter(None, table):
            try:
                rows.append(_row(len(rows) + 1, columns, cells))
            except QueueFileError as error:
                faults += [f"第 {table.line_num} 行：{fault}。" for fault in error.faults]
    except csv.Error as error:
        faults.append(f"第 {table.line_num} 行：不是 CSV（{error}）。")
    if faults:
        raise QueueFileError(faults)
    return rows


def _header(names: list[str]) -> list[str]:
    missing = [name for name in COLUMNS if name not in names and name != "slot_s"]
    if missing:
        raise QueueFileError([f"不是排队记录：第 1 行表头缺少 {'、'.join(missing)}。"])
    surplus = [name for place, name in enumerate(names) if names.index(name) < place]
    surplus += [name for name in names if name not in COLUMNS]
    if surplus:
        raise QueueFileError([f"第 1 行表头有多余的列：{'、'.join(surplus)}。"])
    return names


def _row(number: int, columns: list[str], cells: list[str]) -> Row:
    if len(cells) != len(columns):
        raise QueueFileError([f"有 {len(cells)} 列，表头有 {len(columns)} 列"])
    faults = []
    values: dict[str, Any] = {"slot_s": None}
    for name, text in zip(columns, cells, strict=True):
        try:
            values[name] = COLUMNS[name](text)
        except ValueError as error:
            faults.append(f"{name} 是“{text}”，应为{error}")
    if values.get("outcome") == "served":
        faults += [
            f"outcome 是 served，{name} 不能为空"
            for name in ("served_s", "server")
            if name in values and values[name] is None
        ]
    if faults:
        raise QueueFileError(faults)
    return Row(number, **values)


def _day(text: str) -> date:
    sentence = "日期，如 1999-02-01"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(sentence) from None
    if day.isoformat() != text or not 1900 <= day.year <= 2999:
        raise ValueError(sentence)
    return day


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValueError("不超过六位的整数秒")
    return int(text)


def _word(text: str) -> str:
    if not text:
        raise ValueError("非空文字")
    return text


def _one_of(allowed: tuple[str, ...], text: str) -> str:
    if text not in allowed:
        raise ValueError(f" {' 或 '.join(allowed)}")
    return text


def _or_none(read: Callable[[str], Any], text: str) -> Any:
    return read(text) if text else None


COLUMNS: dict[str, Callable[[str], Any]] = {
    "day": _day,
    "joined_s": _seconds,
    "slot_s": partial(_or_none, _seconds),
    "lane": _word,
    "priority": lambda text: int(_one_of(("0", "1", "2"), text)),
    "outcome": partial(_one_of, ("served", "left")),
    "waited_s": _seconds,
    "served_s": partial(_or_none, _seconds),
    "server": partial(_or_none, _word),
}
"""What a cell of each column is read by; a ValueError says what it should have been."""
