"""Forms as they are published: versions, what stays, who may do it, what anybody may read."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from ruamel.yaml import YAML

from app.commands.forms import forms_group
from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.forms import service
from app.forms.definition import DefinitionBroken
from app.forms.errors import NothingToPublish, UnknownForm
from app.forms.queries import all_versions, published, published_forms, version
from app.licences.service import load_kinds
from tests.forms.sample import DEFINITION, kinds, written
from tests.house import open_house, refused
from tests.stores import each_store_once


def as_file(definition) -> str:
    out = StringIO()
    YAML().dump(definition, out)
    return out.getvalue()


def act(house):
    return Act(house.clock.now(), SYSTEM)


@pytest.fixture
def library(house):
    """A house whose library knows the sample's licence kinds."""
    return with_kinds(house)


def with_kinds(house):
    with house.app.app_context(), transaction():
        load_kinds(list(kinds().values()), act(house))
    return house


def publish(house, definition):
    with house.app.app_context(), transaction():
        service.put_draft(definition, act(house))
        return service.publish(DEFINITION["form"], act(house))


def renamed(name):
    return written(lambda made: made.update(name=name))


@each_store_once
def test_a_new_version_takes_over_and_the_one_before_stays(every_settings):
    library = with_kinds(open_house(every_settings))
    assert publish(library, DEFINITION).version == 1
    assert publish(library, renamed("新表")).version == 2
    with library.app.app_context():
        assert (published("shop-change").version, published("shop-change").form.name) == (2, "新表")
        assert version("shop-change", 1).form.name == "店铺变更申请书"
        assert [(each.version, str(each.state)) for each in all_versions()] == [
            (2, "published"),
            (1, "retired"),
        ]


def test_the_same_once_more_is_no_new_version(library):
    publish(library, DEFINITION)
    assert publish(library, DEFINITION).version == 1
    assert publish(library, as_file(DEFINITION)).version == 1


def test_a_draft_is_filled_in_by_nobody_and_the_next_takes_its_place(library):
    with library.app.app_context():
        with transaction():
            service.put_draft(DEFINITION, act(library))
            service.put_draft(renamed("新表"), act(library))
        with pytest.raises(UnknownForm):
            published("shop-change")
        with pytest.raises(UnknownForm):
            version("shop-change", 1)
        assert published_forms() == []
        with transaction():
            assert service.publish("shop-change", act(library)).form.name == "新表"


def test_publishing_asks_the_library_and_changes_nothing_where_it_says_no(library):
    publish(library, DEFINITION)
    wrong = written(
        lambda made: made["materials"][0].update(by=["licence:food-licence", "bring"], name="新")
    )
    wrong["materials"][0].pop("reuse_months")
    wrong["materials"][0].pop("promise_text")
    with pytest.raises(DefinitionBroken) as broken:
        publish(library, wrong)
    assert "不能代替纸质材料" in str(broken.value)
    with library.app.app_context():
        assert [each.version for each in all_versions()] == [1]


def test_what_is_retired_cannot_be_begun_and_can_be_read(library):
    publish(library, DEFINITION)
    with library.app.app_context():
        with transaction():
            service.retire("shop-change", act(library))
        with pytest.raises(UnknownForm):
            published("shop-change")
        assert version("shop-change", 1).form.name == "店铺变更申请书"
        with pytest.raises(UnknownForm), transaction():
            service.retire("shop-change", act(library))
        with pytest.raises(NothingToPublish), transaction():
            service.publish("shop-change", act(library))


# Over HTTP


def test_anybody_reads_a_form_in_their_language(library):
    publish(library, DEFINITION)
    anybody = library.app.test_client()
    form = anybody.get("/api/v1/forms/shop-change").get_json()
    assert (form["code"], form["version"], form["for"]) == ("shop-change", 1, "firm")
    assert form["groups"][1]["fields"][1] == {
        "field": "area",
        "when": {"field": "kind", "is": "eat"},
    }
    assert form["fields"]["area"] == {
        "type": "number",
        "title": "面积",
        "help": "",
        "unit": "平方米",
        "format": None,
        "widget": "number",
        "required": False,
        "options": [],
        "max_length": None,
        "minimum": 0,
        "maximum": None,
        "step": 0.01,
        "personal": True,
    }
    for path in (
        "none",
        "shop-change/versions/2",
        "shop-change/versions/x",
        f"shop-change/versions/{2**40}",
    ):
        refused(anybody.get(f"/api/v1/forms/{path}"), 404, "unknown_form")
    english = anybody.get("/api/v1/forms/shop-change/versions/1?lang=en").get_json()
    assert english["name"] == "Change of a shop"
    assert english["fields"]["kind"]["options"][0] == {"value": "eat", "title": "Restaurant"}


def test_an_item_names_its_form_once_there_is_one(library):
    library.reload(lambda file: file["items"][0].update(form="shop-change"))
    item = "/api/v1/halls/t/items/id-card"
    anybody = library.app.test_client()
    assert anybody.get(item).get_json()["form"] is None
    publish(library, DEFINITION)
    assert anybody.get(item).get_json()["form"] == {"code": "shop-change", "name": "店铺变更申请书"}
    assert anybody.get("/api/v1/halls/t/items/passport").get_json()["form"] is None


# At the office


class Desk:
    """Somebody at the office's API."""

    def __init__(self, house, who):
        self.client = house.app.test_client()
        self.headers = {"Authorization": f"Bearer {house.sign_in(who)}"}
        self.tries = 0

    def post(self, path, **body):
        self.tries += 1
        headers = self.headers | {"Idempotency-Key": f"try {self.tries}"}
        return self.client.post(f"/api/v1/staff/forms{path}", json=body, headers=headers)

    def get(self, path):
        return self.client.get(path, headers=self.headers)


def test_the_administrator_checks_publishes_keeps_and_retires(library):
    desk, text = Desk(library, "administrator"), f"# 第一版\n{as_file(DEFINITION)}"
    broken = desk.post("/check", text=text.replace("contact_phone", "contact_fone")).get_json()
    assert broken["form"] is None
    assert [fault["text"] for fault in broken["faults"]] == [
        "档案里没有这个词：“contact_fone”；是不是 contact_phone？"
    ] * 2
    assert all(fault["line"] for fault in broken["faults"])
    shown = desk.post("/check", text=text).get_json()
    assert shown["faults"] == []
    assert shown["form"]["groups"][0]["fields"][3]["sources"] == [
        "last.phone",
        "archive.contact_phone",
        "person.phone",
    ]
    assert not shown["same"]
    (row,) = desk.post("/publish", text=text).get_json()
    assert (row["code"], row["version"], row["state"]) == ("shop-change", 1, "published")
    assert desk.post("/check", text=text).get_json()["same"]
    assert desk.get("/office/forms/shop-change/1.yaml").text == text
    (row,) = desk.post("/shop-change/retire").get_json()
    assert row["state"] == "retired"
    deeds = desk.get("/api/v1/staff/forms/deeds").get_json()
    assert [deed["text"] for deed in deeds] == ["停用表单", "发布表单"]


def test_a_broken_file_is_not_published(library):
    desk = Desk(library, "administrator")
    problem = refused(desk.post("/publish", text="form: x"), 422, "bad_form")
    assert "name：没有 name：表单的名称" in json.dumps(problem["errors"], ensure_ascii=False)
    assert desk.get("/api/v1/staff/forms").get_json() == []


@pytest.mark.parametrize("who", ["supervisor", "guide"])
def test_nobody_else_changes_forms(library, who):
    desk = Desk(library, who)
    refused(desk.post("/publish", text=as_file(DEFINITION)), 403, "forbidden")
    refused(desk.post("/check", text="x"), 403, "forbidden")
    refused(desk.post("/shop-change/retire"), 403, "forbidden")
    assert "这一页" in desk.get("/office/forms").text or "管理员" in desk.get("/office/forms").text
    assert desk.get("/office/forms/shop-change/1.yaml").status_code == 403


# On the command line


def test_the_command_line_tells_every_fault_and_publishes_all_or_nothing(library, tmp_path):
    def run(*words):
        return library.app.test_cli_runner().invoke(forms_group, words)

    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(as_file(DEFINITION))
    bad.write_text(as_file(written(lambda made: made.update({"for": "company"}))))
    told = run("check", str(good))
    assert (told.exit_code, told.output.splitlines()[-1]) == (0, f"{good}：没有发现错误。")
    told = run("publish", str(good), str(bad))
    assert told.exit_code == 1
    assert "for：不认识的值“company”；可以写：person、firm、either" in told.output
    assert "共 1 处错误，什么都没有发布。" in told.output
    assert run("list").output == ""
    told = run("publish", str(good))
    assert told.output.endswith("《店铺变更申请书》（shop-change）第 1 版已发布。\n")
    assert run("list").output == "shop-change\t第 1 版\t使用中\t店铺变更申请书\n"
