"""An account's messages, and which of them it lets itself be sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.service import plans
from app.citizens.queries import people_of
from app.citizens.rules import BEIJING
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here, wire_time
from app.core.language import tell
from app.core.parts import parts
from app.core.said import Said
from app.notices import private, service, subscriptions
from app.notices.queries import count_unread, latest_of
from app.notices.schemas import AnswersIn, NoticeOut, ReadIn, SubscriptionsOut, UnreadOut
from app.notices.words import title

bp = APIBlueprint("notices", __name__, url_prefix="/api/v1", tag="消息")


@bp.get("/me/notices")
@access("citizen")
@bp.output(NoticeOut(many=True))
@bp.doc(summary="我的消息，最近的在前")
def notices() -> Response:
    zones = {plan.code: plan.zone for plan in plans()}
    found = latest_of(actor().id, _now())
    names = {each.id: each.name for each in people_of(actor().id)}
    return answer([_notice_out(row, zones.get(row["hall"], BEIJING), names) for row in found])


@bp.get("/me/notices/unread")
@access("citizen")
@bp.output(UnreadOut)
@bp.doc(summary="未读消息数")
def unread() -> Response:
    return answer({"count": count_unread(actor().id, _now())})


@bp.put("/me/notices/read")
@access("citizen")
@bp.input(ReadIn)
@bp.output({}, status_code=204)
@bp.doc(summary="消息已读到某一条")
def read(json_data: dict[str, Any]) -> Response:
    doing = act()
    return perform_here(
        lambda: service.read(doing.actor.id, json_data["until"], doing),
        lambda _: None,
        keyed=False,
    )


@bp.get("/me/subscriptions")
@access("citizen")
@bp.output(SubscriptionsOut)
@bp.doc(summary="订阅消息：模板和还可发的条数")
def my_subscriptions() -> Response:
    return answer(_subscriptions_out(subscriptions.subscriptions_of(actor().id)))


@bp.put("/me/subscriptions")
@access("citizen")
@bp.input(AnswersIn)
@bp.output(SubscriptionsOut)
@bp.doc(summary="登记用户对订阅请求的回答；不认识的模板不计")
def answer_subscriptions(json_data: dict[str, Any]) -> Response:
    doing, answers = act(), json_data["answers"]
    subscriptions.tell_wechat(doing.actor.id, answers)
    return perform_here(
        lambda: subscriptions.note_answers(doing.actor.id, answers, doing),
        _subscriptions_out,
        keyed=False,
    )


def _notice_out(row: dict[str, Any], zone: tzinfo, names: Mapping[str, str]) -> dict[str, Any]:
    said, facts = row["said"], private.opened(row["id"], row["private_sealed"])
    return {
        "id": row["id"],
        "kind": row["kind"],
        "title": title(row["kind"]),
        "text": tell(Said.kept(said).knowing(names, facts)) if said else row["text"],
        "at": wire_time(row["at"], zone),
        "read": row["read_at"] is not None,
        "link": row["link"],
        "state": row["state"],
    }


def _subscriptions_out(found: list[subscriptions.Subscription]) -> dict[str, Any]:
    return {
        "templates": [
            {
                "key": each.key,
                "id": each.template.id,
                "title": each.template.title,
                "long_term": each.template.long_term,
                "grants": each.left,
            }
            for each in found
        ]
    }


def _now() -> datetime:
    return parts().clock.now()
