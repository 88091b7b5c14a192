"""How a definition is read: every part of the right shape, and a sentence where it is not.

Readers give what they could read and note what they could not, so that all faults of a file are
told at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from app.catalog.yaml_tree import Path

Choice = TypeVar("Choice", bound=StrEnum)

CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CODE_AT_MOST = 40
TITLE_AT_MOST = 60
NOTE_AT_MOST = 300


@dataclass(slots=True)
class Notes:
    """What was found on the way."""

    faults: list[tuple[Path, str]] = field(default_factory=list)
    """With any of these nothing can be published."""
    warnings: list[tuple[Path, str]] = field(default_factory=list)

    def fault(self, path: Path, words: str) -> None:
        self.faults.append((path, words))

    def warn(self, path: Path, words: str) -> None:
        self.warnings.append((path, words))


@dataclass(frozen=True, slots=True)
class Part:
    """A mapping of the definition, and where it stands."""

    written: Mapping[str, Any]
    path: Path
    notes: Notes
    sound: bool = True
    """Whether a mapping stands there at all; where none does, that alone is told."""

    def at(self, *steps: str | int) -> Path:
        return (*self.path, *steps)

    def fault(self, key: str | int, words: str) -> None:
        if self.sound:
            self.notes.fault(self.at(key), words)

    def only(self, *known: str) -> bool:
        """Every key must be one of these; whether it is so."""
        strange = [key for key in self.written if key not in known]
        for key in strange:
            self.fault(key, unknown("不认识的键", key, known))
        return not strange

    def has(self, key: str) -> bool:
        return self.written.get(key) is not None

    def text(self, key: str, *, longest: int = TITLE_AT_MOST, required: str = "") -> str:
        """A line of text; empty where there is none. `required`: the words for a missing one."""
        value = self.written.get(key)
        if value is None or value == "":
            if required:
                self.fault(key, required)
            return ""
        if not isinstance(value, str):
            self.fault(key, f"这里应写文字，“{plainly(value)}”要加引号")
            return ""
        text = value.strip()
        if len(text) > longest:
            self.fault(key, f"最多 {longest} 个字，这里有 {len(text)} 个")
        if any(not letter.isprintable() for letter in text if ord(letter) < 0xE000):
            self.fault(key, "含有换行或看不见的控制字符")
        return text

    def english(self, key: str, of: str) -> str:
        """English beside the Chinese; without it English readers see the Chinese."""
        text = self.text(key, longest=NOTE_AT_MOST)
        if not text and self.has(of):
            self.notes.warn(self.at(of), f"没有英文（{key}），看英文的人会看到中文")
        return text

    def yes_no(self, key: str, default: bool) -> bool:
        value = self.written.get(key, default)
        if not isinstance(value, bool):
            self.fault(key, "这里只能写 true（是）或 false（否）")
            return default
        return value

    def choice(self, key: str, kind: type[Choice], default: Choice | None = None) -> Choice | None:
        value = self.written.get(key)
        if value is None and default is not None:
            return default
        if value is None:
            self.fault(key, f"没有写；可以写：{listed(list(kind))}")
            return None
        if value not in list(kind):
            self.fault(key, unknown("不认识的值", plainly(value), list(kind)))
            return None
        return kind(value)

    def code(self, key: str, words: str) -> str:
        text = self.text(key, longest=CODE_AT_MOST, required=words)
        if text and not CODE.fullmatch(text):
            self.fault(key, f"“{text}”不能作代码：只用小写字母、数字和连字符，以字母开头")
        return text

    def part(self, key: str) -> Part:
        """A mapping inside; an empty one where there is none."""
        return part(self.written.get(key, {}), self.at(key), self.notes)

    def parts(self, key: str) -> list[Part]:
        """The mappings of a list."""
        return [
            part(each, self.at(key, place), self.notes) for place, each in enumerate(self.list(key))
        ]

    def list(self, key: str) -> list[Any]:
        value = self.written.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(key, "这里应写成一个列表，每项以“- ”开头，或写在方括号里")
            return []
        return value


def part(written: Any, path: Path, notes: Notes) -> Part:
    """What stands there as a mapping; an empty one, and a fault, where it is none."""
    if not isinstance(written, Mapping):
        notes.fault(path, "这里应写成若干行“键: 值”")
        return Part({}, path, notes, sound=False)
    return Part(written, path, notes)


def unknown(words: str, what: str, known: Collection[str]) -> str:
    """That something is not known, and what was probably meant."""
    near = get_close_matches(what, known, n=1)
    listing = f"；可以写：{listed(known)}" if known else ""
    hint = f"；是不是 {near[0]}？" if near else listing
    return f"{words}“{what}”{hint}"


def listed(words: Collection[str]) -> str:
    return "、".join(words)


def plainly(value: Any) -> str:
    """A value as a clerk wrote it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
