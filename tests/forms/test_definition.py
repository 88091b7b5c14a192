"""Everything that can be wrong with a definition is said, where it stands and in these words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.forms.conditions import COMBINED, OPERATORS
from app.forms.definition import KEYS, DefinitionBroken, Fault, judged, parse
from app.forms.fields_reading import KEYWORDS
from app.forms.form import Format, Way, Widget
from app.forms.rules_reading import CHECKED, PAPER
from app.forms.types import FIRM_FACTS, LICENCE_FACTS, PERSON_FACTS
from app.forms.vocabulary import KEPT
from app.licences.kinds import parse_kinds
from config.settings import ROOT
from tests.forms.sample import DEFINITION, FORM, kinds, written


def put(*path, value):
    """The definition with this value there; a value of `...` takes what is there away."""

    def change(made):
        *way, last = path
        for step in way:
            made = made[step]
        if value is ...:
            del made[last]
        elif isinstance(made, list) and last == len(made):
            made.append(value)
        else:
            made[last] = value

    return change


DEMO_KINDS = {
    kind.code: kind for kind in parse_kinds((ROOT / "config/licence-kinds.yaml").read_text())
}
FIELD = ("schema", "properties")
RULE = ("prefill", "phone", 0)
SHOWN = ("layout", 1, "fields", 1, "when")

BROKEN = [
    # the head
    (put("nmae", value="x"), "nmae", "不认识的键“nmae”；是不是 name？"),
    (put("form", value=...), "form", "没有 form：表单的代码，例如 residence-permit"),
    (
        put("form", value="Shop"),
        "form",
        "“Shop”不能作代码：只用小写字母、数字和连字符，以字母开头",
    ),
    (put("name", value=...), "name", "没有 name：表单的名称"),
    (put("name", value="表" * 61), "name", "最多 60 个字，这里有 61 个"),
    (put("name", value=2026), "name", "这里应写文字，“2026”要加引号"),
    (put("name", value="一\n二"), "name", "含有换行或看不见的控制字符"),
    (put("for", value=...), "for", "没有写；可以写：person、firm、either"),
    (put("for", value="company"), "for", "不认识的值“company”；可以写：person、firm、either"),
    (put("document", value="other"), "document", "不认识的申请书样式“other”；可以写：application"),
    (put("schema", value=...), "schema", "没有 schema：表单有哪些栏"),
    (put("layout", value=...), "layout", "没有 layout：把栏目分组排出来，每组写 group 和 fields"),
    (put("layout", value="x"), "layout", "这里应写成一个列表，每项以“- ”开头，或写在方括号里"),
    (put("checks", value=["x"]), "checks 第 1 项", "这里应写成若干行“键: 值”"),
    # the schema
    (
        put(*FIELD, "note", "$ref", value="https://example.org/x.json"),
        "schema › properties › note › $ref",
        "不能引用别处的定义（$ref），请把内容直接写在这里",
    ),
    (
        put("schema", "dependentRequired", value={}),
        "schema › dependentRequired",
        "schema 里不能写“dependentRequired”；可以写：$schema、type、required、properties",
    ),
    (
        put("schema", "$schema", value="http://json-schema.org/draft-07/schema#"),
        "schema › $schema",
        "只认 JSON Schema 2020-12（https://json-schema.org/draft/2020-12/schema），这一行也可以不写",
    ),
    (put("schema", "type", value="array"), "schema › type", "整张表的 type 只能是 object"),
    (
        put("schema", "properties", value={}),
        "schema › properties",
        "没有任何一栏；每一栏写成“名称: {type: …, title: …}”",
    ),
    (
        put("schema", "required", 4, value="fone"),
        "schema › required 第 5 项",
        "必填的栏不在 properties 里：“fone”；是不是 phone？",
    ),
    (
        put("schema", "required", 4, value="phone"),
        "schema › required 第 5 项",
        "“phone”写了两次",
    ),
    (
        put(*FIELD, "note", "title", value=...),
        "schema › properties › note › title",
        "没有 title：办事人看到的栏目名称",
    ),
    (
        put(*FIELD, "note", "type", value=...),
        "schema › properties › note",
        "没有 type；可以写：string、number、integer、boolean、array",
    ),
    (
        put(*FIELD, "note", "type", value="text"),
        "schema › properties › note › type",
        "不认识的类型“text”；可以写：string、number、integer、boolean、array",
    ),
    (
        put(*FIELD, "note", "maxlength", value=9),
        "schema › properties › note › maxlength",
        "不认识的关键字“maxlength”；是不是 maxLength？",
    ),
    (
        put(*FIELD, "note", "minimum", value=9),
        "schema › properties › note › minimum",
        "minimum 不能用在 type: string 的栏里",
    ),
    (
        put(*FIELD, "note", "maxLength", value="9"),
        "schema › properties › note › maxLength",
        "这里应写整数",
    ),
    (
        put(*FIELD, "note", "maxLength", value=-1),
        "schema › properties › note › maxLength",
        "这里的数字太小",
    ),
    (
        put(*FIELD, "note", "maxLength", value=1),
        "schema › properties › note › minLength",
        "minLength（2）大于 maxLength（1），什么都填不进去",
    ),
    (
        put(*FIELD, "phone", "format", value="fone"),
        "schema › properties › phone › format",
        "不认识的格式“fone”；是不是 phone？",
    ),
    (
        put(*FIELD, "kind", "oneOf", value=[]),
        "schema › properties › kind › oneOf",
        "没有列出任何选项",
    ),
    (
        put(*FIELD, "kind", "oneOf", 0, "title", value=...),
        "schema › properties › kind › oneOf 第 1 项 › title",
        "选项没有 title：办事人看到的文字",
    ),
    (
        put(*FIELD, "kind", "oneOf", 0, "const", value=...),
        "schema › properties › kind › oneOf 第 1 项 › const",
        "选项没有 const：保存下来的值",
    ),
    (
        put(*FIELD, "goods", "items", "oneOf", 1, "const", value="hot"),
        "schema › properties › goods › items › oneOf 第 2 项 › const",
        "选项“hot”写了两次",
    ),
    (
        put(*FIELD, "goods", "items", value={"type": "string"}),
        "schema › properties › goods › items",
        "多选的栏要在 items 里用 oneOf 列出选项",
    ),
    (
        put(*FIELD, "plate", "pattern", value="("),
        "schema › properties › plate › pattern",
        "正则表达式写错了：missing ), unterminated subpattern",
    ),
    (
        put(*FIELD, "plate", "say", value=...),
        "schema › properties › plate › pattern",
        "有 pattern 就要有 say：不符合时对办事人说的一句话",
    ),
    (
        put(*FIELD, "note", "say", value="x"),
        "schema › properties › note › say",
        "say 是 pattern 不符合时说的话，这一栏没有 pattern",
    ),
    (
        put(*FIELD, "note", "unit", value="米"),
        "schema › properties › note › unit",
        "只有数字的栏才有单位",
    ),
    (
        put(*FIELD, "phone", "keep", value="contact_fone"),
        "schema › properties › phone › keep",
        "档案里没有这个词：“contact_fone”；是不是 contact_phone？",
    ),
    (
        put(*FIELD, "phone", "keep", value="home_address"),
        "schema › properties › phone › keep",
        "档案里的 home_address 是文字，“phone”是电话，不能存进去",
    ),
    (
        put(*FIELD, "phone", "personal", value="no"),
        "schema › properties › phone › personal",
        "这里只能写 true（是）或 false（否）",
    ),
    (
        put(*FIELD, "agreed", "const", value=False),
        "schema › properties › agreed › const",
        "这里只能写 true：必须勾选",
    ),
    # the layout
    (
        put("layout", 0, "fields", 0, value="fim_name"),
        "layout 第 1 项 › fields 第 1 项",
        "schema 里没有这一栏：“fim_name”；是不是 firm_name？",
    ),
    (
        put("layout", 1, "fields", 9, value="phone"),
        "layout 第 2 项 › fields 第 10 项",
        "“phone”在 layout 里出现了两次",
    ),
    (put("layout", 0, "fields", 4, value=...), "layout", "“post”没有放进 layout，不会显示"),
    (
        put("layout", 0, "fields", 3, value=...),
        "layout",
        "必填的栏“phone”没有放进 layout，谁也填不到它",
    ),
    (put("layout", 0, "group", value=...), "layout 第 1 项 › group", "没有 group：这一组的标题"),
    (
        put("layout", 1, "fields", 7, "widget", value="date"),
        "layout 第 2 项 › fields 第 8 项 › widget",
        "“note”是文字，不能用 date；可以用：text、textarea",
    ),
    (
        put("layout", 1, "fields", 7, "widget", value="textaera"),
        "layout 第 2 项 › fields 第 8 项 › widget",
        "不认识的值“textaera”；是不是 textarea？",
    ),
    # conditions
    (
        put(*SHOWN, "field", value="knd"),
        "layout 第 2 项 › fields 第 2 项 › when › field",
        "条件里的栏不在这张表上：“knd”；是不是 kind？",
    ),
    (
        put(*SHOWN, "is", value="drink"),
        "layout 第 2 项 › fields 第 2 项 › when › is",
        "“kind”没有这个选项：“drink”；可以写：eat、sell",
    ),
    (
        put(*SHOWN, value={"field": "kind"}),
        "layout 第 2 项 › fields 第 2 项 › when",
        "缺少比较；可以写：is、in、filled、same_as、before、after、not_before、not_after、"
        "less、more、at_most、at_least",
    ),
    (
        put(*SHOWN, value={"field": "kind", "is": "eat", "filled": True}),
        "layout 第 2 项 › fields 第 2 项 › when",
        "只能写一个比较，这里有 is、filled；几个条件请用 all",
    ),
    (
        put(*SHOWN, value={"field": "kind", "equals": "eat"}),
        "layout 第 2 项 › fields 第 2 项 › when › equals",
        "不认识的比较“equals”；可以写：is、in、filled、same_as、before、after、not_before、"
        "not_after、less、more、at_most、at_least",
    ),
    (
        put(*SHOWN, value={"field": "seats", "before": "today"}),
        "layout 第 2 项 › fields 第 2 项 › when › before",
        "before 比较日期，“seats”是数字",
    ),
    (
        put(*SHOWN, value={"field": "kind", "more": 3}),
        "layout 第 2 项 › fields 第 2 项 › when › more",
        "more 比较数字，“kind”是选项",
    ),
    (
        put(*SHOWN, value={"field": "seats", "is": "3"}),
        "layout 第 2 项 › fields 第 2 项 › when › is",
        "“seats”是数字，这里要写不加引号的数字，不能是“3”",
    ),
    (
        put(*SHOWN, value={"field": "agreed", "is": "yes"}),
        "layout 第 2 项 › fields 第 2 项 › when › is",
        "“agreed”是是或否，这里只能写 true 或 false",
    ),
    (
        put(*SHOWN, value={"field": "begins", "after": "tomorrow"}),
        "layout 第 2 项 › fields 第 2 项 › when › after",
        "“tomorrow”不是日期；写成 2026-05-01 这样",
    ),
    (
        put(*SHOWN, value={"field": "begins", "after": {"field": "kind"}}),
        "layout 第 2 项 › fields 第 2 项 › when › after › field",
        "“begins”是日期，“kind”是选项，不能比较",
    ),
    (
        put(*SHOWN, value={"field": "begins", "after": {"field": "begins"}}),
        "layout 第 2 项 › fields 第 2 项 › when › after › field",
        "“begins”在和自己比较",
    ),
    (
        put(*SHOWN, value={"field": "begins", "same_as": "2026-05-01"}),
        "layout 第 2 项 › fields 第 2 项 › when › same_as",
        "same_as 后面要写另一栏：{field: 栏名}；与固定的值比较请用 is",
    ),
    (
        put(*SHOWN, value={"field": "kind", "filled": "yes"}),
        "layout 第 2 项 › fields 第 2 项 › when › filled",
        "filled 后面只能写 true（填了）或 false（没填）",
    ),
    (
        put(*SHOWN, value={"field": "kind", "in": "eat"}),
        "layout 第 2 项 › fields 第 2 项 › when › in",
        "in 后面要写一个列表，例如 [a, b]",
    ),
    (
        put(*SHOWN, value={"all": []}),
        "layout 第 2 项 › fields 第 2 项 › when › all",
        "all 里没有任何条件",
    ),
    (
        put(*SHOWN, value={"all": [{"field": "kind", "is": "eat"}], "any": []}),
        "layout 第 2 项 › fields 第 2 项 › when › any",
        "all 旁边不能再写 any；请写进 all 里面",
    ),
    (
        put(*SHOWN, value={"kind": "eat"}),
        "layout 第 2 项 › fields 第 2 项 › when",
        "条件写成“field: 栏名”加一个比较（例如 is: 值），或 all、any、not",
    ),
    (
        put(*SHOWN, value={"field": "seats", "filled": True}),
        "layout",
        "显示条件绕成了圈：area → seats → area",
    ),
    (
        put(*SHOWN, value={"field": "area", "filled": True}),
        "layout",
        "显示条件绕成了圈：area → area",
    ),
    # what fills it
    (
        put("prefill", "fone", value=[{"from": "person.phone"}]),
        "prefill › fone",
        "schema 里没有这一栏：“fone”；是不是 phone？",
    ),
    (
        put("prefill", "phone", value=[]),
        "prefill › phone",
        "没有写任何来源；每个来源写成“- {from: …}”",
    ),
    (
        put(*RULE, value={"form": "person.phone"}),
        "prefill › phone 第 1 项 › form",
        "不认识的键“form”；是不是 from？",
    ),
    (
        put(*RULE, "from", value="wechat"),
        "prefill › phone 第 1 项 › from",
        "看不懂的来源“wechat”；可以写：person.name、firm.name、licence:证照类型.栏名、"
        "archive.词、last.栏名、constant",
    ),
    (
        put(*RULE, "from", value="person.fone"),
        "prefill › phone 第 1 项 › from",
        "person 没有这一项：“fone”；是不是 phone？",
    ),
    (
        put(*RULE, "from", value="person.name"),
        "prefill › phone 第 1 项 › from",
        "来源是文字，“phone”是电话，填不进去",
    ),
    (
        put(*RULE, "from", value="archive.phone"),
        "prefill › phone 第 1 项 › from",
        "档案里没有这个词：“phone”；是不是 agent_phone？",
    ),
    (
        put(*RULE, "from", value="last.fone"),
        "prefill › phone 第 1 项 › from",
        "这张表没有这一栏：“fone”；是不是 phone？",
    ),
    (
        put(*RULE, "from", value="last.area"),
        "prefill › phone 第 1 项 › from",
        "来源是数字，“phone”是电话，填不进去",
    ),
    (
        put(*RULE, "lock", value=True),
        "prefill › phone 第 1 项 › lock",
        "只有核实过的来源（实名、企业、有效证照）才能锁定，这个来源不能",
    ),
    (
        put(*RULE, "when", value={"licence": "any"}),
        "prefill › phone 第 1 项 › when › licence",
        "licence 条件只能用在 from: licence:… 的来源上",
    ),
    (
        put("prefill", "area", 0, "when", value={"licence": "expired"}),
        "prefill › area 第 1 项 › when › licence",
        "这里只能写 valid（只用有效的证照）或 any（过期的也可以参考）",
    ),
    (
        put(*RULE, "value", value="x"),
        "prefill › phone 第 1 项 › value",
        "只有 from: constant 才写 value",
    ),
    (
        put("prefill", "kind", 1, "value", value=...),
        "prefill › kind 第 2 项 › value",
        "固定值（constant）要写 value",
    ),
    (
        put("prefill", "kind", 1, "value", value="drink"),
        "prefill › kind 第 2 项 › value",
        "这个值填不进“kind”：请从列出的选项里选择类别。",
    ),
    (
        put("prefill", "address", 2, "when", value={"field": "kind", "filled": True}),
        "prefill",
        "自动填充的条件绕成了圈：address → kind → address",
    ),
    (
        lambda made: made.update({"for": "person", "prefill": {"code": made["prefill"]["code"]}}),
        "prefill › code 第 1 项 › from",
        "这张表只由个人填写（for: person），没有企业信息",
    ),
    # rules over several fields
    (put("checks", 0, "then", value=...), "checks 第 1 项 › then", "没有 then：应当成立的条件"),
    (
        put("checks", 0, "say", value=...),
        "checks 第 1 项 › say",
        "没有 say：不符合时对办事人说的一句话",
    ),
    (
        put("checks", 0, "at", value=...),
        "checks 第 1 项 › at",
        "没有 at：这句话显示在哪几栏，例如 [day]",
    ),
    (
        put("checks", 0, "at", value=["end"]),
        "checks 第 1 项 › at 第 1 项",
        "schema 里没有这一栏：“end”；是不是 ends？",
    ),
    (
        put("checks", 0, "when", value={}),
        "checks 第 1 项 › when",
        "不认识的键“when”；是不是 then？",
    ),
    # papers
    (
        put("materials", 0, "code", value=...),
        "materials 第 1 项 › code",
        "没有 code：材料的代码，例如 lease",
    ),
    (
        put("materials", 1, "code", value="lease"),
        "materials 第 2 项 › code",
        "材料代码“lease”在前面已经用过",
    ),
    (
        put("materials", 1, "by", value=...),
        "materials 第 2 项 › by",
        "没有 by：怎样交这份材料，例如 [bring]",
    ),
    (
        put("materials", 1, "by", value=["post"]),
        "materials 第 2 项 › by 第 1 项",
        "看不懂的方式“post”；可以写：licence:证照类型、archive、promise、bring",
    ),
    (
        put("materials", 1, "by", value=["licence"]),
        "materials 第 2 项 › by 第 1 项",
        "看不懂的方式“licence”；可以写：licence:证照类型、archive、promise、bring",
    ),
    (
        put("materials", 1, "by", value=["bring", "licence:real-estate"]),
        "materials 第 2 项 › by 第 2 项",
        "bring（自带）后面的方式永远轮不到；请把 bring 放在最后",
    ),
    (
        put("materials", 0, "reuse_months", value=...),
        "materials 第 1 项 › by",
        "用档案里的材料（archive）要写 reuse_months：交过以后几个月内不用再交",
    ),
    (
        put("materials", 0, "reuse_months", value=0),
        "materials 第 1 项 › reuse_months",
        "应是 1 到 120 的整数，单位是月",
    ),
    (
        put("materials", 1, "reuse_months", value=3),
        "materials 第 2 项 › reuse_months",
        "by 里没有 archive，写了 reuse_months 也用不上",
    ),
    (
        put("materials", 0, "promise_text", value=...),
        "materials 第 1 项 › by",
        "告知承诺（promise）要写 promise_text：承诺书上的话",
    ),
    (
        put("materials", 1, "promise_text", value="x"),
        "materials 第 2 项 › promise_text",
        "by 里没有 promise，写了 promise_text 也用不上",
    ),
]


@pytest.mark.parametrize(
    ("change", "place", "words"),
    BROKEN,
    ids=[f"{place}-{words[:24]}" for _, place, words in BROKEN],
)
def test_a_broken_definition_is_told_where_and_why(change, place, words):
    with pytest.raises(DefinitionBroken) as broken:
        parse(written(change))
    assert broken.value.faults == [Fault(place, words)]


AGAINST_KINDS = [
    (
        put("prefill", "area", 0, "from", value="licence:food-license.area"),
        "prefill › area 第 1 项 › from",
        "证照库里没有这种证照：“food-license”；是不是 food-licence？",
    ),
    (
        put("prefill", "area", 0, "from", value="licence:food-licence.aera"),
        "prefill › area 第 1 项 › from",
        "食品经营许可证上没有这一项：“aera”；是不是 area？",
    ),
    (
        put("prefill", "area", 0, "from", value="licence:food-licence.address"),
        "prefill › area 第 1 项 › from",
        "食品经营许可证的“address”是文字，“area”是数字，填不进去",
    ),
    (
        put("prefill", "area", 0, "from", value="licence:real-estate.area"),
        "prefill › area 第 1 项 › from",
        "不动产权证书的“area”以亩计，“area”以平方米计",
    ),
    (
        put("prefill", "address", 0, "from", value="licence:id-card.address"),
        "prefill › address 第 1 项 › from",
        "居民身份证发给个人，这张表由企业填写（for: firm），用不到它",
    ),
    (
        put("materials", 1, "by", value=["licence:plan", "bring"]),
        "materials 第 2 项 › by 第 1 项",
        "证照库里没有这种证照：“plan”；可以写：business-licence、food-licence、real-estate、id-card",
    ),
    (
        put("materials", 1, "by", value=["licence:food-licence", "bring"]),
        "materials 第 2 项 › by 第 1 项",
        "食品经营许可证的电子证照不能代替纸质材料（replaces_paper: false）",
    ),
]


@pytest.mark.parametrize(("change", "place", "words"), AGAINST_KINDS)
def test_what_the_library_does_not_have_is_told_as_well(change, place, words):
    assert judged(written(change)).faults == []
    assert judged(written(change), kinds()).faults == [Fault(place, words)]


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


@pytest.mark.parametrize(
    "file", sorted((ROOT / "config/forms").glob("*.yaml")), ids=lambda f: f.stem
)
def test_the_demos_forms_are_faultless(file: Path):
    assert judged(file.read_text(), DEMO_KINDS).faults == []


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


@settings(max_examples=150, deadline=None)
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
