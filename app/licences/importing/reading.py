"""Licences as files bring them: a row of a CSV file, or a JSON object a line.

A file is read a record at a time from any place at which one begins, so whoever was killed goes on
there, and no file is too long. A record that cannot be read is told as such, and the next one read.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, BinaryIO

from app.core.intake import UNFIT
from app.licences.importing.errors import EncodingUnknown, HeaderWrong

MAX_RECORD = 64 * 1024
"""Bytes of one record; a licence has about 600."""
MAX_LINES = 50
"""Lines of one record, where its cells hold line breaks."""
TOO_LONG = f"这一行超过 {MAX_RECORD // 1024} KB。"


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file, or why there is none to be read."""

    number: int
    """As a spreadsheet counts: the first line of the file is 1."""
    end: int
    """Where in the file, in bytes, the next one begins."""
    found: list[str] | Mapping[str, Any] | None
    """The cells of a CSV row, or the object of a JSON line."""
    fault: str = ""


class Decoding:
    """Finds out how a text is written while it is passed along: `utf-8`, or `gb18030` where it
    cannot be that. All of it counts: the first Chinese character may come late."""

    def __init__(self) -> None:
        self._left = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "gb18030")}
        self._is_utf16 = False
        self._begun = False

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        if not self._begun and chunk:
            self._begun = True
            self._is_utf16 = chunk[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        for name, decoder in list(self._left.items()):
            try:
                decoder.decode(chunk, final)
            except UnicodeDecodeError:
                del self._left[name]

    def encoding(self) -> str:
        """How it is written, at its end. Raises EncodingUnknown."""
        self.feed(b"", final=True)
        if self._is_utf16 or not self._left:
            raise EncodingUnknown
        return next(iter(self._left))


def begin_of(file: BinaryIO) -> int:
    """Where the text begins: behind the byte order mark, if there is one."""
    file.seek(0)
    return 3 if file.read(3) == codecs.BOM_UTF8 else 0


def header_of(file: BinaryIO, encoding: str) -> tuple[list[str], int]:
    """The cells of the first row, and where the second begins. Raises HeaderWrong."""
    start = begin_of(file)
    row = next(_csv(file, encoding, start, 0, None), None)
    if row is None or not isinstance(row.found, list):
        raise HeaderWrong
    return row.found, row.end


def rows_of(
    file: BinaryIO, form: Format, encoding: str, start: int, number: int, width: int | None = None
) -> Iterator[Row]:
    """Every record from the byte `start` on, the one before having been row `number`; those of a
    CSV file have `width` cells. Empty rows are passed over."""
    if form is Format.CSV:
        return _csv(file, encoding, start, number, width)
    return _json(file, encoding, start, number)


def _json(file: BinaryIO, encoding: str, end: int, number: int) -> Iterator[Row]:
    file.seek(end)
    for line, length in _lines(file):
        number += 1
        end += length
        if line is None:
            yield Row(number, end, None, TOO_LONG)
        elif not line.isspace():
            yield _one_object(line, encoding, number, end)


def _one_object(line: bytes, encoding: str, number: int, end: int) -> Row:
    try:
        text = line.decode(encoding)
        found = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except UnicodeDecodeError:
        return Row(number, end, None, "含有无法识别的字符。")
    except (ValueError, RecursionError):  # also a number of too many digits
        return Row(number, end, None, "不是有效的 JSON。")
    if not isinstance(found, dict):
        return Row(number, end, None, "不是 JSON 对象。")
    if (
        "\\u" in text and UNFIT.search(json.dumps(found, ensure_ascii=False, default=str))
    ) or "\0" in text:
        return Row(number, end, None, "含有无法保存的字符。")
    return Row(number, end, found)


def _no_number(name: str) -> None:
    raise ValueError(f"JSON has no {name}")


def _csv(file: BinaryIO, encoding: str, end: int, number: int, width: int | None) -> Iterator[Row]:
    file.seek(end)
    lines = _lines(file)
    for line, length in lines:
        number += 1
        end += length
        if line is None:
            yield Row(number, end, None, TOO_LONG)
            continue
        whole, more = _with_breaks(line, lines) if line.count(b'"') % 2 else (line, 0)
        row = _one_row(whole, encoding, number, end + more, width)
        if more and row.fault:
            # a quote that nobody closed must not swallow the rows below it
            row = Row(number, end, None, "引号没有成对。")
            file.seek(end)
        else:
            end += more
        if row.found != []:
            yield row


def _with_breaks(first: bytes, lines: Iterator[tuple[bytes | None, int]]) -> tuple[bytes, int]:
    """A record whose cells hold line breaks, and how many bytes of it lie behind its first line."""
    whole, more, is_open = [first], 0, True
    while is_open and len(whole) < MAX_LINES and more < MAX_RECORD:
        line, length = next(lines, (None, 0))
        if line is None:
            more += length
            break
        whole.append(line)
        more += length
        is_open ^= line.count(b'"') % 2 == 1
    return b"".join(whole), more


def _one_row(line: bytes, encoding: str, number: int, end: int, width: int | None) -> Row:
    try:
        text = line.decode(encoding)
        cells = [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
    except UnicodeDecodeError:
        return Row(number, end, None, "含有无法识别的字符。")
    except (csv.Error, StopIteration):
        return Row(number, end, None, "引号没有成对。")
    if not any(cells):
        return Row(number, end, [])
    if UNFIT.search(text):
        return Row(number, end, None, "含有无法保存的字符。")
    if width is not None and len(cells) != width:
        return Row(number, end, None, f"有 {len(cells)} 格，表头有 {width} 列。")
    return Row(number, end, cells)


def _lines(file: BinaryIO) -> Iterator[tuple[bytes | None, int]]:
    """Each line from here on, with its length; None for one too long to be looked at."""
    while line := file.readline(MAX_RECORD):
        if line.endswith(b"\n") or len(line) < MAX_RECORD:
            yield line, len(line)
            continue
        length = len(line)
        while (rest := file.readline(MAX_RECORD)) and not rest.endswith(b"\n"):
            length += len(rest)
        yield None, length + len(rest)
