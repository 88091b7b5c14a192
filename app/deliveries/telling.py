"""What people are told of a delivery, in the transaction of what they are told of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Row

from app.catalog.service import plan_of
from app.citizens.queries import is_firm, phones_of
from app.citizens.rules import masked_name
from app.core.acts import Act
from app.core.said import Both, Masked, Private, Said
from app.deliveries.mine import account_told
from app.deliveries.queries import Box
from app.deliveries.stored import Content, content_of
from app.notices.rules import Kind, time_field
from app.notices.service import Link, notify, withdraw

READY = {
    "ready": "%(result)s已备好，请带身份证到%(hall)s取号领取。",
    "refused": "快递无法送到您填写的地址，%(result)s已留在%(hall)s，请带身份证取号领取。",
    "returned": "快件没有送达、已经退回，%(result)s在%(hall)s，请带身份证取号领取。",
    "taken_back": "%(result)s已转到%(hall)s窗口，请带身份证取号领取。",
}
"""What happened -> what is said where it then lies at the counter."""
NOTES = {
    "ready": "已备好，请到窗口领取",
    "refused": "快递送不到，请到窗口领取",
    "returned": "快件退回，请到窗口领取",
    "taken_back": "已转到窗口，请到窗口领取",
}
"""The same in the few letters of a text message: sms/templates.py: LONGEST."""


def tell_ready(row: Row[Any], what: str, act: Act) -> None:
    """It lies at the counter now, because of this."""
    withdraw(f"{_cause(row)}:", act)  # that it is elsewhere
    plan = plan_of(row.hall)
    words = Said(READY[what], {"hall": Both(plan.name, plan.name_en)})
    _tell(row, what, words, {"note": NOTES[what]}, act)


def tell_sent(row: Row[Any], act: Act) -> None:
    """The courier has been told to fetch it."""
    words = Said(
        "%(result)s已交%(courier)s寄出，运单号 %(waybill)s。",
        {"courier": row.courier, "waybill": row.waybill},
    )
    _tell(row, "sent", words, {"note": f"已寄出，运单号{row.waybill}"[:35]}, act)


def tell_in_box(row: Row[Any], box: Box, act: Act) -> None:
    """It lies in a box, with the code that opens it."""
    zone = plan_of(row.hall).zone
    until = _day(box.expires_at, zone)
    words = Said(
        "%(result)s已存入%(place)s的文件柜 %(box)s 号箱，取件码 %(code)s，请在%(until)s前领取，"
        "也可以刷身份证。",
        {
            "place": Both(box.cabinet.place, box.cabinet.place_en),
            "box": box.no,
            "code": Private("code"),
            "until": until,
        },
    )
    note = f"在文件柜{box.no}号箱，取件码{box.code}，{until.chinese}前取"
    private = {"note": note, "code": box.code or ""}
    _tell(row, "in_box", words, {}, act, private=private, not_after=box.expires_at)


def over(row: Row[Any], act: Act) -> None:
    """Nobody has to be told any more."""
    withdraw(f"{_cause(row)}:", act)


def _tell(
    row: Row[Any],
    what: str,
    words: Said,
    facts: Mapping[str, str],
    act: Act,
    private: Mapping[str, str] | None = None,
    not_after: datetime | None = None,
) -> None:
    """An account that may act for the holder, or the holder's phone where nobody has one."""
    account = account_told(row, act.now)
    phone = phones_of([row.holder_id]).get(row.holder_id)
    if account is None and phone is None:
        return
    content, plan = content_of(row.id, row.content_sealed), plan_of(row.hall)
    holder = _holder(content, row)
    result = Said("%(name)s的%(what)s", {"name": holder, "what": content.names.result})
    notify(
        account,
        Kind.COLLECT,
        Said(words.words, {**words.values, "result": result}),
        f"{_cause(row)}:{what}",
        act,
        facts={
            "item": content.names.result.chinese,
            "name": str(holder),
            "hall": plan.name,
            "when": time_field(act.now, plan.zone),
            **facts,
        },
        private=private,
        link=Link(f"pages/{row.subject}/index", {"id": row.subject_id}),
        not_after=not_after,
        hall=row.hall,
        phone=phone if account is None else None,
    )


def _holder(content: Content, row: Row[Any]) -> Masked | str:
    """A firm's name is public; a person's is for who knows them."""
    name = content.names.holder
    return name if is_firm(row.holder_id) else Masked(masked_name(name), row.holder_id)


def _cause(row: Row[Any]) -> str:
    return f"delivery:{row.id}"


def _day(at: datetime | None, zone: tzinfo) -> Both:
    if at is None:
        return Both("", "")
    local = at.astimezone(zone)
    minute = f"{local:%H:%M}"
    return Both(f"{local.month}月{local.day}日{minute}", f"{minute} on {local:%B} {local.day}")
