"""A renewal as its holder sees it: why it qualifies, what was written, what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from app.catalog.plan import HallPlan, Item
from app.catalog.service import plan_of
from app.citizens.rules import BEIJING
from app.core.acts import Act
from app.core.handover import Address
from app.core.http import wire_time
from app.core.language import gettext as _
from app.core.language import named, tell
from app.deliveries import queries as deliveries
from app.deliveries.service import WAY_WORDS
from app.deliveries.view import delivery_out, drop_off_out, place_out, to_out, ways_out
from app.documents.queries import told
from app.documents.rules import Kind as PaperKind
from app.documents.rules import in_groups
from app.licences.kinds import Kind
from app.licences.queries import Licence, kinds, licence
from app.renewals.addresses import prefilled
from app.renewals.application import Application, application_kept, term_said
from app.renewals.asked import asked_of
from app.renewals.bringing import (
    Happened,
    history_of,
    is_awaited,
    lies_there,
    since,
    waits_for_applicant,
    wanted,
)
from app.renewals.checks import CHECKS, Finding, Outcome, evidence_said
from app.renewals.cycles import Coming
from app.renewals.handing import SUBJECT
from app.renewals.judging import closed
from app.renewals.objecting import is_contestable
from app.renewals.opening import OPENS
from app.renewals.ordinary import Way, ordinary_way
from app.renewals.papers import lines
from app.renewals.plans import Decider, Plan
from app.renewals.queries import findings_of, plan_for
from app.renewals.rules import DAY, by_whom, day_of, days_waited
from app.renewals.states import ASKING, State, is_refused
from app.renewals.stopped import overtaken_by, way_on
from app.renewals.stored import opened
from app.renewals.watch.reminding import sentence
from app.renewals.words import (
    BY_WORDS,
    CHECK_WORDS,
    CONSENT,
    EVENT_WORDS,
    REFUSED,
    STATE_WORDS,
    STOPPED_EVENT_WORDS,
    STOPPED_WORDS,
    TERM_TITLE,
)

QUALIFIES = {
    None: "unasked",
    Outcome.QUALIFIES: "yes",
    Outcome.PERSON: "person",
    Outcome.RETRY: "person",
    Outcome.CLOSED: "closed",
}
"""What followed from its checks -> what is said of it. No rule says no."""


WAITING_FOR_IT = (State.CONFIRMED, State.DECIDED)
"""It was asked for, and no new licence is made yet."""
STOPPED = (State.EXPIRED, State.OVERTAKEN)
"""It ended without anybody deciding it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read of a renewal to show it."""

    row: Row[Any]
    hall: HallPlan
    plan: Plan | None
    kind: Kind
    theirs: Licence | None
    """None where it is somebody's by now of whom this account knows nothing."""
    application: Application | None
    today: date
    stopped_by: Sequence[Row[Any] | Happened]
    """What happened to it, where it ended without anybody deciding it."""

    @property
    def item(self) -> Item | None:
        return self.hall.items.get(self.plan.item) if self.plan and self.plan.item else None


def _seen(row: Row[Any], act: Act) -> Seen:
    found, shown = licence(row.licence_id), opened(row, "shown")
    return Seen(
        row=row,
        hall=plan_of(row.hall),
        plan=plan_for(row.kind),
        kind=kinds()[row.kind],
        theirs=found if found.holder_id == row.holder_id else None,
        application=shown and application_kept(shown),
        today=day_of(act.now),
        stopped_by=history_of(row) if row.state in STOPPED else (),
    )


def renewal_line_out(row: Row[Any], act: Act) -> dict[str, Any]:
    """A renewal in a list, for an account that may see it (mine.py)."""
    seen = _seen(row, act)
    return _line_out(seen, _outcome(seen, _closed(seen, act)), act)


def coming_out(coming: Coming, act: Act) -> dict[str, Any]:
    """The next check of a licence, and where it is done."""
    one, plan, today = coming.licence, coming.plan, day_of(act.now)
    hall, kind = plan_of(plan.hall), kinds()[one.kind]
    item = hall.items.get(plan.item) if plan.item else None
    said = {"hall": named(hall), "item": item and named(item)}
    by_itself = sentence(plan.steps[-1], one, (kind, hall), coming.last_day, coming.last_day, today)
    return {
        "licence": one.id,
        "kind": one.kind,
        "kind_name": named(kind),
        "holder": {"id": one.holder_id, "kind": one.holder_kind, "name": one.holder_name},
        "event": plan.event,
        "event_text": _(CHECK_WORDS[plan.event]),
        "last_day": coming.last_day.isoformat(),
        "days_left": (coming.last_day - today).days,
        "hall": plan.hall,
        "item": item and item.code,
        "where": _("在%(hall)s办理：%(item)s") % said if item else tell(by_itself),
    }


def renewal_out(row: Row[Any], act: Act) -> dict[str, Any]:
    """All of a renewal, for the same."""
    seen = _seen(row, act)
    plan, theirs, application = seen.plan, seen.theirs, seen.application
    closed = _closed(seen, act)
    findings = findings_of(row.id) if closed is None else closed
    open_to_them = row.state in OPENS and closed is None
    way = _way(seen)
    return {
        **_line_out(seen, _outcome(seen, closed), act),
        "why": [finding_out(name, finding) for name, finding in findings.items()],
        "application": application and _application_out(row, application, seen.kind, seen.today),
        "consent_text": _(CONSENT[row.holder_kind]),
        "ways": _ways_out(row, plan) if open_to_them else [],
        "address": _address_out(theirs, act) if theirs and open_to_them else None,
        "chosen": _chosen_out(row),
        "progress": [progress_out(event, seen.hall) for event in history_of(row)],
        "contestable": is_contestable(row),
        "contest": contest_out(row, seen.hall),
        "silence": _silence_out(row, seen.today),
        "zeros": zeros_out(row, act.now),
        "ordinary_way": _ordinary_way_out(row, way) if way else None,
    }


def _line_out(seen: Seen, outcome: Outcome | None, act: Act) -> dict[str, Any]:
    row, plan, item = seen.row, seen.plan, seen.item
    shut = row.state in ASKING and outcome is Outcome.CLOSED
    return {
        "id": row.id,
        "code": row.code,
        "state": row.state,
        "state_text": (_offer_text(row, seen.today) if shut else state_text(row, seen.stopped_by)),
        "revision": row.revision,
        "kind": row.kind,
        "kind_name": named(seen.kind),
        "licence": _licence_out(row, seen.theirs, seen.application, seen.today),
        "holder": {
            "id": row.holder_id,
            "kind": row.holder_kind,
            "name": _holder_name(seen.theirs, seen.application),
        },
        "hall": row.hall,
        "hall_name": named(seen.hall),
        "item": item and item.code,
        "item_name": item and named(item),
        "ask_from": row.ask_from.isoformat(),
        "ask_by": row.ask_by.isoformat(),
        "days_left": (row.valid_until - seen.today).days,
        "qualifies": QUALIFIES[outcome],
        "decide_by": plan.one_tap.decider if plan and plan.one_tap else Decider.PERSON,
        "decision": decision_out(row, seen.hall),
        "new_licence": _new_licence_out(row),
        "delivery": _delivery_out(row),
        "asked_for": asked_for_out(row, seen.hall),
        "papers": _papers_out(row, act),
    }


def state_text(row: Row[Any], happened: Iterable[Any]) -> str:
    """Its state in words; `happened`: its events."""
    if row.state == State.OVERTAKEN and (why := overtaken_by(happened)):
        return _(STOPPED_WORDS[why])
    return _(REFUSED if is_refused(row.state, row.granted) else STATE_WORDS[State(row.state)])


def _offer_text(row: Row[Any], today: date) -> str:
    """Of what cannot be renewed with one tap now."""
    return _("还没到申请时间") if today < row.ask_from else _("不能一键延续")


def finding_out(name: str, finding: Finding) -> dict[str, Any]:
    """What one check said, and on what grounds."""
    return {
        "name": name,
        "title": _(CHECKS[name].title),
        "answer": finding.answer,
        "reason": tell(finding.reason),
        "evidence_text": tell(evidence_said(finding.evidence)),
    }


def progress_out(event: Row[Any] | Happened, hall: HallPlan) -> dict[str, Any]:
    """One thing that happened, in words."""
    return {
        "what": event.what,
        "text": _(_event_words(event)) % event.note,
        "at": wire_time(event.at, hall.zone),
    }


def _event_words(event: Row[Any] | Happened) -> str:
    if event.what == State.DECIDED and not event.note["granted"]:
        return REFUSED
    if event.what == State.OVERTAKEN and (why := overtaken_by([event])):
        return STOPPED_EVENT_WORDS[why]
    return EVENT_WORDS[event.what]


def decision_out(row: Row[Any], hall: HallPlan) -> dict[str, Any] | None:
    """How it was decided, if it was."""
    if row.decided_at is None:
        return None
    by = by_whom(row.decided_by)
    return {
        "granted": row.granted,
        "by": by,
        "by_text": _(BY_WORDS[by]),
        "reason": opened(row, "reason"),
        "at": wire_time(row.decided_at, hall.zone),
        "url": None if row.granted else f"/api/v1/renewals/{row.id}/decision",
    }


def asked_for_out(row: Row[Any], hall: HallPlan) -> dict[str, Any] | None:
    """What a person asked for besides, all of it, and what of that was received."""
    asked = asked_of(row)
    if asked is None:
        return None
    return {
        "words": asked.words,
        "papers": asked.papers,
        "visit": asked.visit,
        "site_check": asked.site_check,
        "at": wire_time(asked.at, hall.zone),
        "received": asked.received,
        "came": asked.came,
    }


def contest_out(row: Row[Any], hall: HallPlan) -> dict[str, Any] | None:
    """What its holder said against a rule, and what they were answered."""
    if row.contested_at is None:
        return None
    return {
        **opened(row, "contest"),
        "at": wire_time(row.contested_at, hall.zone),
        "answered_at": wire_time(row.contest_answered_at, hall.zone),
    }


def zeros_out(row: Row[Any], now: datetime) -> dict[str, int]:
    """What its holder had to do, counted from the record: each is to be zero."""
    return {
        "fields_typed": row.fields_typed,
        "files_uploaded": row.files_uploaded,
        "trips": row.trips,
        "days_waited": days_waited(row.confirmed_at, row.decided_at or row.closed_at or now),
    }


def _closed(seen: Seen, act: Act) -> Mapping[str, Finding] | None:
    """Of what nobody confirmed yet, why the way with one tap is closed by now; None: it is not."""
    if seen.row.state in STOPPED:
        return {}
    if seen.row.state not in OPENS or seen.theirs is None:
        return None
    if seen.plan is None or seen.plan.one_tap is None:
        return {}
    return closed(seen.row, seen.theirs, seen.plan, act) or None


def _outcome(seen: Seen, closed: Mapping[str, Finding] | None) -> Outcome | None:
    """What the checks said, or that the way has closed since."""
    if closed is not None:
        return Outcome.CLOSED
    return seen.row.judged and Outcome(seen.row.judged)


def _licence_out(
    row: Row[Any], found: Licence | None, application: Application | None, today: date
) -> dict[str, Any]:
    number = application.values["number"] if application else ""
    return {
        "id": row.licence_id,
        "number": found.number if found else number,
        "holder_name": _holder_name(found, application),
        "valid_until": row.valid_until.isoformat(),
        "state_text": _(found.state_words(today)) if found else _("持证人已变更"),
    }


def _holder_name(found: Licence | None, application: Application | None) -> str:
    if found is not None:
        return found.holder_name
    return application.holder_name if application else ""


def _application_out(
    row: Row[Any], application: Application, kind: Kind, today: date
) -> dict[str, Any]:
    begins, ends = application.term.days(today)
    if row.term_begins is not None:
        begins, ends = row.term_begins, row.term_ends
    paper = told(PaperKind.RENEWAL, row.id, row.revision)
    said = [(line.title, line.text) for line in lines(application, kind)]
    said.append((_(TERM_TITLE), tell(term_said(application.term))))
    if application.applicant:
        said.append((_("代办人"), application.applicant))
    return {
        "fields": [{"title": title, "text": text} for title, text in said],
        "new_term": {"begins": begins.isoformat(), "ends": ends and ends.isoformat()},
        "sha256": row.application_sha256,
        "url": f"/api/v1/renewals/{row.id}/application",
        "made_at": paper and wire_time(paper.at, BEIJING),
        "verify_code": paper and in_groups(paper.code),
    }


def _ways_out(row: Row[Any], plan: Plan | None) -> list[dict[str, Any]]:
    offered = plan.one_tap.ways if plan and plan.one_tap else ()
    return [way for way in ways_out(row.hall) if way["code"] in offered]


def _address_out(found: Licence, act: Act) -> dict[str, str] | None:
    address = prefilled(found, act.actor.id)
    return None if address is None else asdict(address)


def _chosen_out(row: Row[Any]) -> dict[str, Any] | None:
    """How the new licence is to come, from when that was confirmed until it is on its way."""
    if row.state not in WAITING_FOR_IT or row.granted is False:
        return None
    handing = opened(row, "handing")
    cabinets = [
        each for each in deliveries.cabinets_of(row.hall) if each.code == handing["cabinet"]
    ]
    return {
        "way": row.way,
        "way_text": _(WAY_WORDS[row.way]),
        "to": to_out(handing["address"] and Address(**handing["address"])),
        "cabinet": place_out(cabinets[0]) if cabinets else None,
    }


def _silence_out(row: Row[Any], today: date) -> dict[str, Any] | None:
    """From when on nobody's decision grants it, while it waits for one."""
    if row.state != State.CONFIRMED:
        return None
    granted_on = row.valid_until + DAY
    return {"granted_on": granted_on.isoformat(), "days_left": (granted_on - today).days}


def _new_licence_out(row: Row[Any]) -> dict[str, Any] | None:
    if row.new_licence_id is None:
        return None
    new = licence(row.new_licence_id)
    return {
        "id": new.id,
        "number": new.number,
        "valid_from": new.valid_from and new.valid_from.isoformat(),
        "valid_until": new.valid_until and new.valid_until.isoformat(),
    }


def _delivery_out(row: Row[Any]) -> dict[str, Any] | None:
    delivery = deliveries.of(SUBJECT, row.id)
    return None if delivery is None else delivery_out(delivery, own=True)


def _papers_out(row: Row[Any], act: Act) -> dict[str, Any] | None:
    """How the papers that are asked for come into the hall, and how far they are."""
    asked = wanted(row)
    if asked is None:
        return None
    theirs = [
        use
        for use in since(row, asked)
        if lies_there(use) or (use.citizen_id == act.actor.id and is_awaited(use, act.now))
    ]
    return {
        "cabinets": [place_out(each) for each in deliveries.cabinets_of(row.hall)],
        "drop_offs": [drop_off_out(use, own=use.citizen_id == act.actor.id) for use in theirs],
        "brought": not waits_for_applicant(row),
    }


def _way(seen: Seen) -> Way | None:
    """The way on: what stopped it says which; else the ordinary one. Who made an application in
    time is not late."""
    row = seen.row
    if row.state in STOPPED:
        return way_on(row, seen.stopped_by)
    if seen.plan is None:
        return None
    late = row.state in OPENS and seen.today > row.ask_by
    way = ordinary_way(seen.plan, is_late=late)
    return way if late or way.item else None


def _ordinary_way_out(row: Row[Any], way: Way) -> dict[str, Any]:
    return {
        "hall": row.hall,
        "item": way.item and way.item.code,
        "item_name": way.item and named(way.item),
        "text": tell(way.text),
    }
