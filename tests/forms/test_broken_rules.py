"""What can be wrong with what decides, fills and checks fields, and with papers, in these words."""

from __future__ import annotations

import pytest

from app.forms.definition import DefinitionBroken, Fault, judged, parse
from tests.forms.sample import kinds, put, told_of, written

RULE = ("prefill", "phone", 0)
SHOWN = ("layout", 1, "fields", 1, "when")

BROKEN = [
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


@pytest.mark.parametrize(("change", "place", "words"), BROKEN, ids=map(told_of, BROKEN))
def test_a_broken_rule_is_told_where_and_why(change, place, words):
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
