"""Somebody at the sample-form desk: shows a card, checks the form, takes a number with it."""

from __future__ import annotations

import logging
from typing import Any

from living import filling, people
from living.floor import Card, Floor
from living.hall import Refused
from living.people import Visitor

log = logging.getLogger("living")

ROUNDS = 5
"""How often somebody looks for what is still missing before they leave it to the counter."""
LOOKING = (10.0, 45.0)
"""Seconds of life for one look."""


async def number_with_form(floor: Floor, visitor: Visitor, card: Card) -> Any | None:
    """A ticket with a form that was filled in; None where it was left half-filled."""
    item = visitor.items[0]
    shown = {"id_number": card.id_number, "name": card.name, "read": True}
    try:
        holder = await _holder(floor, item.form_for, shown)
        if holder is None:
            return None
        body = {"item": item.code, "holder": holder, **shown}
        submission = await floor.hall.post("/kiosk/submissions", floor.kiosk_token, body)
    except Refused as why:
        log.info("no form for %s: %s", item.code, why)
        return None
    own = f"/kiosk/submissions/{submission['id']}"
    try:
        submission = await _filled(floor, submission)
        if not submission["problems"] and floor.rng.random() >= people.HALF_FILLED:
            body = {"revision": submission["revision"], "promises": filling.promises(submission)}
            ticket = await floor.hall.post(f"{own}/number", floor.kiosk_token, body)
            log.info("%s has filled in %s", ticket["number"], submission["form"]["code"])
            return ticket
        log.info("a form for %s is left half-filled", item.code)
        await floor.hall.post(f"{own}/close", floor.kiosk_token)
    except Refused as why:
        log.info("the form for %s comes to nothing: %s", item.code, why)
    return None


async def _holder(floor: Floor, form_for: str, shown: dict[str, Any]) -> str | None:
    """Whom the form is about: the card's person, or a firm of theirs."""
    holders = await floor.hall.post("/kiosk/holders", floor.kiosk_token, shown)
    fitting = [each["person"] for each in holders if form_for in (each["kind"], "either")]
    return fitting[0] if fitting else None


async def _filled(floor: Floor, submission: Any) -> Any:
    """The form once they have looked through it a few times."""
    form = submission["form"]
    path = f"/forms/{form['code']}/versions/{form['version']}"
    fields = (await floor.hall.get(path))["fields"]
    given = filling.correction(floor.rng, submission)
    for _ in range(ROUNDS):
        today = floor.clock.now().date()
        given |= filling.answers(floor.rng, submission, fields, today)
        if not given:
            break
        await floor.pass_time(floor.rng.uniform(*LOOKING))
        body = {"values": given, "revision": submission["revision"]}
        saving = f"/submissions/{submission['id']}/values"
        submission = await floor.hall.put(saving, floor.kiosk_token, body)
        given = {}
    return submission
