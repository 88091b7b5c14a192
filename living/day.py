"""A day of the hall: clerks sit down, people come through the door, and in the end all go home."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from living import clerks, people, rhythm
from living.clerks import Counter
from living.clock import Clock
from living.floor import Card, Floor
from living.hall import Hall, Refused
from living.people import Item
from living.results import ResultDesk
from living.rhythm import Pace
from living.seats import Accounts, Seat, SentAway
from living.shifts import Shift
from living.visits import visit

log = logging.getLogger("living")

LOAD = 1.0
"""Work that comes in, as a part of what our clerks can do, on average over the day."""
OVERHEAD = 45.0
"""Seconds of life at a counter beside the service: walking there, tidying up."""
OPENING = 0.5 * rhythm.MINUTE
"""Seconds of life in which our clerks sit down, before the door opens: whoever comes sees counters
at work, and hears how long they will take."""
CROWD_WITHIN = 3 * rhythm.MINUTE
"""Seconds of life in which the first crowd comes: calls can be heard apart."""
AT_MOST = 400
"""People of ours, those on the way with a booking included."""
DOOR_EVERY = 5.0
"""Seconds after which the flow at the door is judged anew."""
BOARD_EVERY = 3.0
FAREWELL = 15.0
"""Seconds within which everybody goes home when the demo ends; mostly it takes two or three."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What is needed to bring a hall to life."""

    base_url: str
    hall: str
    kiosk_token: str
    cabinet_token: str
    staff: list[dict[str, Any]]
    cards: list[Card]
    """Of the people who come to the sample-form desk."""
    kept: Path
    speed: float


async def live(opening: Opening, rng: Random, end: asyncio.Event) -> None:
    """Bring the hall to life until told to end; then leave nobody behind."""
    clock = Clock()
    hall = Hall(opening.base_url, clock, rng)
    floor, counters = await _enter(opening, hall, clock, rng)
    accounts = _accounts(opening)
    ours = [counter for counter in clerks.seats(counters) if counter.no in accounts.clerks]
    shifts = [Shift(floor, Seat(counter.no, hall, clock, accounts), counter) for counter in ours]
    log.info("%d clerks of ours, %g times as fast as life", len(shifts), opening.speed)
    async with asyncio.TaskGroup() as everybody:
        each = floor.pace.seconds(OPENING) / max(len(shifts), 1)
        doings: list[Coroutine[Any, Any, None]] = [
            shift.work(after=place * each) for place, shift in enumerate(shifts)
        ]
        desk = ResultDesk(floor, accounts.guide, opening.cabinet_token)
        doings += [_watch_board(floor), _door(floor, len(shifts), everybody), desk.work()]
        tasks = [everybody.create_task(doing) for doing in doings]
        await end.wait()
        with suppress(TimeoutError):
            await asyncio.wait_for(hall.rest(), FAREWELL)
        for task in tasks:
            task.cancel()
    log.info("everybody goes home")
    hall.hurry()
    try:
        await asyncio.wait_for(_go_home(floor, shifts), FAREWELL)
    except TimeoutError:
        log.info("the hall did not answer in time; what is left stays")


async def _enter(
    opening: Opening, hall: Hall, clock: Clock, rng: Random
) -> tuple[Floor, list[Counter]]:
    about = await hall.get(f"/halls/{opening.hall}")
    offered = await hall.get(f"/halls/{opening.hall}/items")
    forms = await hall.get("/kiosk/forms", opening.kiosk_token)
    form_for = {each["code"]: each["form_for"] for each in forms}
    items = [
        Item(
            each["code"],
            each["name"],
            each["lane"],
            each["minutes"],
            each["bookable"],
            form_for.get(each["code"], ""),
            each["collects"],
        )
        for each in offered
    ]
    floor = Floor(
        code=opening.hall,
        hall=hall,
        clock=clock,
        pace=Pace(opening.speed),
        rng=rng,
        kiosk_token=opening.kiosk_token,
        items={item.code: item for item in items},
        cards=rng.sample(opening.cards, len(opening.cards)),
        quotas={lane["letters"]: lane["walk_in_quota"] for lane in about["lanes"]},
    )
    counters = [
        Counter(each["no"], tuple(frozenset(tier) for tier in each["tiers"]))
        for each in about["counters"]
    ]
    return floor, counters


def _accounts(opening: Opening) -> Accounts:
    def keep(tokens: Mapping[str, str]) -> None:
        opening.kept.write_text(json.dumps(tokens))

    opening.kept.touch(mode=0o600)
    return Accounts(
        clerks={
            one["counter"]: (one["username"], one["password"])
            for one in opening.staff
            if one["counter"] is not None
        },
        guide=next(
            (one["username"], one["password"]) for one in opening.staff if one["role"] == "guide"
        ),
        tokens=json.loads(opening.kept.read_text() or "{}"),
        keep=keep,
    )


async def _watch_board(floor: Floor) -> None:
    """Read the board now and then, as everybody in the hall does."""
    while True:
        board = await floor.hall.get(f"/halls/{floor.code}/board")
        floor.show({lane["lane"]: lane["waiting"] for lane in board["lanes"]})
        await floor.clock.sleep(BOARD_EVERY)


async def _door(floor: Floor, counters: int, everybody: asyncio.TaskGroup) -> None:
    """People come in: a crowd at first, then as many as there is work for."""
    clock, items = floor.clock, list(floor.items.values())
    usual = floor.pace.seconds(_usual_visit(items))
    visits: set[asyncio.Task[None]] = set()
    await clock.sleep(floor.pace.seconds(OPENING))
    began = clock.elapsed()

    def come(first: bool = False) -> None:
        if len(visits) < AT_MOST:
            visitor = people.imagine(floor.rng, items, clock.now().date())
            task = everybody.create_task(visit(floor, visitor, first))
            visits.add(task)
            task.add_done_callback(visits.discard)

    within = floor.pace.seconds(CROWD_WITHIN)
    try:
        for at in people.first_crowd(floor.rng, counters, within):
            await clock.sleep(began + at - clock.elapsed())
            come(first=True)
        while True:
            busy = rhythm.bustle(floor.pace.of_life(clock.elapsed() - began))
            wait = rhythm.gap(floor.rng, LOAD * busy * len(floor.at_work) / usual)
            await clock.sleep(min(wait, DOOR_EVERY))
            if wait <= DOOR_EVERY:  # else nobody came so far, which says nothing of what follows
                come()
    finally:
        for task in visits:
            task.cancel()


def _usual_visit(items: list[Item]) -> float:
    """Seconds of life for which somebody keeps a counter, on average."""
    often = [people.how_often(item) for item in items]
    services = [rhythm.usual_service(item.minutes) for item in items]
    total = sum(weight * seconds for weight, seconds in zip(often, services, strict=True))
    return total / sum(often) * (1 + people.SEVERAL) + OVERHEAD


async def _go_home(floor: Floor, shifts: list[Shift]) -> None:
    """Nobody of ours waits, holds a booking or keeps a counter any more."""
    for path, token in list(floor.holds.items()):
        with suppress(Refused):  # those who are being served
            await floor.hall.post(path, token)
    for shift in shifts:
        with suppress(Refused, SentAway):
            await shift.end()
