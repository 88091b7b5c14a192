"""`flask staff …` and `flask device …`: who may sign in, and which machines stand in a hall."""

import pytest

from app.commands import commands
from app.core.db import db
from app.staff.queries import DEVICES, STAFF
from tests.house import HALL, PASSWORD, refused

LONG_ENOUGH = "ten chars!"
GROUPS = {command.name: command for command in commands}


@pytest.fixture
def run(house):
    def run(group, *words, typed=None):
        """What `flask group words` answers; `typed` goes to its standard input."""
        return house.app.test_cli_runner().invoke(GROUPS[group], words, input=typed)

    return run


@pytest.fixture
def add(run):
    def add(name, *more, hall=HALL, role="clerk", password=LONG_ENOUGH):
        who = ("--hall", hall, "--role", role, *more)
        return run("staff", "add", name, *who, "--password-stdin", typed=f"{password}\n")

    return add


def signing_in(house, username, password=LONG_ENOUGH, **more):
    return house.post("/staff/session", None, {"username": username, "password": password, **more})


def test_an_added_clerk_signs_in_at_her_counter(house, add):
    told = add("wang", "--counter", "3")
    assert told.exit_code == 0, told.output
    assert LONG_ENOUGH not in told.output
    answer = signing_in(house, "wang")
    assert (answer.status_code, answer.json["counter"]) == (201, "3")


def test_the_password_is_asked_twice_where_none_is_piped(house, run):
    words = ("add", "li", "--hall", HALL, "--role", "guide")
    differing = run("staff", *words, typed=f"{LONG_ENOUGH}\nanother one\n" * 3)
    assert differing.exit_code != 0
    assert signing_in(house, "li").status_code == 401
    assert run("staff", *words, typed=f"{LONG_ENOUGH}\n" * 2).exit_code == 0
    assert signing_in(house, "li").json["role"] == "guide"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"hall": "nowhere"}, "没有这个大厅"),
        ({"more": ("--counter", "99")}, "没有这个窗口"),
        ({"more": ("--counter", "1"), "role": "guide"}, "不能登录窗口"),
        ({"password": "nine char"}, "10 到 128"),
        ({"password": "x" * 129}, "10 到 128"),
        ({"name": "clerk1"}, "已有人使用"),
        ({"name": "x" * 65}, "64"),
        ({"name": "wang li"}, "空白"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(house, add, more, sentence):
    before = accounts(house)
    more = {"name": "new", **more}
    told = add(more.pop("name"), *more.pop("more", ()), **more)
    assert told.exit_code == 1
    assert sentence in told.output
    assert accounts(house) == before


def accounts(house):
    with house.app.app_context():
        return db.session.execute(STAFF.select().order_by(STAFF.c.id)).all()


def test_a_retired_account_is_out_at_once(house, run):
    clerk = house.clerk("1")
    assert run("staff", "retire", "clerk1").exit_code == 0
    refused(clerk.do("call-next"), 401, "unauthenticated")
    refused(signing_in(house, "clerk1", PASSWORD), 401, "wrong_password")
    again = run("staff", "retire", "clerk1")
    assert again.exit_code == 1
    assert "没有这个在用的账号" in again.output


def test_a_retired_account_may_be_added_anew_with_another_password(house, run, add):
    run("staff", "retire", "clerk1")
    assert add("clerk1", "--counter", "2").exit_code == 0
    refused(signing_in(house, "clerk1", PASSWORD), 401, "wrong_password")
    assert signing_in(house, "clerk1").json["counter"] == "2"


def test_the_list_says_who_may_sign_in(run):
    run("staff", "retire", "clerk2")
    lines = run("staff", "list", "--hall", HALL).output.splitlines()
    assert f"clerk1\t{HALL}\tclerk\t1" in lines
    assert f"clerk2\t{HALL}\tclerk\t2\t已停用" in lines
    assert run("staff", "list").output.splitlines() == lines
    assert "没有这个大厅" in run("staff", "list", "--hall", "nowhere").output


def test_a_machine_works_with_its_token_until_it_is_revoked(house, run):
    told = run("device", "add", "--hall", HALL, "--kind", "kiosk", "--name", "东门一号")
    assert told.exit_code == 0, told.output
    device, token = (line.split("：")[1] for line in told.output.splitlines()[:2])
    assert house.post("/kiosk/tickets", token, {"item": "id-card"}).status_code == 201
    listed = run("device", "list").output
    assert f"{device}\t{HALL}\tkiosk\t东门一号\n" in listed
    assert token not in listed
    assert run("device", "revoke", device).exit_code == 0
    refused(house.post("/kiosk/tickets", token, {"item": "id-card"}), 401, "unauthenticated")
    assert f"{device}\t{HALL}\tkiosk\t东门一号\t已停用\n" in run("device", "list").output
    assert "没有这台在用的设备" in run("device", "revoke", device).output


@pytest.mark.parametrize(
    ("hall", "name", "sentence"),
    [("nowhere", "东门一号", "没有这个大厅"), (HALL, "东" * 61, "60"), (HALL, " ", "1 到 60")],
)
def test_a_machine_that_does_not_fit_is_refused_in_words(house, run, hall, name, sentence):
    told = run("device", "add", "--hall", hall, "--kind", "screen", "--name", name)
    assert told.exit_code == 1
    assert sentence in told.output
    with house.app.app_context():
        names = db.session.execute(DEVICES.select()).all()
    assert [device.name for device in names] == ["取号机"]
