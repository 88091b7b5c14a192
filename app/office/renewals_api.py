"""Renewals for who decides them, and what came of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.citizens.rules import BEIJING
from app.core import csv_files
from app.core.acts import DECIDERS, Act
from app.core.auth import access, act, actor
from app.core.db import transaction
from app.core.http import FILE, answer, attachment, perform_here
from app.core.language import gettext as _
from app.core.language import named
from app.core.parts import parts
from app.core.said import Said
from app.licences.kinds import METADATA
from app.licences.queries import kinds
from app.licences.shares import share_each
from app.office.renewals_reminders import reminders_out
from app.office.renewals_schemas import (
    AnswerIn,
    AskForIn,
    DecisionIn,
    HallRemindersOut,
    ReceivedIn,
    RemindersQuery,
    RenewalCaseOut,
    RenewalQueueOut,
    RenewalsQuery,
    RenewalSummaryOut,
    SpanQuery,
)
from app.office.renewals_view import case_out, line_out, others_read, summary_out
from app.office.renewals_words import BY_WORDS, READERS, STATE_WORDS
from app.renewals import desk, figures, service
from app.renewals.clock import Level
from app.renewals.figures import Span
from app.renewals.rechecking import to_rule
from app.renewals.rules import by_whom, day_of
from app.renewals.states import State
from app.renewals.view import zeros_out
from app.renewals.watch.reminded import Asked
from app.renewals.watch.reminding import State as ReminderState
from app.tickets.schemas import NothingIn

bp = APIBlueprint(
    "office_renewals", __name__, url_prefix="/api/v1/staff/renewals", tag="证照延续审批"
)

A_PAGE = 50
LOOKED_AT = Said("审批延续")
UNKNOWN = {404: "本大厅没有这项延续"}
REFUSED = {**UNKNOWN, 409: "不在等待决定"}


@bp.get("")
@access("staff", roles=DECIDERS, shows="renewals")
@bp.input(RenewalsQuery, location="query")
@bp.output(RenewalQueueOut)
@bp.doc(summary="等工作人员处理的延续，最急的在前；或全部")
def renewals(query_data: dict[str, Any]) -> Response:
    plan, today = _plan(), _today()
    kind, state = query_data["kind"] or None, query_data["state"] or None
    skip = (query_data["page"] - 1) * A_PAGE
    waits = desk.waiting(plan.code, today)
    if query_data["queue"] == "person":
        asked_for = [each.id for each in waits if kind in (None, each.kind)]
        chosen = desk.lines_of(asked_for[skip : skip + A_PAGE + 1], plan.code, today)
    else:
        asked = State(state) if state else None
        chosen = desk.lines(plan.code, kind, asked, today, skip=skip, most=A_PAGE + 1)
    levels = Counter(each.clock.level for each in waits if each.clock)
    return answer(
        {
            "renewals": [line_out(each, plan, today) for each in chosen[:A_PAGE]],
            "more": len(chosen) > A_PAGE,
            "counts": {
                "all": len(waits),
                "red": levels[Level.RED],
                "yellow": levels[Level.YELLOW],
            },
        }
    )


@bp.get("/summary")
@access("staff", roles=READERS, shows=None)
@bp.input(SpanQuery, location="query")
@bp.output(RenewalSummaryOut)
@bp.doc(summary="这些天发现到期的延续，各走到了哪一步；四个“零”")
def summary(query_data: dict[str, Any]) -> Response:
    span, kind = _asked_for(query_data)
    return answer(summary_out(span, figures.summary(_plan().code, span, kind)))


@bp.get("/reminders")
@access("staff", roles=DECIDERS, shows="renewals")
@bp.input(RemindersQuery, location="query")
@bp.output(HallRemindersOut)
@bp.doc(summary="这些天的到期提醒，按结果；没有送到的，怎样另行告知")
def reminders(query_data: dict[str, Any]) -> Response:
    (span, kind), state = _asked_for(query_data), ReminderState(query_data["state"])
    asked = Asked(span, state, kind or "", query_data["event"], query_data["step"])
    return answer(reminders_out(_plan(), asked, query_data["page"], act()))


@bp.get("/records.csv")
@access("staff", roles=READERS, shows=None)
@bp.input(SpanQuery, location="query")
@bp.output(FILE, content_type="text/csv")
@bp.doc(summary="逐件记录（CSV），不含姓名：每一个数都可以由它重新数出")
def records(query_data: dict[str, Any]) -> Response:
    plan, (span, kind) = _plan(), _asked_for(query_data)
    content = csv_files.whole(_lines(plan, span, kind))
    return attachment(content, f"renewals-{span.first}-{span.last}.csv", "text/csv")


@bp.get("/<renewal_id>")
@access("staff", roles=DECIDERS, shows="renewals")
@bp.output(RenewalCaseOut)
@bp.doc(summary="一项延续的全部情况；记入证照使用记录", responses=UNKNOWN)
def one(renewal_id: str) -> Response:
    plan, doing = _plan(), act()
    found = desk.line(renewal_id, plan.code, _today())
    with transaction():
        whole = found.licence, {*METADATA, *found.licence.data}
        share_each([whole, *others_read(renewal_id)], LOOKED_AT, doing)
    return answer(case_out(found, plan, doing.now))


@bp.post("/<renewal_id>/decide")
@access("staff", roles=DECIDERS)
@bp.input(DecisionIn)
@bp.output(RenewalCaseOut)
@bp.doc(summary="准予，或写明理由不予延续；准予的同时发放新证", responses=REFUSED)
def decide(renewal_id: str, json_data: dict[str, Any]) -> Response:
    granted, reason = json_data["granted"], json_data["reason"].strip()
    return _do(renewal_id, lambda id, doing: service.decide(id, granted, reason, doing))


@bp.post("/<renewal_id>/ask-for")
@access("staff", roles=DECIDERS)
@bp.input(AskForIn)
@bp.output(RenewalCaseOut)
@bp.doc(summary="一次告知申请人要补充的全部内容", responses=REFUSED)
def ask_for(renewal_id: str, json_data: dict[str, Any]) -> Response:
    words, papers, visit = json_data["words"].strip(), json_data["papers"], json_data["visit"]
    site_check = json_data["site_check"]
    return _do(
        renewal_id,
        lambda id, doing: service.ask_for(id, words, papers, visit, doing, site_check=site_check),
    )


@bp.post("/<renewal_id>/received")
@access("staff", roles=DECIDERS)
@bp.input(ReceivedIn)
@bp.output(RenewalCaseOut)
@bp.doc(summary="已收到要求补充的材料，或已到场；计入上传份数、到厅次数", responses=REFUSED)
def received(renewal_id: str, json_data: dict[str, Any]) -> Response:
    papers, came = json_data["papers"], json_data["came"]
    return _do(renewal_id, lambda id, doing: service.received(id, papers, came, doing))


@bp.post("/<renewal_id>/answer")
@access("staff", roles=DECIDERS)
@bp.input(AnswerIn)
@bp.output(RenewalCaseOut)
@bp.doc(summary="答复申请人的异议", responses=REFUSED)
def answer_contest(renewal_id: str, json_data: dict[str, Any]) -> Response:
    words = json_data["words"].strip()
    return _do(renewal_id, lambda id, doing: service.answer_contest(id, words, doing))


@bp.post("/<renewal_id>/to-rule")
@access("staff", roles=DECIDERS)
@bp.input(NothingIn)
@bp.output(RenewalCaseOut)
@bp.doc(summary="重新查询各个来源，都符合的由规则准予", responses=REFUSED)
def back_to_rule(renewal_id: str, json_data: dict[str, Any]) -> Response:
    return _do(renewal_id, to_rule)


def _plan() -> HallPlan:
    return plan_of(actor().hall or "")


def _today() -> date:
    return day_of(parts().clock.now())


def _do(id: str, use_case: Callable[[str, Act], Any]) -> Response:
    """Of this hall's renewals only; the answer is how it stands then."""
    doing, plan, today = act(), _plan(), _today()
    desk.line(id, plan.code, today)  # also where the answer is stored already

    def done() -> desk.Line:
        use_case(id, doing)
        return desk.line(id, plan.code, today)

    return perform_here(done, lambda found: case_out(found, plan, doing.now))


def _asked_for(query: dict[str, Any]) -> tuple[Span, str | None]:
    last = query.get("last") or _today()
    first = query.get("first") or last - figures.USUALLY
    return Span(first, last), query["kind"] or None


def _lines(plan: HallPlan, span: Span, kind: str | None) -> Iterator[list[Any]]:
    yield [
        *(_("延续编号"), _("证照类型"), _("状态"), _("到期日"), _("发现"), _("提醒送达")),
        *(_("打开"), _("确认"), _("决定"), _("怎样决定的"), _("准予"), _("发证"), _("送达")),
        *(_("填写栏数"), _("上传份数"), _("到厅次数"), _("等候天数")),
    ]
    known, now = kinds(), parts().clock.now()
    for row in figures.records(plan.code, span, kind):
        yield [
            *(row.code, named(known[row.kind]), _(STATE_WORDS[State(row.state)]), row.valid_until),
            *(_moment(row.found_at), _yes(row.sent), _moment(row.opened_at)),
            *(_moment(row.confirmed_at), _moment(row.decided_at), _by(row.decided_by)),
            *(_yes(row.granted), _moment(row.issued_at), _moment(row.handed_over_at)),
            *zeros_out(row, now).values(),
        ]


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}" if at else ""


def _yes(is_so: bool | None) -> str:
    return "" if is_so is None else _("是") if is_so else _("否")


def _by(decided_by: str | None) -> str:
    return _(BY_WORDS[by_whom(decided_by)]) if decided_by else ""
