"""A definition is read whole: every fault is told at once, and what is good is kept as it is.

Each single fault: test_broken_fields.py, test_broken_rules.py."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.forms.conditions import COMBINED, OPERATORS
from app.forms.definition import KEYS, Fault, judged, parse
from app.forms.fields_reading import KEYWORDS
from app.forms.form import Format, Way, Widget
from app.forms.rules_reading import CHECKED, PAPER
from app.forms.types import FIRM_FACTS, LICENCE_FACTS, PERSON_FACTS
from app.forms.vocabulary import KEPT
from app.licences.kinds import parse_kinds
from config.settings import ROOT
from tests.forms.sample import DEFINITION, FORM, kinds, put, written

DEMO_KINDS = {
    kind.code: kind for kind in parse_kinds((ROOT / "config/licence-kinds.yaml").read_text())
}


def test_the_number_of_a_card_fills_an_identity_number_and_that_of_a_licence_a_credit_code():
    change = put("prefill", "code", value=[{"from": "licence:business-licence.number"}])
    assert judged(written(change), kinds()).faults == []


def test_all_faults_are_told_at_once_with_their_lines():
    text = (
        "form: shop\nname: 店铺\nfor: firm\nschema:\n  properties:\n"
        "    a: {type: strng, title: 甲}\n"
        "    b: {type: number, title: 乙, unit: 元, unit: 角}\nlayout:\n"
        "  - {group: 全部, fields: [a, b, c]}\n"
    )
    found = [str(fault) for fault in judged(text).faults]
    assert found == [
        "第 6 行：schema › properties › a › type：不认识的类型“strng”；是不是 string？",
        "第 7 行：schema › properties › b › unit：这个键写了两次",
        "第 9 行：layout 第 1 项 › fields 第 3 项：schema 里没有这一栏：“c”；可以写：a、b",
    ]


def test_what_one_part_has_wrong_hides_nothing_in_the_others():
    """Neither a shape, nor a word of the archive, nor a place in a list above."""
    text = """form: shop
name: 店铺
for: firm
schema:
  properties:
    a: {type: string, title: 甲, minLength: "2"}
    b: {type: integer, title: 乙, unit: 人}
layout:
  - {group: 全部, fields: [a, b]}
prefill:
  a:
    - {from: archive.nowhere}
    - {from: nobody}
    - {from: "licence:ghost.name", lok: true}
    - {from: "licence:business-licence.ghost"}
  b:
    - {from: "licence:id-card.number"}
    - {from: constant, value: many}
materials:
  - {code: m, name: 材料, by: [flying, "licence:ghost", bring]}
  - {code: m, name: 材料, by: ["licence:id-card"]}
"""
    found = [(fault.line, fault.words[:9]) for fault in judged(text, kinds()).faults]
    assert found == [
        (6, "这里应写整数"),
        (12, "档案里没有这个词："),
        (13, "看不懂的来源“no"),
        (14, "不认识的键“lok"),
        (14, "证照库里没有这种证"),
        (15, "营业执照上没有这一"),
        (17, "居民身份证发给个人"),
        (17, "居民身份证的“nu"),
        (18, "这个值填不进“b”"),
        (20, "看不懂的方式“fl"),
        (20, "证照库里没有这种证"),
        (21, "材料代码“m”在前"),
        (21, "居民身份证发给个人"),
        (21, "居民身份证的电子证"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [b\nc: d", "方括号没有成对，或者中间缺少逗号"),
        ("a: [", "括号没有成对"),
        ("a: [b]]", "括号没有成对"),
        ("a: {b: c", "花括号没有成对，或者中间缺少逗号"),
        ("a: b: c", "这里多了一个冒号，或者缩进不对；内容里有冒号的，加上引号"),
        ("a:\n\t- b", "缩进要用空格，不能用制表符"),
        ("a: 'x", "引号没有成对，或者引号里有不认识的转义（反斜杠）"),
        ("a: @b", "这一行以特殊符号开头，请给内容加上引号"),
        ("a: x\nb\n", "键后面缺少冒号，或者冒号后面缺少空格"),
        ("a:\n  b: 1\n c: 2", "缩进与上面各行没有对齐"),
        ("a: |x", "“|”或“>”后面要换行，下面各行再缩进"),
        ("a: *x", "锚点（&）或引用（*）写错了；内容以这些符号开头的，加上引号"),
        ("--- a\n--- b", "一个文件里只能写一份内容，请检查“---”和“...”"),
        ("%YAML 3\n--- a", "请检查缩进、冒号和引号"),
    ],
)
def test_what_is_no_yaml_is_told_in_chinese(text, words):
    [fault] = judged(text).faults
    assert fault.words == f"YAML 写法有误：{words}"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "第 1 行：文件是空的"),
        ("- a", "第 1 行：这里应写成若干行“键: 值”"),
        ("a: [", "第 1 行：YAML 写法有误"),
        ("a: !!python/object:os.system x", "第 1 行：a：不认识的 YAML 标记"),
    ],
)
def test_what_is_no_definition_at_all_is_told_too(text, fault):
    found = judged(text)
    assert found.form is None
    assert str(found.faults[0]).startswith(fault)


def test_missing_english_is_a_hint_and_no_fault():
    found = judged(DEFINITION)
    assert found.form is not None
    words = "没有英文（title_en），看英文的人会看到中文"
    assert Fault("schema › properties › phone › title", words) in found.warnings


def test_a_constant_that_hides_what_follows_is_a_hint():
    change = put(
        "prefill", "kind", value=[{"from": "constant", "value": "eat"}, {"from": "last.kind"}]
    )
    assert (
        Fault(
            "prefill › kind 第 1 项", "这个固定值总是有的，它后面的来源永远轮不到；请把它放在最后"
        )
        in judged(written(change)).warnings
    )


def test_widgets_follow_from_what_is_asked():
    widgets = {name: field.widget for name, field in FORM.fields.items()}
    assert widgets["phone"] is Widget.PHONE
    assert widgets["owner"] is Widget.ID_NUMBER
    assert widgets["kind"] is Widget.RADIO
    assert widgets["goods"] is Widget.CHECKBOXES
    assert widgets["agreed"] is Widget.SWITCH
    assert widgets["note"] is Widget.TEXTAREA


def test_a_definition_is_the_same_from_json_and_read_again():
    again = parse(FORM.definition)
    assert again == FORM
    assert parse(again.definition).definition == FORM.definition


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def paths(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from paths(value[key], (*path, key))


@settings(max_examples=75)
@given(st.sampled_from([each for each in paths(DEFINITION) if each]), plain)
def test_whatever_stands_somewhere_is_judged_and_breaks_nothing(path, value):
    found = judged(written(put(*path, value=value)), kinds())
    assert bool(found.faults) == (found.form is None)


GUIDE = (ROOT / "docs/forms.md").read_text()


def test_the_guides_examples_can_be_published():
    examples = re.findall(r"```yaml\n(.*?)```", GUIDE, flags=re.S)
    assert len(examples) == 6
    assert [judged(example, DEMO_KINDS).faults for example in examples] == [[]] * 6


def test_the_guide_names_every_word_there_is():
    words = {
        *KEYS, *KEYWORDS, *KEPT, *OPERATORS, *COMBINED, *PAPER, *CHECKED, *map(str, Format),
        *map(str, Way), *(f"person.{fact}" for fact in PERSON_FACTS),
        *(f"firm.{fact}" for fact in FIRM_FACTS), *LICENCE_FACTS.keys() - {"identifier"},
    }  # fmt: skip
    assert {word for word in words if word not in GUIDE} == set()
