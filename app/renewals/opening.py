"""Opening a renewal: its checks are made and its application is written, before anybody confirms
anything.

`prepare` asks the registers and sets the paper, outside any transaction; `open_` keeps what came of
that. Whoever opens it again, or opens what is confirmed already, is shown what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from app.citizens.queries import numbers_of
from app.core.acts import Act
from app.core.said import Said, day_said
from app.documents.queries import Document
from app.documents.service import keep, typeset
from app.licences.queries import Licence, kinds, licence
from app.licences.rights import Right, licence_of_citizen
from app.licences.rules import State as LicenceState
from app.licences.service import is_followed, look_again
from app.renewals.application import (
    Application,
    application_kept,
    application_of,
    kept,
)
from app.renewals.asking import ask_all
from app.renewals.checks import Judgement, Outcome
from app.renewals.errors import (
    LicenceEnded,
    RenewalNotOffered,
    RenewalTooEarly,
    RenewalTooLate,
)
from app.renewals.finding import asked_between, found
from app.renewals.holding import FOLLOWED, Held, ended_as, held, require_renewable
from app.renewals.judging import judged, keep_round
from app.renewals.mine import applicant_of, note_use, renewal_of_citizen
from app.renewals.ordinary import ordinary_way
from app.renewals.papers import application_paper
from app.renewals.plans import Plan
from app.renewals.queries import TABLE, last_judged, plan_for
from app.renewals.records import change, move
from app.renewals.rules import day_of
from app.renewals.states import ASKING, OVER, State
from app.renewals.stopped import over
from app.renewals.stored import opened, sealed_in

TOO_EARLY = "还没到申请延续的时间，%(from)s起可以申请。"
TOO_LATE = "申请延续的最后一天是%(by)s，已经过了。%(way)s"

FRESH = timedelta(minutes=1)
"""For so long whoever looks again is told what the registers said."""
WITHOUT_END = "这本证照没有有效期限，不用延续。"
NOT_HERE = "这类证照还不能一键延续。%(way)s"
AS_REMINDED = "这类证照不能一键延续。怎样办理，到期提醒里会告诉您。"

OPENS = (*ASKING, State.DECLINED)
"""The states in which there is something to confirm, or may be again."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An application that was written and is not kept yet."""

    application: Application
    seen: int
    """The revision that was there."""
    document: Document | None
    """None: what is there says the same."""
    judgement: Judgement


def begin(licence_id: str, act: Act) -> Row[Any]:
    """The renewal of a licence for which no reminder came yet, inside its window.

    Raises LicenceNotFound, LicenceEnded, RenewalNotOffered, RenewalTooEarly, RenewalTooLate."""
    read, _ = licence_of_citizen(act.actor.id, licence_id, act.now)
    today = day_of(act.now)
    plan = plan_for(read.kind)
    if plan is None or not plan.is_offered_on(today) or read.valid_until is None:
        raise not_offered(plan, read.valid_until)
    if not read.valid_on(today) and read.state is not LicenceState.OTHER:
        raise ended_as(read.state_words(today))
    if is_followed(read):
        raise ended_as(FOLLOWED)
    asked = asked_between(kinds()[read.kind], read.valid_until, plan.hall)
    _require_in_window(plan, *asked, today)
    id = found(read, plan, asked, act)
    return renewal_of_citizen(id, act.actor.id, act.now)[0]


def _require_in_window(plan: Plan, ask_from: date, ask_by: date, today: date) -> None:
    if today < ask_from:
        words = Said(TOO_EARLY, {"from": day_said(ask_from)})
        raise RenewalTooEarly(words, ask_from=ask_from.isoformat())
    if today > ask_by:
        way = ordinary_way(plan, is_late=True)
        words = Said(TOO_LATE, {"by": day_said(ask_by), "way": way.text})
        raise RenewalTooLate(words, hall=plan.hall, item=way.item and way.item.code)


def prepare(id: str, act: Act) -> Draft | None:
    """What an account that opens a renewal is to be shown; None where nothing is to be written any
    more. Asks over the network: outside any transaction.

    Raises RenewalNotFound, RenewalOver, LicenceEnded, HolderChanged, RenewalNotOffered,
    RenewalTooEarly, RenewalTooLate."""
    row, right = renewal_of_citizen(id, act.actor.id, act.now)
    require_not_over(row)
    if row.state not in OPENS:
        return None
    read, plan = licence(row.licence_id), one_tap_plan(row)
    require_renewable(Held(row, read), day_of(act.now))
    require_open(row, judged(row, read, plan, {}, act), plan, act)
    application = written(read, plan, right, act)
    is_same = is_shown(row, application)
    if is_same and row.state == State.OPENED and last_judged(row.id) > act.now - FRESH:
        return None
    judgement = judged(row, read, plan, ask_all(plan, read), act)
    if is_same:
        return Draft(application, row.revision, None, judgement)
    paper = application_paper(row, row.revision + 1, application, act.now)
    return Draft(application, row.revision, typeset(paper, act), judgement)


def open_(id: str, draft: Draft | None, act: Act) -> Row[Any]:
    """Show a renewal's application: keep what `prepare` wrote, unless somebody else was first.

    Raises as `prepare`."""
    row, right = renewal_of_citizen(id, act.actor.id, act.now)
    if draft is None:
        return row
    now = held(id, may_issue=False)
    require_not_over(now.row)
    if now.row.state not in OPENS or now.row.revision != draft.seen:
        return now.row
    require_renewable(now, day_of(act.now))
    note_use(now.licence, right, list(draft.application.values), act)
    keep_round(now.row, draft.judgement, act)
    return _kept(now.row, draft, act)


def _kept(row: Row[Any], draft: Draft, act: Act) -> Row[Any]:
    values: dict[str, Any] = {}
    if draft.document is not None:
        paper = application_paper(row, row.revision + 1, draft.application, act.now)
        values = {
            "revision": row.revision + 1,
            "application_sha256": keep(paper, draft.document, act).sha256,
            **sealed_in(row.id, shown=kept(draft.application)),
        }
    if row.state == State.OPENED:
        return change(row.id, **values) if values else row
    if row.state == State.DECLINED:
        look_again(row.licence_id, act)
    (moved,) = move(TABLE.c.id == row.id, State.OPENED, act, opened_at=act.now, **values)
    return moved


def written(licence: Licence, plan: Plan, right: Right, act: Act) -> Application:
    """The application as it would be written now."""
    _, number = numbers_of([licence.holder_id])[licence.holder_id]
    return application_of(licence, kinds()[licence.kind], plan, number, applicant_of(right, act))


def is_shown(row: Row[Any], application: Application) -> bool:
    """Whether the application that is kept says this."""
    shown = opened(row, "shown")
    return shown is not None and application_kept(shown) == application


def one_tap_plan(row: Row[Any]) -> Plan:
    """The plan of a renewal. Raises RenewalNotOffered where there is none by now."""
    plan = plan_for(row.kind)
    if plan is None or plan.one_tap is None:
        raise not_offered(plan, row.valid_until)
    return plan


def not_offered(plan: Plan | None, valid_until: date | None) -> RenewalNotOffered:
    """The refusal of what is not renewed with one tap, which says what there is to do instead."""
    words: Said | None = None
    if valid_until is None:
        words = Said(WITHOUT_END)
    elif plan is not None:
        way = ordinary_way(plan)
        words = Said(NOT_HERE, {"way": way.text}) if way.item else Said(AS_REMINDED)
    return RenewalNotOffered(words, hall=plan and plan.hall, item=plan and plan.item)


def require_not_over(row: Row[Any]) -> None:
    """Raises RenewalOver where its licence's last day has gone by, or something else came first."""
    if row.state in OVER and row.state != State.CLOSED:
        raise over(row)


def require_open(row: Row[Any], judgement: Judgement, plan: Plan, act: Act) -> None:
    """Raises RenewalTooEarly, RenewalTooLate, LicenceEnded or RenewalNotOffered where the way with
    one tap is closed."""
    if judgement.outcome is not Outcome.CLOSED:
        return
    today = day_of(act.now)
    _require_in_window(plan, row.ask_from, row.ask_by, today)
    if (finding := judgement.doubts.get("state_valid")) is not None:
        raise LicenceEnded(finding.reason)
    raise not_offered(plan, row.valid_until)
