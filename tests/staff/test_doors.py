"""Staff's doors: guessing, second factor, passwords, sessions, idleness."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher, Type

from app.commands import commands
from app.core.auth import COOKIES
from app.core.db import db
from app.core.limits import address_of
from app.staff import hashing, tries
from app.staff.passwords import fault
from app.staff.queries import RECOVERY_CODES, SIGN_IN_TRIES, STAFF
from app.staff.rules import LONGEST_WAIT, device_of, wait
from tests.audit.trail import trail
from tests.house import PASSWORD, open_house, refused
from tests.stores import each_store_once

OWN = "one of my very own"
STANDARD = hashing.HASHER


@pytest.fixture
def environ(environ):
    return {**environ, "IDLE_MINUTES": "30"}


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch):
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(hashing, "HASHER", cheap)
    monkeypatch.setattr(hashing, "NOBODY", cheap.hash("nobody knows it"))


def sign_in(house, username, password=PASSWORD, client=None, address="203.0.113.9", **more):
    client = client or house.app.test_client()
    body = {"username": username, "password": password, **more}
    base = {"REMOTE_ADDR": address}
    return client.post("/api/v1/staff/session", json=body, environ_base=base)


def form(client, page="/office/", address="203.0.113.9", **fields):
    """The sign-in form, sent as a browser does."""
    csrf = re.search('name="csrf_token" value="([^"]+)"', client.get(page).text)[1]
    return client.post(
        f"{page}session", data={"csrf_token": csrf, **fields}, environ_base={"REMOTE_ADDR": address}
    )


def guess(house, username, times, address="203.0.113.9", client=None):
    return [
        sign_in(house, username, "a wrong guess", client, address).json["code"]
        for _ in range(times)
    ]


# Guessing


def test_passwords_are_kept_as_argon2id_at_owasps_least_setting_or_above():
    assert STANDARD.type is Type.ID
    assert STANDARD.time_cost >= 2
    assert STANDARD.memory_cost >= 19 * 1024


def test_a_wait_doubles_and_ends_at_half_an_hour():
    waits = [wait(tries, 5) / timedelta(minutes=1) for tries in (0, 4, 5, 6, 7, 9, 10, 500)]
    assert waits == [0, 0, 1, 2, 4, 16, 30, LONGEST_WAIT / timedelta(minutes=1)]


def test_a_guesser_waits_longer_each_time_and_is_told_how_long(house):
    assert guess(house, "supervisor", 6) == ["wrong_password"] * 5 + ["too_many_tries"]
    told = sign_in(house, "supervisor")
    assert "请 1 分钟后再试" in refused(told, 429, "too_many_tries")["detail"]
    assert told.headers["Retry-After"] == "60"
    house.clock.advance(seconds=60)
    assert guess(house, "supervisor", 2) == ["wrong_password", "too_many_tries"]
    house.clock.advance(seconds=119)
    refused(sign_in(house, "supervisor"), 429, "too_many_tries")
    house.clock.advance(seconds=1)
    assert sign_in(house, "supervisor").status_code == 201
    assert guess(house, "supervisor", 1) == ["wrong_password"], "forgiven by who knew it"


def test_a_name_nobody_has_is_refused_like_one_somebody_has(house):
    assert guess(house, "nobody", 6) == guess(house, "supervisor", 6)


def test_strangers_slow_strangers_and_nobody_in_the_hall(house):
    """From everywhere at once: whoever is signed in works on, and so does a browser of the hall."""
    browser = house.app.test_client()
    assert form(browser, username="clerk1", password=PASSWORD).status_code == 303
    signed_in = house.sign_in("supervisor")
    for n in range(20):
        assert guess(house, "supervisor", 1, f"198.51.100.{n}") == ["wrong_password"]
    refused(sign_in(house, "supervisor", address="192.0.2.1"), 429, "too_many_tries")
    assert house.get("/staff/hall", signed_in).status_code == 200
    assert form(browser, username="supervisor", password=PASSWORD).status_code == 303
    assert sign_in(house, "clerk2", address="192.0.2.1").status_code == 201, "others are not slowed"


def test_a_browser_of_the_hall_guesses_no_faster(house):
    browser = house.app.test_client()
    form(browser, username="clerk1", password=PASSWORD)
    assert guess(house, "supervisor", 6, client=browser)[-1] == "too_many_tries"
    assert form(browser, username="clerk1", password=PASSWORD).status_code == 303
    browser.set_cookie("shunhao_browser", browser.get_cookie("shunhao_browser").value + "x")
    assert guess(house, "supervisor", 1, client=browser) == ["wrong_password"], "a stranger again"


def test_many_browsers_of_one_colleague_are_one_place(house):
    """Whoever has an account could else make a new browser for every five guesses at another's."""
    for expected in (["wrong_password"] * 5, ["too_many_tries"] * 5):
        browser = house.app.test_client()
        assert form(browser, username="clerk1", password=PASSWORD).status_code == 303
        assert guess(house, "supervisor", 5, client=browser) == expected
    shared = house.app.test_client()
    form(shared, username="clerk2", password=PASSWORD)
    assert form(shared, username="supervisor", password=PASSWORD).status_code == 303


def test_a_whole_hall_behind_one_address_mistypes_and_signs_in(house):
    for no in range(1, 10):
        guess(house, f"clerk{no}", 4)
    assert sign_in(house, "clerk1").status_code == 201
    others = [
        {"name_index": str(n), "place": "address:203.0.113.9", "at": house.clock.now()}
        for n in range(70)
    ]
    house.within(lambda: db.session.execute(SIGN_IN_TRIES.insert(), others))
    refused(sign_in(house, "clerk2"), 429, "too_many_tries")
    assert sign_in(house, "clerk2", address="198.51.100.7").status_code == 201


AT_ONCE = 12


def guess_at_once(house):
    """What so many guesses at the same moment are told."""
    told = []
    threads = [
        threading.Thread(target=lambda: told.extend(guess(house, "supervisor", 1)))
        for _ in range(AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


@each_store_once
def test_guesses_at_the_same_moment_are_all_counted(every_settings):
    house = open_house(every_settings)
    assert guess_at_once(house) == ["too_many_tries"] * (AT_ONCE - 5) + ["wrong_password"] * 5
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


def test_without_the_lock_they_would_not_be(house, monkeypatch):
    together, seen = threading.Barrier(AT_ONCE, timeout=20), threading.local()

    def wait_when_all_have_counted(failures, free):
        if not hasattr(seen, "all"):
            together.wait()
            seen.all = True
        return wait(failures, free)

    monkeypatch.setattr(tries, "hold_each", lambda *_names, **_how: None)
    monkeypatch.setattr(tries, "wait", wait_when_all_have_counted)
    assert guess_at_once(house) == ["wrong_password"] * AT_ONCE


def test_who_has_to_wait_is_seen_noted_and_lifted(house):
    guess(house, "supervisor", 6)
    token = house.sign_in("security")
    [locked] = house.get("/staff/lock-outs", token).json
    assert (locked["username"], locked["place"], locked["tries"]) == (
        "supervisor",
        "address:203.0.113.9",
        5,
    )
    lift = {"username": locked["username"], "place": locked["place"]}
    assert house.post("/staff/lock-outs/lift", token, lift).json == []
    assert sign_in(house, "supervisor").status_code == 201
    deeds = house.get("/staff/accounts/deeds", token).json
    assert [(one["by"], one["deed"]) for one in deeds] == [
        ("security", "lock_out_lifted"),
        ("", "sign_in_slowed"),
    ]
    with house.app.app_context():
        kept = str(db.session.execute(SIGN_IN_TRIES.select()).all())
    assert "supervisor" not in kept, "some type their password where the name goes"


def test_a_storm_of_sign_ins_leaves_the_hall_its_threads(house):
    for _ in range(hashing.WAITING_AT_MOST):
        assert hashing.line.acquire(blocking=False)
    try:
        told = sign_in(house, "supervisor")
        refused(told, 503, "sign_ins_busy")
        assert told.headers["Retry-After"]
        house.take()
    finally:
        hashing.line.release(hashing.WAITING_AT_MOST)
    assert sign_in(house, "supervisor").status_code == 201


# Second factor


def enrol(house, token):
    """Secret and recovery codes of a second factor that was just set up."""
    offer = house.post("/staff/me/second-factor", token)
    assert offer.status_code == 201, offer.text
    secret = offer.json["secret"]
    assert pyotp.parse_uri(offer.json["address"]).secret == secret
    assert offer.json["picture"].startswith("data:image/svg+xml")
    confirmed = house.post("/staff/me/second-factor/confirm", token, {"code": code(house, secret)})
    assert confirmed.status_code == 201, confirmed.text
    return secret, confirmed.json["recovery_codes"]


def code(house, secret, **off):
    return pyotp.TOTP(secret).at(house.clock.now() + timedelta(**off))


def test_with_a_second_factor_a_password_alone_opens_nothing(house):
    token = house.sign_in("supervisor")
    secret, codes = enrol(house, token)
    refused(sign_in(house, "supervisor"), 401, "second_factor_needed")
    used = code(house, secret)
    refused(sign_in(house, "supervisor", code=used), 401, "wrong_code")
    house.clock.advance(seconds=30)
    refused(
        sign_in(house, "supervisor", "wrong one", code=code(house, secret)), 401, "wrong_password"
    )
    early = code(house, secret, seconds=30)
    assert sign_in(house, "supervisor", code=early).status_code == 201, "half a minute ahead"
    refused(sign_in(house, "supervisor", code=early), 401, "wrong_code")
    refused(sign_in(house, "supervisor", code=code(house, secret, seconds=90)), 401, "wrong_code")
    assert len(set(codes)) == 8
    assert sign_in(house, "supervisor", code=codes[0].upper()).status_code == 201
    refused(sign_in(house, "supervisor", code=codes[0]), 401, "wrong_code")
    assert house.get("/staff/me", token).json["recovery_codes_left"] == 7
    with house.app.app_context():
        kept = str(db.session.execute(RECOVERY_CODES.select()).all())
        kept += str(db.session.execute(STAFF.select()).all())
    assert not any(each in kept for each in (secret, *codes, codes[1].replace("-", "")))


def test_asking_for_the_code_does_not_forgive_wrong_ones(house):
    secret, _ = enrol(house, house.sign_in("supervisor"))
    for _ in range(5):
        refused(sign_in(house, "supervisor", code="000000"), 401, "wrong_code")
        if _ < 4:
            refused(sign_in(house, "supervisor"), 401, "second_factor_needed")
    house.clock.advance(seconds=31)
    refused(sign_in(house, "supervisor", code=code(house, secret)), 429, "too_many_tries")


def test_the_form_asks_for_the_code_and_not_for_the_password_again(house):
    secret, _ = enrol(house, house.sign_in("clerk1"))
    client = house.app.test_client()
    house.clock.advance(seconds=60)
    asked = form(client, "/clerk/", username="clerk1", password=PASSWORD)
    assert asked.status_code == 401
    assert 'type="password"' not in asked.text
    assert trail(house)[-1].error == "second_factor_needed"
    passed = re.search('name="passed" value="([^"]+)"', asked.text)[1]
    told = form(client, "/clerk/", username="clerk1", passed=passed, code="123456")
    assert "动态口令不正确" in told.text
    assert passed in told.text
    forged = form(client, "/clerk/", username="clerk1", passed=passed[:-1], code="1")
    assert "密码不正确" in forged.text
    fields = {"username": "clerk1", "passed": passed, "code": code(house, secret)}
    answer = form(client, "/clerk/", **fields)
    assert (answer.status_code, answer.location) == (303, "/clerk/")
    house.clock.advance(minutes=5)
    fields["code"] = code(house, secret)
    assert form(client, "/clerk/", **fields).status_code == 401, "five minutes, no longer"


def test_a_second_factor_is_reset_by_another_and_never_by_oneself(house):
    supervisor, security = house.sign_in("supervisor"), house.sign_in("security")
    enrol(house, supervisor)
    refused(house.post("/staff/me/second-factor", supervisor), 409, "second_factor_on")
    accounts = {one["username"]: one for one in house.get("/staff/accounts", security).json}
    assert accounts["supervisor"]["second_factor"]
    reset = "/staff/accounts/{}/reset-second-factor"
    own = house.post(reset.format(accounts["security"]["id"]), security)
    refused(own, 409, "own_password")
    done = house.post(reset.format(accounts["supervisor"]["id"]), security)
    assert done.status_code == 200
    refused(house.get("/staff/me", supervisor), 401, "unauthenticated")
    assert sign_in(house, "supervisor").status_code == 201


def test_the_only_security_administrator_is_helped_from_the_command_line(house):
    enrol(house, house.sign_in("security"))
    guess(house, "security", 6)
    [staff] = [command for command in commands if command.name == "staff"]
    for verb in ("unlock", "reset-second-factor"):
        told = house.app.test_cli_runner().invoke(staff, [verb, "security"])
        assert told.exit_code == 0, told.output
    assert sign_in(house, "security").status_code == 201
    again = house.app.test_cli_runner().invoke(staff, ["reset-second-factor", "security"])
    assert "还没有启用动态口令" in again.output
    assert again.exit_code == 1


@pytest.mark.parametrize("role", ["administrator", "security", "auditor"])
def test_where_it_is_required_administrators_set_one_up_before_anything_else(settings, role):
    house = open_house(replace(settings, second_factor="required"))
    answer = sign_in(house, role)
    assert (answer.status_code, answer.json["owes"]) == (201, "second_factor")
    token = answer.json["token"]
    for path in ("/staff/accounts", "/staff/devices", "/staff/hall-file", "/counters/1"):
        refused(house.get(path, token), 403, "second_factor_due")
    client = house.app.test_client()
    client.set_cookie(COOKIES["staff"], token)
    assert client.get("/office/people").location == "/office/me"
    assert "动态口令" in client.get("/office/me").text
    enrol(house, token)
    assert house.get("/staff/me", token).json["owes"] == ""
    own = {"administrator": "/office/devices", "security": "/office/people"}
    assert client.get(own.get(role, "/office/audit")).status_code == 200
    assert sign_in(house, "supervisor").json["owes"] == ""
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


# Passwords


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("nine char", "10 到 128"),
        ("x" * 129, "10 到 128"),
        ("wangxiaoming", "用户名"),
        ("WangXiaoMing88!", "用户名"),
        ("王小明王小明王小明一二", None),
        ("13800138000", "数字"),
        ("abababababab", "太少"),
        ("abcdefghijkl", "一串"),
        ("qwertyuiop", "一串"),
        ("0987654321", "数字"),
        ("1qaz2wsx3edc", "一串"),
        ("Password123", "太常见"),
        ("P@ssw0rd2026", "太常见"),
        ("passwordpassword", "太常见"),
        ("shunhao2026!", "太常见"),
        ("kwtm-3hzx-9fpa", None),
        ("三号窗口的王老师早上好", None),
        ("correct horse battery", None),
    ],
)
def test_what_a_password_may_be(password, words):
    told = fault(password, "wangxiaoming", "王小明")
    assert told is None if words is None else words in (told or "")


def change(house, token, old, new):
    return house.post("/staff/me/password", token, {"old": old, "new": new})


def test_a_password_set_by_somebody_else_is_changed_before_anything_else(house):
    security = house.sign_in("security")
    body = {"username": "wang", "password": "kwtm-3hzx-9fpa", "role": "clerk", "counter": "3"}
    assert house.post("/staff/accounts", security, body).status_code == 201
    signed_in = sign_in(house, "wang", "kwtm-3hzx-9fpa")
    assert signed_in.json["owes"] == "password"
    token = signed_in.json["token"]
    refused(house.post("/counters/3/open", token), 403, "password_due")
    assert house.get("/halls", token).status_code == 200, "what anybody may, they may"
    refused(change(house, token, "not the old one", OWN), 409, "wrong_old_password")
    refused(change(house, token, "kwtm-3hzx-9fpa", "1234567890"), 422, "unfit_password")
    used = change(house, token, "kwtm-3hzx-9fpa", "kwtm-3hzx-9fpa")
    refused(used, 422, "password_used_before")
    assert change(house, token, "kwtm-3hzx-9fpa", OWN).json["owes"] == ""
    assert house.post("/counters/3/open", token).status_code == 200
    assert sign_in(house, "wang", OWN).json["owes"] == ""


def test_the_last_five_passwords_are_not_taken_again(house):
    token, old = house.sign_in("supervisor"), PASSWORD
    elsewhere = house.sign_in("supervisor")
    chosen = [f"{OWN}, take {n}" for n in "abcde"]
    for new in chosen:
        assert change(house, token, old, new).status_code == 200
        for before in [*chosen[: chosen.index(new) + 1]][-5:]:
            refused(change(house, token, new, before), 422, "password_used_before")
        old = new
    refused(house.get("/staff/me", elsewhere), 401, "unauthenticated")
    assert change(house, token, old, PASSWORD).status_code == 200, "the sixth before"


def test_ones_own_password_is_not_guessed_from_an_open_session(house):
    token = house.sign_in("supervisor")
    for _ in range(5):
        refused(change(house, token, "a wrong guess", OWN), 409, "wrong_old_password")
    refused(change(house, token, PASSWORD, OWN), 429, "too_many_tries")


def test_an_administrators_password_ends_after_ninety_days(house):
    house.clock.advance(days=89)
    assert house.get("/staff/hall-file", house.sign_in("administrator")).status_code == 200
    almost = house.sign_in("administrator")
    house.clock.advance(days=1, minutes=-20)
    late = house.sign_in("administrator")
    house.clock.advance(minutes=20)
    assert house.get("/staff/hall-file", late).status_code == 200, "not in the middle of work"
    refused(house.get("/staff/hall-file", almost), 401, "unauthenticated")
    refused(house.get("/staff/hall-file", house.sign_in("administrator")), 403, "password_due")
    assert house.get("/staff/hall", house.sign_in("supervisor")).status_code == 200


# Sessions


def test_ones_own_sessions_are_listed_and_ended(house):
    here = house.sign_in("supervisor")
    browser = house.app.test_client()
    chrome = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36"
    browser.environ_base["HTTP_USER_AGENT"] = chrome
    form(browser, username="supervisor", password=PASSWORD)
    other, own = sorted(house.get("/staff/me/sessions", here).json, key=lambda one: one["own"])
    assert (other["device"], other["address"]) == ("Chrome · Windows", "203.0.113.9")
    clerks = next(one["id"] for one in house.get("/staff/me/sessions", house.clerk("1").token).json)
    refused(house.post(f"/staff/me/sessions/{clerks}/end", here), 404, "unknown_session")
    ended = house.post(f"/staff/me/sessions/{other['id']}/end", here)
    assert [one["id"] for one in ended.json] == [own["id"]]
    assert browser.get("/api/v1/staff/me").status_code == 401
    third = house.sign_in("supervisor")
    assert len(house.post("/staff/me/sessions/end-others", here).json) == 1
    refused(house.get("/staff/me", third), 401, "unauthenticated")


def test_anybodys_session_is_ended_by_the_security_administrator_alone(house):
    clerk, security = house.clerk("1"), house.sign_in("security")
    listed = house.get("/staff/sessions", security)
    assert "token" not in listed.text
    session = next(one for one in listed.json if one["username"] == "clerk1")
    end = f"/staff/sessions/{session['id']}/end"
    for other in ("administrator", "auditor", "supervisor"):
        refused(house.post(end, house.sign_in(other)), 403, "forbidden")
    assert house.post(end, security).status_code == 200
    refused(clerk.do("call-next"), 401, "unauthenticated")
    refused(house.post(end, security), 404, "unknown_session")


def ask(client, path="/api/v1/staff/me", **headers):
    return client.get(path, headers=headers).status_code


def test_a_page_nobody_touches_is_signed_out_however_often_it_asks(house):
    client = house.app.test_client()
    form(client, username="supervisor", password=PASSWORD)
    for _ in range(29):
        house.clock.advance(minutes=1)
        assert ask(client) == 200
    house.clock.advance(minutes=1)
    assert ask(client) == 401
    assert "您很久没有操作" in client.get("/office/").text
    assert "您很久没有操作" not in house.app.test_client().get("/office/").text


def test_a_touch_and_a_page_opened_keep_one_signed_in(house):
    client = house.app.test_client()
    form(client, username="supervisor", password=PASSWORD)
    for _ in range(4):
        house.clock.advance(minutes=20)
        assert ask(client, **{"X-Idle-Seconds": "60"}) == 200
    house.clock.advance(minutes=28)
    assert ask(client, "/office/bookings") == 200
    house.clock.advance(minutes=20)
    assert ask(client, **{"X-Idle-Seconds": "1200"}) == 200
    house.clock.advance(minutes=10)
    assert ask(client) == 401


def test_who_sits_at_a_counter_stays_for_the_day_and_no_longer(house):
    client = house.app.test_client()
    form(client, "/clerk/", username="clerk1", password=PASSWORD)
    for _ in range(5):
        house.clock.advance(hours=2)
        assert ask(client, "/api/v1/counters/1", **{"X-Idle-Seconds": "7200"}) == 200
    house.clock.advance(hours=2)
    assert ask(client, "/api/v1/counters/1") == 401


def test_whoever_owes_something_can_leave(house):
    for name in ("clerk", "office"):
        client = house.app.test_client()
        page = f"/{name}/"
        assert form(client, page, username="clerk1", password=PASSWORD).status_code == 303
        house.within(lambda: db.session.execute(STAFF.update().values(must_change=True)))
        csrf = re.search('name="csrf_token" value="([^"]+)"', client.get("/office/me").text)[1]
        assert client.post(f"{page}sign-out", data={"csrf_token": csrf}).location == page
        assert client.get("/api/v1/staff/me").status_code == 401
        house.within(lambda: db.session.execute(STAFF.update().values(must_change=False)))


# Small things


def test_an_address_and_a_device_are_told_as_people_know_them():
    assert address_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
    assert address_of("203.0.113.9") == "203.0.113.9"
    assert address_of("::ffff:203.0.113.9") == "203.0.113.9"
    assert address_of("") == address_of("a pipe") == "nowhere"
    assert device_of("curl/8") == ""


@pytest.mark.parametrize("role", ["security", "auditor"])
def test_who_watches_over_the_hall_has_a_page_to_begin_at(house, role):
    client = house.app.test_client()
    form(client, username=role, password=PASSWORD)
    assert client.get("/office/", follow_redirects=True).status_code == 200
    assert "不登录窗口" in client.get("/clerk/").text
    for path in ("/staff/hall", "/counters/1"):
        refused(house.get(path, house.sign_in(role)), 403, "forbidden")
