"""The fonts of papers: Noto Serif SC for what people wrote, Noto Sans SC for headings."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from fontTools.ttLib import TTFont

from app.documents.rules import legible

FOLDER = Path(str(files("pylopdf_fonts_zh_cn")))
FILES = ("NotoSerifSC-Regular.otf", "NotoSansSC-Regular.otf")


@cache
def letters() -> frozenset[str]:
    """Every character that one of the fonts has. Takes half a second, once."""
    found: set[str] = set()
    for name in FILES:
        with TTFont(FOLDER / name, lazy=True) as font:
            found.update(map(chr, font.getBestCmap()))
    return frozenset(found)


def missing(text: str) -> str:
    """The characters of a text that cannot be printed, each once; "" if it can be printed whole."""
    return "".join(legible(text, letters())[1])
