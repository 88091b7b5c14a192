"""What every office page stands in: the hall, who is signed in, the way to the other pages."""

from __future__ import annotations

from typing import Any

from flask import Response, after_this_request, g, render_template, request

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import (
    ADMINISTRATOR,
    AT_COUNTERS,
    AUDITOR,
    DECIDERS,
    LEADS,
    OF_THE_HALL,
    SECURITY,
    Role,
)
from app.core.auth import actor
from app.core.errors import Forbidden
from app.core.language import gettext as _
from app.core.parts import parts
from app.renewals.desk import pressing
from app.renewals.rules import day_of
from app.staff import doors
from app.staff.rules import ROLE_WORDS

SIGN_IN = "office/sign_in.html"
ME = "admin_pages.me"
"""Where everybody settles what they owe."""
ALL = tuple(Role)
IN_THE_HALL = (Role.CLERK, Role.GUIDE, *LEADS)
"""Who books for people, and sees who booked."""
TABS: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("office_pages.now", "大厅现在", OF_THE_HALL),
    ("office_pages.bookings", "预约名单", IN_THE_HALL),
    ("office_pages.book", "代人预约", IN_THE_HALL),
    ("office_pages.closing", "停办与改期", IN_THE_HALL),
    ("kiosk_pages.paper", "补录纸质号", (Role.GUIDE, Role.CLERK, Role.SUPERVISOR)),
    ("renewals_pages.desk", "证照延续", DECIDERS),
    ("renewals_pages.overview", "证照延续", ADMINISTRATOR),
    ("office_report.page", "日报", LEADS),
    ("admin_pages.log", "号票记录", (Role.CLERK, *LEADS)),
    ("outbox_pages.page", "通知", LEADS),
    ("library_pages.covered", "证照库", (Role.ADMINISTRATOR,)),
    ("admin_pages.devices", "设备", LEADS),
    ("admin_pages.keys", "接口密钥", SECURITY),
    ("admin_pages.people", "账号", SECURITY),
    ("admin_pages.sessions", "登录情况", SECURITY),
    ("admin_pages.hall", "大厅文件", (Role.ADMINISTRATOR,)),
    ("forms_pages.page", "表单", (Role.ADMINISTRATOR,)),
    ("personal_pages.page", "个人信息", SECURITY),
    ("audit_pages.page", "审计", AUDITOR),
    (ME, "我的账号", ALL),
)
"""Endpoint, words, and whose it is: nobody sees a tab that would refuse them."""


def office_page(template: str, roles: tuple[Role, ...] = ALL, **context: Any) -> str:
    """A page for these roles; for others a word that it is not theirs; for strangers the sign-in.

    What is callable in `context` is given the hall, and called only for who may see the page."""
    who = actor()
    if who.kind != "staff":
        return doors.sign_in_page(SIGN_IN)
    plan = plan_of(who.hall or "")
    tabs = [(endpoint, words) for endpoint, words, theirs in TABS if who.role in theirs]
    if who.owes:
        tabs = [tab for tab in tabs if tab[0] == ME]
    frame = {
        "plan": plan,
        "tabs": tabs,
        "current": _current([endpoint for endpoint, _words in tabs]),
        "leads": who.role in LEADS,
        "decides": who.role in DECIDERS,
        "pressing": _pressing(plan) if who.role in DECIDERS else 0,
        "seated": who.counter is not None and who.role in AT_COUNTERS,
    }
    if who.role not in roles:
        theirs = _("、").join(_(ROLE_WORDS[role]) for role in roles)
        after_this_request(_refused)
        return render_template("office/not_yours.html", **frame, roles=theirs)
    made = {name: _made(value, plan) for name, value in context.items()}
    return render_template(template, **frame, **made)


def _refused(response: Response) -> Response:
    """The word that a page is another's is a refusal, to programs and the audit as well."""
    response.status_code, g.refused_with = Forbidden.status, Forbidden.code
    return response


def _current(endpoints: list[str]) -> str | None:
    """The tab of this page, or the one that leads to the pages it belongs to."""
    if request.endpoint in endpoints:
        return request.endpoint
    return next((each for each in endpoints if each.split(".")[0] == request.blueprint), None)


def _pressing(plan: HallPlan) -> int:
    """How many renewals must be decided now."""
    return pressing(plan.code, day_of(parts().clock.now()))


def _made(value: Any, plan: HallPlan) -> Any:
    return value(plan) if callable(value) else value
