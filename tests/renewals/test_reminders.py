"""Reminders switched off and on, by whom they are about and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.commands.renewals import renewals_group
from app.renewals import queries
from app.renewals.plans import ANY_HOUR
from tests.house import MORNING, refused
from tests.licences.conftest import sure
from tests.renewals.watched import PLANS, stocked_and_watched


@pytest.fixture
def watched(house):
    house.clock.at = MORNING
    return stocked_and_watched(house)


@pytest.fixture
def li(watched):
    return sure(watched.house, "li")


def switch(citizen, **said):
    return citizen.put("/me/reminders", said)


def steps(watched, licence):
    return [(step, state) for _, step, state, _ in watched.told(licence)]


def test_switched_off_what_waits_is_withdrawn_and_nothing_follows(watched, li):
    permit = watched.permit(li.id_number, "2026-12-20")
    card = watched.put("disability", li.id_number, "2027-01-20", data={})
    watched.look()
    answer = switch(li, on=False, kind="residence-permit")
    assert answer.status_code == 200
    (mine,) = answer.json
    assert (mine["name"], mine["stopped_kinds"], mine["all"]) == (
        "李小明",
        ["residence-permit"],
        False,
    )
    assert steps(watched, permit) == [("1-months", "withdrawn")]
    assert steps(watched, card) == [("2-months", "pending")]
    watched.on("2026-12-10")
    watched.look()
    assert len(watched.told(permit)) == 1
    # its renewal is found all the same: it can be asked for without being reminded of
    assert [one.state for one in watched.renewals(permit)] == ["reminded"]


def test_switched_on_again_what_is_due_is_said(watched, li):
    permit = watched.permit(li.id_number, "2026-12-20")
    switch(li, on=False)
    watched.look()
    assert steps(watched, permit) == []
    assert [one.state for one in watched.renewals(permit)] == ["found"]
    (mine,) = switch(li, on=True).json
    assert (mine["stopped_kinds"], mine["all"]) == ([], False)
    watched.look()
    assert steps(watched, permit) == [("1-months", "pending")]
    watched.look()
    assert len(watched.told(permit)) == 1


def test_twice_is_once(watched, li):
    for _ in range(2):
        assert switch(li, on=False).json[0]["all"]
    assert li.get("/me/reminders").json == switch(li, on=False).json


def test_all_back_on_means_every_kind(watched, li):
    switch(li, on=False, kind="residence-permit")
    switch(li, on=False)
    (mine,) = switch(li, on=True).json
    assert (mine["stopped_kinds"], mine["all"]) == ([], False)


def test_who_represents_a_firm_speaks_for_it(watched, li):
    code = watched.firm(li.id_number)
    licence = watched.put("food-licence", code, "2026-12-20", data={})
    firm = next(each for each in li.get("/me/holders").json if each["kind"] == "firm")
    watched.look()
    switch(li, holder=firm["id"], on=False)
    assert steps(watched, licence) == [("1-months", "withdrawn")]
    told = {each["holder"]: each for each in li.get("/me/reminders").json}
    assert told[firm["id"]]["all"]
    assert not any(each["all"] for holder, each in told.items() if holder != firm["id"])


def test_nobody_else_does(watched, li):
    zhang = sure(watched.house, "zhang")
    mine = next(each["id"] for each in li.get("/me/holders").json)
    refused(switch(zhang, holder=mine, on=False), 404, "person_not_found")
    agent = {"name": "李小明", "id_number": zhang.id_number, "until": "2027-11-01"}
    assert li.post("/me/authorisations", agent).status_code == 201
    assert mine in {each["id"] for each in zhang.get("/me/holders").json}
    refused(switch(zhang, holder=mine, on=False), 404, "person_not_found")
    assert mine not in {each["holder"] for each in zhang.get("/me/reminders").json}
    assert not li.get("/me/reminders").json[0]["all"]


def test_who_only_said_who_they_are_has_nothing_to_switch(watched):
    wang = watched.house.citizen("wang")
    refused(switch(wang, on=False), 409, "identity_needed")
    assert wang.get("/me/reminders").json == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"on": "perhaps"}, 422, "invalid"),
        ({"on": False, "kind": "unheard-of"}, 404, "licence_kind_not_found"),
        ({"on": False, "holder": "nobody"}, 404, "person_not_found"),
    ],
)
def test_bad_input_is_told(watched, li, body, status, code):
    refused(li.put("/me/reminders", body), status, code)


def test_the_administrator_s_commands(watched, li, tmp_path):
    permit = watched.permit(li.id_number, "2026-12-20")
    file = tmp_path / "plans.yaml"
    file.write_text(PLANS.replace("hall: t", "hall: nowhere", 1))

    def command(*words):
        return watched.house.app.test_cli_runner().invoke(renewals_group, words)

    broken = command("plans", str(file))
    assert broken.exit_code == 1
    assert "第 5 行" in broken.output
    assert "没有大厅 nowhere" in broken.output
    file.write_text(PLANS)
    assert "没有错误" in command("check", str(file)).output
    assert "新增或变动 0 项" in command("plans", str(file)).output
    assert "今天\t1 本" in command("due").output
    for day in ("2026-12-10", "2026-12-10"):
        tried = command("watch", "--on", day).output
        assert "只是试看" in tried
        assert "尾号" in tried
        assert "即将到期，请现在办理" in tried
        assert steps(watched, permit) == []  # nothing is said by trying
    assert "1 本" in command("due").output
    assert "看过证照 1 本" in command("watch").output
    assert steps(watched, permit) == [("1-months", "pending")]
    assert "即将到期，请现在办理" in command("watch", "--on", "2026-12-10").output
    assert "即将到期" not in command("watch", "--on", "2026-12-21").output
    told = command("due").output
    assert "2026-12-05\t1 本" in told
    assert "提醒（待发送）\t1 条" in told


def test_in_a_demo_the_command_waits_for_no_office_hours(watched, tmp_path):
    file, app = tmp_path / "plans.yaml", watched.house.app
    file.write_text(PLANS)
    parts = app.extensions["parts"]
    app.extensions["parts"] = replace(parts, settings=replace(parts.settings, mode="demo"))
    app.test_cli_runner().invoke(renewals_group, ("plans", str(file)))
    with app.app_context():
        hours = {plan.hours for plan in queries.plans().values()}
    assert hours == {ANY_HOUR}


def test_the_next_check_of_a_licence_is_told_with_its_day_and_where(watched, li):
    watched.firm(li.id_number)
    (found,) = li.get("/me/checks").json
    assert (found["event_text"], found["last_day"]) == ("年度报告、年检", "2027-06-30")
    assert found["where"].startswith("您的"), "it names no item: its own words say where"
    watched.plans(PLANS.replace('yearly: "06-30"', 'item: permit, yearly: "06-30"'))
    (found,) = li.get("/me/checks").json
    assert (found["item"], found["where"]) == ("permit", "在测试大厅办理：施工许可")
    assert watched.house.citizen("wang").get("/me/checks").json == []
