"""Office pages of who leads the hall: people, devices, the hall's file, the log of one number."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.loading import file_of
from app.catalog.plan import HallPlan
from app.core.acts import ADMINISTRATOR, AT_COUNTERS, LEADS
from app.core.auth import access, actor
from app.core.errors import NotFound
from app.core.http import attachment
from app.core.language import gettext as _
from app.core.parts import parts
from app.office.frame import office_page
from app.office.ticket_log_api import READERS
from app.staff.rules import DEVICE_WORDS, ROLE_WORDS

bp = APIBlueprint("admin_pages", __name__, url_prefix="/office", enable_openapi=False)


class NoFileKept(NotFound):
    code = "no_file_kept"
    detail = "大厅的文件没有留存，重新载入一次后即可下载。"


@bp.get("/people")
@access("public", "staff")
def people() -> str:
    """Who may sign in."""
    return office_page("office/people.html", ADMINISTRATOR, page=_of_people)


@bp.get("/devices")
@access("public", "staff")
def devices() -> str:
    """The machines and screens."""
    return office_page("office/devices.html", LEADS, page=_of_devices)


@bp.get("/hall")
@access("public", "staff")
def hall() -> str:
    """The hall's file: check, then load."""
    return office_page("office/hall.html", ADMINISTRATOR, kept=lambda plan: file_of(plan.code))


@bp.get("/hall.yaml")
@access("staff", roles=ADMINISTRATOR)
def hall_file() -> Response:
    """The hall's file to keep, comments and all."""
    code = actor().hall or ""
    text = file_of(code)
    if not text:
        raise NoFileKept
    return attachment(text, f"{code}.yaml", "application/yaml")


@bp.get("/log")
@access("public", "staff")
def log() -> str:
    """What became of one number."""
    return office_page("office/log.html", READERS, page=_of_log)


def _of_people(plan: HallPlan) -> dict[str, Any]:
    return {
        "roles": {role: _(words) for role, words in ROLE_WORDS.items()},
        "at_counters": AT_COUNTERS,
        "counters": list(plan.counters),
    }


def _of_devices(plan: HallPlan) -> dict[str, Any]:
    return {
        "kinds": {kind: _(words) for kind, words in DEVICE_WORDS.items()},
        "administers": actor().role in ADMINISTRATOR,
        "counters": list(plan.counters),
    }


def _of_log(plan: HallPlan) -> dict[str, Any]:
    return {"today": plan.day_of(parts().clock.now()).date.isoformat()}
