"""Two halls full of things that belong to somebody, and everybody who might come for them.

world = opened(settings)          hall `t`, where li has all there is to have, and hall `u`
world.tokens["clerk"]             who may do things with what is in `ids`
world.strangers["clerk"]          the same elsewhere: another hall, another person
world.dead                        tokens that once held, or never did
world.ids["ticket_id", "clerk"]   what an address is filled with
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.citizens.queries import SESSIONS as CITIZEN_SESSIONS
from app.core.acts import SYSTEM, Act, Role
from app.core.auth import hash_of
from app.core.db import db
from app.deliveries.boxes import put_cabinet
from app.staff.keys import add_key
from app.staff.queries import DEVICES, KEYS, SESSIONS, STAFF
from app.staff.rules import SCOPE_WORDS
from app.staff.service import put_device, put_staff
from config.settings import Settings
from tests.deliveries.hall import CABINET_TOKEN, Results, furnish
from tests.house import HALL, KIOSK_TOKEN, Citizen, House, _hash, credit_code, open_house
from tests.licences.conftest import sure
from tests.renewals.renewing import Shop, opened_shop
from tests.security.table import HELD
from tests.submissions.library import begin, card, desk, ok, save, stock, submit

OTHER = "u"
FULL_DAY = "2026-11-26"
DEVICE_KINDS = ("kiosk", "screen", "cabinet")
ROLES = {str(role) for role in Role}


def kind_of(who: str) -> str:
    """The kind of actor that somebody of this world is; a role is of the staff's."""
    return "staff" if who in ROLES else who


@dataclass
class World:
    house: House
    tokens: dict[str, str] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)
    dead: dict[str, str | None] = field(default_factory=dict)
    ids: dict[str | tuple[str, str], str] = field(default_factory=dict)
    """Name of an argument -> what stands for it; (argument, actor) where an actor has its own."""
    given: dict[str, Any] = field(default_factory=dict)
    """What bodies name: a slot, a form's text, the hash of what was seen."""

    def id_for(self, argument: str, who: str, reach: str = "") -> str:
        """What it is for this actor, at doors that give them no more than `reach`. Raises KeyError
        for what the world lacks: a cell that cannot be tried is a fault."""
        found = (self.ids.get(key) for key in ((argument, reach), (argument, who)))
        return next(filter(None, found), None) or self.ids[argument]


def opened(settings: Settings) -> World:
    """All of it, at nine on a Monday."""
    world = World(open_house(settings))
    shop = _furnished(world.house)
    _second_hall(world)
    _sign_everybody_in(world)
    _fill(world, shop, Results(world.house))
    _kill_tokens(world)
    return world


def _furnished(house: House) -> Shop:
    """Forms, licences, a cabinet, renewals that people decide."""
    shop = opened_shop(house)
    shop.person_decides()
    furnish(house, [[1] * 6])
    stock(house)
    return shop


def _second_hall(world: World) -> None:
    file = copy.deepcopy(world.house._file)
    file["hall"] |= {"code": OTHER, "name": "另一大厅"}
    for counter in file["counters"]:
        counter["no"] = f"2{counter['no']}"
    act = Act(world.house.clock.now(), SYSTEM)

    def open_it() -> None:
        load_hall(parse_hall(json.dumps(file, ensure_ascii=False).encode()))
        for role in Role:
            seat = {Role.CLERK: "21", Role.SUPERVISOR: "22"}.get(role)
            put_staff(f"{OTHER}-{role}", _hash, role, OTHER, seat, act)

    world.house.within(open_it)


def _sign_everybody_in(world: World) -> None:
    house = world.house
    act = Act(house.clock.now(), SYSTEM)
    for role in Role:
        seat = {Role.CLERK: "1", Role.SUPERVISOR: "2"}.get(role)
        name = "clerk1" if role == Role.CLERK else str(role)
        world.tokens[role] = house.sign_in(name, seat)
        world.strangers[role] = house.sign_in(f"{OTHER}-{role}")
    world.tokens["kiosk"], world.tokens["cabinet"] = KIOSK_TOKEN, CABINET_TOKEN
    for kind, hall, whose in (
        ("screen", HALL, world.tokens),
        *((kind, OTHER, world.strangers) for kind in DEVICE_KINDS),
    ):
        token = whose[kind] = f"the token of a {kind} in {hall}"
        house.within(
            lambda token=token, kind=kind, hall=hall: put_device(token, kind, hall, "设备", act)
        )
    for hall, whose in ((HALL, world.tokens), (OTHER, world.strangers)):
        key = house.within(lambda hall=hall: add_key("系统", hall, SCOPE_WORDS, 30, act))
        whose["system"], world.ids["key_id"] = key.key, key.id
    world.ids["key_id"] = house.within(lambda: add_key("另一系统", HALL, SCOPE_WORDS, 30, act)).id
    house.within(lambda: _place_cabinet(world.strangers["cabinet"]))
    for no, role in (("1", Role.CLERK), ("2", Role.SUPERVISOR)):
        ok(house.post(f"/counters/{no}/open", world.tokens[role]))


def _place_cabinet(token: str) -> None:
    device = db.session.scalar(select(DEVICES.c.id).where(DEVICES.c.token_hash == hash_of(token)))
    put_cabinet("c2", OTHER, ("文件柜", "Cabinet"), ("一楼", "Ground floor"), [[1]], device)


def _fill(world: World, shop: Shop, results: Results) -> None:
    house, ids, given = world.house, world.ids, world.given
    li, wang = shop.owner, sure(house, "wang")
    world.tokens["citizen"], world.strangers["citizen"] = li.token, wang.token
    li.add("李大明", id_number=house.citizen("father").id_number)

    ids |= {"hall": HALL, "item": "id-card", "form": "permit-form", "n": "1", "code": "0" * 20}
    ids |= {"no": "1", ("no", "supervisor"): "2", "name": "none", "path": "none"}
    _licences_and_renewals(world, shop, results)
    _forms(world, li)
    _bookings(world, li)
    _printer(world)
    _tickets(world, li)
    _people(world)
    given["credit_code"] = credit_code(7)


def _licences_and_renewals(world: World, shop: Shop, results: Results) -> None:
    house, ids, li = world.house, world.ids, shop.owner
    ids["renewal_id"] = shop.tapped()["id"]
    body = {"words": "请补材料", "papers": ["平面图"]}
    ok(house.post(f"/staff/renewals/{ids['renewal_id']}/ask-for", world.tokens["approver"], body))
    ok(li.post(f"/me/renewals/{ids['renewal_id']}/drop-off", {}))
    seen = li.get(f"/me/renewals/{ids['renewal_id']}").json
    [papers] = seen["papers"]["drop_offs"]
    box = ok(results.cabinet("/deposit", {"code": papers["code"]}))["box"]
    ok(results.cabinet("/closed", {"box": box}))
    ids["use_id"] = papers["id"]
    ids["licence_id"] = shop.licence
    authorised = {
        "holder": next(p["id"] for p in li.get("/me/holders").json if p["kind"] == "firm"),
        "name": "李小明",
        "id_number": house.citizen("aunt").id_number,
        "until": "2026-12-24",
    }
    ids["authorisation_id"] = ok(li.post("/me/authorisations", authorised), 201)["id"]
    world.given["holder"] = authorised["holder"]
    ids["person_id"] = next(p["id"] for p in li.people() if p["relation"] != "self")
    ids["delivery_id"] = results.begin(li, "counter")
    ok(results.made(ids["delivery_id"]))
    world.given["box_code"] = results.in_box(li)[1]["code"]
    ids["delivery_id", "in a box"] = results.begin(li, "cabinet")
    body = {"hall": HALL, "contents": ["合同"]}
    world.given["drop_off_code"] = ok(li.post("/me/drop-offs", body), 201)["code"]
    world.tokens["supervisor"] = house.sign_in("supervisor", "2")
    answer = house.post("/licences/imports", world.tokens["system"], {"name": "a.csv"})
    ids["import_id"] = ids["import_id", "system"] = ok(answer, 201)["id"]
    answer = house.post("/licences/imports", world.tokens["administrator"], {"name": "b.csv"})
    ids["import_id", "administrator"] = ok(answer, 201)["id"]


def _forms(world: World, li: Citizen) -> None:
    ids = world.ids
    done = submit(li, save(li, begin(li), phone="13800001234", address="南宁市 1 号"))
    ids["submission_id"] = ids["submission_id", HELD] = done["id"]
    world.given["submission_code"] = done["code"]
    for who in ("kiosk", "guide", "supervisor"):
        body = {**card(li), "item": "id-card"}
        begun = ok(desk(world.house, "submissions", body, world.tokens[who]), 201)
        ids["submission_id", who] = begun["id"]


def _bookings(world: World, li: Citizen) -> None:
    ids = world.ids
    booked = li.book(world.house.slot("09:30"))
    ids["appointment_id"] = booked["id"]
    world.given["slot"] = world.house.slot("10:00")
    world.given["booking_code"] = booked["code"]
    _sell_out(world.house)
    waits = {"item": "id-card", "date": FULL_DAY}
    ids["waiting_id"] = ok(li.post(f"/halls/{HALL}/waiting-list", waits), 201)["id"]


def _sell_out(house: House) -> None:
    """One day on which every time is somebody's."""
    hour = {"date": FULL_DAY, "hours": ["09:00-09:30"], "reason": "培训"}
    house.reload(lambda file: file["hall"]["booking"].update(exceptions=[hour]))
    for n, slot in enumerate(house.slots("id-card", FULL_DAY)):
        for of_it in range(slot["left"]):
            house.citizen(f"booked-{n}-{of_it}").identify().book(slot["id"])
    assert house.slots("id-card", FULL_DAY) == []


def _printer(world: World) -> None:
    """The machine's numbers are to be printed; nobody does, since no worker runs."""
    of_kiosk = select(DEVICES.c.id).where(DEVICES.c.token_hash == hash_of(KIOSK_TOKEN))
    machine = world.ids["device_id"] = world.house.within(lambda: db.session.scalar(of_kiosk))
    printer = {"printer": {"host": "192.168.1.50"}}
    ok(
        world.house.post(
            f"/staff/devices/{machine}/printer", world.tokens[Role.ADMINISTRATOR], printer
        )
    )


def _tickets(world: World, li: Citizen) -> None:
    house, ids = world.house, world.ids
    for role, no in ((Role.CLERK, "1"), (Role.SUPERVISOR, "2")):
        taken = house.take("id-card", id_number=li.id_number)
        call = {"number": taken["number"], "reason": "测试"}
        ok(house.post(f"/counters/{no}/call", world.tokens[role], call))
        ids["ticket_id", role] = taken["id"]
        world.given["number", role] = taken["number"]
    waiting, other = house.take("pension"), house.take("pension")
    ids["ticket_id"] = ids["ticket_id", "ticket"] = waiting["id"]
    world.given["number"] = waiting["number"]
    world.tokens["ticket"], world.strangers["ticket"] = waiting["token"], other["token"]
    afar = li.take_from_afar("pension")
    ids["ticket_id", "citizen"] = afar["id"]
    link = ok(house.post(f"/tickets/{waiting['id']}/follow-link", waiting["token"], {}), 201)
    ids["token"] = link["token"]
    for role in (Role.CLERK, Role.SUPERVISOR):
        held = ids["ticket_id", role]
        ok(house.post(f"/tickets/{held}/file/open", world.tokens[role], {}))
        gaps = {"submission": ids["submission_id"], "materials": [{"code": "photo"}]}
        ok(house.post(f"/tickets/{held}/gaps", world.tokens[role], gaps), 201)


def _people(world: World) -> None:
    house, ids = world.house, world.ids
    with house.app.app_context():
        of_clerk = select(STAFF.c.id).where(STAFF.c.username == "clerk7")
        ids["account_id"] = db.session.scalar(of_clerk)
        for role in Role:
            own = select(SESSIONS.c.id).where(SESSIONS.c.token_hash == hash_of(world.tokens[role]))
            ids["session_id", role] = db.session.scalar(own)
        ids["session_id"] = ids["session_id", Role.CLERK]


def _kill_tokens(world: World) -> None:
    house, dead = world.house, world.dead
    now, act = house.clock.now(), Act(house.clock.now(), SYSTEM)
    dead |= {"nobody": None, "nonsense": "nonsense", "empty": ""}
    dead["expired clerk"] = house.sign_in("clerk3")
    dead["signed out clerk"] = house.sign_in("clerk4")
    dead["disabled clerk"] = house.sign_in("clerk5")
    dead["expired citizen"] = house.citizen("expired").token
    dead["signed out citizen"] = house.citizen("gone").token
    assert house.request("DELETE", "/staff/session", dead["signed out clerk"]).status_code == 204
    assert house.request("DELETE", "/session", dead["signed out citizen"]).status_code == 204

    def kill() -> None:
        for kind in DEVICE_KINDS:
            token = dead[f"revoked {kind}"] = f"the token of a revoked {kind}"
            put_device(token, kind, HALL, "旧设备", act)
            gone = DEVICES.c.token_hash == hash_of(token)
            db.session.execute(update(DEVICES).where(gone).values(revoked_at=now))
        for who, ended in (("expired key", "expires_at"), ("revoked key", "revoked_at")):
            key = add_key(who, HALL, SCOPE_WORDS, 30, act)
            dead[who] = key.key
            over = update(KEYS).where(KEYS.c.id == key.id).values({ended: now})
            db.session.execute(over)
        for table, who in ((SESSIONS, "expired clerk"), (CITIZEN_SESSIONS, "expired citizen")):
            over = table.c.token_hash == hash_of(dead[who])
            db.session.execute(update(table).where(over).values(expires_at=now))
        db.session.execute(update(STAFF).where(STAFF.c.username == "clerk5").values(active=False))

    house.within(kill)
