"""Which messages of WeChat an account lets itself be sent: as its phone, and as WeChat says."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from app.citizens.queries import account_of, contact_of
from app.core.acts import Act
from app.core.db import db, insert_once
from app.core.parts import parts
from app.notices import grants
from app.notices.channels import Answer
from app.notices.models import PushRow
from app.notices.queries import ATTEMPTS, TABLE
from app.notices.rules import Channel, Outcome
from app.notices.sending import record
from config.templates import MessageTemplate
from wechat.pushes import Push, dedupe_key

log = logging.getLogger(__name__)

PUSHES = PushRow.__table__
KEPT = timedelta(days=1)
"""How long the same push is known again; an older one is refused for its age."""
REPORTED_WITHIN = timedelta(hours=1)
"""How late WeChat may still report that a message arrived, or did not."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A template, and how many messages of it an account lets itself be sent."""

    key: str
    template: MessageTemplate
    left: int


def subscriptions_of(citizen: str) -> list[Subscription]:
    """Of every template."""
    left = grants.all_left(citizen)
    return [
        Subscription(key, template, left.get(template.id, 0))
        for key, template in parts().settings.templates.items()
    ]


def note_answers(citizen: str, answers: Mapping[str, str], act: Act) -> list[Subscription]:
    """What a phone says was answered when it asked; templates of others are passed over.

    Counted only where WeChat pushes no events, which tell the same and cannot be made up."""
    app = parts().settings.wechat
    counts = app is not None and not app.push_token
    for template in _ours(answers):
        grants.note_answer(citizen, template.id, answers[template.id], act.now)
        if counts and answers[template.id] in grants.ACCEPTED:
            grants.accept(citizen, template.id, long_term=template.long_term, now=act.now)
    return subscriptions_of(citizen)


def tell_wechat(citizen: str, answers: Mapping[str, str]) -> None:
    """What was tapped on a phone, for a WeChat that does not see it. Not in a transaction: however
    long it takes, no connection to the database is kept meanwhile."""
    ours = {template.id: answers[template.id] for template in _ours(answers)}
    openid = contact_of(citizen).openid
    db.session.remove()
    parts().wechat.answered(openid, ours)


def take_push(push: Push, act: Act) -> None:
    """What WeChat pushed, once."""
    db.session.execute(delete(PUSHES).where(PUSHES.c.at < act.now - KEPT))
    if not insert_once(PUSHES, key=dedupe_key(push)[:128], at=act.now):
        return
    citizen = account_of(push.openid)
    if citizen is None:
        return
    for told in _list(push):
        match push.event:
            case "subscribe_msg_popup_event" | "subscribe_msg_change_event":
                _answered(citizen, push.event, told, act)
            case "subscribe_msg_sent_event":
                _reported(citizen, told, act)


def _answered(citizen: str, event: str, told: Mapping[str, Any], act: Act) -> None:
    """Somebody was asked, or changed their mind in WeChat's settings. A refusal when asked takes
    nothing back that was allowed before."""
    said = told.get("SubscribeStatusString")
    for template in _ours([str(told.get("TemplateId"))]):
        if said in grants.ACCEPTED and (template.long_term or event.endswith("popup_event")):
            grants.accept(citizen, template.id, long_term=template.long_term, now=act.now)
        elif said == "reject" and event.endswith("change_event"):
            grants.revoke(citizen, template.id)


def _reported(citizen: str, told: Mapping[str, Any], act: Act) -> None:
    """Whether a message arrived. WeChat names no message of ours: it is the first by this template
    of which it has not said so yet. It may say so before it has answered us."""
    attempt = db.session.execute(
        select(ATTEMPTS.c.id)
        .join(TABLE, TABLE.c.id == ATTEMPTS.c.notice_id)
        .where(
            TABLE.c.citizen_id == citizen,
            ATTEMPTS.c.channel == Channel.WECHAT,
            ATTEMPTS.c.template == str(told.get("TemplateId")),
            ATTEMPTS.c.at > act.now - REPORTED_WITHIN,
            ATTEMPTS.c.outcome.is_(None) | ATTEMPTS.c.outcome.in_((Outcome.SENT, Outcome.UNKNOWN)),
            ATTEMPTS.c.reference.is_(None),
        )
        .order_by(ATTEMPTS.c.id)
        .limit(1)
    ).scalar_one_or_none()
    if attempt is None:
        log.warning("WeChat reports on a message that nobody knows: %s", told.get("MsgID"))
        return
    code, msgid = str(told.get("ErrorCode", "0")), str(told.get("MsgID", ""))[:64]
    failed = code != "0"
    outcome = Outcome.REFUSED if failed else Outcome.SENT
    record(attempt, Answer(outcome, code[:64] if failed else None, msgid), act.now)


def _ours(ids: Mapping[str, str] | list[str]) -> Iterator[MessageTemplate]:
    return (each for each in parts().settings.templates.values() if each.id in ids)


def _list(push: Push) -> list[Mapping[str, Any]]:
    """What an event tells, template by template. A list of one comes as the one itself, and in XML
    it stands one level deeper."""
    content = push.content
    for name, inner in content.items():
        if name.startswith("SubscribeMsg") and isinstance(inner, Mapping):
            content = inner
    found = content.get("List") or []
    return [each for each in (found if isinstance(found, list) else [found]) if each]
