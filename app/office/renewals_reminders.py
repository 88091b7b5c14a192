"""Whom reminders did not reach: who decides tells them by telephone or by letter."""

from __future__ import annotations

from typing import Any

from app.catalog.plan import HallPlan
from app.citizens.rules import masked_name
from app.core.acts import Act
from app.core.db import transaction
from app.core.language import gettext as _
from app.core.language import named
from app.core.said import Said
from app.licences.queries import kinds
from app.licences.shares import share_each
from app.office.renewals_view import number_out
from app.office.renewals_words import EVENT_WORDS, REMINDER_WORDS, step_in_words
from app.renewals.queries import plans
from app.renewals.rules import day_of
from app.renewals.watch.reminded import Asked, Reminded, reminders

A_PAGE = 50
CALLED = Said("电话告知证照到期")


def reminders_out(plan: HallPlan, asked: Asked, page: int, act: Act) -> dict[str, Any]:
    """A page of them. A number that is read from a licence is a use of it."""
    found = reminders(plan.code, asked, skip=(page - 1) * A_PAGE, most=A_PAGE + 1)
    shown = found[:A_PAGE]
    with transaction():
        share_each([(one.licence, {one.contact}) for one in shown if one.contact], CALLED, act)
    return {
        "reminders": [_reminder_out(one, act) for one in shown],
        "more": len(found) > A_PAGE,
    }


def _reminder_out(one: Reminded, act: Act) -> dict[str, Any]:
    licence = one.licence
    person = licence.holder_kind == "person"
    return {
        "licence": licence.id,
        "kind": licence.kind,
        "kind_name": named(kinds()[licence.kind]),
        "number": number_out(licence, day_of(act.now)),
        "holder_name": masked_name(licence.holder_name) if person else licence.holder_name,
        "event": one.event,
        "event_text": _(EVENT_WORDS[one.event]),
        "step": one.step,
        "step_text": step_in_words(plans()[licence.kind, one.event], one.step),
        "state": one.state,
        "state_text": _(REMINDER_WORDS[one.state]),
        "last_day": one.last_day.isoformat(),
        "phone": one.phone,
        "to_do": "telephone" if one.phone else "letter",
        "to_do_text": _to_do(one.phone),
    }


def _to_do(phone: str | None) -> str:
    return _("请打电话告知：%(phone)s") % {"phone": phone} if phone else _("没有电话，请寄信告知")
