"""Finding Chinese by how it is typed: `sbk`, `shebao` and `shebk` all find 社保卡. Pure."""

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


@cache
def _syllables(character: str) -> frozenset[str]:
    """How a character can be read, without tones; ü is typed v. Nothing for punctuation."""
    readings = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    return frozenset(each for each in map(str.casefold, readings) if TYPED.fullmatch(each))
