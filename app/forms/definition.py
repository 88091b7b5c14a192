"""A form's definition: from what a clerk wrote to a `Form`, or to everything that is wrong with it.

The guide for who writes one is `docs/forms.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.catalog.yaml_tree import Path, Tree, Unreadable, read_tree
from app.catalog.yaml_tree import words as place_of
from app.forms.fields_reading import Asked, read_fields
from app.forms.form import Field, Form, Kind, Origin, Subject, Widget
from app.forms.kinds_judging import Kinds
from app.forms.layout_reading import Placed, read_layout
from app.forms.reading import NOTE_AT_MOST, Notes, Part, part, unknown
from app.forms.rules_reading import read_checks, read_materials, read_prefill
from app.forms.values import LONG_TEXT_AT_MOST, TEXT_AT_MOST, problem_of

KEYS = (
    "form",
    "name",
    "name_en",
    "for",
    "note",
    "note_en",
    "schema",
    "layout",
    "prefill",
    "checks",
    "materials",
    "document",
)
DOCUMENTS = ("application",)
"""The templates there are for a form's paper."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a definition."""

    place: str
    """In words, such as 「prefill › phone 第 1 项 › from」; empty: the whole."""
    words: str
    line: int = 0
    """From 1; 0 where there are no lines, or it is the whole."""

    def __str__(self) -> str:
        place = "：".join(
            each for each in (f"第 {self.line} 行" if self.line else "", self.place) if each
        )
        return f"{place}：{self.words}" if place else self.words


class DefinitionBroken(Exception):
    """Everything that is wrong with a definition, in the order of its lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True, slots=True)
class Judged:
    """A definition, and what was found: with faults there is no form."""

    form: Form | None
    faults: list[Fault]
    warnings: list[Fault]


def parse(written: Mapping[str, Any] | str) -> Form:
    """The form of this definition, or of the text of its file. Raises DefinitionBroken."""
    found = judged(written)
    if found.form is None:
        raise DefinitionBroken(found.faults)
    return found.form


def judged(written: Mapping[str, Any] | str, kinds: Kinds | None = None) -> Judged:
    """Judge a definition, or the text of its file; against these licence kinds, if they are
    given."""
    try:
        tree = read_tree(written.encode(), typed=True) if isinstance(written, str) else Tree()
    except Unreadable as error:
        fault = error.fault
        return Judged(None, [Fault(fault.where, fault.sentence, fault.line)], [])
    except UnicodeEncodeError:
        return Judged(None, [Fault("", "文件里有不成字的半个字符")], [])
    notes = Notes()
    root = tree.root if isinstance(written, str) else _exact(written)
    if root is None:
        return Judged(None, [Fault("", "文件是空的", 1)], [])
    form = _read(part(root, (), notes), kinds)
    faults = [Fault(each.where, each.sentence, each.line) for each in tree.faults]
    faults += [_fault(tree, path, words) for path, words in notes.faults]
    warnings = [_fault(tree, path, words) for path, words in notes.warnings]
    return Judged(None if faults else form, sorted(faults, key=_line), sorted(warnings, key=_line))


def _read(head: Part, kinds: Kinds | None) -> Form | None:
    head.only(*KEYS)
    code = head.code("form", "没有 form：表单的代码，例如 residence-permit")
    name = head.text("name", required="没有 name：表单的名称")
    subject = head.choice("for", Subject)
    schema = head.part("schema")
    if not head.has("schema"):
        head.fault("schema", "没有 schema：表单有哪些栏")
        return None
    asked = read_fields(schema)
    if not asked:
        return None
    groups, placed = read_layout(head, asked)
    fields = {each: _field(asked[each], placed[each]) for group in groups for each in group.fields}
    prefill = read_prefill(head, asked, subject, kinds)
    _judge_constants(
        head, {name: each for name, each in fields.items() if asked[name].sound}, prefill
    )
    return Form(
        code=code,
        name=name,
        name_en=head.english("name_en", "name"),
        subject=subject or Subject.EITHER,
        note=head.text("note", longest=NOTE_AT_MOST),
        note_en=head.english("note_en", "note"),
        fields=fields,
        groups=groups,
        prefill={name: tuple(filter(None, origins)) for name, origins in prefill.items()},
        checks=read_checks(head, asked),
        materials=read_materials(head, asked, subject, kinds),
        document=_document(head),
        definition=_plain(head.written),
    )


def _document(head: Part) -> str:
    name = head.text("document") or DOCUMENTS[0]
    if name not in DOCUMENTS:
        head.fault("document", unknown("不认识的申请书样式", name, DOCUMENTS))
    return name


def _field(asked: Asked, placed: Placed) -> Field:
    return Field(
        name=asked.name,
        type=asked.type,
        schema=_bounded(asked, placed.widget),
        widget=placed.widget,
        required=asked.required,
        format=asked.format,
        options=asked.options,
        personal=asked.personal,
        keep=asked.keep,
        when=placed.when,
        **asked.texts,
    )


def _bounded(asked: Asked, widget: Widget) -> Mapping[str, Any]:
    """The schema values are judged by: options as the plain list they are, and the house's limit
    for a text without one of its own."""
    schema = {key: value for key, value in asked.schema.items() if key != "oneOf"}
    if asked.options:
        values = {"type": "string", "enum": [option.value for option in asked.options]}
        return {**schema, "items": values} if asked.type == "array" else {**schema, **values}
    if asked.type != "string" or asked.format or "maxLength" in schema:
        return schema
    longest = LONG_TEXT_AT_MOST if widget is Widget.TEXTAREA else TEXT_AT_MOST
    return {**schema, "maxLength": longest}


def _judge_constants(
    head: Part, fields: Mapping[str, Field], prefill: Mapping[str, list[Origin | None]]
) -> None:
    """What a constant fills in must be right by the field's own schema."""
    for name, origins in prefill.items():
        for place, origin in enumerate(origins if name in fields else ()):
            if origin is None or origin.kind is not Kind.CONSTANT or origin.value is None:
                continue
            problem = problem_of(fields[name], origin.value, date.max)
            if problem:
                head.notes.fault(
                    ("prefill", name, place, "value"), f"这个值填不进“{name}”：{problem.words}"
                )


def _fault(tree: Tree, path: Path, words: str) -> Fault:
    if () not in tree.lines:
        return Fault(place_of(path), words)
    fault = tree.fault(path, words)
    return Fault(fault.where, fault.sentence, fault.line)


def _line(fault: Fault) -> int:
    return fault.line


def _exact(written: Any) -> Any:
    """With exact numbers: JSON's come as floats."""
    if isinstance(written, Mapping):
        return {key: _exact(each) for key, each in written.items()}
    if isinstance(written, list | tuple):
        return [_exact(each) for each in written]
    return Decimal(str(written)) if isinstance(written, float) else written


def _plain(written: Any) -> Any:
    """As JSON has it."""
    if isinstance(written, Mapping):
        return {key: _plain(each) for key, each in written.items()}
    if isinstance(written, list):
        return [_plain(each) for each in written]
    return float(written) if isinstance(written, Decimal) else written
