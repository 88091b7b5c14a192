"""Who may bring licences in over HTTP, and see what came of it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests

from app.core.acts import SYSTEM, Act
from app.staff.keys import add_key
from tests.faults.conftest import leave
from tests.house import HALL, KIOSK_TOKEN, House, open_house, refused
from tests.licences.imports import bring, counts, state, with_kinds, work
from tests.licences.register import csv_of, jsonl_of, register

IMPORTS = "/licences/imports"


@pytest.fixture(scope="module")
def tokens(shared_house):
    """The administrator's, another system's, and yet another's."""
    given = {"administrator": shared_house.sign_in("administrator")}
    security = shared_house.sign_in("security")
    for name in ("市场监管", "公安"):
        body = {"name": name, "scopes": ["licences:import", "licences:progress"]}
        answer = shared_house.post("/staff/keys", security, body)
        assert answer.status_code == 201
        given[name] = answer.json["key"]
    return given


@pytest.fixture
def house(shared_house):
    return with_kinds(shared_house)


@pytest.fixture
def key_of_today(house):
    """A system's key by the clock of the live server: keys end."""
    scopes, act = ("licences:import", "licences:progress"), Act(datetime.now(UTC), SYSTEM)
    return house.within(lambda: add_key("住建", HALL, scopes, 30, act)).key


def put(house: House, import_id: str, token: str, content: bytes):
    return house.request(
        "PUT",
        f"{IMPORTS}/{import_id}/file",
        token,
        data=content,
        content_type="text/csv",
    )


def long_file(house: House) -> bytes:
    """Three rows, and more than any other request may have of lines with nothing in them."""
    nothing = b" " * 60_000 + b"\r\n"
    return csv_of(register(3)) + nothing * (house.app.config["MAX_CONTENT_LENGTH"] // 60_000 + 1)


def test_another_system_brings_records_once(house, tokens):
    body = {"records": list(register(7))}
    for _ in range(2):
        answer = house.post(IMPORTS, tokens["市场监管"], body, key="the same")
        assert answer.status_code == 201
    work(house)
    found = house.get(f"{IMPORTS}/{answer.json['id']}", tokens["市场监管"]).json
    assert (found["state"], found["by"], found["own"]) == ("done", "市场监管", True)
    assert counts(found) == {"read": 7, "new": 7}
    assert len(house.get(IMPORTS, tokens["市场监管"]).json) == 1
    assert house.get(IMPORTS, tokens["公安"]).json == []
    refused(house.get(f"{IMPORTS}/{found['id']}", tokens["公安"]), 404, "unknown_import")
    of_hall = house.get(IMPORTS, tokens["administrator"]).json
    assert [(one["id"], one["own"]) for one in of_hall] == [(found["id"], False)]


def test_a_file_larger_than_any_request_is_brought(house, tokens):
    """And a wrong one is refused before it: the right one may then follow."""
    token = tokens["administrator"]
    begun = house.post(IMPORTS, token, {"name": "食品.csv"}).json
    assert begun["state"] == "awaiting"
    refused(put(house, begun["id"], token, b""), 422, "file_empty")
    refused(put(house, begun["id"], token, "一,二\n".encode()), 422, "header_wrong")
    assert "没有一列" in state(house, begun["id"])["failure"]
    refused(put(house, begun["id"], tokens["公安"], b"x"), 404, "unknown_import")
    content = long_file(house)
    answer = put(house, begun["id"], token, content)
    assert (answer.status_code, answer.json["state"]) == (200, "queued")
    refused(put(house, begun["id"], token, content), 409, "import_closed")
    work(house)
    assert counts(state(house, begun["id"])) == {"read": 3, "new": 3}


def test_a_file_that_was_refused_is_listed_so_with_the_reason(house, tokens):
    token = tokens["administrator"]
    begun = house.post(IMPORTS, token, {"name": "食品.csv"}).json
    refused(put(house, begun["id"], token, "一,二\n".encode()), 422, "header_wrong")
    ended = house.post(f"{IMPORTS}/{begun['id']}/cancel", token, {}).json
    assert (ended["state"], ended["state_text"]) == ("cancelled", "已拒收")
    assert "没有一列" in ended["failure"]


def test_only_who_brought_it_reads_what_is_wrong(house, tokens):
    token = tokens["市场监管"]
    records = list(register(3))
    records[0]["place"], records[1]["number"] = "=1+1", ""
    made = house.post(IMPORTS, token, {"records": records}).json["id"]
    work(house)
    path = f"{IMPORTS}/{made}/errors"
    told = house.get(path, token).json
    assert [(one["row"], one["field"]) for one in told] == [
        (1, "属地编码（place）"),
        (2, "证照编号（number）"),
    ]
    assert house.get(f"{path}?after={told[0]['id']}", token).json == told[1:]
    file = house.get(f"{path}.csv", token)
    assert file.mimetype == "text/csv"
    header, *lines = csv.reader(io.StringIO(file.text.removeprefix("\ufeff")))
    assert header == ["行号", "证照标识或编号（部分隐藏）", "字段", "原因"]
    assert [(line[0], line[3]) for line in lines] == [(str(t["row"]), t["reason"]) for t in told]
    for other in ("公安", "administrator"):
        refused(house.get(path, tokens[other]), 404, "unknown_import")
        refused(house.get(f"{path}.csv", tokens[other]), 404, "unknown_import")


def test_an_import_is_cancelled_once(house, tokens):
    token = tokens["administrator"]
    made = house.post(IMPORTS, token, {"name": "r.jsonl"}).json["id"]
    path = f"{IMPORTS}/{made}/cancel"
    refused(house.post(path, tokens["公安"], {}), 404, "unknown_import")
    assert house.post(path, token, {}).json["state"] == "cancelled"
    refused(house.post(path, token, {}), 409, "import_closed")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "nothing_to_import"),
        ({"name": "r.csv", "records": [{}]}, "nothing_to_import"),
        ({"records": []}, "invalid"),
        ({"name": "r.xlsx"}, "format_unknown"),
    ],
)
def test_what_brings_nothing_is_refused(house, tokens, body, code):
    refused(house.post(IMPORTS, tokens["administrator"], body), 422, code)


def test_nobody_else_brings_licences_and_systems_do_nothing_else(house, tokens):
    for token in (KIOSK_TOKEN, house.clerk().token, house.sign_in("supervisor")):
        refused(house.post(IMPORTS, token, {"records": [{}]}), 403, "forbidden")
        refused(house.get(IMPORTS, token), 403, "forbidden")
        refused(house.get("/licences/coverage", token), 403, "forbidden")
    system = tokens["市场监管"]
    for path in ("/licences/coverage", "/staff/devices", "/counters/1", "/device"):
        answer = house.get(path, system)
        assert answer.status_code == 403 or answer.json == {"device": None}, path
    refused(house.post("/kiosk/tickets", system, {"item": "id-card"}), 403, "forbidden")


def test_how_far_each_kind_is_covered(house, tokens):
    records = [*register(30), *register(6, seed=2)]
    for one in records[30:]:
        one["data"] = {}
    work_off = house.post(IMPORTS, tokens["公安"], {"records": records}).json["id"]
    work(house)
    assert counts(state(house, work_off)) == {"read": 36, "new": 30, "wrong": 6}
    told = house.get("/licences/coverage", tokens["administrator"]).json
    assert (told["kinds_to_collect"], told["kinds_collected"], told["licences"]) == (3, 3, 30)
    by_kind = {one["kind"]: one for one in told["kinds"]}
    card, food = by_kind["id-card"], by_kind["food-licence"]
    holders = {one["holder_number"] for one in records[:30] if one["kind"] == "id-card"}
    assert (card["licences"], card["holders"], card["expected"]) == (10, len(holders), 200)
    assert (card["valid"], card["expired"]) == (10, 0)
    assert (food["valid"], food["expired"], food["expected"]) == (0, 10, None)
    assert (food["last_read"], food["incomplete"]) == (12, 2 / 12)


def test_a_file_beyond_the_limit_is_refused(settings):
    house = with_kinds(open_house(replace(settings, max_import=50_000)))
    token = house.sign_in("administrator")
    made = house.post(IMPORTS, token, {"name": "r.jsonl"}).json["id"]
    lines = jsonl_of(register(100))
    refused(put(house, made, token, lines), 413, "file_too_large")
    assert put(house, made, token, lines[:1000]).status_code == 200
    assert list((settings.instance_path / "imports").iterdir()) != []
    leave(house)


def test_files_on_their_way_are_forgotten(house):
    made = bring(house, csv_of(register(2)))
    work(house)
    folder = house.app.extensions["parts"].settings.instance_path / "imports"
    assert state(house, made)["state"] == "done"
    assert made not in {path.name for path in folder.iterdir()}


def test_a_file_may_come_in_pieces(shared_live_server, house, key_of_today):
    """From a system that does not know beforehand how long it is."""
    made = house.post(IMPORTS, key_of_today, {"name": "r.csv"}).json["id"]
    content = long_file(house)
    pieces = (content[start : start + 50_000] for start in range(0, len(content), 50_000))
    answer = requests.put(
        f"{shared_live_server}/api/v1{IMPORTS}/{made}/file",
        data=pieces,
        headers={"Authorization": f"Bearer {key_of_today}", "Content-Type": "text/csv"},
        timeout=30,
    )
    assert (answer.status_code, answer.json()["size"]) == (200, len(content))
    house.post(f"{IMPORTS}/{made}/cancel", key_of_today, {})
