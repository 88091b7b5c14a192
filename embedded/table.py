"""The table with which the demo's start-up ends: where to look, who may sign in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TypedDict

Row = Sequence[str]

ROLES = {
    "clerk": "窗口人员 clerk",
    "guide": "导办 guide",
    "approver": "审批人员 approver",
    "supervisor": "值班主任 supervisor",
    "administrator": "管理员 administrator",
    "security": "安全管理员 security",
    "auditor": "审计管理员 auditor",
}


class Staff(TypedDict):
    """One member of staff of the demo hall, as in `instance/demo.json`."""

    username: str
    password: str
    role: str
    counter: str | None


def pages(
    base_url: str,
    hall: str,
    kiosk_token: str,
    cabinet_token: str,
    wechat_url: str,
    printing_token: str,
    printer_url: str,
) -> list[Row]:
    """Each page with its address; a machine's tells it once who it is."""
    return [
        ("首页 start", f"{base_url}/"),
        ("手机页面 pages for phones", f"{base_url}/m/"),
        ("取号机 number machine", f"{base_url}/kiosk/#token={kiosk_token}"),
        ("带打印机的取号机 …with a printer", f"{base_url}/kiosk/#token={printing_token}"),
        ("它打出来的号票 what it printed", f"{printer_url}/"),
        ("样表机 sample-form desk", f"{base_url}/kiosk/forms/#token={kiosk_token}"),
        ("智能文件柜 smart cabinet", f"{base_url}/kiosk/cabinet/#token={cabinet_token}"),
        ("大厅屏幕 hall screen", f"{base_url}/screen/{hall}"),
        ("窗口工作台 counter console", f"{base_url}/clerk/"),
        ("办公页面 office", f"{base_url}/office/"),
        ("接口文档 API docs", f"{base_url}/docs"),
        ("微信沙箱 WeChat's sandbox", f"{wechat_url}/"),
    ]


def sign_ins(staff: Iterable[Staff]) -> list[Row]:
    """Who may sign in with which password; neighbours with one role and password in one row."""
    rows: list[Row] = [("身份 role", "用户名 user", "密码 password", "窗口 counter")]
    for (role, password), group in groupby(staff, lambda one: (one["role"], one["password"])):
        members = sorted(group, key=lambda one: (len(one["username"]), one["username"]))
        rows.append(
            (
                ROLES.get(role, role),
                _from_to([one["username"] for one in members]),
                password,
                _from_to([one["counter"] or "" for one in members]),
            )
        )
    return rows


def _from_to(names: list[str]) -> str:
    return names[0] if names[0] == names[-1] else f"{names[0]} … {names[-1]}"


def aligned(rows: Sequence[Row], indent: str = "  ") -> str:
    """Rows as lines whose columns begin at the same place; a Chinese character is two wide."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        indent + "  ".join(_padded(cell, w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def width(text: str) -> int:
    """Columns this text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))
