"""A form as the outside sees it, in the reader's language."""

from __future__ import annotations

from typing import Any

from app.core.language import either, named
from app.forms.conditions import number_of
from app.forms.form import Field, Form, Group
from app.forms.queries import FormVersion, names


def form_out(version: FormVersion) -> dict[str, Any]:
    """A version of a form, for whoever draws it."""
    form = version.form
    return {
        "code": version.code,
        "version": version.version,
        "name": named(form),
        "for": str(form.subject),
        "note": either(form.note, form.note_en),
        "fields": {name: field_out(field) for name, field in form.fields.items()},
        "groups": [_group_out(form, group) for group in form.groups],
    }


def field_out(field: Field) -> dict[str, Any]:
    """How one thing is asked for; what it does not have is null."""
    schema = field.schema
    return {
        "type": field.type,
        "title": either(field.title, field.title_en),
        "help": either(field.help, field.help_en),
        "unit": either(field.unit, field.unit_en),
        "format": field.format and str(field.format),
        "widget": str(field.widget),
        "required": field.required,
        "options": [
            {"value": option.value, "title": either(option.title, option.title_en)}
            for option in field.options
        ],
        "max_length": schema.get("maxLength"),
        "minimum": _plain(schema.get("minimum")),
        "maximum": _plain(schema.get("maximum")),
        "step": _plain(schema.get("multipleOf")),
        "personal": field.personal,
    }


def name_out(code: str | None) -> dict[str, str] | None:
    """What an item says of its form; None where it has none that can be filled in."""
    found = names({code}) if code else {}
    return {"code": code, "name": either(*found[code])} if code and code in found else None


def _group_out(form: Form, group: Group) -> dict[str, Any]:
    return {
        "title": either(group.title, group.title_en),
        "fields": [{"field": name, "when": form.fields[name].when} for name in group.fields],
    }


def _plain(bound: Any) -> int | float | None:
    """An exact number as JSON has it."""
    number = number_of(bound)
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
