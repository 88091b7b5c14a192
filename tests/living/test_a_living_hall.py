"""The program itself beside a real server: people come and are served, nobody is left behind, and
a counter at which a real person sits is theirs."""

from __future__ import annotations

import json
import time
from collections import Counter

import pytest

from app.core.clock import HouseClock
from app.core.db import db
from app.tickets.queries import TABLE as TICKETS
from config.settings import ROOT
from embedded import lifeline
from embedded.program import Program
from tests.house import HALL, KIOSK_TOKEN, PASSWORD, open_house

WATCHED_S = 12
FINAL = {"finished", "left", "closed", "cancelled"}


@pytest.fixture
def house(settings):
    house = open_house(settings, HouseClock(lambda: None))
    house.stand_at_noon()
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


class Living:
    """The program, a hundred times as fast as life."""

    def __init__(self, base_url, parts, directory):
        self.program = Program(
            name="living",
            command=tuple(
                lifeline.command(
                    *("living", "--parts", str(parts), "--base-url", base_url),
                    *("--kept", str(directory / "kept.json"), "--speed", "100", "--seed", "1"),
                )
            ),
            directory=ROOT,
            log=directory / "living.log",
            patience=20,
        )
        self.start()

    def start(self):
        self.process = self.program.start()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.program.stop(self.process)

    @property
    def said(self):
        return self.program.log.read_text()


@pytest.fixture
def living(house, live_server, tmp_path):
    clerks = [
        {"username": f"clerk{no}", "password": PASSWORD, "role": "clerk", "counter": no}
        for no in house.plan.counters
    ]
    guide = {"username": "guide", "password": PASSWORD, "role": "guide", "counter": None}
    parts = tmp_path / "parts.json"
    tokens = {"living_token": KIOSK_TOKEN, "cabinet_token": ""}
    told = {"hall": HALL, **tokens, "staff": [*clerks, guide], "cards": []}
    parts.write_text(json.dumps(told))
    living = Living(live_server, parts, tmp_path)
    yield living
    living.end()


def wait(until, living, seconds=180):
    limit = time.monotonic() + seconds
    while not until():
        assert living.process.poll() is None, living.said
        assert time.monotonic() < limit, living.said
        time.sleep(0.2)


def states(house):
    with house.app.app_context():
        found = db.session.execute(TICKETS.select()).mappings().all()
        return Counter(str(row["state"]) for row in found)


def called_at(house, no):
    return [call["call_id"] for call in house.calls() if call["counter"] == no]


@pytest.mark.long
def test_a_real_person_has_the_counter_and_nobody_is_left_behind(house, living):
    wait(lambda: called_at(house, "5") and len(house.calls()) > 6, living)
    token = house.sign_in("clerk5")  # somebody sits down at a counter with a simulated clerk
    before, called = called_at(house, "5"), len(house.calls())
    time.sleep(WATCHED_S)
    wait(lambda: len(house.calls()) > called + 3, living)
    wait(lambda: "counter 5: somebody else sits down" in living.said, living)
    seen = house.get("/counters/5", token)
    assert seen.status_code == 200, "the simulated clerk took the counter back"
    assert called_at(house, "5") == before
    assert len({call["why"]["code"] for call in house.calls()}) > 1
    assert not [call for call in house.calls() if call["counter"] in ("1", "2", "3")]

    living.end()
    assert "what is left stays" not in living.said
    held = house.get("/counters/5", token).json["ticket"]  # theirs to finish
    left = states(house)
    if held is not None:
        left[held["state"]] -= 1
    assert {state for state, count in left.items() if count} <= FINAL
    assert house.get("/counters/4", token).json["status"] == "closed"
    assert sum(lane["waiting"] for lane in house.get(f"/halls/{HALL}/board").json["lanes"]) == 0


@pytest.mark.long
def test_killed_and_started_again_its_clerks_have_their_seats_back(house, living):
    wait(lambda: len(house.calls()) > 6, living)
    living.kill()
    before = len(house.calls())
    living.start()
    wait(lambda: len(house.calls()) > before + 3, living)
    assert "somebody else sits down" not in living.said
    assert "Traceback" not in living.said
