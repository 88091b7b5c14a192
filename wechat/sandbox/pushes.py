"""What WeChat tells the app unasked: POSTs to its callback address, signed and sealed."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any
from urllib.parse import urlencode, urlsplit

from wechat.sandbox.crypto import sealed, signature
from wechat.sandbox.state import Attempt, Push, Sent, State

RETRIES = 3
ACCOUNT = "gh_000000sandbox"
ANSWERS = ("success", "")


def popup(state: State, openid: str, answers: dict[str, str], later_s: int = 0) -> None:
    """Somebody answered the question whether they want messages, template by template."""
    told = [
        {"TemplateId": template, "SubscribeStatusString": answer, "PopupScene": "0"}
        for template, answer in answers.items()
    ]
    _tell(state, "subscribe_msg_popup_event", openid, told, later_s)


def changed(state: State, openid: str, template: str) -> None:
    """Somebody refused a template in the settings of their phone."""
    told = [{"TemplateId": template, "SubscribeStatusString": "reject"}]
    _tell(state, "subscribe_msg_change_event", openid, told)


def sent(state: State, message: Sent) -> None:
    """A message reached its phone."""
    told = {
        "TemplateId": message.template,
        "MsgID": str(message.msgid),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }
    _tell(state, "subscribe_msg_sent_event", message.openid, [told])


def push(state: State, event: dict[str, Any]) -> Push:
    """Send an event until it is taken, or was tried four times; what it lacks is added."""
    with state.lock:
        common = {"ToUserName": ACCOUNT, "CreateTime": int(state.now()), "MsgType": "event"}
        pushed = Push({**common, **event})
        state.pushes.append(pushed)
    for _ in range(1 + RETRIES):
        attempt = _attempt(state, pushed.event)
        with state.lock:
            pushed.attempts.append(attempt)
            pushed.taken = attempt.http == 200 and attempt.answer in ANSWERS
        if pushed.taken:
            break
    return pushed


def verify(state: State) -> bool:
    """Whether the address echoes what WeChat asks when it is entered in the console."""
    echo = state.some_hex(16)
    attempt = _request(state, "GET", {**_signed(state), "echostr": echo})
    return attempt.http == 200 and attempt.answer == echo


def _tell(
    state: State, name: str, openid: str, told: list[dict[str, str]], later_s: int = 0
) -> None:
    if state.app.push_url:
        event = {
            "FromUserName": openid,
            "CreateTime": int(state.now()) + later_s,
            "Event": name,
            "List": told[0] if len(told) == 1 else told,  # so WeChat writes a list of one
        }
        threading.Thread(target=push, args=(state, event), daemon=True).start()


def _attempt(state: State, event: dict[str, Any]) -> Attempt:
    token = state.app.push_token
    text = json.dumps(event, ensure_ascii=False)
    encrypted = sealed(state.app.push_key, state.app.id, text, state.rng.randbytes(16))
    query = _signed(state)
    query |= {
        "openid": event.get("FromUserName", ""),
        "encrypt_type": "aes",
        "msg_signature": signature(token, query["timestamp"], query["nonce"], encrypted),
    }
    body = json.dumps({"ToUserName": event["ToUserName"], "Encrypt": encrypted})
    return _request(state, "POST", query, body)


def _signed(state: State) -> dict[str, str]:
    timestamp, nonce = str(int(state.now())), str(state.rng.randrange(10**8, 10**10))
    mark = signature(state.app.push_token, timestamp, nonce)
    return {"signature": mark, "timestamp": timestamp, "nonce": nonce}


def _request(state: State, method: str, query: dict[str, str], body: str = "") -> Attempt:
    to = urlsplit(state.app.push_url)
    kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
    connection = kind(to.hostname or "", to.port, timeout=state.app.push_patience_s)
    try:
        address = f"{to.path or '/'}?{urlencode(query)}"
        connection.request(method, address, body.encode(), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return Attempt(answer.status, answer.read(1000).decode(errors="replace").strip())
    except (OSError, http.client.HTTPException) as error:
        return Attempt(None, type(error).__name__)
    finally:
        connection.close()
