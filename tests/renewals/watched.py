"""A library that is watched.

watched = stocked_and_watched(house)
watched.permit(li, until="2027-01-31")      a residence permit with its last day; its id
watched.on("2026-12-31")                    that day, half past eight
watched.look()                              the watch goes through all that is due; how many
watched.told(permit)                        [(event, step, state, told), …]
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from sqlalchemy import select

from app.citizens.rules import BEIJING
from app.core.acts import SYSTEM, Act
from app.core.db import db
from app.licences.kinds import parse_kinds
from app.licences.queries import LICENCES
from app.licences.service import load_kinds
from app.notices.queries import TABLE as NOTICES
from app.renewals.loading import load_plans
from app.renewals.plan_file import parse_plans
from app.renewals.records import TABLE as RENEWALS
from app.renewals.watch.reminding import REMINDERS, settle
from app.renewals.watch.watching import watch
from tests.house import HALL, Citizen, House, credit_code
from tests.licences.conftest import DEFINER, TYPES, Library, firm, record, stocked

FOOD = f"""
kinds:
  - code: food-licence
    name: 食品经营许可证
    name_en: Food licence
    type_code: {DEFINER}004
    holder: firm
    validity: {{years: 5}}
    renewal: {{from: 90 days, until: 15 days, days: working}}
    fields:
      - {{name: contact_phone, title: 联系电话, type: phone}}
  - code: fishing-licence
    name: 捕捞许可证
    type_code: {DEFINER}005
    holder: person
    validity: {{none: true}}
"""
TYPES |= {"food-licence": "004", "fishing-licence": "005"}
PLANS = """
plans:
  - kind: residence-permit
    event: renewal
    hall: t
    one_tap:
      published: 2026-01-01
      decide: rule
      checks: [state_valid, in_window]
      term: {from: old_end}
      site_check: never
      ways: [electronic]
  - {kind: food-licence, event: renewal, hall: t, contact: contact_phone}
  - {kind: business-licence, event: annual_check, hall: t, yearly: "06-30"}
  - {kind: disability, event: renewal, hall: t}
  - {kind: fishing-licence, event: renewal, hall: t}
"""
serials = count(1000)


@dataclass
class Watched:
    library: Library

    @property
    def house(self) -> House:
        return self.library.house

    @property
    def act(self) -> Act:
        return Act(self.house.clock.now(), SYSTEM)

    def plans(self, text: str = PLANS) -> None:
        """Somebody loads this file."""
        given = parse_plans(text, self.library.kinds, {HALL: self.house.plan.items})
        self.house.within(lambda: load_plans(given, self.act))

    def permit(self, holder: str, until: str, **said: Any) -> str:
        """A person's residence permit."""
        return self.put("residence-permit", holder, until, **said)

    def put(self, kind: str, holder: str, until: str, **said: Any) -> str:
        """A licence comes in, or comes in again; its id."""
        serial = said.pop("serial", "") or str(next(serials))
        as_of = self.house.clock.now().isoformat()
        given = record(kind, holder, serial, valid_until=until, **{"as_of": as_of, **said})
        return self.library.put(given)

    def firm(self, representative: str, **said: Any) -> str:
        """A firm with a business licence; its credit code."""
        serial = str(next(serials))
        code = credit_code(int(serial))
        self.library.put(firm(representative, code, serial, issued_on="2020-05-06", **said))
        return code

    def on(self, day: str, clock: str = "08:30") -> None:
        """Time has come to this moment in Beijing."""
        at = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), BEIJING)
        self.house.clock.at = at.astimezone(UTC)

    def look(self) -> int:
        """The watch looks at all that is due."""
        looked_at = 0
        with self.house.app.app_context():
            while some := watch(self.act):
                looked_at += some
        return looked_at

    def settle(self) -> None:
        self.house.within(lambda: settle(self.act))

    def told(self, licence: str) -> list[tuple[str, str, str, str]]:
        """Each reminder, the first first: event, step, state, and by what."""
        columns = (REMINDERS.c.event, REMINDERS.c.step, REMINDERS.c.state, REMINDERS.c.told)
        return [tuple(row) for row in self._rows(select(*columns), licence)]

    def notices(self, licence: str) -> list[Any]:
        """What was put into the outbox of it."""
        query = select(*NOTICES.c).join(REMINDERS, REMINDERS.c.notice_id == NOTICES.c.id)
        return self._rows(query, licence)

    def notices_seen(self, citizen: Citizen, language: str = "zh-CN") -> list[dict[str, Any]]:
        """What an account reads among its messages."""
        answer = self.house.request("GET", f"/me/notices?lang={language}", citizen.token)
        seen: list[dict[str, Any]] = answer.json
        return seen

    def _rows(self, query: Any, licence: str) -> list[Any]:
        with self.house.app.app_context():
            of_it = query.where(REMINDERS.c.licence_id == licence)
            rows = db.session.execute(of_it.order_by(REMINDERS.c.created_at, REMINDERS.c.event))
            return list(rows.all())

    def look_on(self, licence: str) -> date | None:
        """When it is looked at again."""
        with self.house.app.app_context():
            query = select(LICENCES.c.watch_on).where(LICENCES.c.id == licence)
            found: date | None = db.session.execute(query).scalar_one()
            return found

    def renewals(self, licence: str) -> list[Any]:
        """Its renewals, the first term first."""
        with self.house.app.app_context():
            query = select(RENEWALS).where(RENEWALS.c.licence_id == licence)
            return list(db.session.execute(query.order_by(RENEWALS.c.valid_until)).all())


def stocked_and_watched(house: House) -> Watched:
    """The kinds and their plans loaded."""
    library = stocked(house)
    more = parse_kinds(FOOD)
    house.within(lambda: load_kinds(more, Act(house.clock.now(), SYSTEM)))
    library.kinds.update({kind.code: kind for kind in more})
    watched = Watched(library)
    watched.plans()
    return watched
