"""Where the new licence would be sent, without anybody typing it."""

from __future__ import annotations

import re

from app.citizens.queries import citizen_of
from app.core.handover import Address
from app.licences.queries import Licence, kinds, licences_of

REGION = re.compile(
    r"((?:[^省市区县州盟]{2,8}(?:省|自治区|特别行政区))?(?:[^市区县州盟]{2,8}(?:市|自治州|地区|盟))?"
    r"(?:[^市区县]{1,8}(?:区|县|市|旗))?)(.*)"
)
"""Province, city and district as they begin an address; and the rest of it."""


def prefilled(licence: Licence, citizen: str) -> Address | None:
    """An address the library knows of a licence's holder, the licence's own first; to the account's
    phone. None where it knows none."""
    place = next(filter(None, map(_place, [licence, *licences_of(licence.holder_id)])), None)
    if place is None:
        return None
    region, street = _divided(place)
    return Address(licence.holder_name, citizen_of(citizen).phone or "", region, street)


def _place(licence: Licence) -> str:
    """What it says under a name that ends in "address"; "" for nothing."""
    fields = [field.name for field in kinds()[licence.kind].fields if "address" in field.name]
    return next((str(licence.data[name]) for name in fields if name in licence.data), "")


def _divided(place: str) -> tuple[str, str]:
    found = REGION.fullmatch(place.replace("\n", " ").strip())
    assert found is not None  # noqa: S101 (each of its parts may be empty)
    return found[1], found[2].strip()


def parts_typed(address: Address | None, licence: Licence, citizen: str) -> int:
    """How many parts of an address somebody had to type: what is not as it was filled in."""
    if address is None:
        return 0
    filled = prefilled(licence, citizen) or Address("", "", "", "")
    pairs = (
        (address.name, filled.name),
        (address.phone, filled.phone),
        (address.region, filled.region),
        (address.street, filled.street),
    )
    return sum(given != known for given, known in pairs)
