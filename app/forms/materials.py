"""Which papers somebody must bring, and which the hall has already. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.said import Both, Said
from app.forms.conditions import holds
from app.forms.form import Form, Material, Way
from app.forms.prefill import LicenceFacts
from app.forms.validation import in_both
from app.forms.validation import kept as kept_values


@dataclass(frozen=True, slots=True)
class KeptMaterial:
    """A paper a clerk has seen before."""

    seen_on: date
    form_name: str
    form_name_en: str = ""


@dataclass(frozen=True, slots=True)
class MaterialState:
    """One line of the list of papers; what is Said is told by `language.tell`."""

    code: str
    name: Said
    state: Way
    """licence: 免提交, archive: the hall has it, promise: 告知承诺, bring: to be brought."""
    evidence_text: Said | None
    """What it is satisfied by; None for one to be brought."""
    licence: str | None
    """The licence's id."""
    can_promise: bool
    promised: bool
    promise_text: Said | None


def materials_of(
    form: Form,
    values: Mapping[str, Any],
    today: date,
    licences: Mapping[str, Sequence[LicenceFacts]],
    kept: Mapping[str, KeptMaterial],
    promised: Collection[str],
) -> list[MaterialState]:
    """The papers these values ask for, in the form's order."""
    seen = kept_values(form, values, today)
    return [
        _state(material, today, licences, kept.get(material.code), material.code in promised)
        for material in form.materials
        if material.when is None or holds(material.when, seen, today)
    ]


def _state(
    material: Material,
    today: date,
    licences: Mapping[str, Sequence[LicenceFacts]],
    seen: KeptMaterial | None,
    promised: bool,
) -> MaterialState:
    for way, kind in material.ways:
        if way is Way.LICENCE:
            licence = _valid(licences.get(kind or "", ()))
            if licence is not None:
                return _line(material, way, _by_licence(licence), licence.id)
        elif way is Way.ARCHIVE and seen is not None and _still_good(material, seen, today):
            return _line(material, way, _by_archive(seen))
        elif way is Way.PROMISE and promised:
            text = Said("已作承诺")
            return _line(material, way, text, can_promise=True, promised=True)
    can = any(way is Way.PROMISE for way, _ in material.ways)
    return _line(material, Way.BRING, None, can_promise=can)


def _valid(held: Sequence[LicenceFacts]) -> LicenceFacts | None:
    """The newest that is valid."""
    valid = [each for each in held if each.valid]
    return max(valid, key=lambda each: (each.issued_on or date.min, each.id), default=None)


def _still_good(material: Material, seen: KeptMaterial, today: date) -> bool:
    months = material.reuse_months
    return months is not None and today <= months_after(seen.seen_on, months)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _by_licence(licence: LicenceFacts) -> Said:
    said = {
        "kind": Both(licence.kind_name, licence.kind_name_en),
        "day": licence.issued_on and licence.issued_on.isoformat(),
    }
    if licence.issued_on is None:
        return Said("已有电子证照：%(kind)s", said)
    return Said("已有电子证照：%(kind)s（%(day)s 签发）", said)


def _by_archive(seen: KeptMaterial) -> Said:
    said = {"form": Both(seen.form_name, seen.form_name_en), "day": seen.seen_on.isoformat()}
    return Said("%(day)s 办理《%(form)s》时已经交过", said)


def _line(
    material: Material,
    state: Way,
    evidence: Said | None,
    licence: str | None = None,
    *,
    can_promise: bool = False,
    promised: bool = False,
) -> MaterialState:
    return MaterialState(
        code=material.code,
        name=in_both(material.name, material.name_en),
        state=state,
        evidence_text=evidence,
        licence=licence,
        can_promise=can_promise,
        promised=promised,
        promise_text=in_both(material.promise_text, material.promise_text_en)
        if can_promise
        else None,
    )
