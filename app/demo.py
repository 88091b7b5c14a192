"""The demo halls: what `make demo` needs to be there, made once and kept."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
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
from app.catalog.service import plan_of
from app.citizens.rules import BEIJING, credit_code, id_number
from app.citizens.service import person_of
from app.core.acts import SYSTEM, Act, Role
from app.core.db import db, transaction
from app.core.parts import parts
from app.demo_crowd import crowd
from app.demo_people import Holder, People, day_of, read_people, records
from app.estimates.service import rehearsed
from app.forms.models import FormVersionRow
from app.forms.service import publish, put_draft
from app.licences.authorisations import Side, give, seen_by
from app.licences.kinds import parse_kinds
from app.licences.queries import kinds
from app.licences.service import load_kinds, put
from app.screen.clips import ClipsNotMade, make_clips
from app.staff.service import HASHER, put_device, put_staff
from app.tickets.queries import live_by_lane
from config.settings import ROOT
from living import clerks, people
from living.rhythm import Pace
from queueing.habits import SECOND, Entered, Habits, Served

log = logging.getLogger(__name__)

CONFIG = ROOT / "config"
HALL = "demo"
PASSWORD = "shunhao-demo"  # noqa: S105 (printed for everybody at the start)
DEVICES = {
    "kiosk": ("kiosk", "演示 kiosk"),
    "screen": ("screen", "演示 screen"),
    "living": ("kiosk", "演示人流"),
}
"""Name of a token -> the kind of machine and what it is called."""
OTHERS = (
    ("guide", Role.GUIDE),
    ("supervisor", Role.SUPERVISOR),
    ("admin", Role.ADMINISTRATOR),
)


REHEARSED = 2_000
"""Visits: about a day of the demo's."""


def prepare(
    now: datetime, new_token: Callable[[int], str], rng: Random, speed: float | None
) -> dict[str, Any]:
    """Migrate, load kinds, forms, people and halls where their files changed, seat the staff; what
    the demo announces.

    `speed`: how many times as fast as life its people will be served; None: nobody comes."""
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
    plan = plan_of(HALL)
    tokens = _tokens(parts().settings.instance_path / "demo-tokens.json", new_token)
    staff = _staff(plan)
    with transaction():
        rehearsed(
            plan.code, None if speed is None else _rehearsal(plan, Pace(speed), rng, now.date())
        )
        for name, (kind, called) in DEVICES.items():
            put_device(tokens[name], kind, plan.code, called, act, reader=kind == "kiosk")
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
        "cards": [
            {"name": each.name, "id_number": each.number} for each in crowd(read_people()).persons()
        ],
        "staff": staff,
    }


def put_library(act: Act) -> None:
    """The demo's kinds of licence, its forms, and its people with their licences."""
    load_kinds(parse_kinds((CONFIG / "licence-kinds.yaml").read_bytes()), act)
    _publish_forms(act)
    demo = read_people()
    _put_people(demo, act)
    _put_people(crowd(demo), act)


def _publish_forms(act: Act) -> None:
    """Publish each form whose file nobody published yet: what the office changed since, stays."""
    published = set(db.session.execute(select(FormVersionRow.file)).scalars())
    for file in sorted((CONFIG / "forms").glob("*.yaml")):
        definition = file.read_text()
        if definition not in published:
            publish(put_draft(definition, act).code, act)


def _put_people(demo: People, act: Act) -> None:
    """People of the demo, their licences, and whom they let act for them."""
    today = act.now.astimezone(BEIJING).date()
    known = {each.key: _put_holder(each, today, act) for each in demo.holders.values()}
    put(list(records(demo, kinds(), today)), act, "demo")
    for each in demo.authorisations:
        holder, agent = known[each.holder], known[each.agent]
        if not any(given.holder == holder.person for given in seen_by(agent.person, [])):
            until = date.fromisoformat(day_of(each.until, today) or "")
            give(holder, agent, until, today, act)


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
            item.code, item.name, item.lane, item.minutes, form_for="either" if item.form else ""
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
    if missing := DEVICES.keys() - tokens.keys():
        tokens |= {name: new_token(32) for name in missing}
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(tokens))
    return tokens
