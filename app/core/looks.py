"""What a request leaves in the audit log once its answer is known: looks, and what was refused.

A look that cannot be written down is not answered. A page that stays open asks the same again every
few seconds: within ten minutes that is one look.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask import Response, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from app.core import audit
from app.core.acts import PUBLIC, Actor
from app.core.auth import UNSAID, WATCHED, Access, token_shown
from app.core.db import CommitOutcomeUnknown, transaction
from app.core.errors import StoreBusy
from app.core.parts import parts
from app.core.problems import refusal

log = logging.getLogger(__name__)

ONE_LOOK = timedelta(minutes=10)
REMEMBERED = 10_000
"""Looks, in each process; the oldest are forgotten, and then written once more."""

Look = tuple[str, str, str]


def record(response: Response) -> Response:
    """Runs after every request. Writes, in a transaction of its own, what its use case did not."""
    rule, who = audit.rule_here(), g.get("actor", PUBLIC)
    if rule is None or not _is_owed(rule, who, response.status_code):
        return response
    look = (str(who), who.session, request.full_path)
    is_look = request.method == "GET" and response.status_code < 400
    now = parts().clock.now()
    if is_look and _is_under_way(look, now):
        return response
    try:
        with transaction():
            audit.write_request(who, response.status_code, g.get("refused_with", ""))
    except (SQLAlchemyError, CommitOutcomeUnknown):
        log.warning("%s %s could not be audited", request.method, request.url_rule)
        return response if response.status_code >= 400 else refusal(StoreBusy())
    if is_look:
        _remember(look, now)
    return response


def _is_owed(rule: Access, who: Actor, status: int) -> bool:
    """Nothing is for what a limit or a store in need turned away: nobody looked at it, and it comes
    by the thousand."""
    if status == 429 or status >= 500:
        return False
    if who.kind not in WATCHED:
        return status >= 400 and (rule.signs_in or (status == 401 and _at_a_door_of_theirs(rule)))
    if request.method in ("GET", "HEAD", "OPTIONS") and rule.shows in (None, UNSAID):
        return False
    return status >= 400 or not g.get("audited", False)


def _at_a_door_of_theirs(rule: Access) -> bool:
    """Whether somebody shows a token that is worth nothing where only people at work come in. Who
    shows none is on the way to signing in."""
    return bool(rule.kinds & WATCHED) and bool(token_shown())


def _is_under_way(look: Look, now: datetime) -> bool:
    begun = _looks().get(look)
    return begun is not None and now - begun < ONE_LOOK


def _remember(look: Look, now: datetime) -> None:
    looks = _looks()
    looks.pop(look, None)
    looks[look] = now
    while len(looks) > REMEMBERED:
        looks.pop(next(iter(looks), look), None)


def _looks() -> dict[Look, datetime]:
    """By when they began, the oldest first."""
    looks: dict[Look, datetime] = current_app.extensions.setdefault("looks", {})
    return looks
