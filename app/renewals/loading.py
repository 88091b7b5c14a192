"""Taking the file of plans, and having every licence it is about looked at because of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, or_, select, tuple_, update

from app.core.acts import Act
from app.core.db import db, hold, insert_into
from app.licences.queries import LICENCES
from app.renewals.plan_stored import definition_of
from app.renewals.plans import Plan
from app.renewals.queries import PLANS
from app.renewals.rules import day_of
from app.renewals.watch.reminding import forget_reminders_of

SPREAD_AT_ONCE = 5_000
"""Licences of whatever kind gone through in one transaction: nobody waits long for their rows."""
FIRST = ""
"""Comes before every id."""


def load_plans(given: Sequence[Plan], act: Act) -> list[Plan]:
    """Take these plans and no others. Which of them are new or changed; the watch then looks at all
    licences of their kinds (`spread`)."""
    hold("renewal plans", alone=True)
    rows = db.session.execute(select(PLANS.c.kind, PLANS.c.event, PLANS.c.definition))
    before = {(row.kind, row.event): row.definition for row in rows}
    last = db.session.execute(select(func.max(PLANS.c.revision))).scalar_one() or 0
    named = {(plan.kind, plan.event.value): plan for plan in given}
    changed = [plan for key, plan in named.items() if before.get(key) != definition_of(plan)]
    gone = before.keys() - named.keys()
    for plan in changed:
        values = {
            "definition": definition_of(plan),
            "revision": last + 1,
            "changed_at": act.now,
            "spread_to": FIRST,
        }
        insert = insert_into(PLANS).values(kind=plan.kind, event=plan.event, **values)
        upsert = insert.on_conflict_do_update(index_elements=["kind", "event"], set_=values)
        db.session.execute(upsert)
    for kind, event in gone:
        forget_reminders_of(kind, event, act)
    db.session.execute(delete(PLANS).where(tuple_(PLANS.c.kind, PLANS.c.event).in_(gone)))
    if gone:  # with the newest its number may have gone, which must not be given again
        db.session.execute(update(PLANS).values(revision=last + 1))
    return changed


def spread(act: Act) -> bool:
    """Have some licences looked at whose plans have changed; False: all of them are. Where it has
    come to is written in the same transaction: whoever is killed is followed by another."""
    waiting = (
        select(PLANS.c.kind, PLANS.c.event, PLANS.c.spread_to)
        .where(PLANS.c.spread_to.is_not(None))
        .order_by(PLANS.c.spread_to)
        .with_for_update(skip_locked=True)
    )
    rows = db.session.execute(waiting).all()
    if not rows:
        return False
    begin = rows[0].spread_to
    together = [row for row in rows if row.spread_to == begin]
    behind = LICENCES.c.id > begin
    end = db.session.scalars(
        select(LICENCES.c.id)
        .where(behind)
        .order_by(LICENCES.c.id)
        .offset(SPREAD_AT_ONCE - 1)
        .limit(1)
    ).first()
    here = behind if end is None else behind & (LICENCES.c.id <= end)
    today = day_of(act.now)
    db.session.execute(
        update(LICENCES)
        .where(
            here,
            LICENCES.c.kind.in_({row.kind for row in together}),
            or_(LICENCES.c.watch_on.is_(None), LICENCES.c.watch_on > today),
        )
        .values(watch_on=today)
    )
    keys = [(row.kind, row.event) for row in together]
    db.session.execute(
        update(PLANS).where(tuple_(PLANS.c.kind, PLANS.c.event).in_(keys)).values(spread_to=end)
    )
    return True
