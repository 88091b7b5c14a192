"""Whether a form and the licence kinds of the library fit each other: judged when it is published,
and again whenever somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.catalog.yaml_tree import Path
from app.forms.form import Form, Kind, Origin, Subject, Way
from app.forms.reading import Notes, unknown
from app.forms.types import LICENCE_FACTS, TYPE_WORDS, takes, type_of
from app.licences.kinds import HolderKind
from app.licences.kinds import Kind as LicenceKind

Kinds = Mapping[str, LicenceKind]


def judge_kinds(form: Form, kinds: Kinds, notes: Notes) -> None:
    """Every licence kind the form names must be there, have that field, and be held by whom the
    form is about."""
    for name, origins in form.prefill.items():
        for place, origin in enumerate(origins):
            if origin.kind is Kind.LICENCE:
                path = ("prefill", name, place, "from")
                for words in _of_origin(form, name, origin, kinds):
                    notes.fault(path, words)
    for place, material in enumerate(form.materials):
        for nth, (way, code) in enumerate(material.ways):
            if way is Way.LICENCE:
                _judge_paper(form, code or "", ("materials", place, "by", nth), kinds, notes)


def _of_origin(form: Form, name: str, origin: Origin, kinds: Kinds) -> Iterator[str]:
    kind = kinds.get(origin.licence or "")
    if kind is None:
        yield unknown("证照库里没有这种证照：", origin.licence or "", list(kinds))
        return
    yield from _of_holder(form, kind)
    field, said = form.fields[name], kind.field(origin.name)
    given = said.type if said else LICENCE_FACTS.get(origin.name)
    if given is None:
        known = [*(each.name for each in kind.fields), *LICENCE_FACTS]
        yield unknown(f"{kind.name}上没有这一项：", origin.name, known)
    elif not takes(field, given):
        theirs, mine = TYPE_WORDS.get(given, "号码"), TYPE_WORDS[type_of(field)]
        yield f"{kind.name}的“{origin.name}”是{theirs}，“{name}”是{mine}，填不进去"
    elif said and said.unit and field.unit and said.unit != field.unit:
        yield f"{kind.name}的“{origin.name}”以{said.unit}计，“{name}”以{field.unit}计"


def _judge_paper(form: Form, code: str, path: Path, kinds: Kinds, notes: Notes) -> None:
    kind = kinds.get(code)
    if kind is None:
        notes.fault(path, unknown("证照库里没有这种证照：", code, list(kinds)))
        return
    for words in _of_holder(form, kind):
        notes.fault(path, words)
    if not kind.replaces_paper:
        notes.fault(path, f"{kind.name}的电子证照不能代替纸质材料（replaces_paper: false）")


def _of_holder(form: Form, kind: LicenceKind) -> Iterator[str]:
    """A form about a person never sees a firm's licence, nor the other way about."""
    both = HolderKind.EITHER
    if kind.holder is both or form.subject is Subject.EITHER:
        return
    if kind.holder.value != form.subject.value:
        holds = {HolderKind.PERSON: "个人", HolderKind.FIRM: "企业"}
        fills = {Subject.PERSON: "个人", Subject.FIRM: "企业"}
        yield (
            f"{kind.name}发给{holds[kind.holder]}，"
            f"这张表由{fills[form.subject]}填写（for: {form.subject}），用不到它"
        )
