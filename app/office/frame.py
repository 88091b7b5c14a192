"""What every office page stands in: the hall, who is signed in, the way to the other pages."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import AT_COUNTERS, LEADS, Role
from app.core.auth import actor
from app.core.language import gettext as _
from app.staff import doors
from app.staff.rules import ROLE_WORDS

SIGN_IN = "office/sign_in.html"
ALL = tuple(Role)
TABS: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("office_pages.now", "大厅现在", ALL),
    ("office_pages.bookings", "预约名单", ALL),
    ("office_pages.book", "代人预约", ALL),
    ("office_pages.closing", "停办与改期", ALL),
    ("kiosk_pages.paper", "补录纸质号", (Role.GUIDE, Role.CLERK, Role.SUPERVISOR)),
    ("office_report.page", "日报", LEADS),
    ("admin_pages.log", "号票记录", (Role.CLERK, *LEADS)),
    ("outbox_pages.page", "通知", LEADS),
    ("library_pages.covered", "证照库", (Role.ADMINISTRATOR,)),
    ("admin_pages.devices", "设备", LEADS),
    ("admin_pages.people", "账号", (Role.ADMINISTRATOR,)),
    ("admin_pages.hall", "大厅文件", (Role.ADMINISTRATOR,)),
    ("forms_pages.page", "表单", (Role.ADMINISTRATOR,)),
)
"""Endpoint, words, and whose it is: nobody sees a tab that would refuse them."""


def office_page(template: str, roles: tuple[Role, ...] = ALL, **context: Any) -> str:
    """A page for these roles; for others a word that it is not theirs; for strangers the sign-in.

    What is callable in `context` is given the hall, and called only for who may see the page."""
    who = actor()
    if who.kind != "staff":
        return doors.sign_in_page(SIGN_IN)
    plan = plan_of(who.hall or "")
    frame = {
        "plan": plan,
        "tabs": [(endpoint, words) for endpoint, words, theirs in TABS if who.role in theirs],
        "leads": who.role in LEADS,
        "seated": who.counter is not None and who.role in AT_COUNTERS,
    }
    if who.role not in roles:
        theirs = _("、").join(_(ROLE_WORDS[role]) for role in roles)
        return render_template("office/not_yours.html", **frame, roles=theirs)
    made = {name: _made(value, plan) for name, value in context.items()}
    return render_template(template, **frame, **made)


def _made(value: Any, plan: HallPlan) -> Any:
    return value(plan) if callable(value) else value
