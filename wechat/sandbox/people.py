"""Who lives in the sandbox, and the codes their phones show.

| code | stands for |
|---|---|
| `sandbox:<name>` | the person of this name, as often as it is used |
| `sandbox-once:<name>` | the same person, once: a login code of WeChat's works a single time |
| `phone:<11 digits>` | this phone number, as often as it is used |
| `phone-once:<11 digits>` | the same, once |
| `phone-other-app:<11 digits>` | the same, but given to another mini-program |
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

LOGIN_CODE = re.compile(r"(?P<kind>sandbox|sandbox-once):(?P<of>\S{1,64})")
PHONE_CODE = re.compile(r"(?P<kind>phone|phone-once|phone-other-app):(?P<of>[0-9]{11})")
OPENID = re.compile(r"o[A-Za-z0-9_-]{27}")


@dataclass(frozen=True, slots=True)
class Code:
    kind: str
    of: str
    """The name or the number it stands for."""

    @property
    def once(self) -> bool:
        return self.kind.endswith("-once")


def login_code(text: str) -> Code | None:
    """What this code of `wx.login` says; None if no phone here shows such a one."""
    return _read(LOGIN_CODE, text)


def phone_code(text: str) -> Code | None:
    """What this code of `getPhoneNumber` says; None if no phone here shows such a one."""
    return _read(PHONE_CODE, text)


def _read(pattern: re.Pattern[str], text: str) -> Code | None:
    found = pattern.fullmatch(text)
    return Code(**found.groupdict()) if found and text.isprintable() else None


def openid_of(name: str) -> str:
    """28 characters that begin with o, as WeChat's do."""
    return "o" + _digest(name)[:27]


def unionid_of(name: str) -> str:
    return "oU" + _digest(f"union {name}")[:26]


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
