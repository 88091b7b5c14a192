"""For whoever is shown a licence, or handed a paper of the hall: they scan or type its code, and
see whether it is true."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from apiflask import APIBlueprint, Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Nested, String
from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.citizens.rules import BEIJING
from app.core.auth import act, public
from app.core.codes import code_read
from app.core.http import answer, perform_here, wire_time
from app.core.limits import CODES, limited
from app.core.parts import parts
from app.documents.queries import State, verified
from app.licences.errors import ShowingNotFound
from app.licences.showing import Shown, check, shown_by
from app.licences.view import day_in_words, shown_out
from app.visitor.papers import VerifiedDocumentOut, paper_out, paper_page

bp = APIBlueprint("verify", __name__, tag="核验")


class ShownLicenceOut(Schema):
    """As much of it as one compares with who stands before one."""

    kind_name = String(required=True)
    holder_name = String(required=True, metadata={"example": "张*三"})
    number = String(required=True, metadata={"example": "9111**********0043"})
    issuer_name = String(required=True)
    issued_on = Date(required=True)
    valid_from = Date(required=True, allow_none=True)
    valid_until = Date(required=True, allow_none=True)
    state = String(required=True)
    state_text = String(required=True)
    valid = Boolean(required=True)


class VerificationOut(Schema):
    what = String(
        required=True, metadata={"description": "licence：出示的证照；document：大厅出具的文书"}
    )
    current = Boolean(
        required=True, metadata={"description": "核验码仍在有效时间内；文书内容仍是最新的"}
    )
    shown_at = AwareDateTime(required=True, allow_none=True)
    expires_at = AwareDateTime(required=True, allow_none=True)
    licence = Nested(ShownLicenceOut, required=True, allow_none=True)
    document = Nested(VerifiedDocumentOut, required=True, allow_none=True)


@bp.get("/api/v1/verifications/<code>")
@public
@limited(CODES)
@bp.output(VerificationOut)
@bp.doc(summary="核验码所指的证照或文书，姓名和编号部分隐藏", responses={404: "没有这个核验码"})
def verification(code: str) -> Response:
    paper = verified(code)
    if paper is None:
        return answer(_licence_out(shown_by(code), parts().clock.now()))
    of_licence = dict.fromkeys(("shown_at", "expires_at", "licence"))
    current = paper.state == State.CURRENT
    told = {"what": "document", "current": current, "document": paper_out(paper)}
    return answer({**of_licence, **told})


@bp.post("/api/v1/verifications/<code>/check")
@public
@limited(CODES)
@bp.output(VerificationOut)
@bp.doc(
    summary="核验出示的证照：同上，并为持证人记下“对方核验了”；一个核验码只记一次",
    responses={404: "没有这个核验码，或它是文书的"},
)
def checked(code: str) -> Response:
    doing = act()
    return perform_here(lambda: check(code, doing), lambda one: _licence_out(one, doing.now))


@bp.get("/verify")
@public
@limited(CODES)
@bp.doc(hide=True)
def ask() -> AnyResponse:
    """A field to type a code into."""
    code = code_read(request.args.get("code", ""))
    if code:
        return redirect(url_for(".shown", code=code), 303)
    return Response(_page())


@bp.get("/verify/<code>")
@public
@limited(CODES)
@bp.doc(hide=True)
def shown(code: str) -> Response:
    """What a code stands for; the address in its QR."""
    paper = verified(code)
    if paper is not None:
        return Response(paper_page(paper))
    try:
        return Response(_page(shown_out(shown_by(code), parts().clock.now()), code=code_read(code)))
    except ShowingNotFound:
        return Response(_page(unknown=code), status=404)


def _licence_out(shown: Shown, now: datetime) -> dict[str, Any]:
    return {**shown_out(shown, now), "document": None}


def _page(facts: dict[str, Any] | None = None, unknown: str = "", code: str = "") -> str:
    return render_template(
        "visitor/verify.html",
        code=code,
        facts=facts,
        unknown=unknown,
        checked_at=wire_time(parts().clock.now(), BEIJING),
        site=urlsplit(parts().settings.base_url).netloc,
        moment=_moment,
        day=_day,
    )


def _moment(told: str) -> str:
    """A time to the second, as people compare it with a clock."""
    return f"{datetime.fromisoformat(told):%Y-%m-%d %H:%M:%S}"


def _day(told: str) -> str:
    return day_in_words(date.fromisoformat(told))
