"""What an account was told."""

from __future__ import annotations

from datetime import datetime

from apiflask import APIBlueprint, Schema
from apiflask.fields import AwareDateTime, String
from flask import Response

from app.citizens.rules import BEIJING
from app.core.auth import access, actor
from app.core.http import answer
from app.core.parts import parts
from app.notices.queries import latest_of

bp = APIBlueprint("notices", __name__, url_prefix="/api/v1", tag="消息")


class NoticeOut(Schema):
    id = String(required=True)
    kind = String(required=True)
    text = String(required=True)
    at = AwareDateTime(required=True)


@bp.get("/me/notices")
@access("citizen")
@bp.output(NoticeOut(many=True))
@bp.doc(summary="我的消息，最近的在前")
def notices() -> Response:
    return answer(
        [
            {"id": n["id"], "kind": n["kind"], "text": n["text"], "at": _local(n["at"])}
            for n in latest_of(actor().id, parts().clock.now())
        ]
    )


def _local(at: datetime) -> str:
    return at.astimezone(BEIJING).isoformat(timespec="milliseconds")
