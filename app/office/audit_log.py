"""The audit log as it is read: a page of it, and a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Any

from sqlalchemy import Row

from app.audit.queries import Asked, every
from app.core.language import gettext as _
from app.office.audit_words import SHOWN, deed_words
from app.staff.queries import device_names, system_names, usernames
from app.staff.rules import DEVICE_WORDS, ROLE_WORDS


def rows_out(rows: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """Rows with the names of who did it."""
    rows = list(rows)
    actors = {row.actor for row in rows}
    names = usernames(actors) | device_names(actors) | system_names(actors)
    return [
        {
            **row._mapping,
            "who": names.get(row.actor) or _kind(row.actor),
            "role": _(ROLE_WORDS[row.role]) if row.role else "",
            "words": deed_words(row.deed),
            "shown": _(SHOWN[row.shows]) if row.shows in SHOWN else row.shows or "",
            "refused": row.status >= 400,
        }
        for row in rows
    ]


def lines(asked: Asked, zone: tzinfo) -> Iterator[list[list[Any]]]:
    """A file of these deeds, bit by bit; its head first."""
    yield [
        [
            *(_("编号"), _("时间"), _("大厅"), _("谁"), _("岗位"), _("做了什么"), _("对象")),
            *(_("查阅内容"), _("原因"), _("结果"), _("来自"), _("接口"), _("请求编号"), _("详情")),
        ]
    ]
    for some in every(asked):
        yield [_line(row, zone) for row in rows_out(some)]


def _line(row: dict[str, Any], zone: tzinfo) -> list[Any]:
    at = f"{row['at'].astimezone(zone):%Y-%m-%d %H:%M:%S.%f}"
    result = f"{row['status']} {row['error']}".strip()
    detail = json.dumps(row["data"], ensure_ascii=False)
    return [
        *(row["id"], at, row["hall"], row["who"], row["role"], row["words"], row["subject"]),
        *(row["shown"], row["reason"], result, row["address"], row["route"], row["request_id"]),
        detail,
    ]


def _kind(actor: str) -> str:
    """Who has no name: what they are; whoever typed a command is the house itself."""
    kind = actor.partition(":")[0]
    if kind == "system":
        return _("系统")
    return _(DEVICE_WORDS[kind]) if kind in DEVICE_WORDS else _("未登录者")
