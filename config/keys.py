"""The keys that seal personal data: as an operator writes them, and how they are told apart."""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def derive(master: bytes, purpose: bytes, length: int) -> bytes:
    """A key of its own for one purpose."""
    return HKDF(hashes.SM3(), length, salt=None, info=b"shunhao " + purpose).derive(master)


def key_id(master: bytes) -> int:
    """0 to 255: stands in each value sealed under this key. Of 256 others one has the same, and
    cannot be used beside it."""
    return derive(master, b"key id", 1)[0]


def fingerprint(master: bytes) -> str:
    """By which a key is named where it must not stand itself."""
    return derive(master, b"fingerprint", 8).hex()


def decoded(key: str) -> bytes | None:
    """The bytes of a key written in hex or base64; None if it is neither, or not 32 bytes."""
    try:
        raw = bytes.fromhex(key) if len(key) == 2 * KEY_BYTES else _from_base64(key)
    except (ValueError, binascii.Error):
        return None
    return raw if len(raw) == KEY_BYTES else None


def told_apart(keys: list[bytes]) -> list[str]:
    """What is wrong with DATA_KEY and DATA_KEYS_BEFORE together, in words."""
    if len(set(keys)) < len(keys):
        return ["DATA_KEY and DATA_KEYS_BEFORE name one key twice."]
    ids = [key_id(key) for key in keys]
    twins = sorted({one for one in ids if ids.count(one) > 1})
    return [
        f"Two keys of DATA_KEY and DATA_KEYS_BEFORE have the same key id {one:02x}, as one pair in"
        " 256 has: make the newest key anew, for example by `openssl rand -hex 32`."
        for one in twins
    ]


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
