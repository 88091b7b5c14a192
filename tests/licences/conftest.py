"""A small library, and people in it of whom a real-name service is sure.

library.put(record(holder=li.id_number))    a licence brought in; its id
firm(representative=li.id_number)           a business licence naming who acts for the firm
sure(house, "li")                           somebody whose name and number were verified
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from app.citizens.errors import IdentityMismatch
from app.core.acts import SYSTEM, Act
from app.core.identity import Level
from app.licences import rules, service
from app.licences.identifier import identifier_of
from app.licences.kinds import Kind, parse_kinds
from app.licences.rules import LicenceRecord
from tests.house import Citizen, House, credit_code, id_number, open_house

DEFINER = "11100000MB03271699"
ISSUER = "11430000006122244L"
KINDS_FILE = f"""
kinds:
  - code: business-licence
    name: 营业执照
    name_en: Business licence
    type_code: {DEFINER}001
    holder: firm
    replaces_paper: true
    names_representative: representative_id_number
    validity: {{none: true}}
    fields:
      - name: representative_id_number
        title: 法定代表人证件号码
        type: id-number
        required: true
      - {{name: capital, title: 注册资本, title_en: Capital, type: amount, unit: 元}}
  - code: residence-permit
    name: 居住证
    name_en: Residence permit
    type_code: {DEFINER}002
    holder: person
    validity: {{years: 1}}
    renewal: {{from: 1 month, until: 0 days}}
    fields:
      - {{name: address, title: 居住地住址, title_en: Address, type: text}}
      - {{name: since, title: 居住起始日期, title_en: Resident since, type: date}}
  - code: disability
    name: 残疾人证
    name_en: Disability certificate
    type_code: {DEFINER}003
    holder: person
    sensitive: true
    validity: {{years: 10}}
"""
TYPES = {"business-licence": "001", "residence-permit": "002", "disability": "003"}


class Register:
    """A real-name service that knows one name for every number, and nothing of another; every phone
    is of whoever shows it."""

    def check(self, name: str, id_number: str, phone: str | None) -> Level:
        if name == "查无此人":
            return Level.DECLARED
        if name != "李小明":
            raise IdentityMismatch
        return Level.VERIFIED if phone else Level.AGREED


def ask_register(house: House) -> None:
    parts = house.app.extensions["parts"]
    house.app.extensions["parts"] = replace(parts, real_name=Register())


def record(
    kind: str = "residence-permit", holder: str = "", serial: str = "1", **said: Any
) -> dict[str, Any]:
    """A licence as somebody brings it in."""
    identifier = identifier_of(DEFINER + TYPES[kind], ISSUER, serial)
    data = {"address": "清河路 1 号", "since": "2024-05-06"} if kind == "residence-permit" else {}
    return {
        "kind": kind,
        "identifier": str(identifier),
        "holder_number": holder or id_number(),
        "holder_name": "李小明",
        "number": f"清居{serial.zfill(8)}",
        "issuer_name": "清河县公安局",
        "issued_on": "2026-05-06",
        "valid_until": "2027-05-05",
        "as_of": "2026-05-06T09:00:00+08:00",
        "data": data,
        **said,
    }


def firm(representative: str, code: str = "", serial: str = "1", **said: Any) -> dict[str, Any]:
    """A firm's business licence, which names who acts for it."""
    named = {"representative_id_number": representative, "capital": "100000.00"}
    whole = record("business-licence", code or credit_code(), serial, data=named)
    return {**whole, "holder_name": "清河豆腐店", "valid_until": "", **said}


@dataclass
class Library:
    house: House
    kinds: dict[str, Kind]

    def judged(self, given: dict[str, Any]) -> LicenceRecord:
        return rules.judge(given, self.kinds, self.house.clock.now().date())

    def put_all(self, *given: dict[str, Any]) -> list[service.Put]:
        act = Act(self.house.clock.now(), SYSTEM)
        judged = [self.judged(one) for one in given]
        return self.house.within(lambda: service.put(judged, act, "test"))

    def put(self, given: dict[str, Any]) -> str:
        """Bring one in; its id."""
        return self.put_all(given)[0].id


def stocked(house: House) -> Library:
    """The kinds loaded, and a real-name service asked."""
    ask_register(house)
    kinds = parse_kinds(KINDS_FILE)
    house.within(lambda: service.load_kinds(kinds, Act(house.clock.now(), SYSTEM)))
    return Library(house, {kind.code: kind for kind in kinds})


@pytest.fixture
def library(house: House) -> Library:
    return stocked(house)


@pytest.fixture
def every_library(every_settings: Any) -> Iterator[Library]:
    """On the stores of the test."""
    house = open_house(every_settings)
    yield stocked(house)
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


def sure(house: House, name: str) -> Citizen:
    """Somebody whom the real-name service knows."""
    return house.citizen(name).show_phone().identify("李小明")
