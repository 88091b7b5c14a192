"""The identifier of an electronic licence, GB/T 36904-2018. Pure.

1.2.156.3005.2.<type code 21>.<issuer>.<serial>.<version 3>.<check character>
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum.iso7064 import mod_37_36

from app.licences.errors import IdentifierWrong

OID = "1.2.156.3005.2"
"""China's arc for electronic licences; files often leave it out."""

SHAPE = re.compile(
    r"(?:1\.2\.156\.3005\.2\.)?"
    r"([0-9A-Z]{21})\.([0-9A-Z]{6,18})\.([0-9A-Z]{1,64})\.([0-9]{3})\.([0-9A-Z])"
)
"""Type code: its definer's credit code and three more; issuer: a credit code, in the wild also the
six digits of a place."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """One edition of one licence."""

    type_code: str
    issuer: str
    serial: str
    version: str
    check: str

    def __str__(self) -> str:
        return f"{OID}.{self.type_code}.{self.issuer}.{self.serial}.{self.version}.{self.check}"


def check_character(parts: str) -> str:
    """The check character of an identifier's other parts, with or without the dots between them,
    and without the OID: ISO 7064 MOD 37,36."""
    return mod_37_36.calc_check_digit(parts.replace(".", ""))


def parse(text: str) -> Identifier:
    """Judge an identifier, with or without the OID. Raises IdentifierWrong."""
    shaped = SHAPE.fullmatch(text.strip().upper())
    if shaped is None:
        raise IdentifierWrong
    type_code, issuer, serial, version, check = shaped.groups()
    if check_character(type_code + issuer + serial + version) != check:
        raise IdentifierWrong
    return Identifier(type_code, issuer, serial, version, check)


def identifier_of(type_code: str, issuer: str, serial: str, version: str = "001") -> Identifier:
    """The identifier of these parts, its check character worked out. Raises IdentifierWrong."""
    return parse(
        f"{type_code}.{issuer}.{serial}.{version}."
        + check_character(type_code + issuer + serial + version)
    )
