"""The one tap. What was shown is thereby applied for, and where every check says yes and the kind's
plan lets a rule decide, the new licence is there in the same transaction.

`prepare` asks the courier and the registers, outside any transaction; `confirm` does all the rest
at once, or nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row

from app.core.acts import Act
from app.core.handover import Address
from app.core.public_records import Answer
from app.core.said import Said
from app.deliveries.errors import WayNotOffered
from app.deliveries.rules import Way
from app.deliveries.service import refuse_way
from app.licences.queries import licence
from app.renewals.addresses import parts_typed
from app.renewals.asking import ask_all
from app.renewals.checks import Judgement, Outcome, next_ask
from app.renewals.deciding import rule_decides
from app.renewals.errors import ApplicationChanged, ConsentMissing
from app.renewals.holding import Held, held, require_renewable
from app.renewals.judging import judged, keep_round
from app.renewals.mine import note_use, renewal_of_citizen
from app.renewals.opening import is_shown, one_tap_plan, require_open, written
from app.renewals.plans import Decider, Plan
from app.renewals.queries import TABLE
from app.renewals.records import change, move, record
from app.renewals.rules import Why, day_of
from app.renewals.states import OVER, State
from app.renewals.stopped import over
from app.renewals.stored import sealed_in
from app.renewals.telling import tell_holder
from app.renewals.watch.reminding import forget_reminders
from app.renewals.words import CONSENT_VERSION

NOT_OPENED = "您还没有打开核对这项延续的申请书，请先打开，看过以后再确认。"
MADE = (State.CONFIRMED, State.DECIDED, State.ISSUED, State.HANDED_OVER, State.CLOSED)
"""The application is made: another tap changes nothing."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is tapped."""

    revision: int
    sha256: str
    """Of the application that was seen."""
    consent: bool
    way: str
    """How the new licence is to come: deliveries/rules.py: Way."""
    address: Address | None = None
    cabinet: str | None = None


def prepare(id: str, given: Confirmation, act: Act) -> Mapping[str, Answer] | None:
    """What the registers say of the holder now; None where there is nothing to confirm yet or any
    more. Asks over the network: outside any transaction.

    Raises RenewalNotFound, ConsentMissing, RenewalNotOffered, WayNotOffered, AddressMissing,
    AddressNotServed, UnknownCabinet."""
    row, _ = renewal_of_citizen(id, act.actor.id, act.now)
    if row.state != State.OPENED:
        return None
    plan = one_tap_plan(row)
    _require_agreed(given, plan)
    refuse_way(row.hall, given.way, given.address, given.cabinet)
    return ask_all(plan, licence(row.licence_id))


def _require_agreed(given: Confirmation, plan: Plan) -> None:
    """Pure, and so asked again when it is confirmed: the plan may be another by then."""
    if not given.consent:
        raise ConsentMissing
    ways = plan.one_tap.ways if plan.one_tap else ()
    if given.way not in ways:
        raise WayNotOffered(ways=list(ways))


def confirm(
    id: str, given: Confirmation, answers: Mapping[str, Answer] | None, act: Act
) -> Row[Any]:
    """Apply for what was shown; once, however often it is tapped. `answers`: as `prepare` gave
    them.

    Raises RenewalNotFound, RenewalOver, ApplicationChanged, LicenceEnded, HolderChanged,
    RenewalNotOffered, RenewalTooEarly, RenewalTooLate, ConsentMissing, WayNotOffered."""
    _, right = renewal_of_citizen(id, act.actor.id, act.now)
    now = held(id)
    if now.row.state in MADE:
        return now.row
    if now.row.state in OVER:
        raise over(now.row)
    if now.row.revision == 0:
        raise ApplicationChanged(Said(NOT_OPENED))
    if now.row.state != State.OPENED or answers is None:
        raise ApplicationChanged
    plan = one_tap_plan(now.row)
    _require_agreed(given, plan)
    require_renewable(now, day_of(act.now))
    application = written(now.licence, plan, right, act)
    seen = given.revision, given.sha256
    as_shown = seen == (now.row.revision, now.row.application_sha256)
    if not as_shown or not is_shown(now.row, application):
        raise ApplicationChanged
    judgement = judged(now.row, now.licence, plan, answers, act)
    require_open(now.row, judgement, plan, act)
    address = given.address if given.way == Way.COURIER else None
    typed = parts_typed(address, now.licence, act.actor.id)
    (row,) = move(
        TABLE.c.id == id,
        State.CONFIRMED,
        act,
        confirmed_at=act.now,
        confirmed_by=act.actor.id,
        ground=right.ground,
        consent={"text_version": CONSENT_VERSION, "at": act.now.isoformat()},
        way=given.way,
        fields_typed=typed,
        asked_times=1,
        **sealed_in(id, handing={"address": address and asdict(address), "cabinet": given.cabinet}),
    )
    forget_reminders(now.licence.id, act)
    note_use(now.licence, right, list(application.values), act)
    keep_round(row, judgement, act)
    went_on = go_on(Held(row, now.licence), judgement, plan, act)
    if went_on.decided_at is None:
        tell_holder(row, act)
    return went_on


def go_on(confirmed: Held, judgement: Judgement, plan: Plan, act: Act) -> Row[Any]:
    """What follows from the checks of a confirmed renewal: the rule grants it, or the registers are
    asked again, or a person decides. A rule refuses nobody."""
    row = confirmed.row
    by_rule = plan.one_tap is not None and plan.one_tap.decider is Decider.RULE
    if judgement.outcome is Outcome.QUALIFIES:
        return rule_decides(confirmed, act) if by_rule else to_a_person(row, Why.PLAN, act)
    if judgement.outcome is Outcome.RETRY:
        again = next_ask(row.asked_times, act.now)
        if again is None:
            return to_a_person(row, Why.SOURCES, act)
        return change(row.id, ask_again_at=again)
    return to_a_person(row, Why.CHECKS, act)


def to_a_person(row: Row[Any], why: Why, act: Act) -> Row[Any]:
    """Leave a renewal to a person."""
    record(row.id, "to_a_person", act, why=why)
    return change(row.id, needs_person=True, person_why=why, ask_again_at=None)
