"""A small hall to test in, and the people in it, who speak HTTP like everybody else.

house.take("id-card")            a number at the machine; the answer's body
house.clerk("1").next()          clerk of counter 1 calls; ticket and why
house.citizen("li").identify()   somebody signs in on a phone, and says who they are
house.citizen("li").verify()     the same, and a register agrees to name, number and phone
house.clock.advance(seconds=20)  time passes
refused(answer, 409, "hall_closed")   the problem this answer tells
"""

from __future__ import annotations

import copy
import json
import re
import uuid
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from typing import Any, TypeVar

from apiflask import APIFlask
from argon2 import PasswordHasher
from stdnum.cn import ric, uscc

from app.calling import reconcile
from app.catalog.hall_file import HallFile, parse_hall
from app.catalog.loading import load_hall
from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import SYSTEM, Act, Role
from app.core.clock import Clock, SetClock
from app.core.db import db, transaction
from app.core.problems import ProblemOut
from app.factory import create_app
from app.staff.service import put_device, put_staff
from app.tickets.queries import TABLE as TICKETS
from config.settings import Settings

R = TypeVar("R")

HALL = "t"
PASSWORD = "a password of tests"
KIOSK_TOKEN = "the token of the test kiosk"
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday, nine in Shanghai."""

DAY_AND_NIGHT = ["00:00-24:00"]
HALL_FILE: dict[str, Any] = {
    "hall": {
        "code": HALL,
        "name": "测试大厅",
        "timezone": "Asia/Shanghai",
        "day_starts_at": "03:00",
        "address": "测试路 1 号",
        "phone": "0000-0000000",
        "hours": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), DAY_AND_NIGHT),
        "closed_on_holidays": False,
        "rules": {"last_number": False, "numbers_from_afar": True},
        # six places a slot of the first item for the public, two for staff
        "booking": {
            "slot_minutes": 30,
            "walk_in_share": "0.5",
            "staff_share": "0.125",
            "release_at": "00:00",
            "release_hold_minutes": 0,
            "cancel_until_minutes": 0,
        },
    },
    "departments": [{"code": "ga", "name": "公安局"}, {"code": "zj", "name": "住建局"}],
    "lanes": [
        {"letters": "A", "name": "户籍"},
        {"letters": "B", "name": "社保"},
        {"letters": "J", "name": "工程建设"},
    ],
    "counters": [
        *(
            {
                "no": str(no),
                "name": "综合窗口",
                "kind": "general",
                "tiers": [["A", "B"], ["J"]],
                "shares": {"A": "0.35", "B": "0.3"},
            }
            for no in range(1, 9)
        ),
        {
            "no": "9",
            "name": "工程建设",
            "kind": "specialist",
            "tiers": [["J"], ["A"]],
            "shares": {"J": "1"},
        },
    ],
    "items": [
        {"code": "id-card", "name": "身份证", "department": "ga", "lane": "A", "minutes": 5},
        {"code": "passport", "name": "护照", "department": "ga", "lane": "A", "minutes": 10},
        {"code": "pension", "name": "养老", "department": "ga", "lane": "B", "minutes": 8},
        {"code": "permit", "name": "施工许可", "department": "zj", "lane": "J", "minutes": 30},
    ],
}
_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Cheap to check, as the hash itself says how: thousands of clerks sign in here."""


def open_house(settings: Settings, clock: Clock | None = None, **rules: Any) -> House:
    """A house on these stores, its hall loaded and its people known; `rules` change the hall's."""
    house = House(create_app(settings, clock or SetClock(MORNING)))
    house.reload(lambda file: file["hall"]["rules"].update(rules))
    with house.app.app_context():
        act = Act(house.clock.now(), SYSTEM)
        with transaction():
            put_device(KIOSK_TOKEN, "kiosk", HALL, "取号机", act, reader=True)
            for no in house.plan.counters:
                put_staff(f"clerk{no}", _hash, Role.CLERK, HALL, no, act)
            for role in (role for role in Role if role != Role.CLERK):
                put_staff(str(role), _hash, role, HALL, None, act)
    return house


@cache
def _parsed(file: bytes) -> HallFile:
    """Most tests begin with the same hall."""
    return parse_hall(file)


@dataclass
class House:
    app: APIFlask
    _clerks: dict[str, Clerk] = field(default_factory=dict)
    _file: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(HALL_FILE))

    @property
    def clock(self) -> Any:
        return self.app.extensions["parts"].clock

    @property
    def register(self) -> dict[str, str]:
        """The real-name register: number -> name. It knows the people of the demo, too."""
        people: dict[str, str] = self.app.extensions["parts"].real_name.people
        return people

    @property
    def phones(self) -> dict[str, str]:
        """What it knows besides: number -> phone."""
        phones: dict[str, str] = self.app.extensions["parts"].real_name.phones
        return phones

    @property
    def records(self) -> dict[str, Any]:
        """What public records hold against a holder: number -> as config/demo-records.yaml."""
        holders: dict[str, Any] = self.app.extensions["parts"].public_records.holders
        return holders

    @property
    def plan(self) -> HallPlan:
        with self.app.app_context():
            plan = plan_of(HALL)
            db.session.rollback()
            return plan

    @cached_property
    def day(self) -> str:
        return f"{self.plan.day_of(self.clock.now()).date:%Y%m%d}"

    @property
    def sequence(self) -> Any:
        return self.app.extensions["parts"].sequence(HALL, self.day)

    def reload(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Somebody changes the hall's file and brings it in. YAML is a superset of JSON."""
        change(self._file)
        file = json.dumps(self._file, ensure_ascii=False).encode()
        self.within(lambda: load_hall(_parsed(file)))

    @contextmanager
    def hall_put_back(self) -> Iterator[None]:
        """What is changed of the hall's file meanwhile is taken back."""
        file = copy.deepcopy(self._file)
        yield
        if self._file != file:
            self.reload(lambda changed: changed.update(file))

    def stand_at_noon(self) -> None:
        """Move the hall to where it is about noon now: its day does not turn while a test runs by
        a real clock, and has times left to book."""
        ahead = 12 - self.clock.now().hour
        self.reload(lambda file: file["hall"].update(timezone=f"Etc/GMT{-ahead:+d}"))

    def within(self, use_case: Callable[[], R]) -> R:
        """A use case in a transaction of its own, where no route leads to it."""
        with self.app.app_context(), transaction():
            return use_case()

    def request(
        self,
        method: str,
        path: str,
        token: str | None = None,
        body: Any = None,
        key: str | None = "",
        **options: Any,
    ) -> Any:
        """One request; `key` "" makes a fresh Idempotency-Key, None sends none."""
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if method == "POST" and key is not None:
            headers["Idempotency-Key"] = key or uuid.uuid4().hex
        if body is not None:
            options["json"] = body
        return self.app.test_client().open(
            f"/api/v1{path}", method=method, headers=headers, **options
        )

    def get(self, path: str, token: str | None = None) -> Any:
        return self.request("GET", path, token)

    def post(self, path: str, token: str | None = None, body: Any = None, key: str = "") -> Any:
        return self.request("POST", path, token, body, key)

    def take(self, item: str = "id-card", **more: Any) -> dict[str, Any]:
        """A number at the machine."""
        answer = self.post("/kiosk/tickets", KIOSK_TOKEN, {"item": item, **more})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.json

    def take_from_afar(self, item: str = "id-card") -> dict[str, Any]:
        """A number taken outside the hall, each by somebody else; its holder has the token."""
        return self.citizen(f"afar-{uuid.uuid4().hex}").identify().take_from_afar(item)

    def check_in(self, ticket: dict[str, Any], **more: Any) -> Any:
        """The code on a ticket shown to the machine; the whole response."""
        return self.post("/kiosk/check-ins", KIOSK_TOKEN, {"ticket": ticket["token"], **more})

    def own(self, ticket: dict[str, Any], action: str, key: str = "") -> Any:
        """What a ticket's owner does with it; the whole response."""
        return self.post(f"/tickets/{ticket['id']}/{action}", ticket["token"], key=key)

    def as_owner(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """The ticket as its owner sees it now."""
        return self.get(f"/tickets/{ticket['id']}", ticket["token"]).json

    def row(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """The ticket's row."""
        with self.app.app_context():
            query = TICKETS.select().where(TICKETS.c.id == ticket["id"])
            return dict(db.session.execute(query).mappings().one())

    def minutes_left(self, ticket: dict[str, Any]) -> float:
        """From now to its due time."""
        due = datetime.fromisoformat(ticket["due_at"])
        return (due - self.clock.now()) / timedelta(minutes=1)

    def calls(self, date: str = "") -> list[dict[str, Any]]:
        """Every call of the day, as everyone may see them."""
        return self.get(f"/halls/{HALL}/calls{date and '?date=' + date}").json

    def sweep(self) -> None:
        """What the schedule does every few seconds."""
        plan = self.plan
        with self.app.app_context():
            reconcile.sweep(plan, self.clock.now())

    def close_night(self) -> int:
        """What the schedule does once a day has begun."""
        plan = self.plan
        with self.app.app_context(), transaction():
            return reconcile.close_night(plan, self.clock.now())

    def ticket(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """The ticket as its machine sees it now."""
        return self.get(f"/tickets/{ticket['id']}", KIOSK_TOKEN).json

    def clerk(self, no: str = "1") -> Clerk:
        """The clerk of this counter, signed in, the counter open."""
        if no not in self._clerks:
            clerk = Clerk(self, no, self.sign_in(f"clerk{no}"))
            assert clerk.do("open").status_code == 200
            self._clerks[no] = clerk
        return self._clerks[no]

    def citizen(self, name: str = "li") -> Citizen:
        """Somebody who signs in on their phone; the same name is the same person."""
        answer = self.post("/session", None, {"code": f"sandbox:{name}"})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return Citizen(self, name, answer.json["token"])

    def slots(self, item: str = "id-card", date: str = "2026-11-24") -> list[dict[str, Any]]:
        """What can be booked on a day."""
        answer = self.get(f"/halls/{HALL}/slots?item={item}&date={date}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json

    def slot(self, clock: str, item: str = "id-card", date: str = "2026-11-24") -> str:
        """The id of the slot that begins at this time of the hall's clock: 09:30."""
        return next(s["id"] for s in self.slots(item, date) if s["starts_at"][11:16] == clock)

    def check_in_by(self, **shown: Any) -> Any:
        """A `code` or an `id_number` shown to the machine; the whole response."""
        return self.post("/kiosk/check-ins", KIOSK_TOKEN, shown)

    def forget_clerks(self) -> None:
        """Whoever signed in has to do so again."""
        self._clerks.clear()

    def sign_in(self, username: str, counter: str | None = None) -> str:
        body = {"username": username, "password": PASSWORD}
        if counter:
            body["counter"] = counter
        answer = self.post("/staff/session", None, body)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.json["token"]

    def waiting(self) -> list[str]:
        """Numbers in the order of the board."""
        return [one["number"] for one in self.get(f"/halls/{HALL}/board").json["next"]]


@dataclass
class Clerk:
    house: House
    no: str
    token: str

    def do(self, action: str, body: Any = None, key: str = "") -> Any:
        """Something at the counter; the whole response."""
        return self.house.post(f"/counters/{self.no}/{action}", self.token, body, key)

    def next(self, key: str = "") -> dict[str, Any] | None:
        """Call the next; None when nobody waits."""
        answer = self.do("call-next", key=key)
        assert answer.status_code in (200, 204), answer.get_data(as_text=True)
        return answer.json if answer.status_code == 200 else None

    def handle(self, ticket: dict[str, Any], action: str, body: Any = None, key: str = "") -> Any:
        """Something with a ticket; the whole response."""
        return self.house.post(f"/tickets/{ticket['id']}/{action}", self.token, body, key)

    def see(self) -> dict[str, Any]:
        """What the console shows."""
        return self.house.get(f"/counters/{self.no}", self.token).json


@dataclass
class Citizen:
    house: House
    name: str
    token: str

    @property
    def id_number(self) -> str:
        """Theirs, of nobody over 60; two names hardly ever share one."""
        drawn = zlib.crc32(self.name.encode())
        born = date(1970, 1, 1) + timedelta(days=drawn // 999 % 12_000)
        return id_number(f"{born:%Y%m%d}", drawn % 999 + 1)

    @property
    def phone(self) -> str:
        """Theirs."""
        return f"13{zlib.crc32(self.name.encode()) % 10**9:09d}"

    def get(self, path: str) -> Any:
        return self.house.get(path, self.token)

    def post(self, path: str, body: Any = None, key: str = "") -> Any:
        return self.house.post(path, self.token, body, key)

    def put(self, path: str, body: Any) -> Any:
        return self.house.request("PUT", path, self.token, body)

    def delete(self, path: str) -> Any:
        return self.house.request("DELETE", path, self.token)

    def identify(self, name: str = "李小明") -> Citizen:
        """Says who they are."""
        body = {"name": name, "id_number": self.id_number}
        answer = self.put("/me/identity", body)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return self

    def show_phone(self) -> Citizen:
        """WeChat proves their phone to be theirs."""
        answer = self.put("/me/phone", {"code": f"phone:{self.phone}"})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return self

    def verify(self, name: str = "李小明") -> Citizen:
        """Says who they are, and the real-name register knows them so, with the phone in hand."""
        self.house.register[self.id_number] = name
        self.house.phones[self.id_number] = self.phone
        return self.show_phone().identify(name)

    def people(self) -> list[dict[str, Any]]:
        """Whom they act for, themselves first where they said who they are."""
        return self.get("/me/people").json

    def add(self, name: str, **number: str) -> dict[str, Any]:
        """Somebody of the family by `id_number`, or a firm by `credit_code`."""
        answer = self.post("/me/people", {"name": name, **number})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.json

    def book(self, slot: str, item: str = "id-card", **more: Any) -> dict[str, Any]:
        """A time booked; the answer's body."""
        answer = self.post("/appointments", {"slot": slot, "item": item, **more})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.json

    def appointment(self, booking: dict[str, Any], action: str, body: Any = None) -> Any:
        """Something with one's booking; the whole response."""
        return self.post(f"/appointments/{booking['id']}/{action}", body)

    def take_from_afar(self, item: str = "id-card") -> dict[str, Any]:
        """A number taken outside the hall."""
        answer = self.post(f"/halls/{HALL}/tickets", {"item": item})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.json


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem an answer tells: with everything a problem has, and in words to read out."""
    told = answer.get_data(as_text=True)
    assert (answer.status_code, (answer.json or {}).get("code")) == (status, code), told
    assert answer.mimetype == "application/problem+json"
    problem: dict[str, Any] = answer.json
    assert {"type", "title", "status", "code", "detail", "request_id"} <= problem.keys()
    assert problem.keys() <= ProblemOut().fields.keys()  # what the API's description names
    assert problem["status"] == status
    assert re.search("[\u4e00-\u9fff]", problem["title"])
    assert re.search("[\u4e00-\u9fff].*。$", problem["detail"])
    return problem


def id_number(born: str = "19900401", series: int = 1) -> str:
    """A well-formed identity number of nobody."""
    digits = f"110105{born}{series:03d}"
    return digits + ric.calc_check_digit(digits + "0")


def credit_code(series: int = 1) -> str:
    """A well-formed credit code of no firm."""
    digits = f"91110105MA{series:07d}"
    return digits + uscc.calc_check_digit(digits)
