"""Every mistake in a hall file is named with its line, and nothing but a faultless file passes."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.hall_file import Fault, HallFileError, parse_hall, read_hall_file
from app.catalog.plan import HallPlan
from queueing.order import MINUTE
from tests.catalog.conftest import SMALL


def faults_of(text: str | bytes) -> list[tuple[int, str]]:
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(HallFileError) as raised:
        parse_hall(raw)
    return [(fault.line, fault.sentence) for fault in raised.value.faults]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_small_hall_is_read_as_it_is_written():
    plan = parse_hall(SMALL.encode()).plan
    assert plan.day_starts_at == time(3)
    assert plan.week[0] == ((540, 720), (810, 1020))
    assert plan.week[5] == ()
    assert plan.promises.walk_in == 30 * MINUTE
    assert plan.lanes["B"].walk_in_promise == 20 * MINUTE
    assert plan.counters["2"].tiers == (("A",), ("B",))
    assert plan.items["a-1"].papers == ("身份证",)
    assert plan.rules.last_number


# (what is written, what is written instead, part of the sentence)
MISTAKES = [
    ("  name: 小厅", "  nane: 小厅", "不认识的键"),
    ("  name: 小厅", "  name: ", "空的"),
    ("  name: 小厅", "  name: [小厅]", "一行文字"),
    ("  name: 小厅", "  name: " + "厅" * 61, "最多 60 个字"),
    ("  name: 小厅", '  name: "小\\u0000厅"', "控制字符"),
    ("  code: small", "  code: 小 厅", "只能用字母"),
    ("  timezone: Asia/Shanghai", "  timezone: Asia", "没有「Asia」这个时区"),
    ("  timezone: Asia/Shanghai", "  timezone: ../../etc/passwd", "时区"),
    ("  timezone: Asia/Shanghai", "  day_starts_at: 24:00", "时刻"),
    ("  timezone: Asia/Shanghai", "  code: again", "写了两次"),
    ("  timezone: Asia/Shanghai", "  closed_on_holidays: maybe", "true（是）"),
    ("  timezone: Asia/Shanghai", "  workday_as: sun", "只能是"),
    ("  timezone: Asia/Shanghai", "  message: !!python/object:os.system x", "不认识的 YAML 标记"),
    ("  timezone: Asia/Shanghai", "  ? [a]\n  : b", "键必须是一个词"),
    ("{walk_in_minutes: 30}", "{walk_in_minutes: -1}", "0 到 720"),
    ("{walk_in_minutes: 30}", "{walk_in_minutes: 2.5}", "应是整数"),
    ("{walk_in_minutes: 30}", "{walk_in_minutes: true}", "应是整数"),
    ("{walk_in_minutes: 30}", "{walk_in: 30}", "不认识的键"),
    ("{walk_in_minutes: 30}", "30", "「键: 值」"),
    ("    fri: *day", "    fri: ['17:00-09:00']", "结束不晚于开始"),
    ("    fri: *day", "    fri: ['09:00-09:00']", "结束不晚于开始"),
    ("    fri: *day", "    fri: ['22:00-25:00']", "最晚到 24:00"),
    ("    fri: *day", "    fri: ['22:00-24:01']", "最晚到 24:00"),
    ("    fri: *day", "    fri: ['9-12']", "时间段"),
    ("    fri: *day", "    fri: ['09:00-12:00', '11:59-17:00']", "重叠"),
    ("    fri: *day", "    fri: ['13:00-17:00', '09:00-12:00']", "先后"),
    ("    fri: *day", "    fri: 09:00-12:00", "列表"),
    ("    fri: *day", "    friday: *day", "不认识的键"),
    ("{letters: B, ", "{letters: A, ", "在前面已经用过"),
    ("{letters: B, ", "{letters: b, ", "大写字母"),
    ("{letters: B, ", "{letters: O, ", "I 和 O"),
    ("{letters: B, ", "{letters: ABCD, ", "大写字母"),
    ("walk_in_minutes: 20", "walk_in_quota: -5", "0 到 100000"),
    ("{no: 2, ", "{no: 1, ", "在前面已经用过"),
    ("{no: 2, ", "{no: 0, ", "窗口号"),
    ("[[A], [B]]", "[[A], [X]]", "没有「X」这个业务队列"),
    ("[[A], [B]]", "[[A], [A, B]]", "已经写过"),
    ("[[A], [B]]", "[]", "至少要有 1 条"),
    ("[[A], [B]]", "[[A], []]", "至少要有 1 条"),
    ("[[A], [B]]", "[A, B]", "列表"),
    ("tiers: [[A], [B]]", "tiers: [[A], [B]], kind: best", "只能是"),
    ("tiers: [[A], [B]]", "tiers: [[A]], hours: {sat: ['09:00-12:00']}", "超出了大厅"),
    ("tiers: [[A], [B]]", "tiers: [[A]], hours: {mon: ['11:00-14:00']}", "超出了大厅"),
    ("tiers: [[A, B]]", "tiers: [[A], [B]]", "没有任何窗口把「B」列为首选队列"),
    ("{code: b-1, ", "{code: a-1, ", "在前面已经用过"),
    ("department: gongan, lane: B", "department: minzheng, lane: B", "没有「minzheng」这个部门"),
    ("lane: B, minutes", "lane: Q, minutes", "没有「Q」这个业务队列"),
    ("minutes: 15", "minutes: 0", "1 到 480"),
    ("minutes: 15", "minutes: 481", "1 到 480"),
    (", minutes: 15", "", "缺少"),
    ("papers: [身份证]", "papers: 身份证", "列表"),
    ("papers: [身份证]", "papers: [身份证], papers_en: [ID card, Photo]", "papers 逐条对应"),
    ("{letters: B, ", "{name_en: '', letters: B, ", "这一项是空的"),
]


@pytest.mark.parametrize(("written", "instead", "sentence"), MISTAKES)
def test_each_mistake_is_named_with_its_line(written, instead, sentence):
    assert SMALL.count(written) >= 1
    line = line_of(SMALL, written)
    text = SMALL.replace(written, instead, 1)
    named = [(at, said) for at, said in faults_of(text) if sentence in said]
    assert named, faults_of(text)
    # A lane without a counter is the lane's fault, wherever the counter stands.
    if "列为首选队列" in sentence:
        line = line_of(SMALL, "{letters: B, ")
    if "department" in written or "lane: B, min" in written:
        line = line_of(SMALL, "{code: b-1")
    assert line in {at for at, _ in named}


def test_all_mistakes_are_named_at_once():
    text = (
        SMALL.replace("  name: 小厅", "  nane: 小厅")
        .replace("[[A], [B]]", "[[A], [X]]")
        .replace("minutes: 8", "minutes: x")
        .replace("lane: B, minutes", "lane: Q, minutes")
    )
    sentences = [sentence for _, sentence in faults_of(text)]
    assert len(sentences) == 5
    for part in ("不认识的键", "缺少", "「X」", "应是整数", "「Q」"):
        assert any(part in sentence for sentence in sentences), part


@pytest.mark.parametrize(
    ("instead", "sentence"),
    [
        ("exceptions: [{date: 2026-02-30, closed: true, reason: 停电}]", "没有 2026-02-30 这一天"),
        ("exceptions: [{date: 20260203, closed: true, reason: 停电}]", "日期"),
        ("exceptions: [{date: 2026-02-03, reason: 停电}]", "请写明当天的 hours"),
        ("exceptions: [{date: 2026-02-03, closed: true}]", "缺少"),
        (
            "exceptions: [{date: 2026-02-03, closed: true, hours: ['09:00-10:00'], reason: 停电}]",
            "不能同时写",
        ),
        (
            "exceptions:\n"
            "    - {date: 2026-02-03, closed: true, reason: 停电}\n"
            "    - {date: 2026-02-03, closed: true, reason: 停水}",
            "在前面已经写过",
        ),
        ("rules: {priority: behind_k}", "还要写 behind"),
        ("rules: {behind: 3}", "才写 behind"),
        ("rules: {one_live_ticket: two}", "只能是"),
        ("rules: {quiet_hours: 21-7}", "21:00-07:30"),
        ("rules: {quiet_hours: '21:00-24:00'}", "21:00-07:30"),
    ],
)
def test_mistakes_in_exceptions_and_rules(instead, sentence):
    text = SMALL.replace("timezone: Asia/Shanghai", instead)
    line = line_of(SMALL, "timezone") + instead.count("\n")
    assert [at for at, said in faults_of(text) if sentence in said] == [line]


def test_exceptions_and_rules_are_read():
    more = (
        "exceptions: [{date: 2026-02-03, hours: ['09:00-10:00'], reason: 盘点}]\n"
        "  rules: {one_live_ticket: off, priority: behind_k, behind: 2, vanished_seconds: 0}"
    )
    plan = parse_hall(SMALL.replace("timezone: Asia/Shanghai", more).encode()).plan
    assert [(e.date, e.hours) for e in plan.exceptions] == [(date(2026, 2, 3), ((540, 600),))]
    assert plan.rules.one_live_ticket == "off"
    assert plan.rules.vanished_after == 0
    assert plan.promises.priority_behind == 2


NOT_A_HALL = {
    "empty": b"",
    "only a comment": b"# nothing\n",
    "a list": b"- hall\n",
    "a word": b"hall",
    "two documents": b"hall: {}\n---\nhall: {}\n",
    "not UTF-8": SMALL.encode("gb18030"),
    "UTF-16": SMALL.encode("utf-16"),
    "a zero byte": b"hall: \x00",
    "an open bracket": b"hall: [1,\n",
    "a tab": b"hall:\n\tcode: x\n",
    "an unknown alias": b"hall: *nobody\n",
    "an alias of itself": b"hall: &h {code: *h}\n",
    "a list of itself": b"hall: &h [*h, *h, *h]\n",
    "another YAML": b"%YAML 9.1\n---\nhall: {}\n",
    "an empty hall": b"hall: {}\ndepartments: []\nlanes: []\ncounters: []\nitems: []\n",
    "deep nesting": b"hall: " + b"[" * 20_000,
    "deep indentation": b"- " * 20_000,
    "a huge file": b"#" * 400_001,
    "laughs": b"a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n".encode()
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ),
}


@pytest.mark.parametrize("raw", NOT_A_HALL.values(), ids=NOT_A_HALL.keys())
def test_what_is_no_hall_is_refused_in_words(raw):
    for _, sentence in faults_of(raw):
        assert re.search("[\u4e00-\u9fff]", sentence)


def test_the_line_of_a_wrong_encoding_is_named():
    raw = SMALL.replace("小厅", "小").encode()
    bad = raw.replace("公安局".encode(), "公安局".encode("gbk"))
    assert faults_of(bad)[0][0] == line_of(SMALL, "公安局")


def test_a_missing_file_is_said_in_words(tmp_path):
    with pytest.raises(HallFileError, match="读不到文件"):
        read_hall_file(tmp_path / "nothing.yaml")


def test_a_byte_order_mark_is_harmless():
    assert parse_hall(b"\xef\xbb\xbf" + SMALL.encode()).plan.code == "small"


PIECES = [*re.findall(r"\w+|[^\w\s]|\n\s*", SMALL), "*day", "&x", "<<", "!!int", "~", "\t", "\x85"]


@given(
    st.lists(
        st.tuples(st.integers(0, len(SMALL)), st.integers(0, 12), st.sampled_from(PIECES)),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=150)
def test_no_mutation_makes_anything_but_words(edits):
    text = SMALL
    for at, drop, put in edits:
        text = text[:at] + put + text[at + drop :]
    plan, faults = judged(text)
    lines = text.count("\n") + text.count("\x85") + 2
    assert all(0 <= fault.line <= lines for fault in faults)
    if plan is None:
        assert faults
    else:
        served = {letters for c in plan.counters.values() for letters in c.tiers[0]}
        assert set(plan.lanes) <= served


def judged(text: str) -> tuple[HallPlan | None, list[Fault]]:
    try:
        return parse_hall(text.encode()).plan, []
    except HallFileError as error:
        return None, error.faults


@given(st.binary(max_size=60))
@settings(max_examples=150)
def test_no_bytes_make_anything_but_words(raw):
    with pytest.raises(HallFileError):
        parse_hall(raw)


HALLS = Path(__file__).parents[2] / "config" / "halls"


@pytest.mark.parametrize("file", sorted(HALLS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_demo_halls_are_faultless_and_their_data_is_real(file):
    plan = read_hall_file(file).plan
    names = [item.name for item in plan.items.values()]
    assert len({re.sub(r"[\d一二三四五六七八九十]", "", name) for name in names}) == len(names)
    assert not [name for name in names if re.search("测试|示例|事项|待定|其他", name)]
    assert all(item.papers for item in plan.items.values())
    assert set(plan.departments) == {item.department for item in plan.items.values()}
    assert set(plan.lanes) == {item.lane for item in plan.items.values()}
    told = [plan, *plan.departments.values(), *plan.lanes.values(), *plan.counters.values()]
    assert all(each.name_en for each in [*told, *plan.items.values()])
    assert all(item.papers_en for item in plan.items.values())
    assert plan.message_en
    english = [item.name_en for item in plan.items.values()]
    assert len(set(english)) == len(english), "who reads English must tell them apart"


def test_the_demo_hall_has_the_size_of_a_county_hall():
    plan = read_hall_file(HALLS / "qinghe.yaml").plan
    assert (len(plan.counters), len(plan.departments), len(plan.items)) == (47, 19, 232)
    assert 8 <= len(plan.lanes) <= 12
    assert len({item.minutes for item in plan.items.values()}) > 40
    general = [c for c in plan.counters.values() if c.kind == "general"]
    assert all(counter.lanes == set(plan.lanes) for counter in general)
    first = next(iter(plan.items.values()))
    assert sum(first.lane in counter.tiers[0] for counter in general) >= 8
    assert sum(counter.accessible for counter in plan.counters.values()) == 2
    assert {lane.walk_in_quota for lane in plan.lanes.values()} == {1000}
    assert not plan.rules.last_number
    saturdays = [c for c in plan.counters.values() if c.hours and c.hours[5]]
    assert 0 < len(saturdays) < len(plan.counters)
