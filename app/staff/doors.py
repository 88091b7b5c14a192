"""The doors of staff's pages: signing in by a form, kept as a cookie, and out again."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, current_app, make_response, redirect, render_template, request

from app.catalog.errors import UnknownCounter
from app.core.auth import act, actor
from app.core.db import transaction
from app.core.errors import Forbidden
from app.core.pages import clear_cookie, set_cookie
from app.core.problems import in_words
from app.staff import service
from app.staff.errors import WrongPassword
from app.staff.service import SignedIn


def sign_in_page(template: str, fault: str = "", **given: str) -> str:
    """The form; with what was wrong with it, and what was typed into it."""
    return render_template(template, fault=fault, given=given)


def sign_in(template: str, then: Callable[[SignedIn], str], *, seated: bool) -> Response:
    """Sign in whom the form names and go where `then` says; `seated`: at a counter, if they have
    one. What is refused is said above the form."""
    current_app.extensions["csrf"].protect()
    given = {name: request.form.get(name, "").strip() for name in ("username", "counter")}
    try:
        who = service.check_password(given["username"], request.form.get("password", ""))
        with transaction():
            signed_in = service.sign_in(who, given["counter"] or None, act(), seated=seated)
    except (WrongPassword, UnknownCounter, Forbidden) as refused:
        return make_response(sign_in_page(template, in_words(refused), **given), refused.status)
    response = _see_other(then(signed_in))
    set_cookie(response, "staff", signed_in.token, signed_in.expires_at)
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


def _see_other(address: str) -> Response:
    return make_response(redirect(address, 303))
