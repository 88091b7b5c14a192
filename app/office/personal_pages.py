"""Somebody comes to the desk and asks for their data, or for their erasure: what is kept about
them, a copy of it, its end. Plain forms: it happens seldom, and nothing may be done by a slip."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, make_response, request

from app.citizens.queries import person_numbered
from app.citizens.rules import BEIJING, id_number
from app.core.acts import SECURITY, Act
from app.core.auth import access, act
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.http import attachment
from app.core.problems import in_words
from app.office.frame import office_page
from app.privacy import service
from app.privacy.errors import NotConfirmed, PersonUnknown, ReasonMissing
from config.masking import masked

bp = APIBlueprint("personal_pages", __name__, url_prefix="/office/personal", enable_openapi=False)

REASON_AT_MOST = 200


@bp.get("")
@access("public", "staff", shows=None)
def page() -> str:
    """Whose, and why."""
    return _page()


@bp.post("")
@access("staff", roles=SECURITY, shows="people", why="reason")
def look() -> Response:
    """What is kept about them."""
    doing = act()
    try:
        person, reason = _asked(doing)
        with transaction():
            service.note_look(person, reason, doing)
    except DomainError as refused:
        return make_response(_page(fault=in_words(refused)), refused.status)
    return make_response(_page(person))


@bp.post("/copy")
@access("staff", roles=SECURITY, shows="people", why="reason")
def copy() -> Response:
    """A copy of it, to be handed to them."""
    doing = act()
    try:
        person, reason = _asked(doing)
    except DomainError as refused:
        return make_response(_page(fault=in_words(refused)), refused.status)
    file = service.copy_of_person(person, reason, doing)
    return attachment(file, "personal-data.zip", "application/zip")


@bp.post("/erase")
@access("staff", roles=SECURITY, why="reason")
def erase() -> Response:
    """Its end."""
    doing = act()
    try:
        person, reason = _asked(doing)
        if not request.form.get("confirm"):
            raise NotConfirmed
        with transaction():
            service.erase_person(person, reason, doing)
    except DomainError as refused:
        return make_response(_page(fault=in_words(refused)), refused.status)
    return make_response(_page(erased=True))


def _page(person: str | None = None, fault: str = "", erased: bool = False) -> str:
    given = {name: request.form.get(name, "").strip() for name in ("id_number", "reason")}
    shown: dict[str, Any] = {
        "given": {} if erased else given,
        "fault": fault,
        "erased": erased,
        "found": service.foresee_person(person) if person else None,
    }
    return office_page("office/personal.html", SECURITY, shown=lambda _plan: shown)


def _asked(doing: Act) -> tuple[str, str]:
    """Whom the form names, and why. Raises IdNumberWrong, ReasonMissing, PersonUnknown."""
    reason = masked(request.form.get("reason", "").strip())
    number = id_number(
        request.form.get("id_number", "").strip(), doing.now.astimezone(BEIJING).date()
    )
    if not 2 <= len(reason) <= REASON_AT_MOST:
        raise ReasonMissing
    person = person_numbered(number)
    if person is None:
        raise PersonUnknown
    return person, reason
