"""Accounts at the office: made, changed, disabled, and never so that nobody is left in charge."""

import threading

import pytest

from app.core import audit
from app.core.acts import SYSTEM, Act, Role
from app.core.db import db
from app.staff.accounts import disable_account
from app.staff.errors import LastAdministrator
from app.staff.hashing import HASHER
from app.staff.queries import STAFF
from app.staff.service import put_staff
from tests.house import HALL, PASSWORD, refused
from tests.stores import each_store_once

NEW = "kwtm-3hzx-9fpa"


@pytest.fixture
def security(house):
    return house.sign_in("security")


def listed(house, token):
    return {one["username"]: one for one in house.get("/staff/accounts", token).json}


def add(house, token, username="wang", **more):
    body = {"username": username, "password": NEW, "role": "clerk", "counter": "3", **more}
    return house.post("/staff/accounts", token, body)


def do(house, token, username, verb, body=None):
    account = listed(house, token)[username]["id"]
    return house.post(f"/staff/accounts/{account}/{verb}", token, body)


def signing_in(house, username, password=PASSWORD):
    return house.post("/staff/session", None, {"username": username, "password": password})


def test_an_account_is_made_and_used(house, security):
    made = add(house, security, name="王老师")
    assert made.status_code == 201
    assert NEW not in made.get_data(as_text=True)
    assert signing_in(house, "wang", NEW).json["counter"] == "3"
    wang = listed(house, security)["wang"]
    assert (wang["name"], wang["role"], wang["active"], wang["own"]) == (
        "王老师",
        "clerk",
        True,
        False,
    )
    [session] = wang["sessions"]
    assert session["counter"] == "3"
    assert listed(house, security)["security"]["own"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"username": "clerk1"}, 409, "username_taken"),
        ({"username": "a b"}, 422, "unfit_name"),
        ({"password": "too short"}, 422, "unfit_password"),
        ({"username": "administrator2", "password": "Administrator2"}, 422, "unfit_password"),
        ({"counter": "99"}, 404, "unknown_counter"),
        ({"role": "guide"}, 422, "counter_not_for_role"),
        ({"role": "king"}, 422, "invalid"),
    ],
)
def test_what_does_not_fit_is_refused_and_makes_nothing(house, security, body, status, code):
    before = listed(house, security)
    refused(add(house, security, **body), status, code)
    assert listed(house, security) == before


def test_a_disabled_name_is_not_given_to_somebody_else(house, security):
    do(house, security, "clerk1", "disable")
    refused(add(house, security, "clerk1"), 409, "username_taken")
    refused(signing_in(house, "clerk1"), 401, "wrong_password")


def test_a_disabled_account_is_out_at_once_and_comes_back_with_its_password(house, security):
    clerk = house.clerk("1")
    assert do(house, security, "clerk1", "disable").status_code == 200
    refused(clerk.do("call-next"), 401, "unauthenticated")
    refused(signing_in(house, "clerk1"), 401, "wrong_password")
    assert not listed(house, security)["clerk1"]["sessions"]
    assert do(house, security, "clerk1", "enable").status_code == 200
    assert signing_in(house, "clerk1").status_code == 201


def test_a_reset_password_signs_out_and_is_good_for_setting_an_own_one(house, security):
    clerk = house.clerk("1")
    assert do(house, security, "clerk1", "password", {"password": NEW}).status_code == 200
    refused(clerk.do("call-next"), 401, "unauthenticated")
    refused(signing_in(house, "clerk1"), 401, "wrong_password")
    assert signing_in(house, "clerk1", NEW).json["owes"] == "password"
    own = do(house, security, "security", "password", {"password": NEW})
    refused(own, 409, "own_password")


def test_another_role_begins_with_a_new_sign_in(house, security):
    clerk = house.clerk("1")
    change = {"name": "李", "role": "clerk", "counter": "2"}
    assert do(house, security, "clerk1", "change", change).status_code == 200
    assert clerk.do("call-next").status_code == 204  # another usual counter moves nobody
    change = {"name": "李", "role": "guide", "counter": None}
    assert do(house, security, "clerk1", "change", change).status_code == 200
    refused(clerk.do("call-next"), 401, "unauthenticated")
    assert signing_in(house, "clerk1").json["role"] == "guide"


@pytest.mark.parametrize("verb", ["disable", "change"])
def test_nobody_locks_themselves_out(house, security, verb):
    add(house, security, "second", role="security", counter=None)
    body = {"name": "", "role": "guide", "counter": None} if verb == "change" else None
    refused(do(house, security, "security", verb, body), 409, "own_account")


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SECURITY])
def test_the_last_administrator_stays(house, role):
    with house.app.app_context():
        [row] = db.session.execute(STAFF.select().where(STAFF.c.role == role)).all()
    with pytest.raises(LastAdministrator):
        house.within(lambda: disable_account(row.id, HALL, Act(house.clock.now(), SYSTEM)))


@each_store_once
def test_two_security_administrators_who_disable_each_other_leave_one(every_settings):
    from tests.house import open_house

    house = open_house(every_settings)
    act = Act(house.clock.now(), SYSTEM)
    password = HASHER.hash(NEW)
    house.within(lambda: put_staff("second", password, Role.SECURITY, HALL, None, act))
    tokens = [house.sign_in("security"), signing_in(house, "second", NEW).json["token"]]
    ids = {name: one["id"] for name, one in listed(house, tokens[0]).items()}
    targets = [ids["second"], ids["security"]]
    answers = []

    def disable(token, target):
        answers.append(house.post(f"/staff/accounts/{target}/disable", token).status_code)

    threads = [
        threading.Thread(target=disable, args=pair) for pair in zip(tokens, targets, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # the loser was refused as the last, or came when already signed out
    assert answers.count(200) == 1, answers
    assert set(answers) - {200} <= {401, 409}
    with house.app.app_context():
        query = STAFF.select().where(STAFF.c.role == Role.SECURITY, STAFF.c.active)
        assert len(db.session.execute(query).all()) == 1
        house.app.extensions["sqlalchemy"].engine.dispose()


@pytest.mark.parametrize("role", ["clerk1", "supervisor", "administrator", "auditor"])
def test_accounts_are_the_security_administrators(house, role):
    token = house.sign_in(role)
    refused(house.get("/staff/accounts", token), 403, "forbidden")
    refused(add(house, token), 403, "forbidden")


def test_another_halls_account_is_not_found(house, security):
    house.within(lambda: _move_to_another_hall("clerk1"))
    assert "clerk1" not in listed(house, security)
    with house.app.app_context():
        query = STAFF.select().where(STAFF.c.username == "clerk1")
        elsewhere = db.session.execute(query).one().id
    answer = house.post(f"/staff/accounts/{elsewhere}/disable", security)
    refused(answer, 404, "unknown_staff")


def _move_to_another_hall(username):
    move = STAFF.update().where(STAFF.c.username == username).values(hall="elsewhere")
    db.session.execute(move)


def test_every_change_is_noted_with_who_made_it_and_without_the_password(house, security):
    add(house, security)
    do(house, security, "wang", "password", {"password": NEW + "x"})
    do(house, security, "wang", "disable")
    deeds = house.get("/staff/accounts/deeds", security).json
    assert [(one["by"], one["deed"], one["subject"]) for one in deeds] == [
        ("security", "account_disabled", "wang"),
        ("security", "password_reset", "wang"),
        ("security", "account_added", "wang"),
    ]
    with house.app.app_context():
        assert NEW not in str(db.session.execute(audit.TABLE.select()).all())
