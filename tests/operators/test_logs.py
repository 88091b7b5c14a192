"""What a line of the log is about: its request, counter and ticket."""

from __future__ import annotations

import io
import json
import logging

import pytest
from rq import Queue

from app import factory, worker
from app.core.parts import parts
from app.printing.jobs import print_due
from config import logged_about
from config.logging import JsonLines
from tests.house import HALL
from tests.printing.printer import Printer
from tests.printing.test_prints import plug


@pytest.fixture
def lines():
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_a_line_names_request_counter_and_ticket_and_no_token(house, lines, monkeypatch):
    monkeypatch.setattr(factory, "SLOW_S", 0.0)
    taken = house.take("id-card")
    called = house.clerk("1").next()
    assert called["ticket"]["id"] == taken["id"]
    house.app.test_client().get(f"/t/{taken['token']}", headers={"X-Request-Id": "of the proxy"})
    logging.getLogger("app").warning("after it")
    of_call = [line for line in lines() if "calling.call_next" in line["message"]][-1]
    assert (of_call["ticket"], of_call["counter"]) == (taken["id"], "1")
    assert len(of_call["request_id"]) == 32
    of_page = [line for line in lines() if line.get("request_id") == "of the proxy"]
    assert of_page
    assert taken["token"] not in json.dumps(of_page)
    assert "request_id" not in lines()[-1]


def test_a_number_is_named_as_soon_as_it_is_given(house, lines, monkeypatch):
    monkeypatch.setattr(factory, "SLOW_S", 0.0)
    taken = house.take("id-card")
    [of_taking] = [line for line in lines() if "kiosk" in line["message"]]
    assert of_taking["ticket"] == taken["id"]


def test_a_job_names_what_it_has_in_hand_in_each_of_its_threads(house, lines):
    printer = Printer(meanwhile=lambda _line, content: len(content) > 100)  # unplugged
    plug(house, printer.port)
    taken = house.take("id-card")
    with house.app.app_context():
        logged_about.begin(job="print_due")
        print_due()
        logged_about.end()
    printer.close()
    [silent] = [line for line in lines() if line["logger"] == "app.printing.line"]
    assert (silent["job"], silent["ticket"]) == ("print_due", taken["id"])


def test_a_round_of_the_schedule_names_the_hall(house, lines, monkeypatch):
    def breaks(*_):
        raise RuntimeError("of one hall")

    monkeypatch.setattr(worker, "sweep", breaks)
    with house.app.app_context():
        worker.one_round(Queue(connection=parts().rq))
        logging.getLogger("app").warning("after it")
    [failed] = [line for line in lines() if "of one hall" in line.get("traceback", "")]
    assert failed["hall"] == HALL
    assert "hall" not in lines()[-1]
