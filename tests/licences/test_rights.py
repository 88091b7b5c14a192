"""Who sees what of whom: every ground, every way it ends, and everybody else at every route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from app.citizens.errors import IdentityNeeded, PersonNotFound
from app.licences import rights
from app.licences.queries import kinds, licence
from app.licences.rights import Ground
from tests.house import KIOSK_TOKEN, Citizen, House, credit_code, id_number, refused
from tests.licences.conftest import Library, firm, record, stocked, sure

GRANDMOTHER, MOTHER, STRANGER = (id_number(born) for born in ("19380308", "19580308", "19900909"))


@dataclass
class World:
    library: Library
    people: dict[str, Citizen]
    licences: dict[str, str]
    """Whose -> the id of a licence of theirs."""
    ids: dict[str, str]
    """Whose -> their person's id."""
    accounts: dict[str, str]
    """Who -> their account's id."""

    @property
    def house(self) -> House:
        return self.library.house


def authorise(house: House, giver: str, agent: Citizen, until: str, **more: Any) -> Any:
    """Somebody lets somebody act for them; the whole response."""
    body = {"name": "李小明", "id_number": agent.id_number, "until": until, **more}
    return house.citizen(giver).post("/me/authorisations", body)


@pytest.fixture(scope="module")
def world(shared_house: House) -> World:
    """Li, of whom the register is sure; Doubt, of whom it is not; Nobody, who never said who they
    are. Li leads one firm and has left another, and was authorised by an aunt and an uncle."""
    library, house = stocked(shared_house), shared_house
    li, aunt, uncle = (sure(house, name) for name in ("li", "aunt", "uncle"))
    doubt = house.citizen("doubt").identify("查无此人")
    nobody = house.citizen("nobody")
    li.add("王芳", id_number=MOTHER)
    doubt.add("王芳", id_number=li.id_number)
    doubt.add("清河豆腐店", credit_code=credit_code(1))
    numbers = {
        "li": li.id_number,
        "aunt": aunt.id_number,
        "uncle": uncle.id_number,
        "doubt": doubt.id_number,
        "mother": MOTHER,
        "stranger": STRANGER,
    }
    given = {
        whose: record(holder=number, serial=f"{whose}1".upper())
        for whose, number in numbers.items()
    }
    lead = {
        "firm": firm(li.id_number, credit_code(1), "F1"),
        "left": firm(li.id_number, credit_code(2), "F2", issued_on="2020-01-01"),
        "closed": firm(li.id_number, credit_code(3), "F3", state="cancelled"),
        "over": firm(li.id_number, credit_code(4), "F4", valid_until="2026-11-22"),
        "to come": firm(li.id_number, credit_code(5), "F5", valid_from="2026-11-24"),
        "of another": firm(STRANGER, credit_code(6), "F6"),
    }
    licences = {whose: library.put(one) for whose, one in (given | lead).items()}
    library.put(firm(STRANGER, credit_code(2), "F2B", issued_on="2026-01-01", state="other"))
    assert authorise(house, "aunt", li, "2026-12-01").status_code == 201
    assert authorise(house, "uncle", li, "2026-12-01").status_code == 201
    [ended] = house.citizen("uncle").get("/me/authorisations").json
    house.citizen("uncle").post(f"/me/authorisations/{ended['id']}/end")
    with house.app.app_context():
        ids = {whose: licence(id).holder_id for whose, id in licences.items()}
    people = {"li": li, "aunt": aunt, "uncle": uncle, "doubt": doubt, "nobody": nobody}
    accounts = {who: citizen.get("/me").json["id"] for who, citizen in people.items()}
    return World(library, people, licences, ids, accounts)


HOLDERS = ("li", "aunt", "uncle", "doubt", "mother", "stranger", "firm", "left", "closed", "over",
           "to come", "of another")  # fmt: skip
GROUNDS: dict[str, dict[str, Ground]] = {
    "li": {
        "li": Ground.OWN,
        "firm": Ground.REPRESENTS,
        "aunt": Ground.AUTHORISED,
        "mother": Ground.DECLARED,
    },
    "aunt": {"aunt": Ground.OWN},
    "uncle": {"uncle": Ground.OWN},
    "doubt": {"doubt": Ground.DECLARED, "li": Ground.DECLARED, "firm": Ground.DECLARED},
    "nobody": {},
}
"""All that anybody may; every other pair of account and holder has nothing."""
READING = {Ground.OWN, Ground.REPRESENTS, Ground.AUTHORISED}
PAIRS = [(account, holder) for account in GROUNDS for holder in HOLDERS]


@pytest.mark.parametrize(("account", "holder"), PAIRS)
def test_the_ground_of_every_account_for_every_holder(world, account, holder):
    expected = GROUNDS[account].get(holder)
    with world.house.app.app_context():
        citizen, now = world.accounts[account], world.house.clock.now()
        if expected is None:
            with pytest.raises((PersonNotFound, IdentityNeeded)):
                rights.right_of_citizen(citizen, world.ids[holder], now)
            return
        right = rights.right_of_citizen(citizen, world.ids[holder], now)
        assert (right.person, right.ground) == (world.ids[holder], expected)
        assert right.reads_licences == (expected in READING)
        assert [one.id for one in rights.licences_read(right)] == (
            [world.licences[holder]] if expected in READING else []
        )


@pytest.mark.parametrize(("account", "holder"), PAIRS)
def test_no_route_opens_what_there_is_no_right_to(world, account, holder):
    """And who has one is let in, so that the routes are there."""
    who, id = world.people[account], world.licences[holder]
    may = GROUNDS[account].get(holder) in READING
    answers = [
        who.get(f"/me/licences/{id}"),
        who.get(f"/me/licences/{id}/uses"),
        who.post(f"/me/licences/{id}/show", {}),
    ]
    assert [answer.status_code for answer in answers] == ([200, 200, 201] if may else [404] * 3)
    if not may:
        nothing = who.get("/me/licences/" + "0" * 32)
        for answer in answers:
            told = refused(answer, 404, "licence_not_found")
            assert told["detail"] == nothing.json["detail"]
    listed = who.get(f"/me/licences?holder={world.ids[holder]}")
    if may:
        assert [one["id"] for one in listed.json] == [id]
    else:
        assert listed.status_code in (404, 409)
        assert listed.json["code"] in (
            "person_not_found",
            "identity_needed",
            "identity_unverified",
        )
        assert (listed.status_code == 409) == (account == "nobody" or holder == account)


def test_everybody_one_may_do_something_for(world):
    found = {
        account: {one["id"]: (one["ground"], one["reads_licences"]) for one in listed.json}
        for account in GROUNDS
        if (listed := world.people[account].get("/me/holders"))
    }
    assert found == {
        account: {
            world.ids[holder]: (ground, ground in READING) for holder, ground in grounds.items()
        }
        for account, grounds in GROUNDS.items()
    }
    li = {one["id"]: one for one in world.people["li"].get("/me/holders").json}
    aunt = li[world.ids["aunt"]]
    assert aunt["until"] == "2026-12-02T00:00:00.000+08:00"
    assert li[world.ids["firm"]]["name"] == "清河豆腐店"
    assert "*" in aunt["number"]


OTHERS = [("nobody here", 401), ("kiosk", 403), ("clerk1", 403), ("administrator", 403),
          ("ticket", 403)]  # fmt: skip
ROUTES = [
    ("GET", "/me/holders", None),
    ("GET", "/me/licences", None),
    ("GET", "/me/licences/{id}", None),
    ("GET", "/me/licences/{id}/uses", None),
    ("POST", "/me/licences/{id}/show", {}),
    ("GET", "/me/authorisations", None),
    ("POST", "/me/authorisations", {}),
    ("POST", "/me/authorisations/x/end", {}),
]


@pytest.mark.parametrize(("who", "status"), OTHERS)
def test_machines_staff_and_passers_by_are_no_holders(world, who, status):
    house = world.house
    tokens = {"nobody here": None, "kiosk": KIOSK_TOKEN}
    if who not in tokens:
        tokens[who] = house.take()["token"] if who == "ticket" else house.sign_in(who)
    for method, path, body in ROUTES:
        path = path.format(id=world.licences["li"])
        assert house.request(method, path, tokens[who], body).status_code == status, path


# The desk


@pytest.mark.parametrize("read", [True, False])
@pytest.mark.parametrize("holder", HOLDERS)
def test_a_card_opens_what_its_person_may_and_a_typed_one_not_the_sensitive(world, holder, read):
    expected = GROUNDS["li"].get(holder) in READING
    with world.house.app.app_context():
        now = world.house.clock.now()
        if not expected:
            with pytest.raises(PersonNotFound):
                rights.right_by_card(world.ids[holder], world.ids["li"], "李", read, now)
            return
        right, called = rights.right_by_card(world.ids[holder], world.ids["li"], "李", read, now)
        assert (right.ground, right.typed) == (Ground.CARD, not read)
        assert right.reads(kinds()["residence-permit"])
        assert right.reads(kinds()["disability"]) == read
        names = [one.name for one in rights.holders_by_card(world.ids["li"], "李", read, now)]
        assert names == ["李", "清河豆腐店", "李小明"]
        assert called in names


# How a right ends


def sees(who: Citizen, id: str) -> bool:
    return who.get(f"/me/licences/{id}").status_code == 200


def test_an_authorisation_ends_with_its_day_or_when_the_holder_says(house, library):
    li, aunt = sure(house, "li"), sure(house, "aunt")
    id = library.put(record(holder=aunt.id_number))
    given = authorise(house, "aunt", li, "2026-11-24").json
    assert (given["given"], given["holds"], given["agent"]["name"]) == (True, True, "李小明")
    assert sees(li, id)
    [received] = li.get("/me/authorisations").json
    assert (received["id"], received["given"]) == (given["id"], False)
    refused(li.post(f"/me/authorisations/{given['id']}/end"), 404, "authorisation_not_found")
    house.clock.advance(hours=38, minutes=59)  # one minute to midnight of the 24th
    assert sees(li, id)
    house.clock.advance(minutes=1)
    assert not sees(li, id)
    assert authorise(house, "aunt", li, "2026-12-24").status_code == 201
    [again, before] = aunt.get("/me/authorisations").json
    assert (again["holds"], before["holds"]) == (True, False)
    assert sees(li, id)
    assert aunt.post(f"/me/authorisations/{again['id']}/end").json["holds"] is False
    assert not sees(li, id)


def test_whom_a_newer_licence_of_the_firm_does_not_name_is_out_at_once(house, library):
    li, aunt = sure(house, "li"), sure(house, "aunt")
    first = library.put(firm(li.id_number))
    assert authorise(house, "li", aunt, "2026-12-24", holder=of_firm(li)).status_code == 201
    assert sees(li, first)
    assert sees(aunt, first)
    library.put(firm(STRANGER, serial="2", issued_on="2026-11-20"))
    assert not sees(li, first)
    assert sees(aunt, first), "the firm's word holds until the firm ends it"
    assert [one["ground"] for one in li.get("/me/holders").json] == ["own"]


def of_firm(who: Citizen) -> str:
    return next(one["id"] for one in who.get("/me/holders").json if one["kind"] == "firm")


def test_who_was_authorised_authorises_nobody(house, library):
    li, aunt, uncle = (sure(house, name) for name in ("li", "aunt", "uncle"))
    library.put(record(holder=aunt.id_number))
    authorise(house, "aunt", li, "2026-12-24")
    aunts = next(one["id"] for one in li.get("/me/holders").json if one["ground"] == "authorised")
    refused(authorise(house, "li", uncle, "2026-12-24", holder=aunts), 404, "person_not_found")


def test_what_cannot_be_authorised(house, library):
    li, uncle = sure(house, "li"), sure(house, "uncle")
    for until in ("2026-11-22", "2027-11-25"):
        refused(authorise(house, "li", uncle, until), 422, "authorisation_until_wrong")
    refused(authorise(house, "li", li, "2026-12-24"), 422, "authorisation_of_oneself")
    refused(authorise(house, "li", uncle, "2026-12-24", name="张三"), 422, "identity_mismatch")
    house.citizen("doubt").identify("查无此人")
    refused(authorise(house, "doubt", uncle, "2026-12-24"), 409, "identity_unverified")


def test_who_is_authorised_leaves_a_trace_and_the_owner_none(house, library):
    li, aunt = sure(house, "li"), sure(house, "aunt")
    id = library.put(record(holder=aunt.id_number))
    authorise(house, "aunt", li, "2026-12-24")
    whole = li.get(f"/me/licences/{id}").json
    assert whole["number"] == "清居00000001"
    assert {"name": "since", "title": "居住起始日期", "text": "2024年5月6日"} in whole["fields"]
    aunt.get(f"/me/licences/{id}")
    [use] = aunt.get(f"/me/licences/{id}/uses").json
    assert (use["who"], use["purpose"]) == ("代办人李*明", "代办人查看")
    assert "居住起始日期" in use["fields"]


def test_lists_are_masked(house, library):
    li = sure(house, "li")
    library.put_all(
        record(holder=li.id_number),
        record("disability", li.id_number, "2", valid_until="2030-01-01", number="A1"),
    )
    listed = li.get("/me/licences").json
    assert {one["number"] for one in listed} == {"清居******01", "**"}
    assert not any("fields" in one or "identifier" in one for one in listed)
