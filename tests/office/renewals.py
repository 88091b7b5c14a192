"""Licences that end soon, their holders, and a hall that decides.

due(house)                        kinds, plans and a register, over which a test has a hand
due.licence("li", "shop")         somebody's licence, which ends soon: at nine on that Monday, on
                                  31 December
due.confirmed("li", "shop")       the same, its renewal opened and confirmed on their phone
due.remind()                      the watch's day
due.tell()                        what a worker does of it
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.licences import rules, service
from app.licences.identifier import identifier_of
from app.licences.kinds import Kind, parse_kinds
from app.notices.jobs import send_due
from app.renewals.plan_file import parse_plans
from app.renewals.public_records import FileRecords
from app.renewals.service import load_plans, sweep
from app.renewals.watch.reminding import settle
from app.renewals.watch.watching import watch
from tests.house import HALL, Citizen, House

DEFINER, ISSUER = "11100000MB03271699", "11430000006122244L"
ENDS_IN = timedelta(days=38)
"""From today: some of its tests have the real clock."""
TYPES = {"shop": "011", "guide": "012"}
KINDS = f"""
kinds:
  - code: shop
    name: 小餐饮登记证
    name_en: Small restaurant registration
    type_code: {DEFINER}{TYPES["shop"]}
    holder: person
    validity: {{years: 3}}
    renewal: {{from: 90 days, until: 30 days}}
    fields:
      - {{name: premises, title: 经营场所, title_en: Premises, required: true}}
  - code: guide
    name: 导游证
    name_en: Guide card
    type_code: {DEFINER}{TYPES["guide"]}
    holder: person
    validity: {{years: 3}}
    renewal: {{from: 90 days, until: 10 days}}
"""
ONE_TAP = """
    one_tap:
      published: 2024-01-01
      decide: {decide}
      checks: [no_penalty]
      term: {{from: old_end}}
      site_check: never
      ways: [electronic, courier, counter]
"""
PLANS = "plans:" + "".join(
    f"""
  - kind: {kind}
    event: renewal
    hall: {HALL}
    item: permit
    {ONE_TAP.format(decide=decide).strip()}
"""
    for kind, decide in {"shop": "rule", "guide": "person"}.items()
)


@dataclass
class Due:
    house: House
    holders: dict[str, dict[str, Any]]
    """The public register: number -> what is not in order."""
    _serials: count = field(default_factory=lambda: count(1))

    def citizen(self, name: str) -> Citizen:
        return self.house.citizen(name).verify(NAMES.get(name, "李小明"))

    def licence(self, name: str, kind: str = "shop", ends: str = "", **said: Any) -> str:
        """A licence of somebody, brought in; its id."""
        today = self.house.clock.now().date()
        holder, serial = self.citizen(name), str(next(self._serials))
        given = {
            "kind": kind,
            "identifier": str(identifier_of(DEFINER + TYPES[kind], ISSUER, serial)),
            "holder_number": holder.id_number,
            "holder_name": NAMES.get(name, "李小明"),
            "number": f"青{serial.zfill(8)}",
            "issuer_name": "青禾市行政审批服务局",
            "issued_on": "2024-01-01",
            "valid_until": ends or f"{today + ENDS_IN}",
            "as_of": "2024-01-01T09:00:00+08:00",
            "data": {"premises": "青禾市人民路 8 号"} if kind == "shop" else {},
            **said,
        }
        record = rules.judge(given, kinds_of(), today)
        (put,) = self.house.within(lambda: service.put([record], self.act, "test"))
        return put.id

    @property
    def act(self) -> Act:
        return Act(self.house.clock.now(), SYSTEM)

    def opened(self, name: str, kind: str = "shop", **said: Any) -> dict[str, Any]:
        """Somebody opens the renewal of a new licence; the answer's body."""
        phone, licence = self.citizen(name), self.licence(name, kind, **said)
        begun = phone.post(f"/me/licences/{licence}/renewal", {})
        assert begun.status_code == 201, begun.text
        answer = phone.post(f"/me/renewals/{begun.json['id']}/open", {})
        assert answer.status_code == 200, answer.text
        return answer.json

    def confirmed(
        self,
        name: str,
        kind: str = "shop",
        way: str = "electronic",
        ends: str = "",
        **given: Any,
    ) -> dict[str, Any]:
        """The same, and confirms it."""
        return self.confirm(name, self.opened(name, kind, ends=ends), way, **given)

    def confirm(
        self, name: str, renewal: dict[str, Any], way: str = "electronic", **given: Any
    ) -> dict[str, Any]:
        body = {
            "revision": renewal["revision"],
            "sha256": renewal["application"]["sha256"],
            "consent": True,
            "way": way,
            **given,
        }
        answer = self.citizen(name).post(f"/me/renewals/{renewal['id']}/confirm", body)
        assert answer.status_code == 200, answer.text
        return answer.json

    def compare(self, same_as: str) -> None:
        """From now on renewals are compared with other licences of their holders."""
        text = PLANS.replace("[no_penalty]", "[unchanged]").replace(
            "site_check: never", f"site_check: never\n      same_as: {same_as}"
        )
        plans = parse_plans(text, kinds_of(), {HALL: set(self.house.plan.items)})
        self.house.within(lambda: load_plans(plans, self.act))

    def remind(self) -> None:
        """The watch's day."""
        with self.house.app.app_context():
            while watch(self.act):
                pass

    def tell(self) -> None:
        """What was to be said is said, and how that went is noted."""
        with self.house.app.app_context():
            send_due()
            with transaction():
                settle(self.act)

    def sweep(self) -> None:
        """What the schedule does for renewals."""
        with self.house.app.app_context():
            sweep(self.act)


NAMES = {"wang": "王小红", "zhao": "赵大明"}


def kinds_of() -> dict[str, Kind]:
    return {each.code: each for each in parse_kinds(KINDS)}


def due(house: House) -> Due:
    """Kinds and plans loaded, a register in which everybody is in order."""
    holders: dict[str, dict[str, Any]] = {}
    records = FileRecords(holders, "青禾市公共信用信息平台", house.clock.now)
    records.holders = holders
    parts = house.app.extensions["parts"]
    house.app.extensions["parts"] = replace(parts, public_records=records)
    kinds = parse_kinds(KINDS)
    plans = parse_plans(PLANS, {each.code: each for each in kinds}, {HALL: set(house.plan.items)})
    act = Act(house.clock.now() - timedelta(days=1), SYSTEM)
    house.within(lambda: service.load_kinds(kinds, act))
    house.within(lambda: load_plans(plans, act))
    return Due(house, holders)
