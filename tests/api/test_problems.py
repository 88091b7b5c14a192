"""What goes wrong is told alike everywhere, and nothing of the inside gets out."""

from dataclasses import replace

import pytest

from app.core.auth import hash_of
from app.kiosk import api
from tests.house import KIOSK_TOKEN, open_house, refused


def test_wrong_address_and_wrong_method(shared_house):
    refused(shared_house.get("/nothing"), 404, "not_found")
    answer = shared_house.request("DELETE", "/halls")
    refused(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("POST", "/docs", 405)]
)
def test_people_get_a_page(shared_house, method, path, status):
    answer = shared_house.app.test_client().open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert "。" in answer.get_data(as_text=True)


def test_no_traceback_leaves_the_house(shared_house, monkeypatch, caplog):
    def fails(*_, **__):
        raise RuntimeError("the inside of the house")

    monkeypatch.setattr(api.service, "take_number", fails)
    answer = shared_house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"})
    problem = refused(answer, 500, "internal_error")
    told = answer.get_data(as_text=True)
    assert "inside" not in told
    assert "Traceback" not in told
    logged = next(record for record in caplog.records if record.exc_info)
    assert problem["request_id"] in logged.getMessage()
    monkeypatch.undo()
    shared_house.take()


def test_an_answer_bears_the_name_its_request_was_given(shared_house):
    answer = shared_house.request("GET", "/nothing", headers={"X-Request-Id": "r-7"})
    assert (
        answer.headers["X-Request-Id"] == refused(answer, 404, "not_found")["request_id"] == "r-7"
    )


# Limits


@pytest.fixture
def narrow(settings):
    """Opens a house with small limits."""
    opened = []

    def open_narrow(**limits):
        opened.append(open_house(replace(settings, **limits)))
        return opened[-1]

    yield open_narrow
    for house in opened:
        with house.app.app_context():
            house.app.extensions["sqlalchemy"].engine.dispose()


def until_limited(ask, at_most):
    """Ask until it is too often; the minute may turn once meanwhile."""
    for _ in range(2 * at_most + 1):
        answer = ask()
        if answer.status_code == 429:
            return answer
    raise AssertionError("never limited")


def test_a_device_that_asks_too_often(narrow):
    house = narrow(device_limit=5)
    answer = until_limited(lambda: house.get("/tickets/x", KIOSK_TOKEN), 5)
    problem = refused(answer, 429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) == problem["retry_after"] <= 60
    assert house.get("/halls").status_code == 200  # others go on


def test_an_address_that_asks_too_often_also_without_a_token_that_is_worth_anything(narrow):
    house = narrow(address_limit=5)
    guesses = iter(range(100))
    answer = until_limited(lambda: house.get("/halls", f"guess {next(guesses)}"), 5)
    refused(answer, 429, "too_many_requests")
    refused(house.get("/halls"), 429, "too_many_requests")


def test_in_the_demo_this_machine_may_ask_as_often_as_it_likes_others_may_not(narrow):
    house = narrow(mode="demo", address_limit=5, device_limit=20)
    assert {house.get("/halls").status_code for _ in range(30)} == {200}
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    answer = until_limited(lambda: house.request("GET", "/halls", **elsewhere), 5)
    refused(answer, 429, "too_many_requests")
    answer = until_limited(lambda: house.get("/tickets/x", KIOSK_TOKEN), 20)
    refused(answer, 429, "too_many_requests")  # one machine is one machine in the demo, too


@pytest.mark.parametrize("mode", ["test", "production"])
def test_elsewhere_this_machine_is_an_address_like_any_other(narrow, mode):
    house = narrow(mode=mode, address_limit=5)
    refused(until_limited(lambda: house.get("/halls"), 5), 429, "too_many_requests")


def test_limits_keep_no_token(narrow):
    house = narrow(device_limit=50)
    house.get("/tickets/x", KIOSK_TOKEN)
    redis = house.app.extensions["parts"].redis
    keys = b" ".join(redis.scan_iter()).decode()
    assert "sh" in keys
    assert KIOSK_TOKEN not in keys
    assert hash_of(KIOSK_TOKEN) not in keys
