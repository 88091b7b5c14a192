"""Messages as WeChat signs and seals them in safe mode.

Source: WeChat's documentation of message push; its own example is in the tests.
"""

from __future__ import annotations

import base64
import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

BLOCK_BITS = 32 * 8
"""WeChat pads to 32 bytes, twice the cipher's own block."""


def signature(*parts: str) -> str:
    """Of token, timestamp, nonce and, where it is sealed, the sealed text."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def sealed(key: str, app_id: str, text: str, salt: bytes) -> str:
    """A text under the 43 characters of an EncodingAESKey; `salt` is 16 random bytes."""
    raw = base64.b64decode(key + "=")
    said = text.encode()
    plain = salt + struct.pack(">I", len(said)) + said + app_id.encode()
    padder = PKCS7(BLOCK_BITS).padder()
    encryptor = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).encryptor()
    padded = padder.update(plain) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
