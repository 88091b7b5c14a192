"""Kinds of licence: what may be said in one, for how long it holds, who may hold it; and the file
that defines them, of which all is right or none is taken. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load

from app.catalog.hall_entries import MESSAGES, Entry, ListOf, OneOf, Pattern, Text, Whole, YesNo
from app.catalog.yaml_tree import Path, Unreadable, read_tree
from app.citizens.errors import CreditCodeWrong
from app.citizens.rules import credit_code
from app.licences.errors import KindsBroken
from app.licences.fields import Field, FieldType


class HolderKind(StrEnum):
    PERSON = "person"
    FIRM = "firm"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a licence of this kind usually holds."""

    months: int | None
    """None: its kind sets no term."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time before the last day of a licence."""

    count: int
    unit: str
    """days, months."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """When it may be asked for anew, counted back from its last day."""

    earliest: Span
    latest: Span
    days: str
    """calendar, working."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of licence."""

    code: str
    name: str
    name_en: str
    type_code: str
    """Its definer's credit code and three more, GB/T 36903."""
    definer: str
    """Name of whoever defined the kind; empty where nobody wrote it."""
    holder: HolderKind
    sensitive: bool
    """Never read for somebody who merely typed their number."""
    replaces_paper: bool
    """Whether the paper need not be brought where this is in the library."""
    names_representative: str | None
    """The field with the identity number of who acts for its holder."""
    validity: Validity
    renewal: Renewal | None
    fields: tuple[Field, ...]
    expected: int | None = None
    """How many there are to collect; None where nobody said."""

    def field(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)


METADATA = {
    "identifier": "电子证照标识",
    "number": "证照编号",
    "holder_name": "持证人",
    "issuer_name": "颁发机构",
    "issued_on": "颁发日期",
    "valid_from": "有效期起",
    "valid_until": "有效期止",
}
"""What every licence says besides its kind's fields, and its title."""


def definition_of(kind: Kind) -> dict[str, Any]:
    """A kind as JSON keeps it."""
    return {**asdict(kind), "fields": [asdict(field) for field in kind.fields]}


def kind_of(definition: Mapping[str, Any]) -> Kind:
    """A kind as `definition_of` wrote it down."""
    renewal = definition["renewal"]
    return Kind(
        **{
            **definition,
            "holder": HolderKind(definition["holder"]),
            "validity": Validity(**definition["validity"]),
            "renewal": renewal
            and Renewal(Span(**renewal["earliest"]), Span(**renewal["latest"]), renewal["days"]),
            "fields": tuple(
                Field(**{**field, "type": FieldType(field["type"])})
                for field in definition["fields"]
            ),
        }
    )


# The file

SPAN = re.compile(r"([0-9]{1,3}) ?(day|month)s?")
ID = re.compile(r"[a-z][a-z0-9_]*")


class Part(Schema):
    class Meta:
        unknown = RAISE

    error_messages = {**MESSAGES}  # noqa: RUF012 -- marshmallow only reads it


class Nested(fields.Nested):
    default_error_messages = {**MESSAGES}  # noqa: RUF012 -- the same


class SpanEntry(Entry):
    """A time before the last day, as `90 days` or `3 months`."""

    def read(self, value: Any) -> Span:
        found = SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise ValidationError("应是 90 days 或 3 months 这样的时间")
        return Span(int(found[1]), f"{found[2]}s")


class TypeCode(Pattern):
    """Its definer's credit code, and three more."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(
            "[0-9A-Z]{21}", "应是 21 位大写字母和数字：定义机构的统一社会信用代码加三位", **rest
        )

    def read(self, value: Any) -> str:
        text = super().read(value)
        try:
            credit_code(text[:18])
        except CreditCodeWrong:
            raise ValidationError("前 18 位不是正确的统一社会信用代码") from None
        return text


class ValidityPart(Part):
    years = Whole(1, 99)
    months = Whole(1, 999)
    none = YesNo()

    @post_load
    def validity(self, data: dict[str, Any], **_: Any) -> Validity:
        match data:
            case {"years": years, **rest} if not rest:
                return Validity(years * 12)
            case {"months": months, **rest} if not rest:
                return Validity(months)
            case {"none": True, **rest} if not rest:
                return Validity(None)
        raise ValidationError("应是 {years: 5}、{months: 6} 或 {none: true} 中的一种")


class RenewalPart(Part):
    earliest = SpanEntry(required=True, data_key="from")
    latest = SpanEntry(required=True, data_key="until")
    days = OneOf("calendar", "working", load_default="calendar")

    @post_load
    def renewal(self, data: dict[str, Any], **_: Any) -> Renewal:
        return Renewal(**data)


class FieldPart(Part):
    name = Pattern(ID.pattern, "只能用小写字母、数字和下划线，以字母开头", required=True)
    title = Text(required=True)
    title_en = Text(load_default="")
    type = OneOf(*FieldType, load_default="text")
    unit = Text(load_default="")
    required = YesNo(load_default=False)
    personal = YesNo(load_default=True)

    @post_load
    def field(self, data: dict[str, Any], **_: Any) -> Field:
        return Field(**{**data, "type": FieldType(data["type"])})


class KindPart(Part):
    code = Pattern(
        "[a-z][a-z0-9-]{0,39}", "只能用小写字母、数字和横线，以字母开头，最多 40 个", required=True
    )
    name = Text(required=True)
    name_en = Text(load_default="", longest=100)
    type_code = TypeCode(required=True)
    definer = Text(load_default="")
    holder = OneOf(*HolderKind, required=True)
    sensitive = YesNo(load_default=False)
    replaces_paper = YesNo(load_default=False)
    names_representative = Text(load_default=None)
    validity = Nested(ValidityPart, required=True)
    renewal = Nested(RenewalPart, load_default=None)
    expected = Whole(1, 999_999_999, load_default=None)
    fields_ = ListOf(Nested(FieldPart), data_key="fields", load_default=[])

    @post_load
    def kind(self, data: dict[str, Any], **_: Any) -> Kind:
        said = tuple(data.pop("fields_"))
        kind = Kind(**{**data, "holder": HolderKind(data["holder"])}, fields=said)
        if faults := dict(_crosswise(kind)):
            raise ValidationError(faults)
        return kind


class FilePart(Part):
    kinds = ListOf(Nested(KindPart), required=True, least=1)


def parse_kinds(text: str | bytes) -> tuple[Kind, ...]:
    """The kinds a YAML file defines. Raises KindsBroken with every fault found: (place, words)."""
    try:
        tree = read_tree(text.encode() if isinstance(text, str) else text)
    except Unreadable as error:
        raise KindsBroken([(f"第 {error.fault.line} 行", error.fault.sentence)]) from error
    faults = list(tree.faults)
    kinds: list[Kind] = []
    try:
        kinds = FilePart().load(tree.root if isinstance(tree.root, dict) else {})["kinds"]
    except ValidationError as error:
        faults += [tree.fault(*complaint) for complaint in _flat(error.messages, ())]
    faults += [tree.fault(*complaint) for complaint in _twice(kinds)]
    if faults:
        raise KindsBroken(
            [(f"第 {fault.line} 行 {fault.where}".strip(), fault.sentence) for fault in faults]
        )
    return tuple(kinds)


def _crosswise(kind: Kind) -> Iterator[tuple[str, list[str]]]:
    """What takes two entries of one kind to see."""
    for name, count in Counter(field.name for field in kind.fields).items():
        if count > 1:
            yield "fields", [f"字段 {name} 写了 {count} 次"]
        if name in METADATA:
            yield "fields", [f"{name} 是每本证照都有的，不另写为字段"]
    representative = kind.names_representative
    if representative is None:
        return
    field = kind.field(representative)
    if field is None or field.type is not FieldType.ID_NUMBER:
        yield "names_representative", [f"{representative} 应是一个 id-number 字段"]
    if kind.holder is not HolderKind.FIRM:
        yield "names_representative", ["只有企业（holder: firm）的证照写明谁代表它"]


def _twice(kinds: list[Kind]) -> Iterator[tuple[Path, str]]:
    for what in ("code", "type_code"):
        seen: dict[str, int] = {}
        for place, kind in enumerate(kinds):
            value = getattr(kind, what)
            if seen.setdefault(value, place) != place:
                yield ("kinds", place, what), f"{value} 与第 {seen[value] + 1} 项相同"


def _flat(messages: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flat(inner, path if key == "_schema" else (*path, key))
        return
    for sentence in messages:
        yield path, str(sentence)
