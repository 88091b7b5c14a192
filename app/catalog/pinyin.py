"""Finding Chinese by how it is typed: `sbk`, `shebao` and `shebk` all find 社保卡, and `sbk` and
社保卡 find 社会保障卡, which they are short for. Pure."""

from __future__ import annotations

import re
from functools import cache

from pypinyin import Style, pinyin

TYPED = re.compile("[a-z0-9]+")


def spells(typed: str, text: str) -> bool:
    """Whether letters spell a run of a text's characters, each by its initial or by its whole
    syllable, the last one as far as it was typed. Every reading of a character counts: 银行 is
    found by yh and by yx. A letter or digit of the text stands for itself."""
    if not TYPED.fullmatch(typed):
        return False
    reached: set[int] = set()
    """How many of the letters are used up before this character, wherever the run began."""
    for syllables in map(_syllables, text):
        reached.add(0)
        if any(syllable.startswith(typed[used:]) for used in reached for syllable in syllables):
            return True
        steps = syllables | {syllable[0] for syllable in syllables}
        reached = {
            used + len(step) for used in reached for step in steps if typed.startswith(step, used)
        }
    return False


def shortens(typed: str, text: str) -> bool:
    """Whether three or more characters are a short form of a run of the text: each stands there,
    itself or by the initial of a reading, with at most one character left out between two."""
    if len(typed) < 3:
        return False
    ends = {place for place, one in enumerate(text) if _stands_for(typed[0], one)}
    for sign in typed[1:]:
        ends = {
            place
            for end in ends
            for place in (end + 1, end + 2)
            if place < len(text) and _stands_for(sign, text[place])
        }
    return bool(ends)


def _stands_for(sign: str, character: str) -> bool:
    return sign == character or any(each[0] == sign for each in _syllables(character))


@cache
def _syllables(character: str) -> frozenset[str]:
    """How a character can be read, without tones; ü is typed v. Nothing for punctuation."""
    readings = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    return frozenset(each for each in map(str.casefold, readings) if TYPED.fullmatch(each))
