"""Licences as the outside sees them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date

from app.catalog.errors import UnknownHall
from app.catalog.service import plan_of
from app.citizens.queries import citizen_of
from app.citizens.rules import BEIJING, masked_name, masked_number
from app.core.http import wire_time
from app.core.language import either, gettext, language, named, tell
from app.core.parts import parts
from app.licences.authorisations import Authorisation
from app.licences.fields import Field, Value
from app.licences.kinds import METADATA, Kind
from app.licences.queries import Licence, kinds
from app.licences.rights import Holder
from app.licences.shares import Use, uses_of
from app.licences.showing import Showing, Shown

WHO = {
    "staff": "大厅工作人员",
    "kiosk": "大厅自助终端",
    "public": "核验的人",
    "system": "后台系统",
}
"""Kind of actor -> how its use of a licence is told to the holder."""
ONESELF = "我"
ONESELF_ELSEWHERE = "我的另一个账号"
ANOTHER = "代办人%(name)s"


def today() -> date:
    """This day, where licences are of."""
    return parts().clock.now().astimezone(BEIJING).date()


def holder_out(holder: Holder) -> dict[str, Any]:
    """Somebody an account may do something for."""
    right = holder.right
    return {
        "id": right.person,
        "kind": right.kind,
        "name": holder.name,
        "number": holder.number_masked,
        "ground": right.ground,
        "until": wire_time(right.until, BEIJING),
        "reads_licences": right.reads_licences,
    }


def licence_line_out(licence: Licence, day: date) -> dict[str, Any]:
    """A licence in a list, for whoever may read it: they look over one's shoulder."""
    kind = kinds()[licence.kind]
    return {
        "id": licence.id,
        "kind": licence.kind,
        "kind_name": named(kind),
        "holder": {
            "id": licence.holder_id,
            "kind": licence.holder_kind,
            "name": licence.holder_name,
        },
        "number": masked(licence.number),
        "issuer_name": licence.issuer_name,
        "issued_on": licence.issued_on.isoformat(),
        "valid_from": licence.valid_from and licence.valid_from.isoformat(),
        "valid_until": licence.valid_until and licence.valid_until.isoformat(),
        "state": licence.state,
        "state_text": gettext(licence.state_words(day)),
        "version": licence.version,
        "valid": licence.valid_on(day),
    }


def licence_out(licence: Licence, day: date) -> dict[str, Any]:
    """The whole of a licence; reading it is a use, which shares.py keeps."""
    return {
        **licence_line_out(licence, day),
        "number": licence.number,
        "identifier": licence.identifier,
        "fields": [
            {
                "name": field.name,
                "title": either(field.title, field.title_en),
                "text": text_of(field, licence.data[field.name]),
            }
            for field in kinds()[licence.kind].fields
            if field.name in licence.data
        ],
    }


def my_licence_out(licence: Licence, day: date, citizen: str) -> dict[str, Any]:
    """The whole of a licence, and who used it."""
    return {**licence_out(licence, day), "uses": uses_out(licence, citizen)}


def uses_out(licence: Licence, citizen: str) -> list[dict[str, Any]]:
    """Every use of a licence as this account is told it."""
    kind = kinds()[licence.kind]
    return [_use_out(use, kind, citizen) for use in uses_of(licence.id)]


def _use_out(use: Use, kind: Kind, citizen: str) -> dict[str, Any]:
    return {
        "at": wire_time(use.at, BEIJING),
        "who": _who(use.actor, citizen),
        "hall": use.hall,
        "hall_name": _hall_name(use.hall),
        "purpose": tell(use.purpose),
        "fields": [title_of(kind, name) for name in use.fields],
    }


def _who(actor: str, citizen: str) -> str:
    kind, _, id = actor.partition(":")
    if kind != "citizen":
        return gettext(WHO.get(kind, WHO["system"]))
    if id == citizen:
        return gettext(ONESELF)
    theirs, mine = citizen_of(id), citizen_of(citizen)
    if theirs.person is not None and theirs.person == mine.person:
        return gettext(ONESELF_ELSEWHERE)
    return gettext(ANOTHER) % {"name": masked_name(theirs.name) if theirs.name else ""}


def _hall_name(hall: str | None) -> str | None:
    try:
        return named(plan_of(hall)) if hall else None
    except UnknownHall:
        return None


def title_of(kind: Kind, name: str) -> str:
    """What a field, or one of METADATA, is called in the request's language."""
    field = kind.field(name)
    return either(field.title, field.title_en) if field else gettext(METADATA.get(name, name))


def text_of(field: Field | None, value: Value) -> str:
    """A value as it is read: with its unit, and days in words."""
    if isinstance(value, date):
        return day_in_words(value)
    if isinstance(value, Decimal):
        return " ".join(filter(None, (f"{value:,f}", field.unit if field else "")))
    return value


def day_in_words(day: date) -> str:
    """2026年11月23日, in the request's language."""
    return format_date(day, "long", locale=Locale.parse(language(), sep="-"))


def showing_out(showing: Showing) -> dict[str, Any]:
    """A code to show, and the page that its QR opens."""
    return {
        "code": showing.code,
        "url": f"{parts().settings.base_url}/verify/{showing.code}",
        "expires_at": wire_time(showing.expires_at, BEIJING),
    }


def shown_out(shown: Shown, now: datetime) -> dict[str, Any]:
    """What whoever checks a code is told: whose licence it is as far as they need to compare it
    with who stands before them. Once the code is over, nothing but that."""
    current = shown.is_current(now)
    return {
        "what": "licence",
        "current": current,
        "shown_at": wire_time(shown.shown_at, BEIJING),
        "expires_at": wire_time(shown.expires_at, BEIJING),
        "licence": _masked_out(shown.licence, now) if current else None,
    }


def _masked_out(licence: Licence, now: datetime) -> dict[str, Any]:
    line = licence_line_out(licence, now.astimezone(BEIJING).date())
    is_person = line["holder"]["kind"] == "person"
    # what a firm is called stands in a public register
    name = masked_name(licence.holder_name) if is_person else licence.holder_name
    kept = ("kind_name", "number", "issuer_name", "issued_on", "valid_from", "valid_until")
    return {
        **{each: line[each] for each in kept},
        "holder_name": name,
        "state": line["state"],
        "state_text": line["state_text"],
        "valid": line["valid"],
    }


def authorisation_out(given: Authorisation, mine: bool, day: date) -> dict[str, Any]:
    """An authorisation for either side; `mine`: for the holder's, who may end it."""
    return {
        "id": given.id,
        "given": mine,
        "holder": {"id": given.holder, "kind": given.holder_kind, "name": given.holder_name},
        "agent": {
            "name": given.agent_name,
            "number": masked_number(given.agent_number),
        },
        "until": given.until.isoformat(),
        "holds": given.holds_on(day),
        "created_at": wire_time(given.created_at, BEIJING),
        "ended_at": wire_time(given.ended_at, BEIJING),
    }


def masked(number: str) -> str:
    """A licence's number with its middle hidden: as many stars as would tell its length."""
    ends = min(4, len(number) // 4)
    return number[:ends] + "*" * (len(number) - 2 * ends) + number[len(number) - ends :]
