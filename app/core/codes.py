"""Codes that people read out, write down and type again. Pure."""

from __future__ import annotations

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: none is taken for another. Five bits each."""
LOOKS_LIKE = str.maketrans("OIL", "011", " -–—")


def code_of(random: str, length: int) -> str:
    """So many letters, at most 25, from 128 random bits or more in hex."""
    left, letters = int(random, 16), []
    for _ in range(length):
        left, letter = divmod(left, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)


def code_read(text: str) -> str:
    """A code as somebody typed it from paper: in groups, in small letters, O for 0."""
    return text.strip().upper().translate(LOOKS_LIKE)
