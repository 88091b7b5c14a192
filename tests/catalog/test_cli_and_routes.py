"""The administrator's commands, and what anyone may read over HTTP."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from app.catalog.hall_file import parse_hall
from app.catalog.service import plans
from app.catalog.words import notes_in_words
from app.core.acts import SYSTEM, Act
from app.core.auth import access_of
from app.core.db import db, transaction
from app.forms.models import FormVersionRow
from app.forms.rules import State
from app.forms.service import put_draft
from tests.catalog.conftest import SMALL
from tests.forms.sample import DEFINITION
from tests.house import HALL_FILE

HALLS = Path(__file__).parents[2] / "config" / "halls"


@pytest.fixture
def run(app):
    return lambda *args: app.test_cli_runner().invoke(args=args)


@pytest.fixture
def small(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return file


@pytest.fixture
def client(app):
    return app.test_client()


def test_check_prints_a_summary_and_loads_nothing(run, small):
    result = run("hall", "check", str(small))
    assert result.exit_code == 0
    assert "2 个窗口，1 个部门，2 条队列，2 个事项" in result.output
    assert "周六：不开放" in result.output
    assert plans() == []


def test_check_says_what_can_be_booked(run, small):
    assert "预约：不办理" in run("hall", "check", str(small)).output
    small.write_text(SMALL.replace("tiers: [[A, B]]", "tiers: [[A, B]], shares: {A: 0.5, B: 0.5}"))
    result = run("hall", "check", str(small))
    assert "预约：每 15 分钟一个时段，最远可约 7 天后，队列 A" in result.output


@pytest.mark.parametrize(("share", "fits"), [("0.9", False), ("1", True)])
def test_check_hints_at_what_no_slot_has_room_for(run, small, share, fits):
    """A visit of several slots takes all of the first: where that is less than a slot, nobody can
    book it. It is no mistake: the hall may mean it."""
    file = SMALL.replace("tiers: [[A, B]]", f"tiers: [[A, B]], shares: {{B: {share}}}")
    whole = "  booking: {walk_in_share: 0, staff_share: 0}\n"
    small.write_text(file.replace("  promises:", f"{whole}  promises:"))
    result = run("hall", "check", str(small))
    assert result.exit_code == 0
    hint = "提示：护照申请（15 分钟）群众约不上，B 队列一个时段最多 13 分钟可约，它需要 15 分钟。"
    assert (hint in result.output) is not fits
    assert ("提示" in result.output) is not fits


def test_check_remarks_on_a_form_that_is_not_published(run, small):
    """It is no mistake either: the form may come after the hall."""
    small.write_text(SMALL.replace("minutes: 15", "minutes: 15, form: shop-change"))
    hint = "提示：护照申请的表单 shop-change 没有发布，群众暂时填不了。"
    result = run("hall", "check", str(small))
    assert result.exit_code == 0
    assert hint in result.output
    with transaction():
        put_draft(DEFINITION, Act(datetime(2026, 11, 23, tzinfo=UTC), SYSTEM))
    assert hint in run("hall", "check", str(small)).output
    db.session.execute(update(FormVersionRow).values(state=State.PUBLISHED))
    db.session.commit()
    assert "提示" not in run("hall", "check", str(small)).output


def test_check_names_every_fault_with_its_line_and_fails(run, small):
    small.write_text(SMALL.replace("小厅", "").replace("minutes: 15", "minutes: 0"))
    result = run("hall", "check", str(small))
    assert result.exit_code == 1
    for line in (3, len(SMALL.splitlines())):
        assert f"第 {line} 行" in result.output
    assert "共 2 处错误" in result.output


def test_load_of_a_faulty_file_loads_nothing(run, small):
    small.write_text(SMALL.replace("minutes: 15", "minutes: 0"))
    assert run("hall", "load", str(small)).exit_code == 1
    assert plans() == []


@pytest.mark.parametrize("name", ["qinghe", "binhe"])
def test_the_demo_halls_load_and_are_listed(run, name):
    result = run("hall", "load", str(HALLS / f"{name}.yaml"))
    assert result.exit_code == 0, result.output
    assert plans()[0].name in run("hall", "list").output


def test_the_calendar_says_until_when_it_holds(run, tmp_path):
    assert "没有正式的节假日安排" in run("calendar", "show").output
    assert run("calendar", "seed", "2026", "2027").exit_code == 0
    shown = run("calendar", "show", "2026").output
    assert "2026-10-10 周六 上班 国庆节" in shown
    assert "安排到 2026-12-31 为止" in shown
    assert "到 2027-12-31 只有预估" in shown
    file = tmp_path / "2027.csv"
    file.write_text("date,kind,name\n2027-01-01,holiday,元旦\n")
    assert "安排到 2027-12-31" in run("calendar", "import", str(file), "--whole-years").output
    file.write_text("date,kind,name\n2027-01-32,holiday,元旦\n")
    bad = run("calendar", "import", str(file))
    assert bad.exit_code == 1
    assert "第 2 行" in bad.output


def test_every_route_is_public(app):
    views = [view for name, view in app.view_functions.items() if name.startswith("catalog.")]
    assert len(views) == 2
    assert all(access_of(view).kinds == {"public"} for view in views)


def test_items_over_http(client, load):
    load()
    assert [item["code"] for item in client.get("/api/v1/halls/small/items").json] == ["a-1", "b-1"]
    (item,) = client.get("/api/v1/halls/small/items?q=换领").json
    assert item == {
        "code": "a-1",
        "name": "身份证换领",
        "department": "公安局",
        "lane": "A",
        "minutes": 8,
        "papers": ["身份证"],
        "bookable": False,
        "collects": False,
    }
    assert client.get("/api/v1/halls/small/items?q=" + "长" * 101).status_code == 422
    load(SMALL.replace("tiers: [[A, B]]}", "tiers: [[A, B]], shares: {A: 0.5}}"))
    items = client.get("/api/v1/halls/small/items").json
    assert [item["bookable"] for item in items] == [True, False]


def test_the_rules_over_http_have_the_halls_own_minutes(client, load):
    load(SMALL.replace("{walk_in_minutes: 30}", "{walk_in_minutes: 25, priority_minutes: 7}"))
    rules = client.get("/api/v1/halls/small/rules").json
    due = {row["why"]: row["due"] for row in rules["order"]}
    assert due["walk_in"] == "取号后 25 分钟内叫到"
    assert "7 分钟" in due["priority"]
    assert any("B 队列（出入境）现场取号后 20 分钟内叫到" in note for note in rules["notes"])


QUOTAS = {
    (5, None, None): ["A 队列（户籍）每日现场取号 5 个。"],
    (5, 5, None): ["A（户籍）、B（社保）各队列每日现场取号 5 个。"],
    (5, 9, 5): [
        "A（户籍）、J（工程建设）各队列每日现场取号 5 个。",
        "B 队列（社保）每日现场取号 9 个。",
    ],
    (5, 5, 5): ["各队列每日现场取号 5 个。"],
    (None, None, None): [],
}


@pytest.mark.parametrize("quotas", QUOTAS)
def test_lanes_that_give_as_many_numbers_are_told_in_one_sentence(quotas):
    file = copy.deepcopy(HALL_FILE)
    for lane, quota in zip(file["lanes"], quotas, strict=True):
        lane["walk_in_quota"] = quota
    notes = notes_in_words(parse_hall(json.dumps(file).encode()).plan)
    assert [note for note in notes if "每日" in note] == QUOTAS[quotas]


def test_a_hall_that_chose_behind_k_says_so(client, load):
    load(SMALL.replace("timezone:", "rules: {priority: behind_k, behind: 2}\n  timezone:"))
    rules = client.get("/api/v1/halls/small/rules").json
    assert "第 2 位之后" in {row["why"]: row["due"] for row in rules["order"]}["priority"]


@pytest.mark.parametrize("path", ["/items", "/rules"])
def test_an_unknown_hall_over_http(client, path):
    answer = client.get(f"/api/v1/halls/nowhere{path}")
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_hall")
