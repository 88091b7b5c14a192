"""A hall with two forms, a small library of licences, and people a real-name register knows.

stock(house)                    kinds and forms; two items get their forms
bring(house, licence(...))      licences into the library; their ids
sure(house, "li")               somebody signed in whose name and number the register agrees to
"""

from __future__ import annotations

import itertools
from typing import Any

from app.core.acts import SYSTEM, Act
from app.forms import service as forms
from app.licences import rules
from app.licences import service as licences
from app.licences.identifier import identifier_of
from app.licences.kinds import parse_kinds
from app.licences.queries import kinds
from tests.house import HALL, KIOSK_TOKEN, Citizen, Clerk, House

DEFINER = "11100000MB03271699"
ISSUER = "11430000006122244L"
PERMIT, CHANGE = "permit-form", "change-form"
"""The forms: a person's, of the item `id-card`; a firm's, of `passport`."""

KINDS = f"""
kinds:
  - code: id-card
    name: 居民身份证
    name_en: ID card
    type_code: {DEFINER}001
    holder: person
    validity: {{none: true}}
    fields:
      - {{name: address, title: 住址, type: text, personal: true}}
      - {{name: nation, title: 民族, type: text, personal: true}}
  - code: permit
    name: 居住证
    name_en: Residence permit
    type_code: {DEFINER}002
    holder: person
    replaces_paper: true
    validity: {{years: 1}}
    fields:
      - {{name: address, title: 居住地址, type: text, personal: true}}
      - {{name: since, title: 居住起, type: date, personal: true}}
      - {{name: rooms, title: 面积, type: number, unit: 平方米}}
  - code: disability
    name: 残疾人证
    name_en: Disability certificate
    type_code: {DEFINER}003
    holder: person
    sensitive: true
    validity: {{none: true}}
    fields: [{{name: grade, title: 等级, type: text, personal: true}}]
  - code: business
    name: 营业执照
    name_en: Business licence
    type_code: {DEFINER}004
    holder: firm
    replaces_paper: true
    names_representative: representative
    validity: {{none: true}}
    fields:
      - {{name: representative, title: 法定代表人证件号码, type: id-number, personal: true}}
      - {{name: address, title: 住所, type: text}}
"""
TYPES = {"id-card": "001", "permit": "002", "disability": "003", "business": "004"}

PERMIT_FORM = """
form: permit-form
name: 居住证签注申请表
name_en: Residence permit form
for: person
schema:
  type: object
  required: [name, id_number, address, phone]
  properties:
    name: {type: string, title: 姓名, title_en: Name, maxLength: 50}
    id_number: {type: string, format: id-number, title: 身份证号码, title_en: ID number}
    address: {type: string, title: 现住址, title_en: Address, maxLength: 100, keep: home_address}
    since: {type: string, format: date, title: 居住起, title_en: Since}
    area: {type: number, multipleOf: 0.01, minimum: 0, unit: 平方米, title: 面积, title_en: Area}
    grade: {type: string, title: 残疾等级, title_en: Grade, maxLength: 20}
    phone: {type: string, format: phone, title: 电话, title_en: Phone}
    renting: {type: boolean, title: 是否租住, title_en: Renting, personal: false}
    landlord: {type: string, title: 房东, title_en: Landlord, maxLength: 50}
    job: {type: string, title: 职业, title_en: Job, maxLength: 50, keep: occupation}
layout:
  - {group: 本人, group_en: You, fields: [name, id_number, phone, grade, job]}
  - {group: 住所, group_en: Home, fields: [address, since, area, renting,
      {field: landlord, when: {field: renting, is: true}}]}
prefill:
  name: [{from: person.name, lock: true}]
  id_number: [{from: person.id_number, lock: true}]
  address: [{from: licence:permit.address}, {from: licence:id-card.address},
    {from: archive.home_address}]
  since: [{from: licence:permit.since}]
  area: [{from: licence:permit.rooms}]
  grade: [{from: licence:disability.grade}]
  phone: [{from: last.phone}, {from: person.phone}]
  landlord: [{from: last.landlord}]
  job: [{from: archive.occupation}]
checks:
  - {if: {field: renting, is: true}, then: {field: landlord, filled: true}, at: [landlord],
     say: 租住的请填写房东。, say_en: Say who the landlord is.}
materials:
  - {code: permit-copy, name: 居住证, name_en: Permit, by: [licence:permit, bring]}
  - {code: lease, name: 租房合同, name_en: Lease, when: {field: renting, is: true},
     by: [archive, promise, bring], reuse_months: 12, promise_text: 本人承诺房屋为合法租住。,
     promise_text_en: I promise to rent it lawfully.}
  - {code: photo, name: 照片, name_en: Photo, by: [bring]}
document: application
"""
CHANGE_FORM = """
form: change-form
name: 企业变更申请表
name_en: Change of a firm
for: firm
schema:
  type: object
  required: [firm_name, address, contact, phone]
  properties:
    firm_name: {type: string, title: 企业名称, title_en: Name, maxLength: 100}
    code: {type: string, format: credit-code, title: 信用代码, title_en: Credit code}
    address: {type: string, title: 住所, title_en: Address, maxLength: 100}
    contact: {type: string, title: 经办人, title_en: Contact, maxLength: 50}
    phone: {type: string, format: phone, title: 电话, title_en: Phone}
layout:
  - {group: 企业, group_en: Firm, fields: [firm_name, code, address, contact, phone]}
prefill:
  firm_name: [{from: licence:business.holder_name, lock: true}, {from: firm.name}]
  code: [{from: firm.credit_code}]
  address: [{from: licence:business.address}, {from: last.address}]
  contact: [{from: person.name}]
  phone: [{from: last.phone}, {from: person.phone}]
materials:
  - {code: business-copy, name: 营业执照, name_en: Business licence, by: [licence:business, bring]}
document: application
"""


def stock(house: House) -> House:
    """Kinds and forms; the items id-card and passport have forms."""
    act = Act(house.clock.now(), SYSTEM)
    house.within(lambda: licences.load_kinds(parse_kinds(KINDS), act))
    for text in (PERMIT_FORM, CHANGE_FORM):
        publish(house, text)

    def give_forms(file: dict[str, Any]) -> None:
        of = {"id-card": PERMIT, "passport": CHANGE}
        for item in file["items"]:
            if item["code"] in of:
                item["form"] = of[item["code"]]

    house.reload(give_forms)
    return house


def publish(house: House, text: str) -> int:
    """A form's version, published."""
    act = Act(house.clock.now(), SYSTEM)

    def published() -> int:
        code = forms.put_draft(text, act).code
        return forms.publish(code, act).version

    return house.within(published)


_serials = itertools.count(1)


def licence(kind: str, holder: str, name: str = "李小明", **said: Any) -> dict[str, Any]:
    """One as somebody brings it in; `holder`: an identity number or a credit code."""
    serial = next(_serials)
    identifier = identifier_of(DEFINER + TYPES[kind], ISSUER, str(serial))
    ends = {"valid_until": "2027-05-05"} if kind == "permit" else {}
    return {
        "kind": kind,
        "identifier": str(identifier),
        "holder_number": holder,
        "holder_name": name,
        "number": f"清{serial:08d}",
        "issuer_name": "清河县局",
        "issued_on": "2026-05-06",
        "as_of": "2026-05-06T09:00:00+08:00",
        **ends,
        **said,
    }


def bring(house: House, *given: dict[str, Any]) -> list[str]:
    """Licences into the library; their ids."""
    act = Act(house.clock.now(), SYSTEM)

    def put() -> list[str]:
        known, today = kinds(), house.clock.now().date()
        judged = [rules.judge(each, known, today) for each in given]
        return [one.id for one in licences.put(judged, act, "test")]

    return house.within(put)


def permit(
    holder: str, serial: int = 1, address: str = "南宁市青秀区云景路 8 号", **more: Any
) -> Any:
    """A residence permit, whose address stands in no other licence."""
    data = {"address": address, "since": "2024-05-06", "rooms": "61.50"}
    return licence("permit", holder, data=data, **more)


def business(code: str, representative: str, **more: Any) -> Any:
    """A firm's, naming who acts for it."""
    data = {"representative": representative, "address": "南宁市良庆区五象大道 1 号"}
    return licence("business", code, "云景豆腐店", data=data, **more)


def sure(house: House, name: str = "li", called: str = "李小明") -> Citizen:
    """Somebody the register knows, signed in."""
    return house.citizen(name).verify(called)


def ok(answer: Any, status: int = 200) -> Any:
    """The body of an answer that says yes."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.json


def begin(citizen: Citizen, item: str = "id-card", **more: Any) -> dict[str, Any]:
    return ok(citizen.post("/submissions", {"hall": HALL, "item": item, **more}), 201)


def save(citizen: Citizen, submission: dict[str, Any], **values: Any) -> dict[str, Any]:
    body = {"values": values, "revision": submission["revision"]}
    return ok(citizen.put(f"/submissions/{submission['id']}/values", body))


def submit(citizen: Citizen, submission: dict[str, Any], *promises: str) -> dict[str, Any]:
    body = {"revision": submission["revision"], "promises": list(promises)}
    return ok(citizen.post(f"/submissions/{submission['id']}/submit", body))


def submitted(citizen: Citizen, item: str = "id-card", **values: Any) -> dict[str, Any]:
    """A form filled in and submitted."""
    draft = save(citizen, begin(citizen, item), phone="13800001234", **values)
    return submit(citizen, draft)


def desk(house: House, path: str, body: Any, token: str = KIOSK_TOKEN) -> Any:
    """Something at the sample-form desk; the whole response."""
    return house.post(f"/kiosk/{path}", token, body)


def card(citizen: Citizen, *, read: bool = True, name: str = "李小明") -> dict[str, Any]:
    return {"id_number": citizen.id_number, "name": name, "read": read}


def called(house: House, ticket: dict[str, Any], no: str = "1") -> Clerk:
    """The clerk of this counter, who has called this ticket; what they had is done with."""
    clerk = house.clerk(no)
    if held := clerk.see()["ticket"]:
        ok(clerk.handle(held, "finish"))
    ok(clerk.do("call", {"number": ticket["number"], "reason": "测试"}))
    return clerk


def opened(clerk: Clerk, ticket: str) -> dict[str, Any]:
    return ok(clerk.house.post(f"/tickets/{ticket}/file/open", clerk.token, {}))
