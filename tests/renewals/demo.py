"""The demo's hall, people and plans in a house of tests; nobody moves but by `later`.

demo = prepared(house)             looked after on that morning: reminders are sent
phone, id = demo.reminded("shen")  one of its people, and the renewal their message leads to
demo.register_says(record, ...)    a register says something else of a licence
demo.later(seconds=10)             time passes, and what runs in the background has run
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.catalog.calendar import seed_calendar
from app.catalog.hall_file import read_hall_file
from app.catalog.loading import load_hall
from app.core.acts import SYSTEM, Act, Role
from app.deliveries.jobs import work_deliveries
from app.demo import CONFIG, HALL, put_library, put_plans
from app.demo_people import read_people, records
from app.licences.queries import kinds
from app.licences.rules import LicenceRecord
from app.licences.service import put
from app.notices.jobs import send_due
from app.renewals.sweeping import sweep
from app.renewals.watch.watching import watch
from app.staff.hashing import HASHER
from app.staff.service import put_staff
from tests.house import PASSWORD, Citizen, House

PEOPLE = read_people()
APPROVER = "decides"
"""Of the demo's hall; the house has one of its own."""


@dataclass
class Demo:
    house: House

    @property
    def act(self) -> Act:
        return Act(self.house.clock.now(), SYSTEM)

    def phone(self, key: str) -> Citizen:
        """One of its people: under their name they have the account they had, or a new one."""
        who = PEOPLE.holders[key]
        phone = self.house.citizen(who.name)
        if not who.account:
            phone.put("/me/phone", {"code": f"phone:{who.phone}"})
            phone.put("/me/identity", {"name": who.name, "id_number": who.number})
        return phone

    def reminded(self, key: str) -> tuple[Citizen, str]:
        """The phone of one of its people, and the renewal to which their reminder leads."""
        phone = self.phone(key)
        links = [each["link"] for each in phone.get("/me/notices").json]
        [id] = {each["query"]["id"] for each in links if each["page"].startswith("pages/renewal/")}
        return phone, id

    def record(self, key: str, kind: str) -> LicenceRecord:
        """A licence as it was first brought in."""
        number = PEOPLE.holders[key].number
        with self.house.app.app_context():
            every = records(PEOPLE, kinds(), self.house.clock.now())
            return next(x for x in every if (x.holder_number, x.kind) == (number, kind))

    def register_says(self, before: LicenceRecord, **said: Any) -> None:
        """From now on its register says something else of a licence."""
        now = replace(before, as_of=self.house.clock.now(), **said)
        self.house.within(lambda: put([now], self.act, "register"))

    def later(self, **by: float) -> None:
        """Time passes, for a clock that can be set."""
        self.house.clock.advance(**by)
        self.background()

    def watches(self) -> None:
        """The morning's look at the licences, and what follows from it."""
        with self.house.app.app_context():
            while watch(self.act):
                pass
            send_due()

    def background(self) -> None:
        """What the schedule and its jobs do."""
        with self.house.app.app_context():
            work_deliveries()
            sweep(self.act)
            send_due()


def prepared(house: House) -> Demo:
    demo = Demo(house)

    def prepare() -> None:
        now = demo.act.now
        seed_calendar((now.year, now.year + 1))
        put_library(demo.act)
        load_hall(read_hall_file(CONFIG / "halls/qinghe.yaml"))
        put_plans(demo.act)
        put_staff(APPROVER, HASHER.hash(PASSWORD), Role.APPROVER, HALL, None, demo.act)

    house.within(prepare)
    demo.watches()
    return demo
