"""Personal data at rest: SM4-GCM for reading back, HMAC-SM3 for finding again.

A sealed value is `version | key id | nonce (12) | tag (16) | ciphertext`; its associated data is
the column it belongs to, so a value moved to another column does not open. Several keys may open,
told apart by the key id; the first of them seals, so that a hall can go over to a new one while it
runs (resealing.py). The blind index has a key of its own that stays. All derive by HKDF-SM3 from
what the operator gives. Suite by 密码法 art. 27 practice (SM algorithms).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from config.keys import KEY_BYTES, derive, key_id

VERSION = b"\x01"
HEAD = len(VERSION) + 1
NONCE = 12
TAG = 16


class KeyUnknown(Exception):
    """A value is sealed under a key that the settings do not name, or is no sealed value."""

    def __init__(self, head: bytes) -> None:
        super().__init__(f"no key for a value that begins with {head.hex()}")


class Seal:
    """Seals personal values under the first of its 32-byte keys, opens them under any of them, and
    finds them by an index of another."""

    def __init__(
        self,
        keys: Sequence[bytes],
        index_key: bytes,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        if any(len(key) < KEY_BYTES for key in (*keys, index_key)):
            raise ValueError(f"a key needs {KEY_BYTES} bytes")
        self._random = random
        self._keys = {_head(key_id(key)): derive(key, b"data", 16) for key in keys}
        self._index_key = derive(index_key, b"index", 32)
        self.heads = tuple(self._keys)
        """With what sealed values begin, key by key; the first is that of every new one."""

    def seal(self, column: str, value: str) -> bytes:
        """The value as it may lie in the database."""
        return self.seal_bytes(column, value.encode())

    def open(self, column: str, sealed: bytes) -> str:
        """The value back. Raises KeyUnknown, and cryptography's InvalidTag for another column or a
        changed byte."""
        return self.open_bytes(column, sealed).decode()

    def seal_bytes(self, column: str, value: bytes) -> bytes:
        """The same for a file."""
        head = self.heads[0]
        nonce = self._random(NONCE)
        encryptor = Cipher(algorithms.SM4(self._keys[head]), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(column.encode())
        text = encryptor.update(value) + encryptor.finalize()
        return head + nonce + encryptor.tag + text

    def open_bytes(self, column: str, sealed: bytes) -> bytes:
        """The file back; raises as `open`."""
        key = self._keys.get(sealed[:HEAD])
        if key is None:
            raise KeyUnknown(sealed[:HEAD])
        nonce, tag = sealed[HEAD : HEAD + NONCE], sealed[HEAD + NONCE : HEAD + NONCE + TAG]
        decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(column.encode())
        return decryptor.update(sealed[HEAD + NONCE + TAG :]) + decryptor.finalize()

    def reseal(self, column: str, sealed: bytes) -> bytes:
        """A sealed value under the first key; raises as `open`."""
        return self.seal_bytes(column, self.open_bytes(column, sealed))

    def find(self, column: str, value: str | bytes) -> str:
        """The blind index of a value: equal for equal values, and tells nothing else."""
        mac = hmac.HMAC(self._index_key, hashes.SM3())
        mac.update(column.encode() + b"\x00")
        mac.update(value.encode() if isinstance(value, str) else value)
        return mac.finalize().hex()


def _head(key: int) -> bytes:
    return VERSION + bytes([key])
