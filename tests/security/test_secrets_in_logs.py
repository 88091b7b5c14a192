"""What people type, and what opens doors, put through a whole hall at its most talkative, with its
stores gone in between: nothing of it stands in any log, or comes back in an error."""

from __future__ import annotations

import tempfile
import time
import uuid
from pathlib import Path

import pytest
import requests

from tests.faults.running.installation import Installation, Template
from tests.house import HALL, KIOSK_TOKEN, PASSWORD, id_number
from tests.licences.register import register

NAME, AGENT = "欧阳小明", "上官云"
NUMBER, OTHER_NUMBER = id_number("19860228", 77), id_number("19770707", 707)
PHONE = "13912345678"
WRONG_PASSWORD = "not the password at all"
PROGRAMS = ("web", "worker", "schedule")

pytestmark = pytest.mark.security


class Asker:
    """Asks over HTTP, and keeps every refusal."""

    def __init__(self, address):
        self.base = f"http://{address}"
        self.refusals: list[str] = []

    def __call__(self, method, path, token="", body=None, **more):
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        given = {"json": body} if body is not None else {}
        try:
            answer = requests.request(
                method, f"{self.base}{path}", headers=headers, timeout=20, **given, **more
            )
        except requests.RequestException:
            return None
        if answer.status_code >= 400:
            self.refusals.append(answer.text)
        return answer

    def api(self, method, path, token="", body=None, **more):
        return self(method, f"/api/v1{path}", token, body, **more)

    def sign_in(self, username, password=PASSWORD):
        body = {"username": username, "password": password}
        return self.api("POST", "/staff/session", body=body)


def a_morning(ask):
    """What people do, well and badly; every secret that came up."""
    ask.sign_in("clerk1", WRONG_PASSWORD)
    staff = {who: ask.sign_in(who).json()["token"] for who in ("clerk1", "security", "supervisor")}
    phone = ask.api("POST", "/session", body={"code": "sandbox:ouyang"}).json()["token"]
    ask.api("PUT", "/me/phone", phone, {"code": f"phone:{PHONE}"})
    for body in (
        {"name": NAME, "id_number": NUMBER},
        {"name": NAME, "id_number": NUMBER[:-1] + "%"},
        {"name": NAME * 40, "id_number": NUMBER},
        {"names": NAME, NUMBER: PHONE},
    ):
        ask.api("PUT", "/me/identity", phone, body)
    ask.api("POST", "/me/people", phone, {"name": AGENT, "id_number": OTHER_NUMBER})
    ask.api("POST", "/me/people", phone, data=f'{{"name": "{AGENT}", {OTHER_NUMBER}')
    ticket = ask.api("POST", "/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"}).json()
    ask("GET", f"/t/{ticket['token']}")
    ask("DELETE", f"/t/{ticket['token']}")
    ask.api("GET", f"/tickets/{ticket['id']}", ticket["token"])
    ask.api("GET", f"/tickets/{ticket['token']}", phone)
    ask.api("POST", "/kiosk/check-ins", KIOSK_TOKEN, {"id_number": NUMBER})
    ask.api("GET", f"/halls/{NUMBER}", phone)
    ask.api("GET", f"/halls?q={NAME}&id_number={NUMBER}", phone)
    ask.api("GET", "/me", "a token that nobody bears " + PHONE)
    body = {"name": "市监局", "scopes": ["licences:import"]}
    key = ask.api("POST", "/staff/keys", staff["security"], body).json()["key"]
    records = [dict(one, holder_name=NAME) for one in register(3)]
    ask.api("POST", "/licences/imports", key, {"records": records})
    ask.api("POST", "/licences/imports", key, {"records": [{"holder": {"number": NUMBER}}]})
    tomorrow = ask.api("GET", f"/halls/{HALL}/days?item=id-card", phone)
    day = next((one["date"] for one in tomorrow.json() if one.get("left")), None)
    if day is not None:
        slots = ask.api("GET", f"/halls/{HALL}/slots?item=id-card&date={day}", phone).json()
        ask.api("POST", "/appointments", phone, {"slot": slots[0]["id"], "item": "id-card"})
    return [phone, key, ticket["token"], *staff.values()]


@pytest.fixture
def template():
    with tempfile.TemporaryDirectory(prefix="shunhao-template-") as directory:
        yield Template(Path(directory))


def test_nothing_of_it_is_in_any_log_or_error(template, wechat, tmp_path):
    secrets = {NAME, AGENT, NUMBER, OTHER_NUMBER, PHONE, WRONG_PASSWORD, PASSWORD, KIOSK_TOKEN}
    with Installation(template, wechat, tmp_path, environ={"LOG_LEVEL": "DEBUG"}) as hall:
        ask = Asker(hall.address)
        phone, *others = a_morning(ask)
        secrets |= {phone, *others}
        for store in ("redis", "postgres"):
            hall.kill(store)
            ask.sign_in("clerk1", WRONG_PASSWORD)
            ask.api("PUT", "/me/identity", phone, {"name": NAME, "id_number": NUMBER})
            ask.api("POST", "/kiosk/check-ins", KIOSK_TOKEN, {"id_number": NUMBER})
            hall.start(store)
        time.sleep(6)  # a round of the schedule, and what it leaves to the worker
        logs = {name: (tmp_path / "log" / f"{name}.log").read_text() for name in PROGRAMS}
    assert len(ask.refusals) > 10
    assert all(logs.values()), "every program says something"
    said = [(name, line) for name, log in logs.items() for line in log.splitlines()]
    said += [("an error", one) for one in ask.refusals]
    found = [(where, line) for where, line in said if any(secret in line for secret in secrets)]
    assert found == [], found
