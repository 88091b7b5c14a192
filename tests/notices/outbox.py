"""What a worker does with the outbox, what WeChat pushes, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from app.core.acts import SYSTEM, Act
from app.core.db import db, transaction
from app.notices.jobs import send_due
from app.notices.queries import ATTEMPTS, TABLE
from app.notices.service import Link, notify
from tests.house import HALL, Citizen, House
from tests.wechat_server import Wechat
from wechat.sandbox import SANDBOX_APP_ID, SANDBOX_PUSH_KEY, SANDBOX_PUSH_TOKEN
from wechat.sandbox.crypto import sealed, signature
from wechat.sandbox.people import openid_of

FACTS = {
    "item": "身份证",
    "hall": "测试大厅",
    "when": "2026年11月24日 09:30",
    "code": "6G7K2M",
    "note": "请按时签到",
    "number": "A012",
    "ahead": "3",
    "counter": "3",
    "name": "李*明",
}
BOOKING, REMINDER, QUEUE = (f"Sandbox{name:0<36}" for name in ("Booking", "Reminder", "Queue"))
LEASE = timedelta(seconds=121)


def account(house: House, name: str = "li") -> str:
    """The id of an account."""
    return house.citizen(name).get("/me").json["id"]


def tell(
    house: House, citizen: str | None, kind: str = "called", cause: str = "", **more: Any
) -> str:
    """One notice in the outbox; its cause."""
    cause = cause or f"test:{kind}:{house.clock.now().isoformat()}"
    with house.app.app_context(), transaction():
        act = Act(house.clock.now(), SYSTEM)
        given = {"facts": FACTS, "link": Link("pages/ticket/index", {"id": "t1"}), "hall": HALL}
        notify(citizen, kind, "请A012号到3号窗口办理。", cause, act, **(given | more))
    return cause


def work(house: House) -> int:
    """What a worker does when it is nudged."""
    with house.app.app_context():
        return send_due()


def work_for(house: House, **time: float) -> None:
    """The same, again and again, while time passes."""
    end = house.clock.now() + timedelta(**time)
    while house.clock.now() < end:
        work(house)
        house.clock.advance(seconds=1 if time.keys() == {"seconds"} else 30)
    work(house)


def state(house: House, cause: str) -> str:
    return row(house, cause).state


def row(house: House, cause: str) -> Any:
    with house.app.app_context():
        return db.session.execute(select(TABLE).where(TABLE.c.cause == cause)).one()


def attempts(house: House, cause: str) -> list[tuple[str, str | None, str | None]]:
    """Channel, outcome and code of each, oldest first."""
    query = select(ATTEMPTS.c.channel, ATTEMPTS.c.outcome, ATTEMPTS.c.errcode)
    with house.app.app_context():
        of = query.join(TABLE, TABLE.c.id == ATTEMPTS.c.notice_id).where(TABLE.c.cause == cause)
        return [tuple(each) for each in db.session.execute(of.order_by(ATTEMPTS.c.id))]


def grants(citizen: Citizen) -> dict[str, int]:
    """How many messages of each template it lets be sent."""
    told = citizen.get("/me/subscriptions").json["templates"]
    return {each["key"]: each["grants"] for each in told}


def allow(house: House, wechat: Wechat, name: str, template: str, times: int = 1) -> None:
    """Somebody allows so many messages: WeChat knows it, and pushes it."""
    wechat.grant(name, template, times)
    for nth in range(times):
        answered = {"TemplateId": template, "SubscribeStatusString": "accept", "PopupScene": "0"}
        pushed(house, name, "subscribe_msg_popup_event", answered, nth=nth)


def pushed(house: House, name: str, event: str, told: Any, nth: int = 0, **changed: Any) -> Any:
    """WeChat pushes an event; the answer."""
    message = {
        "ToUserName": "gh_000000sandbox",
        "FromUserName": openid_of(name),
        "CreateTime": int(house.clock.now().timestamp()) + nth,
        "MsgType": "event",
        "Event": event,
        "List": told,
    }
    return post_push(house, *signed(message, house.clock.now(), **changed))


def signed(
    message: Mapping[str, Any], at: datetime, token: str = SANDBOX_PUSH_TOKEN
) -> tuple[dict[str, str], bytes]:
    """A push as it comes: query and body."""
    text = json.dumps(message, ensure_ascii=False)
    encrypted = sealed(SANDBOX_PUSH_KEY, SANDBOX_APP_ID, text, b"0123456789abcdef")
    query = {"timestamp": str(int(at.timestamp())), "nonce": "4711", "encrypt_type": "aes"}
    mark = signature(token, query["timestamp"], query["nonce"], encrypted)
    body = json.dumps({"ToUserName": message["ToUserName"], "Encrypt": encrypted})
    return query | {"msg_signature": mark}, body.encode()


def post_push(house: House, query: Mapping[str, str], body: bytes) -> Any:
    client = house.app.test_client()
    return client.post(
        f"/wechat/callback?{urlencode(query)}", data=body, content_type="application/json"
    )


def texts(house: House) -> list[dict[str, Any]]:
    """The text messages that went out, oldest first."""
    file = house.app.extensions["parts"].settings.instance_path / "sms.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
