"""The invented people of the demo: who may be tried out, and what the library has of them.

They stand in config/demo-people.yaml; their dates count from the month in which they are read, so
that what is to be valid always is, and what has expired always has. Those of licences that are to
be renewed count from the day on which they are put first, so that each is due on that very day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import String
from flask import Response
from ruamel.yaml import YAML

from app.citizens.rules import BEIJING
from app.core.auth import public
from app.core.http import answer
from app.core.language import either
from app.licences.identifier import identifier_of
from app.licences.kinds import Kind
from app.licences.rules import LicenceRecord, judge
from config.relays import DEMO_REGISTER

bp = APIBlueprint("demo_people", __name__, url_prefix="/api/v1", tag="演示")

RELATIVE = re.compile(r"([+-][0-9]+)m ([0-9]{2})")
"""`-14m 18`: the 18th, fourteen months ago."""
BY_DAY = re.compile(r"(?:([+-][0-9]+)m )?([+-][0-9]+)d")
"""`+50d`: in fifty days; `-60m +51d`: 60 months before the day in 51 days."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody of the demo, or one of its firms."""

    key: str
    kind: str
    """person, firm."""
    name: str
    number: str
    phone: str | None
    what: str
    """What trying this person shows; of a firm nothing."""
    what_en: str
    licences: tuple[Mapping[str, Any], ...]
    account: bool = False
    """Used the mini-program before, under their own name."""


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Who lets whom act for them; holders' keys."""

    holder: str
    agent: str
    until: str


@dataclass(frozen=True, slots=True)
class People:
    """The whole file."""

    place: str
    issuers: Mapping[str, Mapping[str, str]]
    holders: Mapping[str, Holder]
    """By key."""
    authorisations: tuple[Authorisation, ...]
    written_at: datetime

    def persons(self) -> list[Holder]:
        return [each for each in self.holders.values() if each.kind == "person"]


@cache
def read_people(file: Path = DEMO_REGISTER) -> People:
    """The people of a file."""
    written = YAML(typ="safe").load(file.read_text())
    holders = [
        *(_holder(each, "person", each["id_number"]) for each in written["persons"]),
        *(_holder(each, "firm", each["credit_code"]) for each in written["firms"]),
    ]
    return People(
        place=written["place"],
        issuers=written["issuers"],
        holders={each.key: each for each in holders},
        authorisations=tuple(Authorisation(**each) for each in written["authorisations"]),
        written_at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
    )


def _holder(written: Mapping[str, Any], kind: str, number: str) -> Holder:
    return Holder(
        key=written["key"],
        kind=kind,
        name=written["name"],
        number=number,
        phone=written.get("phone"),
        what=written.get("what", ""),
        what_en=written.get("what_en", ""),
        licences=tuple(written["licences"]),
        account=written.get("account", False),
    )


def records(people: People, kinds: Mapping[str, Kind], now: datetime) -> Iterator[LicenceRecord]:
    """Their licences as a register would bring them in at this moment: as of the beginning of the
    month or, where their file was changed since, of that. Raises RecordWrong."""
    today = now.astimezone(BEIJING).date()
    as_of = min(now, max(datetime(today.year, today.month, 1, tzinfo=UTC), people.written_at))
    for holder in people.holders.values():
        for licence in holder.licences:
            issuer = people.issuers[licence["issuer"]]
            kind = kinds[licence["kind"]]
            number = str(licence.get("number", holder.number))
            record = {
                "kind": kind.code,
                "identifier": str(identifier_of(kind.type_code, issuer["code"], serial_of(number))),
                "holder_kind": holder.kind,
                "holder_number": holder.number,
                "holder_name": holder.name,
                "number": number,
                "issuer_name": issuer["name"],
                "issued_on": day_of(licence["issued"], today),
                "valid_from": day_of(licence.get("from"), today),
                "valid_until": day_of(licence.get("until"), today),
                "place": people.place,
                "data": {name: _plain(value) for name, value in licence["data"].items()},
                "as_of": as_of.isoformat(),
            }
            yield judge(record, kinds, today)


def put_once(people: People) -> set[tuple[str, str]]:
    """Kind and number of the licences whose dates count from the day on which they are put: put
    again on another, they would be other licences."""
    return {
        (licence["kind"], str(licence.get("number", holder.number)))
        for holder in people.holders.values()
        for licence in holder.licences
        if any(BY_DAY.fullmatch(str(licence.get(name))) for name in ("issued", "from", "until"))
    }


def serial_of(number: str) -> str:
    """The digits and capitals of a licence's number."""
    return re.sub("[^0-9A-Z]", "", number)


def day_of(written: str | date | None, today: date) -> str | None:
    """A date of the file on this day: absolute, so many months from this one, or so many days."""
    if found := RELATIVE.fullmatch(str(written)):
        return _in_months(today, int(found[1]), int(found[2])).isoformat()
    if found := BY_DAY.fullmatch(str(written)):
        day = today + timedelta(int(found[2]))
        return _in_months(day, int(found[1] or 0), day.day).isoformat()
    return None if written is None else str(written)


def _in_months(today: date, months: int, day: int) -> date:
    """This day of the month so many months on, or its last where it is shorter."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


class DemoPersonOut(Schema):
    name = String(required=True)
    id_number = String(required=True)
    phone = String(
        required=True, metadata={"description": "演示登录用 `phone:<手机号>` 登记，身份就核实了"}
    )
    what = String(required=True, metadata={"description": "选这位可以看到什么"})


@bp.get("/demo/people")
@public
@bp.output(DemoPersonOut(many=True))
@bp.doc(summary="可以试用的虚构人物；只在演示里有")
def people() -> Response:
    return answer(
        [
            {
                "name": each.name,
                "id_number": each.number,
                "phone": each.phone,
                "what": either(each.what, each.what_en),
            }
            for each in read_people().persons()
        ]
    )
