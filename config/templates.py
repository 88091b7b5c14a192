"""The templates of the mini-program's messages: read from their file, with every fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sms.templates import FACTS
from wechat.fields import KINDS

TEMPLATES = Path(__file__).with_name("wechat-templates.yaml")
KEYS = ("booking", "reminder", "queue")
"""No more: a phone asks for three at one tap."""
FIELDS_AT_MOST = 5
"""Of one template, by WeChat's rule."""
NEEDS_A_TIME = ("time", "date")


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """One message's form, as approved at WeChat."""

    id: str
    title: str
    long_term: bool
    """Whether one acceptance allows any number of messages."""
    fields: Mapping[str, str]
    """WeChat's field -> the fact that goes there."""


def message_templates(
    environ: Mapping[str, str], *, production: bool, faults: list[str]
) -> Mapping[str, MessageTemplate]:
    """By their keys; none where production names no file. Every fault is added to `faults`."""
    named = environ.get("WECHAT_TEMPLATES") or ("" if production else str(TEMPLATES))
    if not named:
        return {}
    try:
        read = YAML(typ="safe").load(Path(named).read_text())
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        faults.append(f"WECHAT_TEMPLATES: {named} cannot be read: {error}")
        return {}
    wrong = [f"WECHAT_TEMPLATES: {fault}" for fault in _faults(read)]
    faults += wrong
    if wrong:
        return {}
    return {
        key: MessageTemplate(one["id"], one["title"], one["long_term"], dict(one["fields"]))
        for key, one in read.items()
    }


def _faults(read: Any) -> Iterator[str]:
    if not isinstance(read, dict) or not read:
        yield f"a template each is needed of {', '.join(KEYS)}."
        return
    yield from (f"{key} is none of {', '.join(KEYS)}." for key in read if key not in KEYS)
    for key in KEYS:
        yield from (f"{key}: {fault}" for fault in _faults_of(read.get(key)))
    ids = [one["id"] for one in read.values() if isinstance(one, dict) and "id" in one]
    if len(set(map(str, ids))) < len(ids):
        yield "two templates have one id."


def _faults_of(one: Any) -> Iterator[str]:
    if not isinstance(one, dict):
        yield "it is missing."
        return
    for name in ("id", "title"):
        if not isinstance(one.get(name), str) or not one[name]:
            yield f"`{name}` must be a text."
    if not isinstance(one.get("long_term"), bool):
        yield "`long_term` must be true or false."
    fields = one.get("fields")
    if not isinstance(fields, dict) or not 1 <= len(fields) <= FIELDS_AT_MOST:
        yield f"`fields` must be one to {FIELDS_AT_MOST} lines of field: fact."
        return
    for field, fact in fields.items():
        kind = str(field).rstrip("0123456789")
        if kind not in KINDS or kind == field:
            yield f"{field} is no field of WeChat's; its kinds are {', '.join(KINDS)}."
        if fact not in FACTS:
            yield f"{field} is to say {fact!r}; what is told is {', '.join(FACTS)}."
        elif (fact == "when") != (kind in NEEDS_A_TIME):
            yield f"{field} cannot say {fact!r}."
