"""The demo halls: what `make demo` needs to be there, made once and kept."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import select

from app.catalog.calendar import seed_calendar
from app.catalog.errors import LaneInUse
from app.catalog.hall_file import read_hall_file
from app.catalog.loading import is_loaded, load_hall
from app.catalog.plan import HallPlan
from app.catalog.service import plan_of, plans
from app.citizens.queries import CITIZENS
from app.citizens.rules import BEIJING, credit_code, id_number
from app.citizens.service import Identity, person_of, set_identity, set_phone, sign_in
from app.core.acts import SYSTEM, Act, Role
from app.core.auth import hash_of
from app.core.db import db, transaction
from app.core.identity import Level
from app.core.parts import parts
from app.deliveries.boxes import put_cabinet
from app.demo_crowd import crowd
from app.demo_people import Holder, People, day_of, put_once, read_people, records
from app.estimates.service import rehearsed
from app.forms.models import FormVersionRow
from app.forms.service import publish, put_draft
from app.licences.authorisations import Side, give, seen_by
from app.licences.kinds import parse_kinds
from app.licences.queries import LICENCES, kinds
from app.licences.service import id_of, load_kinds, put
from app.printing.rules import Mode, Printer
from app.renewals.loading import load_plans
from app.renewals.plan_file import parse_plans
from app.renewals.plans import at_any_hour
from app.renewals.watch.watching import watch
from app.screen.clips import ClipsNotMade, make_clips
from app.staff import devices
from app.staff.hashing import HASHER
from app.staff.queries import DEVICES
from app.staff.service import put_device, put_staff
from app.tickets.queries import live_by_lane
from config.settings import ROOT
from living import clerks, people
from living.rhythm import Pace
from queueing.habits import SECOND, Entered, Habits, Served
from wechat.gateway import Login
from wechat.sandbox.people import openid_of

log = logging.getLogger(__name__)

CONFIG = ROOT / "config"
HALL = "demo"
SOURCE = "demo"
"""Who brought its licences into the library."""
PASSWORD = "shunhao-demo"  # noqa: S105 (printed for everybody at the start)
MACHINES = {
    "kiosk": ("kiosk", "演示 kiosk"),
    "screen": ("screen", "演示 screen"),
    "living": ("kiosk", "演示人流"),
    "cabinet": ("cabinet", "演示 cabinet"),
    "printing": ("kiosk", "演示打印取号机"),
}
"""Name of a token -> the kind of machine and what it is called."""
READERS = ("kiosk", "cabinet")
"""Machines that read ID cards."""
OTHERS = (
    ("guide", Role.GUIDE),
    ("approver", Role.APPROVER),
    ("supervisor", Role.SUPERVISOR),
    ("admin", Role.ADMINISTRATOR),
    ("security", Role.SECURITY),
    ("auditor", Role.AUDITOR),
)


REHEARSED = 2_000
"""Visits: about a day of the demo's."""


def prepare(
    now: datetime,
    new_token: Callable[[int], str],
    rng: Random,
    speed: float | None,
    printer: int | None = None,
) -> dict[str, Any]:
    """Migrate, load kinds, forms, people and halls where their files changed, seat the staff; what
    the demo announces.

    `speed`: how many times as fast as life its people will be served; None: nobody comes.
    `printer`: the port of this machine where a printer plays."""
    upgrade()
    _make_clips()
    act = Act(now, SYSTEM)
    with transaction():
        seed_calendar(range(now.year, now.year + 2))
    with transaction():
        put_library(act)
    for file in sorted((CONFIG / "halls").glob("*.yaml")):
        hall_file = read_hall_file(file)
        if not is_loaded(hall_file):
            try:
                with transaction():
                    load_hall(hall_file, live_by_lane(hall_file.plan.code))
            except LaneInUse as error:
                log.warning("%s stays as it was: %s", file.name, error.detail)
    with transaction():
        put_plans(act)
    while watch(act):
        pass
    plan = plan_of(HALL)
    tokens = _tokens(parts().settings.instance_path / "demo-tokens.json", new_token)
    staff = _staff(plan)
    with transaction():
        rehearsed(
            plan.code, None if speed is None else _rehearsal(plan, Pace(speed), rng, now.date())
        )
        for name, (kind, called) in MACHINES.items():
            put_device(tokens[name], kind, plan.code, called, act, reader=kind in READERS)
        _put_cabinet(tokens["cabinet"])
        _put_printer(tokens["printing"], printer, act)
        # One hash for all: these accounts share one printed password, and hashing takes its time.
        password_hash = HASHER.hash(PASSWORD)
        for person in staff:
            put_staff(
                person["username"],
                password_hash,
                Role(person["role"]),
                plan.code,
                person["counter"],
                act,
            )
    return {
        "hall": plan.code,
        "kiosk_token": tokens["kiosk"],
        "screen_token": tokens["screen"],
        "living_token": tokens["living"],
        "cabinet_token": tokens["cabinet"],
        "printing_token": tokens["printing"],
        "cards": [
            {"name": each.name, "id_number": each.number} for each in crowd(read_people()).persons()
        ],
        "staff": staff,
    }


def _put_cabinet(token: str) -> None:
    """A smart cabinet of twelve boxes, and its screen."""
    screen = select(DEVICES.c.id).where(DEVICES.c.token_hash == hash_of(token))
    put_cabinet(
        "hall-1",
        HALL,
        ("一楼智能文件柜", "Ground-floor cabinet"),
        ("一楼自助服务区", "Self-service area on the ground floor"),
        [[1, 1, 1, 2]] * 3,
        db.session.execute(screen).scalar_one(),
    )


def _put_printer(token: str, port: int | None, act: Act) -> None:
    """The printer of a machine, which speaks in dots: so it can be shown as it looks."""
    ours = select(DEVICES.c.id, DEVICES.c.printer).where(DEVICES.c.token_hash == hash_of(token))
    machine = db.session.execute(ours).one()
    printer = port and Printer("127.0.0.1", port, Mode.RASTER, 80, answers=True).written()
    if machine.printer != (printer or None):
        devices.set_printer(machine.id, HALL, printer or None, act)


def put_library(act: Act) -> None:
    """The demo's kinds of licence, its forms, and its people with their licences and accounts."""
    load_kinds(parse_kinds((CONFIG / "licence-kinds.yaml").read_bytes()), act)
    _publish_forms(act)
    demo = read_people()
    known = _put_people(demo, act)
    _open_accounts(demo, known, act)
    _put_people(crowd(demo), act)


def put_plans(act: Act) -> None:
    """How the demo's licences are watched, once its halls are there."""
    halls = {hall.code: hall.items for hall in plans()}
    written = (CONFIG / "renewal-plans.yaml").read_bytes()
    read = parse_plans(written, kinds(), halls)
    load_plans(at_any_hour(read), act)


def _publish_forms(act: Act) -> None:
    """Publish each form whose file nobody published yet: what the office changed since, stays."""
    published = set(db.session.execute(select(FormVersionRow.file)).scalars())
    for file in sorted((CONFIG / "forms").glob("*.yaml")):
        definition = file.read_text()
        if definition not in published:
            publish(put_draft(definition, act).code, act)


def _put_people(demo: People, act: Act) -> Mapping[str, Side]:
    """People of the demo, their licences, and whom they let act for them; who they are, by key."""
    today = act.now.astimezone(BEIJING).date()
    known = {each.key: _put_holder(each, today, act) for each in demo.holders.values()}
    _put_licences(demo, act)
    for each in demo.authorisations:
        holder, agent = known[each.holder], known[each.agent]
        if not any(given.holder == holder.person for given in seen_by(agent.person, [])):
            until = date.fromisoformat(day_of(each.until, today) or "")
            give(holder, agent, until, today, act)
    return known


def _open_accounts(demo: People, known: Mapping[str, Side], act: Act) -> None:
    """Who used the mini-program before: whoever signs in with their name has their account."""
    people = {known[each.key].person: each for each in demo.persons() if each.account}
    there = select(CITIZENS.c.person_id).where(CITIZENS.c.person_id.in_(people))
    for person in people.keys() - set(db.session.execute(there).scalars()):
        holder = people[person]
        account = sign_in(Login(openid_of(holder.name)), act).citizen.id
        number = id_number(holder.number, act.now.astimezone(BEIJING).date())
        owner = Identity(holder.name, number, Level.VERIFIED)
        set_identity(account, owner, act)
        set_phone(account, holder.phone or "", owner)


def _put_licences(demo: People, act: Act) -> None:
    """Their licences, but for those that have a history of their own by now."""
    brought = list(records(demo, kinds(), act.now))
    ids = {id_of(each.identifier): each for each in brought}
    once = put_once(demo)
    there = db.session.execute(
        select(LICENCES.c.id, LICENCES.c.source).where(LICENCES.c.id.in_(ids))
    ).all()
    renewed = select(LICENCES.c.predecessor_id).where(LICENCES.c.predecessor_id.in_(ids))
    kept = set(db.session.execute(renewed).scalars())
    for id, source in there:
        if source != SOURCE or (ids[id].kind, ids[id].number) in once:
            kept.add(id)
    put([each for id, each in ids.items() if id not in kept], act, SOURCE)


def _put_holder(holder: Holder, today: date, act: Act) -> Side:
    number = (
        id_number(holder.number, today) if holder.kind == "person" else credit_code(holder.number)
    )
    return Side(person_of(number, holder.phone, act), holder.name)


def _make_clips() -> None:
    """A hall without a voice still opens: its screens sound their chime."""
    try:
        make_clips(parts().settings.instance_path)
    except ClipsNotMade as error:
        log.warning("%s", error)


def _rehearsal(plan: HallPlan, pace: Pace, rng: Random, today: date) -> Habits:
    """How long visits to the living hall's clerks take, and how many come whom the law puts first:
    a hall that opened today would else assume ten minutes for everything, and nobody to be first.

    A counter is taken until its clerk has tidied up."""
    items = [
        people.Item(
            item.code,
            item.name,
            item.lane,
            item.minutes,
            form_for="either" if item.form else "",
            collects=item.collects,
        )
        for item in plan.items.values()
    ]
    served, entered, now = [], [], 0.0
    for _ in range(REHEARSED):
        visitor = people.imagine(rng, items, today)
        item = visitor.items[0]
        visit = clerks.imagine(rng, item.minutes, items_left=0, may_send_on=True)
        seconds = pace.seconds(visit.walk + visit.service + visit.tidy)
        served.append(Served(item.lane, item.code, "", 0, seconds))
        if visitor.way is not people.Way.BOOKED:
            entered.append(Entered(item.lane, visitor.priority is not None, round(now)))
        now += seconds * SECOND / clerks.AT_WORK
    return Habits.of_day(served=served, entered=entered, open_hours=[(0, round(now))])


def _staff(plan: HallPlan) -> list[dict[str, Any]]:
    """A clerk for each counter, first those who serve the hall's first item; then the others."""
    first = next(iter(plan.items.values()))
    counters = sorted(plan.counters.values(), key=lambda c: first.lane not in c.tiers[0])
    clerks = [
        {
            "username": f"clerk{counter.no}",
            "password": PASSWORD,
            "role": str(Role.CLERK),
            "counter": counter.no,
        }
        for counter in counters
    ]
    return clerks + [
        {"username": name, "password": PASSWORD, "role": str(role), "counter": None}
        for name, role in OTHERS
    ]


def _tokens(kept: Path, new_token: Callable[[int], str]) -> dict[str, str]:
    """The demo's device tokens, each made once: the database keeps only their hashes."""
    tokens: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    if missing := MACHINES.keys() - tokens.keys():
        tokens |= {name: new_token(32) for name in missing}
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(tokens))
    return tokens
