"""A hall that knows something: an item with a form, and the licences of who fills it in."""

from __future__ import annotations

from typing import Any

from app.core.acts import SYSTEM, Act
from app.forms import service as forms
from app.licences import service as licences
from app.licences.identifier import identifier_of
from app.licences.kinds import Kind, parse_kinds
from app.licences.rules import judge
from config.settings import ROOT
from tests.house import House

FORM = "medical-elsewhere"
FORM_NAME = "基本医疗保险跨省异地就医备案登记表"
ISSUER = "11130599MB00011182"
OLD_ADDRESS, ADDRESS = "清河县旧街 1 号", "清河县文昌路 31 号"
LICENCES: dict[str, dict[str, Any]] = {
    "household-register": {"registered_address": ADDRESS},
    "id-card": {"address": OLD_ADDRESS},
    "social-security-card": {"insurance": "职工基本医疗保险", "insured_place": "清河县"},
}


def open_library(house: House, number: str, name: str) -> None:
    """The first item of the hall has a form, and the library three licences of this person, two of
    which disagree about where they live."""
    act = Act(house.clock.now(), SYSTEM)
    known = parse_kinds((ROOT / "config/licence-kinds.yaml").read_text())
    form = (ROOT / f"config/forms/{FORM}.yaml").read_text()

    def open_it() -> None:
        kinds = {one.code: one for one in licences.load_kinds(known, act)}
        records = [_record(kinds[code], data, number, name) for code, data in LICENCES.items()]
        licences.put([judge(one, kinds, act.now.date()) for one in records], act, "test")
        forms.put_draft(form, act)
        forms.publish(FORM, act)

    house.within(open_it)
    house.reload(lambda file: file["items"][0].update(form=FORM))


def _record(kind: Kind, data: dict[str, Any], number: str, name: str) -> dict[str, Any]:
    return {
        "kind": kind.code,
        "identifier": str(identifier_of(kind.type_code, ISSUER, _serial(kind.code))),
        "holder_number": number,
        "holder_name": name,
        "number": _serial(kind.code),
        "issuer_name": "清河县公安局",
        "issued_on": "2023-05-06",
        "valid_from": "2023-05-06",
        "valid_until": "2043-05-05",
        "data": data,
        "as_of": "2023-05-06T00:00:00+08:00",
    }


def _serial(code: str) -> str:
    return code.replace("-", "").upper()
