"""Machines are paired by the code they show: once, soon, and by nobody who only guesses."""

import re
import threading

import pytest

from app.core.acts import SYSTEM, Act
from app.core.auth import COOKIES
from app.core.db import db
from app.staff.devices import TRIES_AT_MOST, WAITING_AT_MOST, begin_pairing
from app.staff.queries import DEVICES, PAIRINGS, TRIES
from tests.crowd import rows
from tests.house import HALL, refused
from tests.stores import each_store_once


class Machine:
    """A browser that was never here before."""

    def __init__(self, house):
        self.client = house.app.test_client()

    def show(self):
        """The code on its screen."""
        page = self.client.get("/kiosk/").text
        csrf = re.search('name="csrf-token" content="([^"]+)"', page)[1]
        answer = self.client.post("/screen/pairing", headers={"X-CSRFToken": csrf})
        assert answer.status_code in (201, 204), answer.text
        return answer.json["code"] if answer.status_code == 201 else None

    def who(self):
        return self.client.get("/api/v1/device").json["device"]


@pytest.fixture
def machine(house):
    return Machine(house)


@pytest.fixture
def supervisor(house):
    return house.sign_in("supervisor")


def pair(house, token, code, kind="kiosk", name="东门一号", **more):
    body = {"code": code, "kind": kind, "name": name, **more}
    return house.post("/staff/devices/pair", token, body)


def another(code):
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_machine_becomes_itself_once_its_code_is_typed_in(house, machine, supervisor):
    code = machine.show()
    assert re.fullmatch("[0-9]{6}", code)
    assert machine.who() is None
    [device] = [one for one in pair(house, supervisor, code).json if one["name"] == "东门一号"]
    assert (device["kind"], device["page"], device["revoked_at"]) == ("kiosk", "/kiosk/", None)
    assert machine.who()["id"] == device["id"]
    assert "您要办什么事" in machine.client.get("/kiosk/").text
    assert machine.show() is None  # nothing to pair any more


@pytest.mark.parametrize("kind", ["kiosk", "screen"])
def test_the_page_a_machine_was_opened_on_is_known_by_its_code(house, supervisor, kind):
    client = house.app.test_client()
    page = client.get({"kiosk": "/kiosk/", "screen": "/screen/pair"}[kind]).text
    assert f'data-asks="{kind}"' in page
    assert ("导办员" in page) == (kind == "kiosk")
    csrf = re.search('name="csrf-token" content="([^"]+)"', page)[1]
    headers = {"X-CSRFToken": csrf}
    code = client.post("/screen/pairing", headers=headers, data={"asks": kind}).json["code"]
    for _ in range(TRIES_AT_MOST + 1):  # a right code is no try
        assert house.post("/staff/devices/asks", supervisor, {"code": code}).json == {"kind": kind}
    for _ in range(TRIES_AT_MOST):
        wrong = house.post("/staff/devices/asks", supervisor, {"code": another(code)})
        refused(wrong, 409, "wrong_pairing_code")
    answer = house.post("/staff/devices/asks", supervisor, {"code": code})
    refused(answer, 429, "too_many_pairing_tries")


@pytest.mark.parametrize(
    ("counter", "page"), [(None, f"/screen/{HALL}"), ("3", f"/screen/{HALL}/counter/3")]
)
def test_a_screen_goes_to_its_page_and_follows_where_it_is_moved(
    house, machine, supervisor, counter, page
):
    pair(house, supervisor, machine.show(), "screen", counter=counter)
    assert machine.client.get("/screen/pair").location == page
    device = machine.who()["id"]
    path = f"/staff/devices/{device}/change"
    house.post(path, supervisor, {"name": "西墙", "counter": "5"})
    assert machine.who()["page"] == f"/screen/{HALL}/counter/5"
    assert machine.who()["name"] == "西墙"


def test_who_signs_in_where_a_screen_was_is_themselves(house, machine, supervisor):
    """A screen's cookie beside that of a guide: each page knows whose is meant."""
    pair(house, supervisor, machine.show(), "screen")
    machine.client.set_cookie(COOKIES["staff"], house.sign_in("guide"))
    page = machine.client.get("/kiosk/").text
    assert "您要办什么事" in page
    csrf = re.search('name="csrf-token" content="([^"]+)"', page)[1]
    headers = {"X-CSRFToken": csrf, "Idempotency-Key": "one"}
    taken = machine.client.post("/api/v1/kiosk/tickets", json={"item": "id-card"}, headers=headers)
    assert taken.status_code == 201, taken.text
    assert house.row(taken.json)["given_by"].startswith("staff:")
    assert (
        machine.client.post(
            "/api/v1/kiosk/tickets", json={"item": "id-card"}, headers={"Idempotency-Key": "two"}
        ).status_code
        == 403
    )  # no cookie acts without the page's own word
    assert machine.who()["kind"] == "screen"
    machine.client.delete_cookie(COOKIES["staff"])
    alone = machine.client.post("/api/v1/kiosk/tickets", json={"item": "id-card"}, headers=headers)
    refused(alone, 403, "forbidden")


def test_a_code_is_good_once(house, machine, supervisor):
    code = machine.show()
    assert pair(house, supervisor, code).status_code == 201
    refused(pair(house, supervisor, code), 409, "wrong_pairing_code")


def test_a_number_machine_is_told_whether_it_reads_cards(house, machine, supervisor):
    refused(
        pair(house, supervisor, machine.show(), "screen", reader=True), 422, "reader_not_for_kind"
    )
    devices = pair(house, supervisor, machine.show(), reader=True).json
    [device] = [one for one in devices if one["name"] == "东门一号"]
    assert device["reader"] is True
    changed = house.post(f"/staff/devices/{device['id']}/change", supervisor, {"name": "东门一号"})
    assert [one["reader"] for one in changed.json if one["id"] == device["id"]] == [False]


def test_a_wrong_code_says_so_and_pairs_nothing(house, machine, supervisor):
    refused(pair(house, supervisor, another(machine.show())), 409, "wrong_pairing_code")
    assert machine.who() is None


def test_a_code_lives_ten_minutes(house, machine, supervisor):
    code = machine.show()
    house.clock.advance(minutes=10)
    refused(pair(house, supervisor, code), 409, "wrong_pairing_code")
    assert pair(house, supervisor, machine.show()).status_code == 201


def test_a_machine_that_begins_anew_shows_one_code_only(house, machine, supervisor):
    old, new = machine.show(), machine.show()
    refused(pair(house, supervisor, old), 409, "wrong_pairing_code")
    assert pair(house, supervisor, new).status_code == 201


def test_a_guesser_is_stopped_whatever_follows(house, machine, supervisor):
    code = machine.show()
    for _ in range(TRIES_AT_MOST):
        refused(pair(house, supervisor, another(code)), 409, "wrong_pairing_code")
    refused(pair(house, supervisor, code), 429, "too_many_pairing_tries")
    assert pair(house, house.sign_in("administrator"), code).status_code == 201


def test_a_right_code_does_not_forgive_the_wrong_ones_before(house, machine, supervisor):
    code = machine.show()
    for _ in range(TRIES_AT_MOST - 1):
        refused(pair(house, supervisor, another(code)), 409, "wrong_pairing_code")
    assert pair(house, supervisor, code).status_code == 201
    code = Machine(house).show()
    refused(pair(house, supervisor, another(code)), 409, "wrong_pairing_code")
    refused(pair(house, supervisor, code), 429, "too_many_pairing_tries")
    house.clock.advance(minutes=10)
    assert pair(house, supervisor, Machine(house).show()).status_code == 201
    assert rows(house, TRIES) == []  # what is old is forgotten, what was right never counted


def test_a_whole_hall_of_machines_is_paired_in_one_go(house, supervisor):
    for nth in range(TRIES_AT_MOST + 2):
        assert pair(house, supervisor, Machine(house).show(), name=f"{nth}").status_code == 201


def test_one_address_cannot_take_all_codes(house):
    act = Act(house.clock.now(), SYSTEM)
    for _ in range(WAITING_AT_MOST):
        house.within(lambda: begin_pairing("", "192.0.2.1", act))
    machine = Machine(house)
    machine.show()  # from elsewhere
    house.within(lambda: begin_pairing("", "192.0.2.2", act))
    client = house.app.test_client()
    csrf = re.search('name="csrf-token" content="([^"]+)"', client.get("/kiosk/").text)[1]
    many = client.post(
        "/screen/pairing",
        headers={"X-CSRFToken": csrf},
        environ_overrides={"REMOTE_ADDR": "192.0.2.1"},
    )
    assert many.status_code == 429


def test_two_machines_never_show_one_code(house):
    act = Act(house.clock.now(), SYSTEM)
    codes = iter(["000042", "000042", "000043"])
    shown = [
        house.within(lambda: begin_pairing("", "here", act, lambda: next(codes))).code
        for _ in range(2)
    ]
    assert shown == ["000042", "000043"]


def test_code_and_secret_are_kept_as_hashes(house, machine):
    code = machine.show()
    secret = machine.client.get_cookie(COOKIES["screen"]).value
    with house.app.app_context():
        kept = str(db.session.execute(PAIRINGS.select()).all())
    assert code not in kept
    assert secret not in kept


@each_store_once
def test_two_who_type_one_code_make_one_device(every_settings):
    from tests.house import open_house

    house = open_house(every_settings)
    code = Machine(house).show()
    tokens = [house.sign_in("supervisor"), house.sign_in("administrator")]
    answers = []
    threads = [
        threading.Thread(target=lambda t=t, n=n: answers.append(pair(house, t, code, name=n)))
        for n, t in zip(("甲", "乙"), tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    with house.app.app_context():
        names = [row.name for row in db.session.execute(DEVICES.select()).all()]
        house.app.extensions["sqlalchemy"].engine.dispose()
    assert len([name for name in names if name in ("甲", "乙")]) == 1


def test_a_disabled_machine_is_nobody_at_once_and_may_be_paired_anew(house, machine, supervisor):
    pair(house, supervisor, machine.show())
    secret = machine.client.get_cookie(COOKIES["screen"]).value
    device = machine.who()["id"]
    assert house.post(f"/staff/devices/{device}/disable", supervisor).status_code == 200
    assert machine.who() is None
    refused(house.post("/kiosk/tickets", secret, {"item": "id-card"}), 401, "unauthenticated")
    refused(house.post(f"/staff/devices/{device}/disable", supervisor), 404, "unknown_device")
    assert pair(house, supervisor, machine.show()).status_code == 201
    assert machine.who()["id"] != device


def test_who_is_there_is_seen(house, machine, supervisor):
    pair(house, supervisor, machine.show())
    paired_at = house.clock.now()
    house.clock.advance(minutes=5)
    machine.who()
    house.clock.advance(seconds=10)
    machine.who()  # too soon to be noted again
    seen = {one["name"]: one for one in house.get("/staff/devices", supervisor).json}
    with house.app.app_context():
        row = db.session.execute(DEVICES.select().where(DEVICES.c.name == "东门一号")).one()
    assert (row.last_seen_at - paired_at).total_seconds() == 300
    assert seen["东门一号"]["last_seen_at"] is not None
    assert seen["取号机"]["last_seen_at"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"counter": "3"}, 422, "counter_not_for_kind"),
        ({"kind": "screen", "counter": "99"}, 404, "unknown_counter"),
        ({"name": " "}, 422, "unfit_name"),
        ({"kind": "toaster"}, 422, "invalid"),
        ({"code": "12345"}, 422, "invalid"),
    ],
)
def test_what_does_not_fit_leaves_the_code_for_another_try(
    house, machine, supervisor, body, status, code
):
    shown = machine.show()
    refused(pair(house, supervisor, body.pop("code", shown), **body), status, code)
    assert pair(house, supervisor, shown).status_code == 201


@pytest.mark.parametrize("role", ["clerk1", "guide"])
def test_devices_are_for_who_leads(house, machine, role):
    refused(pair(house, house.sign_in(role), machine.show()), 403, "forbidden")


def test_another_halls_device_is_not_found(house, supervisor):
    house.within(lambda: db.session.execute(DEVICES.update().values(hall="elsewhere")))
    with house.app.app_context():
        [row] = db.session.execute(DEVICES.select()).all()
    refused(house.post(f"/staff/devices/{row.id}/disable", supervisor), 404, "unknown_device")
    body = {"name": "我们的", "counter": None}
    answer = house.post(f"/staff/devices/{row.id}/change", supervisor, body)
    refused(answer, 404, "unknown_device")
    assert house.get("/staff/devices", supervisor).json == []
