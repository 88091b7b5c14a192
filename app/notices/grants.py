"""What accounts let themselves be sent by WeChat, counted as WeChat counts it.

One acceptance of a one-time template is one message; of a long-term template, any number until it
is taken back. WeChat's own events are what counts; where none are pushed, the phone's word does.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, case, select, update

from app.core.db import db, insert_into
from app.notices.models import GrantRow
from app.notices.rules import Outcome

TABLE = GrantRow.__table__

ACCEPTED = frozenset({"accept", "acceptWithAudio"})
NOT_SENT = frozenset({Outcome.LATER, Outcome.REFUSED})
"""Nothing went out, so nothing was used up."""


def allows(citizen: str, template: str, *, keep: int) -> bool:
    """Whether an account lets itself be sent one more message of this template with so many left
    for others; held until this transaction ends: another notice may be about to use the last."""
    query = select(TABLE.c.left, TABLE.c.long_term).where(_of(citizen, template)).with_for_update()
    grant = db.session.execute(query).one_or_none()
    return grant is not None and grant.left > (0 if grant.long_term else keep)


def use(citizen: str, template: str) -> None:
    """One message is about to be sent."""
    _add(citizen, template, -1)


def settle(
    citizen: str, template: str, before: str | None, after: Outcome, tried_at: datetime
) -> None:
    """A message that used a grant turned out so; `before`: what it was thought to be. What was
    allowed since it was tried stands: WeChat spoke of what there was before."""
    if after == Outcome.SPENT:
        db.session.execute(
            update(TABLE).where(_of(citizen, template), TABLE.c.at <= tried_at).values(left=0)
        )
    elif after in NOT_SENT and before not in NOT_SENT | {Outcome.SENT}:
        _add(citizen, template, 1)


def accept(citizen: str, template: str, *, long_term: bool, now: datetime) -> None:
    """They allow one message more, or from now on any number."""
    put = insert_into(TABLE).values(
        citizen_id=citizen, template=template, left=1, long_term=long_term, at=now
    )
    more = case((put.excluded.long_term, 1), else_=TABLE.c.left + 1)
    db.session.execute(
        put.on_conflict_do_update(
            index_elements=list(TABLE.primary_key),
            set_={"left": more, "long_term": put.excluded.long_term, "at": now},
        )
    )


def revoke(citizen: str, template: str) -> None:
    """They allow none any more."""
    db.session.execute(update(TABLE).where(_of(citizen, template)).values(left=0))


def note_answer(citizen: str, template: str, said: str, now: datetime) -> None:
    """What their phone said when they were asked; counts nothing."""
    put = insert_into(TABLE).values(citizen_id=citizen, template=template, answer=said, at=now)
    db.session.execute(
        put.on_conflict_do_update(
            index_elements=list(TABLE.primary_key), set_={"answer": said, "at": now}
        )
    )


def all_left(citizen: str) -> dict[str, int]:
    """Template -> how many messages it still lets be sent."""
    rows = db.session.execute(
        select(TABLE.c.template, TABLE.c.left).where(TABLE.c.citizen_id == citizen)
    )
    return {row.template: row.left for row in rows}


def _add(citizen: str, template: str, messages: int) -> None:
    """A long-term grant stands whatever is sent."""
    db.session.execute(
        update(TABLE)
        .where(_of(citizen, template), TABLE.c.long_term.is_(False))
        .values(left=TABLE.c.left + messages)
    )


def _of(citizen: str, template: str) -> ColumnElement[bool]:
    return (TABLE.c.citizen_id == citizen) & (TABLE.c.template == template)
