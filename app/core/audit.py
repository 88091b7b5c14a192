"""The audit log: what everybody at work here did and looked at, and what they were refused.

Who, when, what, why, from where, with what result. A deed that its use case names is written in its
words by `note`; what no use case names, in those of its route. Both in the deed's own transaction:
the one is true if and only if the other is. What has no transaction of its own, refusals and looks,
is written afterwards (looks.py). Rows are never changed; app/audit/ seals them into a chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click
from flask import current_app, g, has_request_context, request
from sqlalchemy import JSON, Index, Row, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.acts import Act, Actor
from app.core.auth import UNSAID, WATCHED, Access, access_of
from app.core.db import BigId, UtcDateTime, after_all, db, leave, will_follow
from app.core.leaving import NewRow
from app.core.parts import parts
from config.masking import masked


class AuditRow(db.Model):
    """One deed. Never changed, and never public."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hall: Mapped[str] = mapped_column(String(32))
    """"" for what belongs to no hall, such as the chain itself."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16), server_default="")
    deed: Mapped[str] = mapped_column(String(64))
    """As its use case names it; otherwise the route's endpoint, which has a dot in it."""
    subject: Mapped[str] = mapped_column(String(64))
    """Whose account, which device, which number, as people call it."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    route: Mapped[str] = mapped_column(String(200), server_default="")
    """Method and rule, or the command that was typed."""
    shows: Mapped[str | None] = mapped_column(String(16))
    """What data of people was shown."""
    reason: Mapped[str] = mapped_column(String(200), server_default="")
    address: Mapped[str] = mapped_column(String(64), server_default="")
    status: Mapped[int] = mapped_column(server_default="200")
    """As HTTP has it: below 400, it was done."""
    error: Mapped[str] = mapped_column(String(64), server_default="")
    """The code of the refusal."""
    request_id: Mapped[str] = mapped_column(String(64), server_default="")

    __table_args__ = (
        Index("ix_audit_hall_at", "hall", "at"),
        Index("ix_audit_hall_deed", "hall", "deed"),
        Index("ix_audit_hall_subject", "hall", "subject"),
    )


TABLE = AuditRow.__table__


def note(act: Act, hall: str, deed: str, subject: str, **data: Any) -> None:
    """Write a deed into this transaction; what is None is left out."""
    told = {name: value for name, value in data.items() if value is not None}
    write(act.now, act.actor, hall, deed, subject, told)


def done(status: int, body: Any) -> None:
    """The use case of this request is through: write so, unless it was noted in its own words."""
    if not has_request_context() or request.method == "GET" or will_follow(_was_written):
        return
    who: Actor = g.actor
    if who.kind in WATCHED:
        write_request(who, status, subject=_subject(body))


def already() -> None:
    """The use case of this request was through at an earlier try, and is written."""
    g.audited = True


def write_request(who: Actor, status: int, error: str = "", subject: str = "") -> None:
    """Write this request in the words of its route, into this transaction."""
    asked = dict(request.view_args or {})
    if request.method == "GET":
        asked |= request.args
    write(
        parts().clock.now(),
        who,
        who.hall or "",
        request.endpoint or "",
        subject or " ".join(str(value) for value in (request.view_args or {}).values()),
        {_fit(name, 32): _fit(str(value), 64) for name, value in asked.items()},
        status,
        error,
    )


def write(
    at: datetime,
    who: Actor,
    hall: str,
    deed: str,
    subject: str,
    data: Mapping[str, Any],
    status: int = 200,
    error: str = "",
) -> None:
    """Write a deed into this transaction, with what is known of where it comes from."""
    values = {
        "hall": hall,
        "at": at,
        "actor": str(who),
        "role": str(who.role or ""),
        "deed": deed,
        "subject": _fit(subject, 64),
        "data": dict(data),
        "status": status,
        "error": error,
    }
    values |= _from_where()
    leave(NewRow(TABLE, tuple(values)), values)
    after_all(_was_written)


def rule_here() -> Access | None:
    """What the route of this request says of itself."""
    view = current_app.view_functions.get(request.endpoint or "")
    return access_of(view) if view else None


def _was_written() -> None:
    if has_request_context():
        g.audited = True


def _from_where() -> dict[str, Any]:
    if not has_request_context():
        typed = click.get_current_context(silent=True)
        return {"route": typed.command_path if typed else ""}
    rule = rule_here()
    shows = rule.shows if rule and rule.shows != UNSAID else None
    return {
        "route": f"{request.method} {request.url_rule}"[:200],
        "shows": shows,
        "reason": _fit(_reason(rule), 200),
        "address": request.remote_addr or "",
        "request_id": _fit(g.get("request_id", ""), 64),
    }


def _reason(rule: Access | None) -> str:
    """Why, where the route has a field for that."""
    if rule is None or not rule.why:
        return ""
    try:
        body = request.get_json(silent=True) if request.is_json else request.form
    except RecursionError:  # refused for that
        return ""
    return masked(str(body.get(rule.why) or "")) if isinstance(body, dict) else ""


def _subject(body: Any) -> str:
    """The number that an answer is about, or what it made."""
    if not isinstance(body, dict):
        return ""
    ticket = body.get("ticket")
    about = ticket if isinstance(ticket, dict) else body
    made = "" if request.view_args else about.get("id")
    return str(about.get("number") or made or "")


def _fit(text: str, length: int) -> str:
    """As much of what somebody sent as may lie in a column."""
    return "".join(character for character in text[:length] if character.isprintable())


def data_of(act: Act, hall: str, deed: str, subject: str, since: datetime) -> list[dict[str, Any]]:
    """What was written beside a deed of whoever acts now, each time they did it since then."""
    query = select(TABLE.c.data).where(
        TABLE.c.hall == hall,
        TABLE.c.at >= since,
        TABLE.c.actor == str(act.actor),
        TABLE.c.deed == deed,
        TABLE.c.subject == subject,
    )
    return list(db.session.scalars(query))


def latest(hall: str, deeds: Sequence[str], limit: int) -> Sequence[Row[Any]]:
    """The latest of these deeds in a hall, newest first."""
    query = select(*TABLE.c).where(TABLE.c.hall == hall, TABLE.c.deed.in_(deeds))
    return db.session.execute(query.order_by(TABLE.c.id.desc()).limit(limit)).all()
