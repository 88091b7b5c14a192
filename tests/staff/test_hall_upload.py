"""The hall's file at the office: judged line by line, loaded as it was judged or not at all."""

import copy
import json

import pytest

from app.catalog.loading import file_of
from tests.house import HALL, HALL_FILE, refused

PATH = "/staff/hall-file"


@pytest.fixture
def administrator(house):
    return house.sign_in("administrator")


def yaml(change=lambda file: None):
    """The hall's file as somebody changed it, a key a line. YAML is a superset of JSON."""
    file = copy.deepcopy(HALL_FILE)
    change(file)
    return json.dumps(file, ensure_ascii=False, indent=1)


def check(house, token, text):
    return house.post(f"{PATH}/check", token, {"text": text})


def load(house, token, text, checked):
    return house.post(f"{PATH}/load", token, {"text": text, "checked": checked})


def promise(file):
    file["hall"]["promises"] = {"walk_in_minutes": 20}


def test_a_fault_is_told_with_its_line_and_gives_nothing_to_load(house, administrator):
    text = yaml(lambda file: file["counters"][0].update(tiers=[["A", "B", "X"], ["J"]]))
    told = check(house, administrator, text).json
    assert told["checked"] is None
    line = next(n for n, words in enumerate(text.splitlines(), start=1) if '"X"' in words)
    assert [(fault["line"], fault["where"]) for fault in told["faults"]] == [
        (line, "counters 第 1 项 › tiers 第 1 项 第 3 项")
    ]
    assert "没有「X」这个业务队列" in told["faults"][0]["text"]
    assert load(house, administrator, text, "x").status_code == 422


def test_what_changes_is_told_with_from_when_it_holds_and_then_loaded(house, administrator):
    def change(file):
        promise(file)
        file["lanes"][0]["name"] = "户籍业务"
        file["counters"][0]["shares"] = {"A": "0.4", "B": "0.3"}
        file["counters"].append({**file["counters"][8], "no": "10"})
        del file["items"][1]

    text = yaml(change)
    told = check(house, administrator, text).json
    assert told["faults"] == []
    assert told["size"]["counters"] == 10
    shown = ("part", "entry", "key", "before", "after", "holds")
    assert [tuple(one[name] for name in shown) for one in told["changes"]] == [
        ("hall", "", "promises.walk_in_minutes", None, "20", "next_day"),
        ("lanes", "A", "name", "户籍", "户籍业务", "at_once"),
        ("counters", "1", "shares.A", "0.35", "0.4", "slots"),
        ("counters", "10", "", None, "工程建设", "at_once"),
        ("items", "passport", "", "护照", None, "at_once"),
    ]
    loaded = load(house, administrator, text, told["checked"])
    assert loaded.status_code == 200
    assert loaded.json["retired"] == ["事项 passport"]
    assert "10" in house.plan.counters
    assert house.get(PATH, administrator).json["text"] == text
    [deed] = house.get(f"{PATH}/deeds", administrator).json
    assert (deed["by"], deed["deed"]) == ("administrator", "hall_loaded")
    assert (deed["count"], deed["changes"]) == (5, told["changes"])
    assert check(house, administrator, text).json["changes"] == []


def test_nothing_is_loaded_but_what_was_checked(house, administrator):
    checked = check(house, administrator, yaml()).json["checked"]
    refused(load(house, administrator, yaml(promise), checked), 409, "hall_file_not_checked")
    assert house.plan.promises.walk_in == 30 * 60_000


def test_a_hall_that_changed_meanwhile_is_checked_anew(house, administrator):
    text = yaml(promise)
    checked = check(house, administrator, text).json["checked"]
    house.reload(lambda file: file["hall"].update(phone="1"))
    refused(load(house, administrator, text, checked), 409, "hall_file_not_checked")
    checked = check(house, administrator, text).json["checked"]
    assert load(house, administrator, text, checked).status_code == 200


def test_a_lane_in_use_is_warned_of_and_stays(house, administrator):
    def without_b(file):
        file["lanes"] = [lane for lane in file["lanes"] if lane["letters"] != "B"]
        file["items"] = [item for item in file["items"] if item["lane"] != "B"]
        for counter in file["counters"]:
            counter["tiers"] = [[k for k in tier if k != "B"] for tier in counter["tiers"]]
            counter["shares"].pop("B", None)

    house.take("pension")
    text = yaml(without_b)
    told = check(house, administrator, text).json
    assert "B 队列还有 1 个号没有办完" in told["warnings"][0]
    refused(load(house, administrator, text, told["checked"]), 409, "lane_in_use")
    assert "B" in house.plan.lanes


def test_what_cannot_be_booked_is_a_warning(house, administrator):
    text = yaml(lambda file: file["counters"][8].update(shares={"J": "0.1"}))
    told = check(house, administrator, text).json
    assert told["checked"]
    assert any("施工许可群众约不上" in words for words in told["warnings"])


def test_another_halls_file_is_refused_at_its_line(house, administrator):
    text = yaml(lambda file: file["hall"].update(code="elsewhere"))
    [fault] = check(house, administrator, text).json["faults"]
    assert (fault["line"], fault["where"]) == (3, "hall › code")
    assert "elsewhere" in fault["text"]


@pytest.mark.parametrize("text", ["", "x" * 400_001])
def test_a_file_of_no_or_too_many_bytes_is_refused(house, administrator, text):
    refused(check(house, administrator, text), 422, "invalid")


def test_a_file_of_too_many_bytes_though_few_signs_is_refused_in_words(house, administrator):
    told = check(house, administrator, "大" * 200_000).json
    assert "文件过大" in told["faults"][0]["text"]


def test_the_file_is_downloaded_as_it_was_brought_in(house):
    client = house.app.test_client()
    token = house.sign_in("administrator")
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.get("/office/hall.yaml", headers=headers)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{HALL}.yaml"'
    with house.app.app_context():
        assert answer.text == file_of(HALL)


@pytest.mark.parametrize("role", ["clerk1", "supervisor"])
def test_the_file_is_the_administrators(house, role):
    token = house.sign_in(role)
    refused(check(house, token, yaml()), 403, "forbidden")
    refused(house.get(PATH, token), 403, "forbidden")
    refused(load(house, token, yaml(), "x"), 403, "forbidden")
