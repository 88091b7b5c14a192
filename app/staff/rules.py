"""What those who work in a hall, and what stands in it, are called; how long a door stays shut;
what is owed before it opens wide. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.core.acts import THREE, Role

ROLE_WORDS = {
    Role.CLERK: "窗口人员",
    Role.GUIDE: "导办员",
    Role.APPROVER: "审批人员",
    Role.SUPERVISOR: "值班主任",
    Role.ADMINISTRATOR: "管理员",
    Role.SECURITY: "安全管理员",
    Role.AUDITOR: "审计管理员",
}
DEVICE_WORDS = {
    "kiosk": "取号机",
    "screen": "大厅屏幕",
    "cabinet": "智能文件柜",
}
PAIRED = ("kiosk", "screen")
"""What shows a code to be paired by."""
IMPORT = "licences:import"
PROGRESS = "licences:progress"
SCOPE_WORDS = {IMPORT: "归集证照", PROGRESS: "查看归集进度"}
"""What another system's key may be used for."""
KEY_DAYS = 365
"""How long a key holds, unless said otherwise; never longer than this and a day."""
OVERLAP_DAYS = 7
"""How long the old key goes on beside the one that follows it."""
KEY_STATES = ("in_use", "being_replaced", "expired", "revoked")


def key_state(
    now: datetime,
    expires_at: datetime | None,
    rotated_at: datetime | None,
    revoked_at: datetime | None,
) -> str:
    """How a key stands: one of KEY_STATES."""
    if revoked_at is not None:
        return "revoked"
    if expires_at is not None and expires_at <= now:
        return "expired"
    return "in_use" if rotated_at is None else "being_replaced"


TRIES_KEPT = timedelta(hours=24)
FREE_HERE = 5
"""Failures of one account at one place before each further one has to wait."""
FREE_AMONG_STRANGERS = 20
"""The same of one account at all addresses together, for browsers that do not know the hall."""
FREE_AT_A_PLACE = 100
"""The same of one place, whatever the accounts: all counters of a hall may share one address."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What a browser says of itself -> how people call it; the first that fits, as most claim to be
the later ones, too."""
HOMES = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def wait(tries: int, free: int) -> timedelta:
    """How long after the last of so many failures the next try is heard: not at all, then a minute,
    twice as long each time, half an hour at most."""
    if tries < free:
        return timedelta()
    doublings = min(tries - free, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def device_of(user_agent: str) -> str:
    """Chrome · Windows; empty where it says nothing that people know."""
    known = (
        next((name for sign, name in table if sign in user_agent), "")
        for table in (BROWSERS, HOMES)
    )
    return " · ".join(filter(None, known))


def owed(
    role: Role,
    *,
    must_change: bool,
    password_set_at: datetime | None,
    password_lasts: timedelta,
    has_second_factor: bool,
    needs_second_factor: bool,
    signed_in_at: datetime,
) -> str:
    """What somebody has to settle before anything else, or "". A password that was too old when
    they signed in is asked for then, and never in the middle of their work."""
    three = role in THREE
    is_old = password_set_at is None or password_set_at + password_lasts <= signed_in_at
    if must_change or (three and is_old):
        return "password"
    if three and needs_second_factor and not has_second_factor:
        return "second_factor"
    return ""
