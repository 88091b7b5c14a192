"""The doors of staff's pages: signing in by a form, kept as a cookie, and out again.

A browser that signed somebody in is remembered as one of their hall's, by a signed cookie that
opens nothing: what strangers try elsewhere does not make it wait (tries.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, g, make_response, redirect, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Row

from app.catalog.errors import UnknownCounter
from app.core.acts import Act
from app.core.auth import COOKIES, act, actor
from app.core.db import transaction
from app.core.errors import Forbidden
from app.core.language import gettext as _
from app.core.limits import address
from app.core.pages import clear_cookie, set_cookie
from app.core.parts import parts
from app.core.problems import in_words
from app.staff import proving, service
from app.staff.errors import (
    SecondFactorNeeded,
    SignInsBusy,
    TooManyTries,
    WrongCode,
    WrongPassword,
)
from app.staff.queries import is_idle
from app.staff.rules import device_of
from app.staff.service import SignedIn
from app.staff.tries import Place

BROWSER = "shunhao_browser"
BROWSER_LASTS = timedelta(days=180)
PASSED_LASTS = timedelta(minutes=5)
"""How long after the password a code may follow."""
IDLE = "X-Idle-Seconds"
"""For how long nobody has touched the page that asks."""
REFUSED = (
    WrongPassword,
    WrongCode,
    TooManyTries,
    SignInsBusy,
    UnknownCounter,
    Forbidden,
)


def sign_in_page(template: str, fault: str = "", passed: str = "", **given: str) -> str:
    """The form; with what was wrong with it, and what was typed into it. With `passed` it asks for
    a code only. Whoever was signed out for touching nothing is told so."""
    token = request.cookies.get(COOKIES["staff"], "")
    if not fault and not given and token and is_idle(token, parts().clock.now()):
        fault = _("您很久没有操作，已自动退出，请重新登录。")
    return render_template(template, fault=fault, passed=passed, given=given)


def sign_in(template: str, then: Callable[[SignedIn], str], *, seated: bool) -> Response:
    """Sign in whom the form names and go where `then` says; `seated`: at a counter, if they have
    one. What is refused is said above the form."""
    current_app.extensions["csrf"].protect()
    doing = act()
    given = {name: request.form.get(name, "").strip() for name in ("username", "counter")}
    passed, place = request.form.get("passed", ""), here(doing.now)
    try:
        who = _who(given["username"], passed, place, doing)
        with transaction():
            signed_in = service.sign_in(
                who, given["counter"] or None, doing, seated=seated, place=place
            )
    except SecondFactorNeeded as needed:
        g.refused_with = needed.code  # for the audit; the page only asks
        passed = passed or _pass(needed.who, doing)
        return make_response(sign_in_page(template, "", passed, **given), 401)
    except REFUSED as refused:
        again = passed if isinstance(refused, WrongCode) else ""
        page = sign_in_page(template, in_words(refused), again, **given)
        return make_response(page, refused.status)
    response = _see_other(then(signed_in))
    set_cookie(response, "staff", signed_in.token, signed_in.expires_at)
    _remember_browser(response, place, who.id, who.hall, doing)
    return response


def sign_out(then: str) -> Response:
    """End the session, if another has not done so already, and go to `then`."""
    current_app.extensions["csrf"].protect()
    if actor().kind == "staff":
        with transaction():
            service.sign_out(actor().session, act())
    response = _see_other(then)
    clear_cookie(response, "staff")
    return response


def here(now: datetime) -> Place:
    """Where this request comes from."""
    device = device_of(request.headers.get("User-Agent", ""))
    known = _read("browser", request.cookies.get(BROWSER, ""), now)
    return Place(address(), device, *known) if known else Place(address(), device)


def touched_at(now: datetime) -> datetime | None:
    """When whoever asks last did something themselves; None: a page asks by itself. Pages say how
    long nobody has touched them; of the rest, opening a page and changing something are deeds, and
    so is whatever a program asks with a token of its own."""
    told = request.headers.get(IDLE, "")
    if told.isascii() and told.isdigit() and len(told) < 7:
        return now - timedelta(seconds=int(told))
    by_itself = (
        request.method == "GET"
        and request.path.startswith("/api/")
        and "Authorization" not in request.headers
    )
    return None if by_itself else now


def _who(username: str, passed: str, place: Place, doing: Act) -> Row[Any]:
    """By password, or by the code that follows one."""
    code = request.form.get("code", "").strip()
    if not passed:
        return proving.prove(username, request.form.get("password", ""), code, place, doing)
    known = _read("passed", passed, doing.now)
    if known is None:
        raise WrongPassword
    staff, kept = known
    return proving.prove_code(staff, kept, code, place, doing)


def _pass(who: Row[Any], doing: Act) -> str:
    """What the form brings back with the code, so that nobody types their password twice."""
    return _signed("passed", (who.id, proving.seal_of(who)), doing.now + PASSED_LASTS)


def _remember_browser(response: Response, place: Place, staff: str, hall: str, doing: Act) -> None:
    """Known by whom it signed in first: who makes new ones makes no new place to guess at."""
    browser = place.browser or staff
    until = doing.now + BROWSER_LASTS
    response.set_cookie(
        BROWSER,
        _signed("browser", (browser, hall), until),
        expires=until,
        secure=parts().settings.base_url.startswith("https://"),
        httponly=True,
        samesite="Strict",
    )


def _signed(purpose: str, facts: tuple[str, str], until: datetime) -> str:
    return str(_signer(purpose).dumps([*facts, int(until.timestamp())]))


def _read(purpose: str, signed: str, now: datetime) -> tuple[str, str] | None:
    """The facts, if it was us who signed them and their time is not over."""
    try:
        one, other, until = _signer(purpose).loads(signed)
    except BadSignature:
        return None
    return (one, other) if now.timestamp() < until else None


def _signer(purpose: str) -> URLSafeSerializer:
    key = parts().settings.secret_key
    return URLSafeSerializer(key, purpose, signer_kwargs={"digest_method": hashlib.sha256})


def _see_other(address: str) -> Response:
    return make_response(redirect(address, 303))
