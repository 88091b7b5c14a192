"""Items by how people speak of them: by name, alias, code, department, pinyin, or nearly so.

Pure, but for the language of the reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from app.catalog.pinyin import shortens, spells
from app.catalog.plan import Department, Item
from app.core.language import SOURCE, language, named

HEARD = 5
"""Words that are tried by themselves; more of them say nothing."""
LOOKED_AT = 12
"""Characters of what was typed in which something near is looked for."""
FEW = 3
"""So many items may share a word that tells them from the others, in a small hall, too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item, and who does it."""

    item: Item
    department: Department


def find(entries: Sequence[Entry], q: str) -> list[Entry]:
    """Those in which every word of `q` occurs in name, alias, code or department, or is the pinyin
    of one; behind them, those for which a word is a short form of the name. Where there are none,
    what `q` finds without its spaces, then what its words find by themselves, then what is nearest
    to them. Each in the given order, and all of them for an empty `q`. For who reads English, those
    whose English has words that begin with each of `q` come before them all."""
    words = q.casefold().split()
    whole = "".join(words)
    english = _in_english(entries, q)
    found = (
        _said_by(entries, words)
        or (not english and _said_by(entries, [whole]))
        or (not english and _said_by_any(entries, words[:HEARD]))
        or (not english and _nearest(entries, whole[:LOOKED_AT]))
    )
    return list(dict.fromkeys([*english, *(found or [])]))


def _said_by(entries: Sequence[Entry], words: list[str]) -> list[Entry]:
    """Those of which every word tells; first those that have it in full."""

    def says(entry: Entry, word: str) -> bool:
        item = entry.item
        names = item.name, entry.department.name, *item.aliases
        text = "\n".join((*names, item.code)).casefold()
        return word in text or any(spells(word, name) for name in names)

    plain = [entry for entry in entries if all(says(entry, word) for word in words)]
    short = [
        entry
        for entry in entries
        if all(says(entry, word) or shortens(word, entry.item.name.casefold()) for word in words)
    ]
    return list(dict.fromkeys([*plain, *short]))


def _in_english(entries: Sequence[Entry], q: str) -> list[Entry]:
    """Nothing for who reads Chinese: who types the initials of 社会 is not looking for a shop."""
    words = _words(q)
    if not words or language() == SOURCE:
        return []

    def reads(entry: Entry) -> bool:
        told = _words(f"{named(entry.item)} {named(entry.department)}")
        return all(any(each.startswith(word) for each in told) for word in words)

    return [entry for entry in entries if reads(entry)]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _said_by_any(entries: Sequence[Entry], words: list[str]) -> list[Entry]:
    found = (_said_by(entries, [word]) for word in words if len(word) > 1)
    return list(dict.fromkeys(chain.from_iterable(found)))


def _nearest(entries: Sequence[Entry], typed: str) -> list[Entry]:
    """Those that share the longest run of characters with what was typed as people speak: 护照 of
    办护照. What many items share (申请, 登记) tells nothing and is left out."""
    many = max(FEW, len(entries) // 20)
    for length in range(len(typed) - 1, 1, -1):
        runs = {typed[start : start + length] for start in range(len(typed) - length + 1)}
        shared = [
            [one for one in entries if _has(one.item, run)] for run in runs if not run.isascii()
        ]
        near = set(chain(*(each for each in shared if len(each) <= many)))
        if near:
            return [entry for entry in entries if entry in near]
    return []


def _has(item: Item, run: str) -> bool:
    text = "\n".join((item.name, *item.aliases)).casefold()
    return run in text or shortens(run, item.name.casefold())
