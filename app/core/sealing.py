"""Personal data at rest: SM4-GCM for reading back, HMAC-SM3 for finding again.

A sealed value is `version | key id | nonce (12) | ciphertext and tag`; its associated data is
the column it belongs to, so a value moved to another column does not open. The blind index
has a key of its own. Both keys derive by HKDF-SM3 from DATA_KEY, so another DATA_KEY neither
opens nor finds what an earlier one sealed; the key id is there to tell them apart. Suite by
密码法 art. 27 practice (SM algorithms).
"""

from __future__ import annotations

import os
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
NONCE = 12
TAG = 16


class Seal:
    """Seals and finds personal values under one 32-byte master key."""

    def __init__(self, master: bytes, random: Callable[[int], bytes] = os.urandom) -> None:
        if len(master) < 32:
            raise ValueError("the master key needs 32 bytes")
        self._random = random
        self._data_key = _derive(master, b"data", 16)
        self._index_key = _derive(master, b"index", 32)
        self._key_id = _derive(master, b"key id", 1)

    def seal(self, column: str, value: str) -> bytes:
        """The value as it may lie in the database."""
        nonce = self._random(NONCE)
        encryptor = Cipher(algorithms.SM4(self._data_key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(column.encode())
        text = encryptor.update(value.encode()) + encryptor.finalize()
        return VERSION + self._key_id + nonce + encryptor.tag + text

    def open(self, column: str, sealed: bytes) -> str:
        """The value back. Raises cryptography's InvalidTag for another column or a changed byte."""
        head = len(VERSION) + 1
        nonce = sealed[head : head + NONCE]
        tag = sealed[head + NONCE : head + NONCE + TAG]
        decryptor = Cipher(algorithms.SM4(self._data_key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(column.encode())
        return (decryptor.update(sealed[head + NONCE + TAG :]) + decryptor.finalize()).decode()

    def find(self, column: str, value: str | bytes) -> str:
        """The blind index of a value: equal for equal values, and tells nothing else."""
        mac = hmac.HMAC(self._index_key, hashes.SM3())
        mac.update(column.encode() + b"\x00")
        mac.update(value.encode() if isinstance(value, str) else value)
        return mac.finalize().hex()


def _derive(master: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(hashes.SM3(), length, salt=None, info=b"shunhao " + purpose).derive(master)
