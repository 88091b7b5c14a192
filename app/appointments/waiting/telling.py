"""What people in line are told."""

from __future__ import annotations

from app.appointments.waiting.queries import Waiting
from app.appointments.words import day_said, time_facts, time_said
from app.catalog.plan import HallPlan
from app.citizens.rules import masked_name
from app.core.acts import Act
from app.core.parts import parts
from app.core.said import Said
from app.notices.service import Link, notify, withdraw

NAME = "waiting_list.name"
"""The column a sealed name belongs to."""
PAGE = Link("pages/appointments/index")
FREED = (
    "%(who)s候补的%(hall)s%(matter)s有空余名额，时间 %(when)s，"
    "为您保留到 %(day)s %(until)s，请及时接受。"
)
TAKEN_BACK = (
    "因大厅安排变动，为%(who)s保留的%(hall)s%(matter)s候补名额 %(when)s 已取消，候补次序不变。"
)


def name_of(waiting: Waiting) -> str:
    """Who would be served, in full."""
    return parts().seal.open(NAME, waiting.name_sealed)


def tell_freed(plan: HallPlan, offer: Waiting, act: Act) -> None:
    """A place is held for them, and until when."""
    until = offer.offer_until.astimezone(plan.zone)
    who = masked_name(name_of(offer))
    by = {"day": day_said(until), "until": f"{until:%H:%M}"}
    words = Said(FREED, time_said(plan, offer, who) | by)
    note = f"{until.month}月{until.day}日 {until:%H:%M} 前接受有效"
    facts = time_facts(plan, offer, note, who)
    cause = f"waiting:{offer.id}:{offer.offered_at:%Y%m%d%H%M%S%f}"
    notify(
        offer.citizen_id,
        "freed",
        words,
        cause,
        act,
        facts=facts,
        link=PAGE,
        not_after=offer.offer_until,
        hall=plan.code,
    )


def tell_taken_back(plan: HallPlan, offer: Waiting, act: Act) -> None:
    """The place held for them is gone. `offer`: as it was."""
    who = masked_name(name_of(offer))
    words = Said(TAKEN_BACK, time_said(plan, offer, who))
    facts = time_facts(plan, offer, "候补名额已取消，次序不变", who)
    cause = f"waiting:{offer.id}:{offer.offered_at:%Y%m%d%H%M%S%f}:back"
    notify(offer.citizen_id, "cancelled", words, cause, act, facts=facts, link=PAGE, hall=plan.code)


def untell(waiting: Waiting, act: Act) -> None:
    """Nobody is told any more of an offer that is over."""
    withdraw(f"waiting:{waiting.id}:", act)
