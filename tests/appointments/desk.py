"""What the tests of bookings share: a desk where staff handle them, and what lies in their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rq import Queue

from app.appointments.checks import Miscount, miscounts
from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.core.db import db
from app.worker import one_round
from config.redis import connect
from config.settings import ROOT
from tests.crowd import rows
from tests.house import HALL, House

TODAY, TOMORROW = "2026-11-23", "2026-11-24"
BINHE = ROOT / "config" / "halls" / "binhe.yaml"
BOOKING_TABLES = (
    "appointments",
    "appointment_events",
    "notices",
    "people",
    "places",
    "slots",
    "tickets",
    "number_series",
    "events",
)


def at(house: House, moment: str, zone: str = "+08:00") -> None:
    """It is this moment of the hall's clock."""
    house.clock.at = datetime.fromisoformat(f"{moment}{zone}")


def everything(house: House) -> dict[str, list[Any]]:
    """Every row that a booking or a check-in could touch."""
    tables = [db.metadata.tables[name] for name in BOOKING_TABLES]
    return {table.name: sorted(rows(house, table), key=str) for table in tables}


def taken(house: House) -> dict[str, int]:
    """Slot id -> what is sold of it."""
    return {row.id: row.taken for row in rows(house, db.metadata.tables["slots"])}


def miscounted(house: House, since: str = TODAY) -> list[Miscount]:
    """Where what was sold is not what is booked."""
    with house.app.app_context():
        found = miscounts(HALL, date.fromisoformat(since))
        db.session.remove()
    return found


def left(house: House, clock: str, item: str = "id-card", day: str = TOMORROW) -> int:
    """How many more can book a time; 0 where it cannot be booked."""
    times = {slot["starts_at"][11:16]: slot["left"] for slot in house.slots(item, day)}
    return times.get(clock, 0)


def schedule_round(house: House) -> Queue:
    """One round of the schedule, with the queue it puts the day's jobs on."""
    with house.app.app_context():
        url = house.app.extensions["parts"].settings.rq_redis_url
        queue = Queue("default", connection=connect(url))
        one_round(queue)
    return queue


def load_binhe(house: House) -> None:
    """The street centre of the demo, beside the hall `t`."""
    house.within(lambda: load_hall(parse_hall(BINHE.read_bytes())))


@dataclass
class Desk:
    """Somebody of the hall's staff, signed in, who handles bookings."""

    house: House
    token: str

    def get(self, path: str) -> Any:
        return self.house.get(f"/staff/{path}", self.token)

    def post(self, path: str, body: Any = None, key: str = "") -> Any:
        return self.house.post(f"/staff/{path}", self.token, body, key)

    def slots(self, item: str = "id-card", day: str = TOMORROW) -> list[dict[str, Any]]:
        answer = self.get(f"slots?item={item}&date={day}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json

    def slot(self, clock: str, pool: str, item: str = "id-card", day: str = TOMORROW) -> str:
        """The id of the slot of this pool that begins at this time of the hall's clock."""
        here = [s for s in self.slots(item, day) if s["starts_at"][11:16] == clock]
        return next(slot["id"] for slot in here if slot["pool"] == pool)

    def book(self, slot: str, item: str = "id-card", name: str = "王秀芳", **who: str) -> Any:
        """A booking for somebody by `id_number` or `credit_code`; the whole response."""
        return self.post("appointments", {"slot": slot, "item": item, "name": name, **who})

    def appointment(self, booking: dict[str, Any], action: str, body: Any = None) -> Any:
        """Something with a booking; the whole response."""
        return self.post(f"appointments/{booking['id']}/{action}", body)
