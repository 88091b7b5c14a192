"""What came of renewals: every number against what was really done."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from app.core.csv_files import BOM
from tests.house import House, id_number, refused
from tests.office.renewals import Due, due

ADDRESS = {"name": "李小明", "phone": "13800001234", "region": "青禾市", "street": "人民路 8 号"}


@pytest.fixture
def library(house: House) -> Due:
    return due(house)


def summary(house: House, query: str = "") -> dict[str, Any]:
    answer = house.get(f"/staff/renewals/summary{query}", house.sign_in("approver"))
    assert answer.status_code == 200, answer.text
    return answer.json


def look(house: House, path: str) -> str:
    """A page, as who decides sees it."""
    token = house.sign_in("approver")
    answer = house.app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def stages(told: dict[str, Any]) -> dict[str, int]:
    return {each["stage"]: each["count"] for each in told["stages"]}


def conversion(told: dict[str, Any]) -> dict[str, float | None]:
    return {each["stage"]: each["conversion"] for each in told["stages"]}


def decide(house: House, renewal: dict[str, Any], **body: Any) -> None:
    token = house.sign_in("approver")
    answer = house.post(f"/staff/renewals/{renewal['id']}/decide", token, body)
    assert answer.status_code == 200, answer.text


def test_how_far_each_got(house, library):
    """Seven are due. Five are reminded, of whom one opens it; two come unasked. Of these three two
    confirm, one is granted by the rule and one refused."""
    for n in range(4):
        library.licence(f"quiet-{n}")
    told = library.licence("told")
    library.remind()
    library.tell()
    phone = library.citizen("told")
    (renewal,) = phone.get("/me/renewals").json
    assert renewal["licence"]["id"] == told
    assert phone.post(f"/me/renewals/{renewal['id']}/open", {}).status_code == 200
    library.confirmed("li")
    decide(house, library.confirmed("wang", "guide"), granted=False, reason="考核不合格")
    found = summary(house)
    assert stages(found) == {
        "due": 7,
        "sent": 5,
        "opened": 3,
        "confirmed": 2,
        "decided": 2,
        "issued": 1,
        "handed_over": 1,
    }
    assert conversion(found) == {
        "due": None,
        "sent": 5 / 7,
        "opened": 1 / 5,  # those who came unasked were not brought by a reminder
        "confirmed": 2 / 3,
        "decided": 1.0,
        "issued": 1 / 2,
        "handed_over": 1.0,
    }
    states = {each["state"]: each["count"] for each in found["states"] if each["count"]}
    assert states == {"reminded": 4, "opened": 1, "closed": 2}
    assert sum(states.values()) == stages(found)["due"]
    assert sorted((each["by"], each["granted"], each["count"]) for each in found["decisions"]) == [
        ("person", False, 1),
        ("rule", True, 1),
    ]
    kinds = {each["kind"]: stages(each) for each in found["kinds"]}
    assert (kinds["shop"]["due"], kinds["guide"]["due"]) == (6, 1)
    assert {stage: kinds["shop"][stage] + kinds["guide"][stage] for stage in kinds["shop"]} == (
        stages(found)
    )
    assert summary(house, "?kind=guide")["stages"][0]["count"] == 1


def test_of_the_days_asked_for_alone(house, library):
    library.licence("li")
    library.remind()
    house.clock.advance(days=1)
    library.licence("wang")
    library.remind()

    def due_on(query: str) -> int:
        return stages(summary(house, query))["due"]

    assert due_on("?from=2026-11-23&to=2026-11-23") == 1
    assert due_on("?from=2026-11-24&to=2026-11-24") == 1
    assert due_on("?from=2026-11-23") == due_on("") == 2
    assert due_on("?to=2026-11-22") == 0
    token = house.sign_in("approver")
    backwards = house.get("/staff/renewals/summary?from=2026-11-24&to=2026-11-23", token)
    refused(backwards, 422, "invalid")


def test_reminders_by_what_became_of_them(house, library):
    library.licence("li")
    library.licence("wang", ends="2026-12-05")
    library.remind()
    told = summary(house)["reminders"]
    assert [(each["kind"], each["state"], each["count"]) for each in told] == [
        ("shop", "pending", 1),
        ("shop", "pending", 1),
    ]
    assert stages(summary(house))["sent"] == 0, "nobody was told yet"
    library.tell()
    assert {each["state"] for each in summary(house)["reminders"]} <= {"sent", "in_app"}
    assert stages(summary(house))["sent"] == 2


# The four zeros


def zeros(house: House) -> dict[str, int]:
    return summary(house)["zeros"]


def own_zeros(house: House, renewal: dict[str, Any]) -> dict[str, int]:
    answer = house.get(f"/staff/renewals/{renewal['id']}", house.sign_in("approver"))
    return answer.json["zeros"]


def test_one_tap_is_four_zeros(house, library):
    renewal = library.confirmed("li")
    assert own_zeros(house, renewal) == {
        "fields_typed": 0,
        "files_uploaded": 0,
        "trips": 0,
        "days_waited": 0,
    }
    assert zeros(house) == dict.fromkeys(("handed_over", "fields", "files", "trips", "days"), 1) | {
        "all_four": 1
    }


def test_what_was_typed_asked_for_gone_for_and_waited_for_is_no_zero(house, library):
    """Three of four that were handed over lack one zero each, and none of these counts as all
    four; what the courier still carries is not counted yet."""
    library.confirmed("li")
    typed = library.confirmed("typed", way="courier", address=ADDRESS)
    assert own_zeros(house, typed)["fields_typed"] > 0
    token = house.sign_in("approver")
    asked = library.confirmed("asked", "guide")
    body = {"words": "请补一张照片", "papers": ["近期照片"]}
    assert house.post(f"/staff/renewals/{asked['id']}/ask-for", token, body).status_code == 200
    body = {"papers": ["近期照片"]}
    assert house.post(f"/staff/renewals/{asked['id']}/received", token, body).status_code == 200
    decide(house, asked, granted=True)
    assert own_zeros(house, asked)["files_uploaded"] == 1
    came = library.confirmed("came", "guide")
    body = {"words": "请到厅核对", "visit": True}
    assert house.post(f"/staff/renewals/{came['id']}/ask-for", token, body).status_code == 200
    body = {"came": True}
    assert house.post(f"/staff/renewals/{came['id']}/received", token, body).status_code == 200
    decide(house, came, granted=True)
    assert own_zeros(house, came)["trips"] == 1
    waited = library.confirmed("waited", "guide")
    house.clock.advance(days=2)
    decide(house, waited, granted=True)
    assert own_zeros(house, waited)["days_waited"] == 2
    assert zeros(house) == {
        "handed_over": 4,
        "fields": 4,
        "files": 3,
        "trips": 3,
        "days": 3,
        "all_four": 1,
    }


def test_the_records_count_up_to_the_summary(house, library):
    library.confirmed("li")
    library.opened("wang")
    decide(house, library.confirmed("zhao", "guide"), granted=False, reason="考核不合格")
    token = house.sign_in("administrator")
    answer = house.get("/staff/renewals/records.csv", token)
    assert "王" not in answer.text, "nobody is named"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix(BOM))))
    found = stages(summary(house))
    columns = {"opened": "打开", "confirmed": "确认", "decided": "决定", "issued": "发证"}
    assert len(rows) == found["due"] == 3
    for stage, column in columns.items():
        assert sum(bool(row[column]) for row in rows) == found[stage]
    assert sum(row["提醒送达"] == "是" for row in rows) == found["sent"] == 0
    assert sorted(row["怎样决定的"] for row in rows) == ["", "审批人员", "按规则"]
    zero = [row for row in rows if row["发证"] and row["填写栏数"] == row["等候天数"] == "0"]
    assert len(zero) == zeros(house)["all_four"] == 1


@pytest.mark.parametrize("who", ["clerk1", "guide"])
def test_numbers_are_for_who_decides_or_administers(house, who):
    for path in ("summary", "records.csv"):
        refused(house.get(f"/staff/renewals/{path}", house.sign_in(who)), 403, "forbidden")
    assert house.get("/staff/renewals/summary", house.sign_in("administrator")).status_code == 200
    later = house.clock.now() + timedelta(days=1)
    assert summary(house)["to"] < f"{later:%Y-%m-%d}"


def test_whom_no_reminder_reached_is_told_by_telephone_or_letter(house, library):
    library.licence("wang", holder_number=id_number(series=78), holder_name="王小红")
    library.licence("li")
    library.remind()
    approver = house.sign_in("approver")
    answer = house.get("/staff/renewals/reminders", approver)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json["reminders"]
    assert (found["kind_name"], found["holder_name"]) == ("小餐饮登记证", "王*红")
    assert (found["last_day"], found["state_text"]) == ("2026-12-31", "联系不上")
    assert (found["to_do"], found["to_do_text"]) == ("letter", "没有电话，请寄信告知")
    overview = look(house, "/office/renewals")
    (link,) = re.findall(r'href="(/office/renewals/reminders[^"]*)"', overview)
    assert "没有电话，请寄信告知" in look(house, html.unescape(link))
    sent = house.get("/staff/renewals/reminders?state=pending", approver).json["reminders"]
    assert [each["holder_name"] for each in sent] == ["李*明"]
    assert house.get("/staff/renewals/reminders?kind=guide", approver).json["reminders"] == []
    refused(house.get("/staff/renewals/reminders", house.sign_in("clerk1")), 403, "forbidden")
    refused(
        house.get("/staff/renewals/reminders", house.sign_in("administrator")), 403, "forbidden"
    )
