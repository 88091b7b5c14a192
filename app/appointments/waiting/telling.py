"""What people on the waiting list are told."""

from __future__ import annotations

from app.appointments.waiting.queries import Waiting
from app.appointments.words import (
    day_said,
    matter_facts,
    matter_said,
    time_facts,
    time_said,
)
from app.catalog.plan import HallPlan
from app.citizens.rules import masked_name
from app.core.acts import Act
from app.core.parts import parts
from app.core.said import Masked, Said
from app.notices.rules import time_field
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
LAPSED = "为%(who)s保留的%(hall)s%(matter)s候补名额 %(when)s 已过保留时间；如仍需要，请重新候补。"
OVER = (
    "%(who)s候补的%(hall)s%(matter)s %(day)s没有空余名额，候补已结束；"
    "请选择其他日期，或到大厅取号办理。"
)


def name_of(waiting: Waiting) -> str:
    """Who would be served, in full."""
    return parts().seal.open(NAME, waiting.name_sealed)


def _who(waiting: Waiting) -> Masked:
    return Masked(masked_name(name_of(waiting)), waiting.person_id)


def tell_freed(plan: HallPlan, offer: Waiting, act: Act) -> None:
    """A place is held for them, and until when."""
    until = offer.offer_until.astimezone(plan.zone)
    who = _who(offer)
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
    _tell_gone(plan, offer, TAKEN_BACK, "候补名额已取消，次序不变", "back", act)


def tell_lapsed(plan: HallPlan, offer: Waiting, act: Act) -> None:
    """They said nothing in time. `offer`: as it was."""
    _tell_gone(plan, offer, LAPSED, "候补名额已过保留时间", "lapsed", act)


def tell_over(plan: HallPlan, waiting: Waiting, act: Act) -> None:
    """Nothing has come free for them."""
    who = _who(waiting)
    time = plan.clock_on(plan.hall_day(waiting.day), waiting.begins or plan.day_starts_at)
    day = day_said(time.astimezone(plan.zone))
    words = Said(OVER, matter_said(plan, waiting.items, who) | {"day": day})
    facts = matter_facts(plan, waiting.items, "没有空余名额，候补已结束", who)
    facts |= {"when": time_field(time, plan.zone)}
    _tell_change(plan, waiting, words, facts, "over", act)


def _tell_gone(plan: HallPlan, offer: Waiting, words: str, note: str, what: str, act: Act) -> None:
    who = _who(offer)
    said = Said(words, time_said(plan, offer, who))
    facts = time_facts(plan, offer, note, who)
    _tell_change(plan, offer, said, facts, f"{offer.offered_at:%Y%m%d%H%M%S%f}:{what}", act)


def _tell_change(
    plan: HallPlan, waiting: Waiting, words: Said, facts: dict[str, str], what: str, act: Act
) -> None:
    cause = f"waiting:{waiting.id}:{what}"
    citizen = waiting.citizen_id
    notify(citizen, "waiting", words, cause, act, facts=facts, link=PAGE, hall=plan.code)


def untell(waiting: Waiting, act: Act) -> None:
    """Nobody is told any more of an offer that is over."""
    withdraw(f"waiting:{waiting.id}:", act)
