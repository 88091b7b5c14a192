"""Renewals as whoever decides them sees them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from app.catalog.plan import HallPlan
from app.citizens.errors import IdNumberWrong
from app.citizens.rules import id_number, masked_name, masked_number
from app.core.http import wire_time
from app.core.language import gettext as _
from app.core.language import named, tell
from app.deliveries import queries as deliveries
from app.deliveries.rules import Way
from app.deliveries.service import WAY_WORDS
from app.deliveries.view import STATE_WORDS as DELIVERY_WORDS
from app.deliveries.view import drop_off_out
from app.licences.kinds import Kind
from app.licences.queries import Licence, kinds, licence
from app.licences.rights import Ground
from app.licences.view import text_of, title_of
from app.office.renewals_words import (
    GROUND_WORDS,
    STATE_WORDS,
    answer_in_words,
    clock_in_short,
    clock_in_words,
    meaning_in_words,
    who_in_words,
)
from app.renewals.application import (
    SHOWN_METADATA,
    Application,
    application_kept,
    term_said,
)
from app.renewals.asked import asked_of
from app.renewals.bringing import history_of, lies_there, waits_for_applicant
from app.renewals.checks import Finding
from app.renewals.clock import Clock
from app.renewals.desk import Line
from app.renewals.figures import Funnel, Span, Stage, Summary
from app.renewals.handing import SUBJECT
from app.renewals.queries import findings_of, is_contested
from app.renewals.rechecking import may_go_to_rule
from app.renewals.rules import Why, day_of
from app.renewals.states import State, is_refused
from app.renewals.stored import opened
from app.renewals.view import (
    asked_for_out,
    contest_out,
    decision_out,
    finding_out,
    progress_out,
    zeros_out,
)
from app.renewals.words import REFUSED, WHY_WORDS
from app.staff.queries import usernames

DECIDING = ("grant", "refuse", "ask_for")


def line_out(line: Line, plan: HallPlan, today: date) -> dict[str, Any]:
    """A renewal in a list: of people, somebody who passes reads no names."""
    row, old = line.row, line.licence
    person = old.holder_kind == "person"
    return {
        "id": row.id,
        "code": row.code,
        "state": row.state,
        "state_text": state_text(row),
        "kind": row.kind,
        "kind_name": named(kinds()[row.kind]),
        "holder_name": masked_name(old.holder_name) if person else old.holder_name,
        "valid_until": row.valid_until.isoformat(),
        "confirmed_at": wire_time(row.confirmed_at, plan.zone),
        "clock": line.clock and clock_out(line, line.clock, today),
        "contested": is_contested(row),
        "waits_for_applicant": waits_for_applicant(row),
    }


def state_text(row: Row[Any]) -> str:
    """Its state as the hall counts it."""
    return _(REFUSED if is_refused(row.state, row.granted) else STATE_WORDS[State(row.state)])


def clock_out(line: Line, clock: Clock, today: date) -> dict[str, Any]:
    """How long a decision may take, or an answer where nothing is to be decided."""
    decides = line.row.state == State.CONFIRMED
    return {
        "level": clock.level,
        "text": clock_in_words(clock, today) if decides else answer_in_words(clock),
        "short_text": clock_in_short(clock),
        "legal_by": clock.legal_by.isoformat(),
        "granted_on": clock.granted_on and clock.granted_on.isoformat(),
        "decide_by": clock.decide_by.isoformat(),
        "working_days": clock.working_days,
    }


def case_out(line: Line, plan: HallPlan, now: datetime) -> dict[str, Any]:
    """Everything about one renewal."""
    row, today = line.row, day_of(now)
    kind = kinds()[row.kind]
    shown = opened(row, "shown")
    application = application_kept(shown) if shown else None
    may = deeds_of(row)
    return {
        **line_out(line, plan, today),
        "holder_name": line.licence.holder_name,
        "why": _(WHY_WORDS[Why(row.person_why)]) if row.needs_person else None,
        "checks": [
            {**finding_out(name, each), "differences": _differences_out(line.licence, each, today)}
            for name, each in findings_of(row.id).items()
        ],
        "application": application and _application_out(row, application),
        "outcome": _outcome_out(row, today),
        "licence": _licence_out(line.licence, kind, today),
        "history": _history_out(row, plan),
        "contest": contest_out(row, plan),
        "asked_for": asked_for_out(row, plan),
        "drop_offs": [
            drop_off_out(use) for use in deliveries.papers_for(SUBJECT, row.id) if lies_there(use)
        ],
        "zeros": zeros_out(row, now),
        "decision": decision_out(row, plan),
        "may": may,
        "meaning": {deed: meaning_in_words(deed, application, today) for deed in may},
    }


def deeds_of(row: Row[Any]) -> list[str]:
    """What who decides may do with a renewal."""
    return [
        *(DECIDING if row.needs_person and row.state == State.CONFIRMED else ()),
        *(["received"] if is_asked(row) else ()),
        *(["to_rule"] if may_go_to_rule(row) else ()),
        *(["answer"] if is_contested(row) else ()),
    ]


def is_asked(row: Row[Any]) -> bool:
    """Whether something is still to come that was asked for."""
    asked = asked_of(row) if row.state == State.CONFIRMED else None
    return asked is not None and (bool(asked.missing) or (asked.visit and not asked.came))


def summary_out(span: Span, found: Summary) -> dict[str, Any]:
    """What came of the renewals of a span."""
    return {
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
        "stages": _stages_out(found.whole),
        "kinds": [{"kind": code, "stages": _stages_out(one)} for code, one in found.kinds.items()],
        "states": [{"state": state, "count": n} for state, n in found.states.items()],
        "decisions": [
            {"by": by, "granted": granted, "count": n}
            for (by, granted), n in found.decisions.items()
        ],
        "zeros": asdict(found.zeros),
        "reminders": [asdict(each) for each in found.told],
    }


def _stages_out(funnel: Funnel) -> list[dict[str, Any]]:
    return [
        {
            "stage": stage,
            "count": funnel.reached[stage],
            "followed": funnel.followed[stage],
            "conversion": funnel.conversion(stage),
        }
        for stage in Stage
    ]


def _application_out(row: Row[Any], application: Application) -> dict[str, Any]:
    """What it asks for; all it says besides is the licence's, which stands beside it."""
    asked = {
        _("申请的有效期"): tell(term_said(application.term)),
        _("证件号码"): application.holder_number,
        _("代办人"): application.applicant,
        _("确认人"): _(GROUND_WORDS[Ground(row.ground)]) if row.ground else "",
        _("领取方式"): _(WAY_WORDS[Way(row.way)]) if row.way else "",
    }
    return {
        "revision": row.revision,
        "sha256": row.application_sha256,
        "url": f"/api/v1/renewals/{row.id}/application",
        "fields": [{"title": title, "text": text} for title, text in asked.items() if text],
    }


def others_read(id: str) -> list[tuple[Licence, Collection[str]]]:
    """The other licences of a holder of which the case shows something, and their fields."""
    return [
        (other, {"number", *pairs.values()})
        for found in findings_of(id).values()
        for other, pairs in _different(found)
    ]


def _differences_out(ours: Licence, found: Finding, today: date) -> list[dict[str, str]]:
    """What it says, and what another licence of its holder says instead, as both stand now."""
    known = kinds()
    kind, differences = known[ours.kind], []
    for other, pairs in _different(found):
        for name, its_name in pairs.items():
            differences.append(
                {
                    "title": title_of(kind, name),
                    "ours": _value_out(ours, kind, name),
                    "licence": named(known[other.kind]),
                    "number": number_out(other, today),
                    "theirs": _value_out(other, known[other.kind], its_name),
                }
            )
    return differences


def _different(found: Finding) -> Iterator[tuple[Licence, Mapping[str, str]]]:
    """The licences with which it was compared and that say something else: our field -> theirs."""
    for code, pairs in found.evidence.get("different", {}).items():
        yield licence(found.evidence["with_licences"][code]), pairs


def _value_out(one: Licence, kind: Kind, name: str) -> str:
    value = one.value(name)
    return "—" if value is None else text_of(kind.field(name), value)


def number_out(one: Licence, today: date) -> str:
    """Its number; where it is its holder's identity number, masked as that is everywhere here."""
    try:
        return masked_number(id_number(one.number, today).value)
    except IdNumberWrong:
        return one.number


def _outcome_out(row: Row[Any], today: date) -> list[dict[str, str]]:
    """The new licence, and how far it is on its way; nothing while there is none."""
    if row.new_licence_id is None:
        return []
    new, delivery = licence(row.new_licence_id), deliveries.of(SUBJECT, row.id)
    said = {
        _("证照编号"): number_out(new, today),
        _("有效期止"): text_of(None, new.valid_until) if new.valid_until else _("长期"),
    }
    if delivery is not None:
        said[_(WAY_WORDS[delivery.way])] = _(DELIVERY_WORDS[delivery.state])
    return [{"title": title, "text": text} for title, text in said.items()]


def _licence_out(old: Licence, kind: Kind, today: date) -> list[dict[str, str]]:
    said = {
        _("状态"): _(old.state_words(today)),
        **{
            title_of(kind, name): text_of(None, value)
            for name in SHOWN_METADATA
            if (value := old.value(name)) is not None
        },
        _("证照编号"): number_out(old, today),
        **{
            title_of(kind, each.name): text_of(each, old.data[each.name])
            for each in kind.fields
            if each.name in old.data
        },
    }
    return [{"title": title, "text": text} for title, text in said.items()]


def _history_out(row: Row[Any], plan: HallPlan) -> list[dict[str, Any]]:
    happened = history_of(row)
    names = usernames(each.actor for each in happened)
    return [{**progress_out(each, plan), "who": who_in_words(each, names)} for each in happened]
