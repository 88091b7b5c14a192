"""Office pages of the licence library: what it has of each kind, files brought in, every use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core import csv_files
from app.core.acts import ADMINISTRATOR
from app.core.auth import access, actor
from app.core.http import attachment
from app.core.language import gettext as _
from app.core.language import named, tell
from app.core.parts import parts
from app.licences.importing.columns import NEEDED, TITLES
from app.licences.importing.coverage import KindCoverage, coverage
from app.licences.importing.schemas import RECORDS_AT_MOST
from app.licences.queries import kinds
from app.licences.share_log import Deed, Log
from app.licences.view import WHO, title_of
from app.office.frame import office_page
from app.staff.queries import system_names, usernames

bp = APIBlueprint("library_pages", __name__, url_prefix="/office/licences", enable_openapi=False)

A_PAGE = 200
A_DAY = timedelta(days=1)
WORDS = {**WHO, "citizen": "持证人或代办人"}


@bp.get("")
@access("public", "staff", shows=None)
def covered() -> str:
    """How far the library has what it should have."""
    return office_page("office/licences.html", ADMINISTRATOR, shown=_covered)


@bp.get("/imports")
@access("public", "staff", shows=None)
def imports() -> str:
    """Files of licences: bringing one, and how they are doing."""
    return office_page("office/licence_imports.html", ADMINISTRATOR, page=_of_imports)


@bp.get("/shares")
@access("public", "staff", shows="licences")
def shares() -> str:
    """Who used which licences for what, on the day asked for or today."""
    return office_page("office/licence_shares.html", ADMINISTRATOR, shown=_shares)


@bp.get("/shares.csv")
@access("staff", roles=ADMINISTRATOR, shows="licences")
def shares_file() -> Response:
    """The same as a file."""
    plan = plan_of(actor().hall or "")
    day = _day(plan)
    content = csv_files.whole(_lines(plan, _log(plan, day)))
    return attachment(content, f"licence-uses-{day}.csv", "text/csv")


def _covered(plan: HallPlan) -> dict[str, Any]:
    found = coverage(_today(plan))
    return {
        "kinds": sorted(found, key=_least_covered),
        "collected": sum(each.licences > 0 for each in found),
        "licences": sum(each.licences for each in found),
        "valid": sum(each.valid for each in found),
        "expired": sum(each.expired for each in found),
        "zone": plan.zone,
    }


def _least_covered(found: KindCoverage) -> tuple[bool, int]:
    """Kinds of which there is nothing come first: there is something to be done."""
    return found.licences > 0, -found.licences


def _of_imports(plan: HallPlan) -> dict[str, Any]:
    return {
        "hall": plan.code,
        "limit": parts().settings.max_import,
        "records": RECORDS_AT_MOST,
        "columns": [
            {"name": name, "titles": titles, "needed": name in NEEDED}
            for name, titles in TITLES.items()
        ],
    }


def _shares(plan: HallPlan) -> dict[str, Any]:
    day = _day(plan)
    log = _log(plan, day)
    nth = max(1, request.args.get("page", 1, type=int))
    deeds = log.deeds((nth - 1) * A_PAGE, A_PAGE)
    names = _names(deeds)
    counts = log.counts()
    total = counts.get(log.kind, 0) if log.kind else sum(counts.values())
    return {
        "day": day,
        "before": day - A_DAY,
        "after": day + A_DAY,
        "kind": log.kind,
        "kinds": {code: named(kind) for code, kind in kinds().items()},
        "counts": counts,
        "nth": nth,
        "more": nth * A_PAGE < total,
        "rows": [(deed, *_told(deed, names)) for deed in deeds],
        "zone": plan.zone,
    }


def _log(plan: HallPlan, day: date) -> Log:
    kind = request.args.get("kind")
    span = plan.hall_day(day).starts_at, plan.hall_day(day + A_DAY).starts_at
    return Log(plan.code, *span, kind if kind in kinds() else None)


def _lines(plan: HallPlan, log: Log) -> Iterator[list[Any]]:
    yield [
        *(_("时间"), _("谁"), _("用途"), _("证照类型"), _("字段"), _("证照数")),
        _("持证主体代码（部分隐藏）"),
    ]
    for skip in count(0, A_PAGE):
        deeds = log.deeds(skip, A_PAGE)
        if not deeds:
            return
        names = _names(deeds)
        for deed in deeds:
            who, purpose, fields = _told(deed, names)
            at = f"{deed.at.astimezone(plan.zone):%Y-%m-%d %H:%M:%S}"
            holders = _("、").join(deed.holders)
            yield [at, who, purpose, named(kinds()[deed.kind]), fields, deed.count, holders]


def _told(deed: Deed, names: dict[str, str]) -> tuple[str, str, str]:
    """Who, for what, which fields."""
    kind = deed.actor.partition(":")[0]
    who = names.get(deed.actor) or _(WORDS.get(kind, WORDS["system"]))
    titles = _("、").join(title_of(kinds()[deed.kind], name) for name in deed.fields)
    return who, tell(deed.purpose), titles


def _names(deeds: list[Deed]) -> dict[str, str]:
    actors = {deed.actor for deed in deeds}
    return usernames(actors) | system_names(actors)


def _day(plan: HallPlan) -> date:
    """What is no date is today."""
    today = _today(plan)
    try:
        asked = date.fromisoformat(request.args.get("date", ""))
    except ValueError:
        return today
    return asked if abs((asked - today).days) < 1000 else today


def _today(plan: HallPlan) -> date:
    now: datetime = parts().clock.now()
    return plan.day_of(now).date
