"""The next edition of a licence. Pure."""

from __future__ import annotations

from datetime import datetime

from app.licences.errors import LicenceMoved
from app.licences.identifier import Identifier, identifier_of, parse
from app.licences.queries import Licence
from app.licences.rules import LicenceRecord, NewTerm, State

LAST_VERSION = "999"
"""Of an identifier, GB/T 36904."""


def next_identifier(old: Licence) -> Identifier:
    """What the next edition of a licence is called: its serial stays, its version counts up. Raises
    LicenceMoved behind the last version."""
    now = parse(old.identifier)
    if now.version == LAST_VERSION:
        raise LicenceMoved
    return identifier_of(now.type_code, now.issuer, now.serial, f"{int(now.version) + 1:03}")


def next_edition(
    old: Licence, term: NewTerm, holder: tuple[str, str], at: datetime
) -> LicenceRecord:
    """The same licence for another term, as of this moment; it keeps its number. `holder`: kind and
    number."""
    identifier = next_identifier(old)
    holder_kind, holder_number = holder
    return LicenceRecord(
        kind=old.kind,
        identifier=str(identifier),
        holder_kind=holder_kind,
        holder_number=holder_number,
        holder_name=old.holder_name,
        number=old.number,
        issuer=old.issuer,
        issuer_name=old.issuer_name,
        issued_on=term.issued_on,
        valid_from=term.valid_from,
        valid_until=term.valid_until,
        state=State.VALID,
        version=identifier.version,
        predecessor=old.identifier,
        place=old.place,
        data=old.data,
        as_of=at,
    )
