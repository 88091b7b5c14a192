"""Licences come in by files: the same whatever their form and order, each wrong row told, and none
of them in anybody's way."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from app.core.db import db
from app.licences.importing import reading
from app.licences.importing.columns import NEEDED, TITLES
from app.licences.importing.errors import EncodingUnknown, FileEmpty, FormatUnknown, HeaderWrong
from app.licences.queries import LICENCES
from config.settings import ROOT
from tests.licences.imports import bring, brought, counts, faults, library, with_kinds
from tests.licences.register import columns, csv_of, jsonl_of, kinds, register


@pytest.fixture
def house(shared_house):
    return with_kinds(shared_house)


def test_the_same_file_twice_changes_nothing(house):
    first = brought(house, csv_of(register(1203)))
    assert (first["state"], first["failure"]) == ("done", None)
    assert counts(first) == {"read": 1203, "new": 1203}
    assert first["position"] == first["size"]
    held = library(house)
    assert counts(brought(house, csv_of(register(1203)))) == {"read": 1203, "same": 1203}
    assert library(house) == held


def test_csv_and_json_lines_say_the_same(house):
    assert counts(brought(house, csv_of(register(60)))) == {"read": 60, "new": 60}
    assert counts(brought(house, jsonl_of(register(60)), "r.jsonl")) == {"read": 60, "same": 60}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_any_usual_encoding_is_read(house, encoding):
    """Rare characters among it: every third holder is a 䶮 or has a 𠮷 in the name."""
    assert counts(brought(house, csv_of(register(60)))) == {"read": 60, "new": 60}
    again = brought(house, csv_of(register(60), encoding))
    assert counts(again) == {"read": 60, "same": 60}
    assert again["encoding"] == encoding.removesuffix("-sig")


def test_chinese_headings_and_words_are_read(house):
    [_, _, said] = register(3)
    assert counts(brought(house, jsonl_of([said]), "r.jsonl")) == {"read": 1, "new": 1}
    line = {
        "证照类型": "食品经营许可证",
        "证照标识": said["identifier"].removeprefix("1.2.156.3005.2."),
        "证照编号": said["number"],
        "持证主体代码": said["holder_number"].lower(),
        "持证主体": said["holder_name"],
        "颁发机构": said["issuer_name"],
        "颁发日期": "20180103",
        "有效期起": "2018/1/3",
        "有效期止": said["valid_until"],
        "属地": said["place"],
        "状态": "有效",
        "数据时间": "2026/10/3 8:00",
        "内容.经营场所": said["data"]["premises"],
        "内容.面积": said["data"]["area"],
        "内容.核查日期": "2018年1月3日",
        "备注": "无",
    }
    file = ",".join(line) + "\r\n" + ",".join(line.values()) + "\r\n"
    row = brought(house, file.encode("gb18030"))
    assert faults(house, row["id"]) == []
    assert counts(row) == {"read": 1, "same": 1}
    assert row["unknown"] == ["备注"]


def test_the_order_of_rows_and_of_files_does_not_matter(house):
    """Three editions of each licence, told as of other moments and of the same."""
    records = [
        {**one, "as_of": f"2026-10-0{1 + nth % 2}T08:00:00+08:00", "holder_name": f"李{nth}明"}
        for nth in range(3)
        for one in register(40)
    ]
    brought(house, csv_of(records))
    ends = library(house)
    house.within(lambda: db.session.execute(delete(LICENCES)))
    random.Random(7).shuffle(records)  # noqa: S311 (an order, no secret)
    brought(house, csv_of(records[:50]))
    brought(house, jsonl_of(records[50:]), "r.jsonl")
    assert library(house) == ends
    assert len(ends) == 40


def test_of_two_editions_the_later_holds(house):
    [one] = register(1)
    newer = {**one, "as_of": "2026-11-01T08:00:00+08:00", "state": "04"}
    assert counts(brought(house, csv_of([one]))) == {"read": 1, "new": 1}
    assert counts(brought(house, csv_of([newer]))) == {"read": 1, "updated": 1}
    assert counts(brought(house, csv_of([one]))) == {"read": 1, "older": 1}


def test_who_does_not_say_when_is_taken_at_the_importers_word(house):
    [one] = register(1)
    del one["as_of"]
    row = brought(house, csv_of([one]))
    assert faults(house, row["id"]) == [(2, "数据时间（as_of）", "缺少这一项")]
    on = datetime(2026, 11, 1, tzinfo=UTC)
    for expected in ("new", "same"):
        assert counts(brought(house, csv_of([one]), as_of=on)) == {"read": 1, expected: 1}


# What is wrong


WRONG = {
    "kind": ("no-such", "证照类型（kind）"),
    "identifier": ("1.2.156.3005.2.x", "证照标识（identifier）"),
    "holder_number": ("430102195001011007", "持证主体代码（holder_number）"),
    "holder_name": ("", "持证主体（holder_name）"),
    "issued_on": ("2026-02-30", "颁发日期（issued_on）"),
    "valid_until": ("1999-01-01", "有效期止（valid_until）"),
    "state": ("开心", "状态（state）"),
    "place": ("长沙", "属地编码（place）"),
    "data.address": ("", "住址（data.address）"),
    "data.area": ("12", "data.area"),
}


def test_wrong_rows_are_told_and_the_others_taken(house):
    """Each between right ones; never with what stands in them."""
    right = list(register(3 * len(WRONG)))
    persons = [one for one in right if one["kind"] == "id-card"]
    for (name, (value, _)), one in zip(WRONG.items(), persons, strict=True):
        of = one["data"] if name.startswith("data.") else one
        of[name.removeprefix("data.")] = value
    row = brought(house, csv_of(right))
    assert row["state"] == "done"
    assert counts(row) == {"read": len(right), "new": 2 * len(WRONG), "wrong": len(WRONG)}
    told = faults(house, row["id"])
    assert [field for _, field, _ in told] == [field for _, field in WRONG.values()]
    assert [number for number, _, _ in told] == list(range(2, 2 + len(right), 3))
    assert "430102195001011007" not in str(told)


def test_rows_that_cannot_be_read_are_told_and_the_others_taken(house):
    header, *lines = csv_of(register(8)).splitlines(keepends=True)
    broken = [
        lines[0],
        b'"' + lines[1],  # opened and never closed
        lines[2],
        b"a,b\r\n",
        lines[3],
        lines[4].replace("青禾市".encode(), b"\x00"),
        b"\r\n",
        lines[5],
        b"x" * 3 * reading.MAX_RECORD + b"\r\n",
        lines[6],
        lines[7],
    ]
    row = brought(house, header + b"".join(broken))
    assert counts(row) == {"read": 10, "new": 6, "wrong": 4}
    assert [(number, reason) for number, _, reason in faults(house, row["id"])] == [
        (3, "引号没有成对。"),
        (5, f"有 2 格，表头有 {len(columns(kinds()))} 列。"),
        (7, "含有无法保存的字符。"),
        (10, reading.TOO_LONG),
    ]


def test_lines_that_are_no_json_are_told(house):
    lines = jsonl_of(register(4)).splitlines(keepends=True)
    wrong = [
        b"{",
        b"[1]",
        b'{"kind": NaN}',
        b'{"kind": "\\ud800"}',
        b'{"a": ' * 100_000,
        b"7" * 9999,
    ]
    content = b"".join(
        one + each + b"\n" for one, each in zip([*lines, b"", b""], wrong, strict=True)
    )
    row = brought(house, content, "r.jsonl")
    assert counts(row) == {"read": 10, "new": 4, "wrong": 6}
    assert [reason for _, _, reason in faults(house, row["id"])] == [
        *("不是有效的 JSON。", "不是 JSON 对象。", "不是有效的 JSON。", "含有无法保存的字符。"),
        *(reading.TOO_LONG, "不是有效的 JSON。"),
    ]


def test_objects_of_the_strangest_kind_stop_nobody(house):
    [right] = register(1)
    strange = [
        {**right, name: value}
        for name in right
        for value in (["x"], {"x": [1]}, True, 7, 1e400, "9" * 5000, "0001-01-01T00:00:00+14:00")
    ]
    row = brought(house, jsonl_of([*strange, right]).replace(b"Infinity", b"1e999"), "r.jsonl")
    assert row["state"] == "done"
    assert row["read"] == len(strange) + 1
    assert row["read"] == row["new"] + row["same"] + row["updated"] + row["older"] + row["wrong"]
    assert len(library(house)) == 1
    assert row["unknown"] == ["data"]


def test_a_cell_may_hold_line_breaks(house):
    one, *others = register(4)
    one["data"]["address"] = '青禾市"老街"\n一号'
    assert counts(brought(house, csv_of([one, *others]))) == {"read": 4, "new": 4}
    assert counts(brought(house, jsonl_of([one, *others]), "r.jsonl")) == {"read": 4, "same": 4}


@pytest.mark.parametrize(
    ("content", "name", "refused"),
    [
        (b"", "r.csv", FileEmpty),
        (b"\xff\xfe\x41\x00", "r.csv", EncodingUnknown),
        (b"\x00\xff\xff\xff", "r.csv", EncodingUnknown),
        ("甲,乙\n1,2\n".encode(), "r.csv", HeaderWrong),
        (b"kind,identifier\n1,2\n", "r.csv", HeaderWrong),
        (csv_of([]).replace(b"number", b"kind", 1), "r.csv", HeaderWrong),
        (b"x" * 3 * reading.MAX_RECORD, "r.csv", HeaderWrong),
        (b"", "r.xlsx", FormatUnknown),
    ],
)
def test_what_is_no_such_file_is_refused_at_once(house, content, name, refused):
    with pytest.raises(refused):
        bring(house, content, name)


def test_a_file_without_rows_is_done_at_once(house):
    row = brought(house, csv_of([]))
    assert (row["state"], counts(row)) == ("done", {})


def test_the_page_on_files_names_every_column():
    told = (ROOT / "docs" / "licence-files.md").read_text(encoding="utf-8")
    for name, titles in TITLES.items():
        needed = "yes" if name in NEEDED else ""
        assert f"| `{name}` | {'、'.join(titles)} | {needed} | " in told
