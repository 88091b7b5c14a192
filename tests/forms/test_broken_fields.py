"""What can be wrong with the head, the fields and the layout of a definition, in these words."""

from __future__ import annotations

import pytest

from app.forms.definition import DefinitionBroken, Fault, parse
from tests.forms.sample import FIELD, put, told_of, written

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
]


@pytest.mark.parametrize(("change", "place", "words"), BROKEN, ids=map(told_of, BROKEN))
def test_a_broken_head_field_or_layout_is_told_where_and_why(change, place, words):
    with pytest.raises(DefinitionBroken) as broken:
        parse(written(change))
    assert broken.value.faults == [Fault(place, words)]
