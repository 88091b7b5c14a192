"""Office pages of who leads the hall and who guards it: devices, the hall's file, the log of one
number; people, who is signed in; one's own account."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.loading import file_of
from app.catalog.plan import HallPlan
from app.core.acts import ADMINISTRATOR, AT_COUNTERS, LEADS, SECURITY, Role
from app.core.auth import access, actor
from app.core.errors import NotFound
from app.core.http import attachment
from app.core.language import gettext as _
from app.core.parts import parts
from app.office.frame import ALL, office_page
from app.office.ticket_log_api import READERS
from app.staff.rules import DEVICE_WORDS, KEY_DAYS, OVERLAP_DAYS, ROLE_WORDS, SCOPE_WORDS

bp = APIBlueprint("admin_pages", __name__, url_prefix="/office", enable_openapi=False)


class NoFileKept(NotFound):
    code = "no_file_kept"
    detail = "大厅的文件没有留存，重新载入一次后即可下载。"


@bp.get("/people")
@access("public", "staff", shows=None)
def people() -> str:
    """Who may sign in."""
    return office_page("office/people.html", SECURITY, page=_of_people)


@bp.get("/sessions")
@access("public", "staff", shows=None)
def sessions() -> str:
    """Who is signed in where, and who has to wait."""
    return office_page("office/sessions.html", SECURITY)


@bp.get("/me")
@access("public", "staff", owing=True, shows=None)
def me() -> str:
    """One's own account; the only page for whoever has to settle something first."""
    return office_page("office/me.html", ALL, page=_of_me)


@bp.get("/devices")
@access("public", "staff", shows=None)
def devices() -> str:
    """The machines and screens."""
    return office_page("office/devices.html", LEADS, page=_of_devices)


@bp.get("/keys")
@access("public", "staff", shows=None)
def keys() -> str:
    """The keys of other systems."""
    return office_page("office/keys.html", SECURITY, page=_of_keys)


@bp.get("/hall")
@access("public", "staff", shows=None)
def hall() -> str:
    """The hall's file: check, then load."""
    return office_page("office/hall.html", ADMINISTRATOR, kept=lambda plan: file_of(plan.code))


@bp.get("/hall.yaml")
@access("staff", roles=ADMINISTRATOR, shows=None)
def hall_file() -> Response:
    """The hall's file to keep, comments and all."""
    code = actor().hall or ""
    text = file_of(code)
    if not text:
        raise NoFileKept
    return attachment(text, f"{code}.yaml", "application/yaml")


@bp.get("/log")
@access("public", "staff", shows=None)
def log() -> str:
    """What became of one number."""
    return office_page("office/log.html", READERS, page=_of_log)


def _of_people(plan: HallPlan) -> dict[str, Any]:
    return {
        "roles": {role: _(words) for role, words in ROLE_WORDS.items()},
        "at_counters": AT_COUNTERS,
        "counters": list(plan.counters),
    }


def _of_me(_plan: HallPlan) -> dict[str, Any]:
    """Where to go on, once all is settled."""
    who = actor()
    gives_numbers = who.role == Role.GUIDE
    return {"then": "/clerk/" if who.counter else "/kiosk/" if gives_numbers else "/office/"}


def _of_devices(plan: HallPlan) -> dict[str, Any]:
    return {
        "kinds": {kind: _(words) for kind, words in DEVICE_WORDS.items()},
        "counters": list(plan.counters),
    }


def _of_keys(_plan: HallPlan) -> dict[str, Any]:
    return {
        "scopes": {scope: _(words) for scope, words in SCOPE_WORDS.items()},
        "days": KEY_DAYS,
        "overlap_days": OVERLAP_DAYS,
    }


def _of_log(plan: HallPlan) -> dict[str, Any]:
    return {"today": plan.day_of(parts().clock.now()).date.isoformat()}
