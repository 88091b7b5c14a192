"""Whether a form and the licence kinds of the library fit each other: judged with the rest of its
file, and again whenever it is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.forms.fields_reading import Asked
from app.forms.form import Origin, Subject
from app.forms.reading import unknown
from app.forms.types import LICENCE_FACTS, TYPE_WORDS, takes, type_of
from app.licences.kinds import HolderKind
from app.licences.kinds import Kind as LicenceKind

Kinds = Mapping[str, LicenceKind]


def faults_of_source(
    origin: Origin, field: Asked, subject: Subject | None, kinds: Kinds
) -> Iterator[str]:
    """The licence kind a field is filled from must be there, have that field, and be held by whom
    the form is about."""
    kind = kinds.get(origin.licence or "")
    if kind is None:
        yield unknown("证照库里没有这种证照：", origin.licence or "", list(kinds))
        return
    yield from _of_holder(subject, kind)
    said = kind.field(origin.name)
    given = said.type if said else LICENCE_FACTS.get(origin.name)
    if given is None:
        known = [*(each.name for each in kind.fields), *LICENCE_FACTS]
        yield unknown(f"{kind.name}上没有这一项：", origin.name, known)
    elif not field.sound:
        return
    elif not takes(field, given):
        theirs, mine = TYPE_WORDS.get(given, "号码"), TYPE_WORDS[type_of(field)]
        yield f"{kind.name}的“{origin.name}”是{theirs}，“{field.name}”是{mine}，填不进去"
    elif said and said.unit and (unit := field.texts["unit"]) and said.unit != unit:
        yield f"{kind.name}的“{origin.name}”以{said.unit}计，“{field.name}”以{unit}计"


def faults_of_paper(code: str, subject: Subject | None, kinds: Kinds) -> Iterator[str]:
    """The licence kind that stands for a paper must be there, too, and be as good as paper."""
    kind = kinds.get(code)
    if kind is None:
        yield unknown("证照库里没有这种证照：", code, list(kinds))
        return
    yield from _of_holder(subject, kind)
    if not kind.replaces_paper:
        yield f"{kind.name}的电子证照不能代替纸质材料（replaces_paper: false）"


def _of_holder(subject: Subject | None, kind: LicenceKind) -> Iterator[str]:
    """A form about a person never sees a firm's licence, nor the other way about."""
    if kind.holder is HolderKind.EITHER or subject in (None, Subject.EITHER):
        return
    if kind.holder.value != subject.value:
        holds = {HolderKind.PERSON: "个人", HolderKind.FIRM: "企业"}
        fills = {Subject.PERSON: "个人", Subject.FIRM: "企业"}
        yield (
            f"{kind.name}发给{holds[kind.holder]}，"
            f"这张表由{fills[subject]}填写（for: {subject}），用不到它"
        )
