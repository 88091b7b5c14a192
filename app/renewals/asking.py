"""Asking the registers about a licence's holder: all questions at once, within a few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait

from app.citizens.queries import numbers_of
from app.core.db import db, in_transaction
from app.core.parts import parts
from app.core.public_records import Answer, Question, Silence, unknown
from app.licences.queries import Licence
from app.renewals.plans import Plan

ASKED_S = 3.0
"""Somebody has tapped and waits: longer than one question may take, so that none is given up
while its answer is being read."""


def questions(plan: Plan) -> list[Question]:
    """What the plan's checks need to hear of registers."""
    checks = plan.one_tap.checks if plan.one_tap else ()
    return [question for question in Question if question in checks]


def ask_all(plan: Plan, licence: Licence) -> Mapping[str, Answer]:
    """Question -> answer, of all that the plan needs; unknown where none came in time.

    No connection to the database is kept meanwhile: never inside a transaction."""
    if in_transaction():
        raise RuntimeError("registers are asked inside a transaction")
    asked = questions(plan)
    if not asked:
        return {}
    kind, number = numbers_of([licence.holder_id])[licence.holder_id]
    db.session.remove()
    records = parts().public_records
    pool = ThreadPoolExecutor(len(asked))
    try:
        coming = {each: pool.submit(records.ask, each, kind, number) for each in asked}
        wait(coming.values(), ASKED_S)
        return {
            each: answer.result() if answer.done() else unknown(Silence.NOT_ANSWERED)
            for each, answer in coming.items()
        }
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
