"""What a line of the log is about: its request, counter and ticket."""

from __future__ import annotations

import io
import json
import logging

import pytest

from app import factory
from config.logging import JsonLines


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
