"""What the checks say of a renewal at a moment, and that it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, func, insert, select

from app.core.acts import Act
from app.core.db import db
from app.core.public_records import Answer
from app.core.said import Both
from app.licences.queries import Licence, kinds, licences_of
from app.renewals.checks import Facts, Finding, Judgement, closed_by, judge
from app.renewals.plans import Plan
from app.renewals.queries import CHECKS
from app.renewals.records import change
from app.renewals.rules import day_of
from app.renewals.stored import sealed
from app.submissions.queries import archived, visits_of
from app.submissions.rules import FOUND_FOR
from app.tickets.states import LIVE


def judged(
    row: Row[Any], licence: Licence, plan: Plan, answers: Mapping[str, Answer], act: Act
) -> Judgement:
    """Every check of the plan, by what is known now; `answers`: of the registers, asked before."""
    asked_on = row.confirmed_at and day_of(row.confirmed_at)
    facts = Facts(
        licence=licence,
        kind=kinds()[licence.kind],
        plan=plan,
        today=day_of(act.now),
        window=(row.ask_from, row.ask_by),
        open_cases=_open_cases(row, plan, act),
        others=licences_of(row.holder_id),
        names={code: Both(each.name, each.name_en) for code, each in kinds().items()},
        register=answers,
        asked_on=asked_on,
    )
    return judge(plan, facts)


def closed(row: Row[Any], licence: Licence, plan: Plan, act: Act) -> Mapping[str, Finding]:
    """What closes the way with one tap by now, of a renewal nobody asked for; empty while it is
    open."""
    window = row.ask_from, row.ask_by
    return closed_by(Facts(licence, kinds()[licence.kind], plan, day_of(act.now), window))


def _open_cases(row: Row[Any], plan: Plan, act: Act) -> list[str]:
    """Codes of what its holder handed in for the same item and is not done yet: of whoever goes the
    ordinary way, a person looks at both."""
    if plan.item is None:
        return []
    handed_in = [
        each
        for each in archived(row.holder_id, hall=plan.hall)
        if each.item == plan.item and each.submitted_at > act.now - FOUND_FOR
    ]
    visits = visits_of(handed_in, act.now)
    return [
        each.code for each in handed_in if each.id not in visits or visits[each.id].state in LIVE
    ]


def keep_round(row: Row[Any], judgement: Judgement, act: Act) -> None:
    """Write down what each check said, and what follows from all."""
    last = select(func.max(CHECKS.c.round)).where(CHECKS.c.renewal_id == row.id)
    number = (db.session.execute(last).scalar_one() or 0) + 1
    rows = []
    for position, (name, finding) in enumerate(judgement.findings.items()):
        id = act.new_id()
        told = {"reason": asdict(finding.reason), "evidence": dict(finding.evidence)}
        rows.append(
            {
                "id": id,
                "renewal_id": row.id,
                "round": number,
                "position": position,
                "name": name,
                "answer": finding.answer,
                "told_sealed": sealed("renewal_checks", "told", id, told),
                "at": act.now,
            }
        )
    db.session.execute(insert(CHECKS), rows)
    change(row.id, judged=judgement.outcome)
