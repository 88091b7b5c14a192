"""A full day, and the people in line for it.

line.fill()                 one place at nine and one at half past, both booked
line.join("wang")           Wang stands in line; the answer's body
line.see(joined)            what became of it
line.round()                one round of the schedule
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.appointments.checks import miscounts
from app.core.db import db
from tests.appointments.desk import TOMORROW, schedule_round
from tests.house import HALL, Citizen, House

CLOCKS = ("09:00", "09:30")


def tuesday(*hours: str) -> list[dict[str, Any]]:
    """Tuesday can be booked in these hours only; its nights belong to Wednesday's date."""
    noon = {"date": "2026-11-25", "hours": ["12:00-13:00"], "reason": "培训"}
    open_or_not = {"hours": list(hours)} if hours else {"closed": True}
    return [{"date": TOMORROW, **open_or_not, "reason": "培训"}, noon]


@dataclass
class Line:
    house: House
    people: dict[str, Citizen] = field(default_factory=dict)
    booked: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Clock -> the booking that fills it."""

    def fill(self, **booking: Any) -> Line:
        """Only an hour can be booked on Tuesday, a place each half; somebody has each."""

        def an_hour(file: dict[str, Any]) -> None:
            file["hall"]["booking"].update(exceptions=tuesday("09:00-10:00"), **booking)
            for item in file["items"]:
                item["minutes"] = 30 if item["lane"] == "A" else item["minutes"]

        self.house.reload(an_hour)
        for clock in CLOCKS:
            self.booked[clock] = self.person(f"first-{clock}").book(self.house.slot(clock))
        return self

    def person(self, name: str) -> Citizen:
        if name not in self.people:
            self.people[name] = self.house.citizen(name).identify()
        return self.people[name]

    def try_join(self, name: str, item: str = "id-card", **more: Any) -> Any:
        body = {"item": item, "date": TOMORROW, **more}
        return self.person(name).post(f"/halls/{HALL}/waiting-list", body)

    def join(self, name: str, item: str = "id-card", **more: Any) -> dict[str, Any]:
        answer = self.try_join(name, item, **more)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        self.house.clock.advance(seconds=1)
        return answer.json

    def do(self, name: str, joined: dict[str, Any], action: str) -> Any:
        return self.person(name).post(f"/waiting-list/{joined['id']}/{action}")

    def see(self, name: str, joined: dict[str, Any]) -> dict[str, Any]:
        return self.person(name).get(f"/waiting-list/{joined['id']}").json

    def states(self, **joined: dict[str, Any]) -> list[str]:
        return [self.see(name, each)["state"] for name, each in joined.items()]

    def cancel(self, clock: str) -> None:
        """Whoever filled this time gives it up."""
        answer = self.person(f"first-{clock}").appointment(self.booked[clock], "cancel")
        assert answer.status_code == 200, answer.get_data(as_text=True)

    def try_book(self, name: str, clock: str, item: str = "id-card") -> Any:
        """Somebody who does not wait asks for a time of Tuesday by its slot."""
        minute = 24 * 60 + 60 * (int(clock[:2]) - 8) + int(clock[3:])
        slot = f"{HALL}.{TOMORROW.replace('-', '')}.A.{minute:04d}.public"
        return self.person(name).post("/appointments", {"slot": slot, "item": item})

    def free(self) -> list[str]:
        """The times of Tuesday that anybody can book."""
        return [slot["starts_at"][11:16] for slot in self.house.slots()]

    def round(self) -> None:
        schedule_round(self.house)
        assert self.miscounted() == []

    def miscounted(self) -> list[Any]:
        with self.house.app.app_context():
            found = miscounts(HALL, date.min)
            db.session.remove()
        return found

    def told(self, name: str, kind: str) -> list[str]:
        notices = self.person(name).get("/me/notices").json
        return [notice["text"] for notice in notices if notice["kind"] == kind]
