"""A shop whose food licence ends on 10 January, and all that its renewal needs.

shop = opened_shop(house)         a firm, its representative on the phone, the library, the plan
id = shop.due()                   its renewal, as the watch finds it
shop.open(id), shop.tap(seen)     the answers' bodies; shop.tapping(seen) is the request
shop.became(licence)              the licence as its register has it now
shop.editions()                   every food licence of the library, oldest edition first
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from app.citizens.rules import BEIJING
from app.core.acts import SYSTEM, Act
from app.core.db import db
from app.licences.kinds import parse_kinds
from app.licences.queries import LICENCES, Licence, kinds, licence
from app.licences.service import load_kinds
from app.renewals import finding, sweeping
from app.renewals.loading import load_plans
from app.renewals.plan_file import parse_plans
from app.renewals.plans import Decider, Plan
from app.renewals.queries import TABLE, events_of, plan_for
from tests.house import HALL, MORNING, Citizen, House, credit_code, open_house
from tests.licences.conftest import DEFINER, TYPES, Library, firm, record, stocked, sure

UNTIL, FIRM_UNTIL = "2027-01-10", "2027-05-05"
ASK_BY = date(2026, 12, 11)
KIND = "food-shop"
TYPES[KIND] = "014"
KINDS = f"""
kinds:
  - code: {KIND}
    name: 食品经营许可证
    name_en: Food licence
    type_code: {DEFINER}014
    holder: firm
    validity: {{years: 5}}
    renewal: {{from: 90 days, until: 30 days}}
    fields:
      - {{name: premises_address, title: 经营场所, title_en: Premises, type: text}}
      - {{name: area, title: 面积, title_en: Area, type: number, unit: 平方米}}
"""
PLANS = f"""
plans:
  - kind: {KIND}
    event: renewal
    hall: {HALL}
    item: permit
    one_tap:
      published: 2026-01-01
      decide: rule
      checks: [no_open_case, holder_active, no_penalty]
      term: {{from: old_end}}
      site_check: never
      ways: [electronic, courier]
"""
ADDRESS = {
    "name": "清河豆腐店",
    "phone": "13800001234",
    "region": "湖南省长沙市岳麓区",
    "street": "清河路 1 号",
}


@dataclass
class Shop:
    house: House
    library: Library
    owner: Citizen
    code: str
    """Its credit code."""
    licence: str

    def act(self) -> Act:
        return Act(self.house.clock.now(), SYSTEM)

    def due(self) -> str:
        return self.house.within(self._found)

    def _found(self) -> str:
        due, plan = licence(self.licence), self.plan()
        assert due.valid_until is not None
        asked = finding.asked_between(kinds()[KIND], due.valid_until, plan.hall)
        return finding.found(due, plan, asked, self.act())

    def plan(self) -> Plan:
        found = plan_for(KIND)
        assert found is not None
        return found

    def person_decides(self) -> None:
        """From now on no rule grants these."""
        with self.house.app.app_context():
            plan = self.plan()
        assert plan.one_tap is not None
        by_people = replace(plan, one_tap=replace(plan.one_tap, decider=Decider.PERSON))
        self.house.within(lambda: load_plans([by_people], self.act()))

    def open(self, id: str) -> dict[str, Any]:
        answer = self.owner.post(f"/me/renewals/{id}/open", {})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        body: dict[str, Any] = answer.json
        return body

    def tapping(self, seen: dict[str, Any], **more: Any) -> tuple[str, str, dict[str, Any]]:
        """Path, token and body of the one tap on what was seen."""
        body = {
            "revision": seen["revision"],
            "sha256": seen["application"]["sha256"],
            "consent": True,
            "way": "electronic",
            **more,
        }
        return f"/me/renewals/{seen['id']}/confirm", self.owner.token, body

    def tap(self, seen: dict[str, Any], **more: Any) -> Any:
        """The whole response."""
        return self.house.post(*self.tapping(seen, **more))

    def tapped(self, **more: Any) -> dict[str, Any]:
        """Found, opened and confirmed: the answer's body."""
        answer = self.tap(self.open(self.due()), **more)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        body: dict[str, Any] = answer.json
        return body

    def see(self, id: str) -> dict[str, Any]:
        answer = self.owner.get(f"/me/renewals/{id}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        body: dict[str, Any] = answer.json
        return body

    def row(self, id: str) -> Any:
        with self.house.app.app_context():
            return db.session.execute(select(*TABLE.c).where(TABLE.c.id == id)).one()

    def happened(self, id: str) -> list[str]:
        with self.house.app.app_context():
            return [event.what for event in events_of(id)]

    def editions(self) -> list[Licence]:
        with self.house.app.app_context():
            query = select(LICENCES.c.id).where(LICENCES.c.kind == KIND)
            ids = db.session.scalars(query.order_by(LICENCES.c.version)).all()
            return [licence(id) for id in ids]

    def became(self, **said: Any) -> None:
        """Its register says this of its licence now."""
        as_of = self.house.clock.now().isoformat()
        self.library.put(food(self.code, **{"as_of": as_of, **said}))

    def on(self, day: str, clock: str = "09:00") -> None:
        """It is this day, by Beijing's clock."""
        at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BEIJING)
        self.house.clock.at = at.astimezone(UTC)
        self.owner = self.house.citizen(self.owner.name)

    def sweep(self) -> None:
        with self.house.app.app_context():
            sweeping.sweep(self.act())

    def approver(self) -> str:
        return self.house.sign_in("approver")


def food(code: str, serial: str = "700", **said: Any) -> dict[str, Any]:
    """A food licence as its register brings it in."""
    data = {"premises_address": "湖南省长沙市岳麓区清河路 1 号", "area": "40.5"}
    return record(
        KIND,
        code,
        serial,
        **{
            "holder_name": "清河豆腐店",
            "number": "JY14301040000001",
            "issuer_name": "清河县市场监督管理局",
            "issued_on": "2022-01-11",
            "valid_from": "2022-01-11",
            "valid_until": UNTIL,
            "data": data,
            **said,
        },
    )


def opened_shop(house: House) -> Shop:
    """Its licences end as many days later as the house's clock stands after that Monday: some of
    its tests have the real one."""
    later = house.clock.now() - MORNING
    ends, firm_ends = (f"{date.fromisoformat(day) + later}" for day in (UNTIL, FIRM_UNTIL))
    library = stocked(house)
    kinds = parse_kinds(KINDS)
    act = Act(house.clock.now(), SYSTEM)
    house.within(lambda: load_kinds(kinds, act))
    library.kinds |= {kind.code: kind for kind in kinds}
    plans = parse_plans(PLANS, library.kinds, {HALL: house.plan.items})
    house.within(lambda: load_plans(plans, act))
    owner, code = sure(house, "li"), credit_code()
    library.put(firm(owner.id_number, code, valid_until=firm_ends))
    return Shop(house, library, owner, code, library.put(food(code, valid_until=ends)))


def shop_on(settings: Any) -> Iterator[Shop]:
    """On the stores of the test."""
    house = open_house(settings)
    yield opened_shop(house)
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()
