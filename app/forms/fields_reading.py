"""The `schema` of a definition: what is asked for, field by field, as JSON Schema 2020-12."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jsonschema import Draft202012Validator

from app.catalog.yaml_tree import Path
from app.forms.conditions import number_of
from app.forms.form import Format, Option
from app.forms.reading import CODE_AT_MOST, NAME, NOTE_AT_MOST, Part, listed, part, plainly, unknown
from app.forms.types import NUMBER, TYPE_WORDS, takes, type_of
from app.forms.vocabulary import KEPT

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TOP = ("$schema", "type", "required", "properties")
OWN = ("title_en", "help", "help_en", "unit", "unit_en", "say", "say_en", "personal", "keep")
"""Keywords of the house; JSON Schema passes over what it does not know."""
ANY = ("type", "title", *OWN)
OF_TYPE: dict[str, tuple[str, ...]] = {
    "string": ("format", "minLength", "maxLength", "pattern", "oneOf"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "boolean": ("const",),
    "array": ("items", "uniqueItems", "minItems", "maxItems"),
}
KEYWORDS = tuple(dict.fromkeys((*ANY, *(each for keys in OF_TYPE.values() for each in keys))))
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
BOUNDS = (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"))
PATTERN_AT_MOST = 200
OPTIONS_AT_MOST = 200
FIELDS_AT_MOST = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """A field as the schema has it; where and when it is shown says the layout."""

    name: str
    type: str
    schema: Mapping[str, Any]
    texts: Mapping[str, str]
    """title, help, unit, say, and their English."""
    required: bool
    format: Format | None
    options: tuple[Option, ...]
    personal: bool
    keep: str | None
    sound: bool
    """Whether all of it could be read; of one that could not, nothing more is judged."""


def read_fields(schema: Part) -> dict[str, Asked]:
    """Every field that could be read, in the file's order."""
    for path, key in _references(schema.written, schema.path):
        schema.notes.fault(path, f"不能引用别处的定义（{key}），请把内容直接写在这里")
    for key in schema.written:
        if key not in TOP:
            schema.fault(key, unknown("schema 里不能写", key, TOP))
    if schema.written.get("$schema", DRAFT) != DRAFT:
        schema.fault("$schema", f"只认 JSON Schema 2020-12（{DRAFT}），这一行也可以不写")
    if schema.written.get("type", "object") != "object":
        schema.fault("type", "整张表的 type 只能是 object")
    properties = schema.part("properties")
    if not properties.written:
        schema.fault("properties", "没有任何一栏；每一栏写成“名称: {type: …, title: …}”")
    if len(properties.written) > FIELDS_AT_MOST:
        schema.fault("properties", f"最多 {FIELDS_AT_MOST} 栏")
    required = _required(schema, properties.written)
    fields = {
        name: _field(properties.part(name), name, name in required) for name in properties.written
    }
    odd = _by_metaschema(schema)
    return {
        name: replace(asked, sound=asked.sound and schema.at("properties", name) not in odd)
        for name, asked in fields.items()
    }


def _required(schema: Part, known: Mapping[str, Any]) -> set[str]:
    names: set[str] = set()
    if not known:
        return names
    for place, name in enumerate(schema.list("required")):
        if not isinstance(name, str) or name not in known:
            schema.notes.fault(
                schema.at("required", place),
                unknown("必填的栏不在 properties 里：", plainly(name), list(known)),
            )
        elif name in names:
            schema.notes.fault(schema.at("required", place), f"“{name}”写了两次")
        else:
            names.add(name)
    return names


def _field(field: Part, name: str, required: bool) -> Asked:
    before = len(field.notes.faults)
    if not NAME.fullmatch(name) or len(name) > CODE_AT_MOST:
        field.notes.fault(
            field.path, f"“{name}”不能作栏名：只用小写字母、数字和下划线，以字母开头，最多 40 个"
        )
    kind = _type(field)
    _keywords(field, kind)
    texts = {
        "title": field.text("title", required="没有 title：办事人看到的栏目名称"),
        "title_en": field.english("title_en", "title"),
        "help": field.text("help", longest=NOTE_AT_MOST),
        "help_en": field.english("help_en", "help"),
        "unit": field.text("unit"),
        "unit_en": field.english("unit_en", "unit"),
        "say": field.text("say", longest=NOTE_AT_MOST),
        "say_en": field.english("say_en", "say"),
    }
    asked = Asked(
        name=name,
        type=kind,
        schema={
            "type": kind,
            **{key: value for key, value in field.written.items() if key not in OWN},
        },
        texts=texts,
        required=required,
        format=_format(field),
        options=_options(field, kind),
        personal=field.yes_no("personal", default=True),
        keep=_keep(field),
        sound=True,
    )
    _pattern(field)
    _bounds(field)
    if field.has("unit") and type_of(asked) != NUMBER:
        field.fault("unit", "只有数字的栏才有单位")
    if field.written.get("const", True) is not True:
        field.fault("const", "这里只能写 true：必须勾选")
    sound = field.sound and len(field.notes.faults) == before
    if sound and asked.keep and not takes(asked, KEPT[asked.keep].type):
        theirs, mine = TYPE_WORDS[KEPT[asked.keep].type], TYPE_WORDS[type_of(asked)]
        field.fault("keep", f"档案里的 {asked.keep} 是{theirs}，“{name}”是{mine}，不能存进去")
    return replace(asked, sound=sound)


def _type(field: Part) -> str:
    """What the field's values are; a text where that is not said rightly."""
    written = field.written.get("type")
    if written is None and ("format" in field.written or "oneOf" in field.written):
        return "string"
    if written is None:
        if field.sound:
            field.notes.fault(field.path, f"没有 type；可以写：{listed(OF_TYPE)}")
        return "string"
    if not isinstance(written, str) or written not in OF_TYPE:
        field.fault("type", unknown("不认识的类型", plainly(written), OF_TYPE))
        return "string"
    return written


def _keywords(field: Part, kind: str) -> None:
    for key in field.written:
        if key in REFERENCES:
            continue  # told already
        if key not in KEYWORDS:
            field.fault(key, unknown("不认识的关键字", key, (*ANY, *OF_TYPE[kind])))
        elif key not in (*ANY, *OF_TYPE[kind]):
            field.fault(key, f"{key} 不能用在 type: {kind} 的栏里")


def _format(field: Part) -> Format | None:
    written = field.written.get("format")
    if written is None:
        return None
    if written not in list(Format):
        field.fault("format", unknown("不认识的格式", plainly(written), list(Format)))
        return None
    return Format(written)


def _options(field: Part, kind: str) -> tuple[Option, ...]:
    """The choices of a field that offers some; those of several stand in its items."""
    if kind == "array":
        items = field.part("items")
        for key in items.written:
            if key not in ("type", "oneOf", *REFERENCES):
                items.fault(key, unknown("items 里不能写", key, ("type", "oneOf")))
        if items.written.get("type", "string") != "string":
            items.fault("type", "多选的每一项只能是文字（string）")
        if "oneOf" not in items.written:
            items.notes.fault(field.at("items"), "多选的栏要在 items 里用 oneOf 列出选项")
            return ()
        return _listed_options(items)
    return _listed_options(field) if kind == "string" and "oneOf" in field.written else ()


def _listed_options(holder: Part) -> tuple[Option, ...]:
    written = holder.list("oneOf")
    if not written:
        holder.fault("oneOf", "没有列出任何选项")
    if len(written) > OPTIONS_AT_MOST:
        holder.fault("oneOf", f"最多 {OPTIONS_AT_MOST} 个选项")
    found: dict[str, Option] = {}
    for place, each in enumerate(written):
        option = part(each, holder.at("oneOf", place), holder.notes)
        if not option.written:
            continue
        option.only("const", "title", "title_en")
        value = option.text("const", required="选项没有 const：保存下来的值")
        title = option.text("title", required="选项没有 title：办事人看到的文字")
        english = option.english("title_en", "title")
        if value in found:
            option.fault("const", f"选项“{value}”写了两次")
        elif value:
            found[value] = Option(value, title, english)
    return tuple(found.values())


def _pattern(field: Part) -> None:
    if not field.has("pattern"):
        if field.has("say"):
            field.fault("say", "say 是 pattern 不符合时说的话，这一栏没有 pattern")
        return
    pattern = field.text("pattern", longest=PATTERN_AT_MOST)
    try:
        re.compile(pattern)
    except re.error as error:
        field.fault("pattern", f"正则表达式写错了：{error.msg}")
    if not field.has("say"):
        field.fault("pattern", "有 pattern 就要有 say：不符合时对办事人说的一句话")


def _bounds(field: Part) -> None:
    for least, most in BOUNDS:
        low, high = (number_of(field.written.get(key)) for key in (least, most))
        if low is None or high is None or (high < 0 and least != "minimum"):
            continue
        if low > high:
            field.fault(least, f"{least}（{low}）大于 {most}（{high}），什么都填不进去")


def _keep(field: Part) -> str | None:
    word = field.text("keep")
    if not word:
        return None
    if word not in KEPT:
        field.fault("keep", unknown("档案里没有这个词：", word, KEPT))
        return None
    return word


def _by_metaschema(schema: Part) -> set[Path]:
    """What the sentences above do not know, in the words of JSON Schema; the fields of which it was
    told."""
    told, odd = {path for path, _ in schema.notes.faults}, set()
    for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema.written):
        path = schema.at(*error.absolute_path)
        if not any(_one_in_the_other(path, known) for known in told):
            schema.notes.fault(path, _in_words(str(error.validator), error))
            told.add(path)
            odd.add(path[: len(schema.path) + 2])
    return odd


def _one_in_the_other(one: Path, other: Path) -> bool:
    """Whether one place lies within the other, the whole schema not counted."""
    shorter = min(len(one), len(other))
    return shorter > 1 and one[:shorter] == other[:shorter]


def _in_words(keyword: str, error: Any) -> str:
    if keyword == "type":
        wanted = error.validator_value
        names = [wanted] if isinstance(wanted, str) else wanted
        return f"这里应写{'或'.join(JSON_WORDS[name] for name in names)}"
    if keyword in ("minimum", "exclusiveMinimum"):
        return "这里的数字太小"
    return f"不符合 JSON Schema 2020-12：{error.message}"


JSON_WORDS = {
    "string": "文字",
    "integer": "整数",
    "number": "数字",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "若干行“键: 值”",
    "null": "空",
}


def _references(written: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(written, Mapping):
        for key, inner in written.items():
            if key in REFERENCES:
                yield (*path, key), key
            yield from _references(inner, (*path, key))
    elif isinstance(written, list):
        for place, inner in enumerate(written):
            yield from _references(inner, (*path, place))
