"""Somebody's visit, from the wish to the way home."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from living import people
from living.desk import number_with_form
from living.floor import Card, Floor, Guest
from living.hall import Refused
from living.people import Slot, Step, Visitor, Way

log = logging.getLogger("living")

LOOKS_AFTER = (30.0, 75.0)
"""Seconds between two looks at one's ticket, unless it is called."""


class TurnedAway(Exception):
    """Nothing came of it: no place, no number left, or simply did not come."""


async def visit(floor: Floor, visitor: Visitor, first: bool = False) -> None:
    """One visit. `first`: of the crowd at the start, who come now, with a booking as well."""
    if visitor.fills_in and floor.cards:
        card = floor.cards.pop(0)
        try:
            await _visit(floor, visitor, first, card)
        finally:
            floor.cards.append(card)
    else:
        await _visit(floor, visitor, first, None)


async def _visit(floor: Floor, visitor: Visitor, first: bool, card: Card | None) -> None:
    try:
        if not first and people.stays_out(sum(floor.waiting.values()), len(floor.at_work)):
            raise TurnedAway("the hall is too full")
        ticket = await _arrive(floor, visitor, first, card)
    except (Refused, TurnedAway) as why:
        log.info("%s, %s: nothing comes of it: %s", visitor.way, _wish(visitor), why)
        return
    guest = Guest(visitor, ticket["id"], ticket["number"], ticket["token"])
    floor.enter(guest)
    log.info(
        "%s: %s%s for %s, %s ahead",
        guest.number,
        visitor.way,
        f" ({visitor.priority})" if visitor.priority else "",
        _wish(visitor),
        ticket["ahead"],
    )
    try:
        await _stay(floor, guest, ticket["state"])
    except Refused as why:
        log.info("%s is lost: %s", guest.number, why)
    floor.leave(guest)


# Getting a number


async def _arrive(floor: Floor, visitor: Visitor, first: bool, card: Card | None) -> Any:
    if card is not None and (ticket := await _at_desk(floor, visitor, card)):
        return ticket
    if visitor.way is Way.BOOKED:
        return await _with_booking(floor, visitor, first)
    if visitor.way is Way.AFAR:
        return await _from_afar(floor, visitor)
    return await _at_machine(floor, visitor)


async def _at_desk(floor: Floor, visitor: Visitor, card: Card) -> Any | None:
    _refuse_last(floor, visitor)
    ticket = await number_with_form(floor, visitor, card)
    return ticket and _given(floor, visitor, ticket)


async def _at_machine(floor: Floor, visitor: Visitor) -> Any:
    _refuse_last(floor, visitor)
    body: dict[str, Any] = {"items": [item.code for item in visitor.items]}
    if visitor.shows_card:
        body["id_number"] = people.id_number(floor.rng, visitor.born)
    if visitor.priority and not (visitor.shows_card and visitor.priority == "elderly"):
        body["priority"] = visitor.priority
    return _given(floor, visitor, await floor.hall.post("/kiosk/tickets", floor.kiosk_token, body))


def _refuse_last(floor: Floor, visitor: Visitor) -> None:
    lane = visitor.items[0].lane
    if not people.has_numbers(floor.last_numbers.get(lane, ""), floor.quotas.get(lane)):
        raise TurnedAway(f"lane {lane} has few numbers left")


def _given(floor: Floor, visitor: Visitor, ticket: Any) -> Any:
    lane = visitor.items[0].lane
    floor.last_numbers[lane] = ticket["number"]
    floor.waiting[lane] = floor.waiting.get(lane, 0) + 1
    return ticket


async def _from_afar(floor: Floor, visitor: Visitor) -> Any:
    phone = await _phone(floor, visitor)
    body = {"items": [item.code for item in visitor.items]}
    ticket = await floor.hall.post(f"/halls/{floor.code}/tickets", phone, body)
    giving_up = f"/tickets/{ticket['id']}/leave"
    floor.holds[giving_up] = phone
    log.info("%s taken from afar for %s", ticket["number"], _wish(visitor))
    await floor.pass_time(visitor.away)
    del floor.holds[giving_up]
    if floor.rng.random() < people.STAYS_AWAY:
        await floor.hall.post(giving_up, phone)
        raise TurnedAway(f"{ticket['number']} is given up on the way")
    shown = {"ticket": ticket["token"], **_claim(visitor)}
    checked_in = await floor.hall.post("/kiosk/check-ins", floor.kiosk_token, shown)
    return {**checked_in, "token": ticket["token"]}  # the machine did not give it


async def _with_booking(floor: Floor, visitor: Visitor, first: bool) -> Any:
    slot = people.slot_for(floor.rng, await _slots(floor, visitor), floor.clock.now())
    if slot is None:  # booked up: a number, then
        return await _at_machine(floor, replace(visitor, way=Way.WALK_IN))
    at = people.coming(floor.rng, slot.starts_at, slot.ends_at)
    if first and slot.starts_at - floor.clock.now() < people.OPENS_BEFORE:
        at = floor.clock.now()
    phone = await _phone(floor, visitor)
    body = {"slot": slot.id, "items": [item.code for item in visitor.items]}
    booking = await floor.hall.post("/appointments", phone, body)
    giving_up = f"/appointments/{booking['id']}/cancel"
    floor.holds[giving_up] = phone
    log.info("%s booked for %s", _wish(visitor), booking["slot"]["starts_at"])
    if at is None:
        raise TurnedAway("the booking will not be kept")
    await floor.clock.until(at)
    del floor.holds[giving_up]
    if floor.rng.random() < 0.3:
        path = f"/appointments/{booking['id']}/check-in"
        return await floor.hall.post(path, phone, _claim(visitor))
    shown = {"code": booking["code"], **_claim(visitor)}
    return await floor.hall.post("/kiosk/check-ins", floor.kiosk_token, shown)


async def _slots(floor: Floor, visitor: Visitor) -> list[Slot]:
    about = await floor.hall.get(f"/halls/{floor.code}")
    asked = [("item", item.code) for item in visitor.items] + [("date", about["date"])]
    found = await floor.hall.get(f"/halls/{floor.code}/slots?{urlencode(asked)}")
    return [
        Slot(
            slot["id"],
            datetime.fromisoformat(slot["starts_at"]).astimezone(UTC),
            datetime.fromisoformat(slot["ends_at"]).astimezone(UTC),
            slot["left"],
        )
        for slot in found
    ]


async def _phone(floor: Floor, visitor: Visitor) -> str:
    """Somebody signs in on a phone of their own and says who they are; its token."""
    code = f"sandbox:living-{floor.rng.getrandbits(64):016x}"
    session = await floor.hall.post("/session", body={"code": code})
    phone: str = session["token"]
    identity = {
        "name": people.name(floor.rng),
        "id_number": people.id_number(floor.rng, visitor.born),
    }
    await floor.hall.put("/me/identity", phone, identity)
    return phone


def _claim(visitor: Visitor) -> dict[str, str]:
    """The class a check-in is told; who is elderly is known by the ID."""
    if visitor.priority and visitor.priority != "elderly":
        return {"priority": visitor.priority}
    return {}


# With the number


async def _stay(floor: Floor, guest: Guest, state: str) -> None:
    """Look at the ticket now and then, and do what it asks for, until it is time to go."""
    own = f"/tickets/{guest.ticket}"
    since = floor.clock.elapsed()
    while True:
        for_ = floor.pace.of_life(floor.clock.elapsed() - since)
        step = people.next_step(guest.visitor, state, for_, guest.is_back)
        try:
            match step:
                case Step.WAIT:
                    await floor.clock.wait(guest.told, floor.rng.uniform(*LOOKS_AFTER))
                case Step.LEAVE:
                    await floor.hall.post(f"{own}/leave", guest.token)
                    log.info("%s gives up", guest.number)
                case Step.REJOIN:
                    await floor.pass_time(guest.visitor.away / 2)
                    await floor.hall.post(f"{own}/rejoin", guest.token)
                    log.info("%s is back after the pass", guest.number)
                case Step.RETURN:
                    await floor.pass_time(guest.visitor.away)
                    guest.is_back = True
                case Step.RATE:
                    return await _rate(floor, guest)
                case Step.GO:
                    return None
        except Refused as why:  # a clerk was quicker
            log.info("%s: %s: %s", guest.number, step, why)
        seen = (await floor.hall.get(own, guest.token))["state"]
        if seen != state:
            state, since = seen, floor.clock.elapsed()
            guest.is_back = guest.is_back and state == "parked"


async def _rate(floor: Floor, guest: Guest) -> None:
    if not floor.rates:
        return
    await floor.pass_time(floor.rng.uniform(20, 120))
    body = {"grade": guest.visitor.grade}
    try:
        await floor.hall.post(f"/tickets/{guest.ticket}/rating", guest.token, body)
        log.info("%s rates: %s", guest.number, guest.visitor.grade)
    except Refused as why:
        floor.rates = why.status not in (404, 405)
        log.info("%s cannot rate: %s", guest.number, why)


def _wish(visitor: Visitor) -> str:
    return " + ".join(item.code for item in visitor.items)
