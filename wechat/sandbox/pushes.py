"""What WeChat tells the app unasked: POSTs to its callback address, signed and sealed."""

from __future__ import annotations

import http.client
import json
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from wechat.sandbox.crypto import sealed, signature
from wechat.sandbox.state import Sent, State

PATIENCE_S = 5.0
RETRIES = 3
ACCOUNT = "gh_000000sandbox"
ANSWERS = (b"success", b"")


@dataclass(frozen=True, slots=True)
class Attempt:
    http: int | None
    """None: no answer came in time."""
    answer: str


@dataclass(slots=True)
class Push:
    event: dict[str, Any]
    attempts: list[Attempt] = field(default_factory=list)
    taken: bool = False
    """Whether one of the attempts was answered as WeChat wants it."""


@dataclass
class Pushes:
    """The sender. Without an address, nothing is sent."""

    state: State
    token: str
    key: str
    url: str = ""
    patience_s: float = PATIENCE_S
    done: list[Push] = field(default_factory=list)

    def popup(self, openid: str, answers: dict[str, str]) -> None:
        """Somebody answered the question whether they want messages, template by template."""
        told = [
            {"TemplateId": template, "SubscribeStatusString": answer, "PopupScene": "0"}
            for template, answer in answers.items()
        ]
        self._tell("subscribe_msg_popup_event", openid, told)

    def changed(self, openid: str, template: str) -> None:
        """Somebody refused a template in the settings of their phone."""
        told = [{"TemplateId": template, "SubscribeStatusString": "reject"}]
        self._tell("subscribe_msg_change_event", openid, told)

    def sent(self, message: Sent) -> None:
        """A message reached its phone."""
        told = {
            "TemplateId": message.template,
            "MsgID": str(message.msgid),
            "ErrorCode": "0",
            "ErrorStatus": "success",
        }
        self._tell("subscribe_msg_sent_event", message.openid, [told])

    def push(self, event: dict[str, Any]) -> Push:
        """Send an event until it is taken, or tried four times; what it lacks is added."""
        push = Push(
            {
                "ToUserName": ACCOUNT,
                "CreateTime": int(self.state.now()),
                "MsgType": "event",
                **event,
            }
        )
        with self.state.lock:
            self.done.append(push)
        for _ in range(1 + RETRIES):
            attempt = self._attempt(push.event)
            with self.state.lock:
                push.attempts.append(attempt)
                push.taken = attempt.http == 200 and attempt.answer.encode() in ANSWERS
            if push.taken:
                break
        return push

    def verify(self) -> bool:
        """Whether the address echoes what WeChat asks when it is entered in the console."""
        echo = self.state.some_hex(16)
        attempt = self._request("GET", {**self._signed(), "echostr": echo}, None)
        return attempt.http == 200 and attempt.answer == echo

    def _tell(self, name: str, openid: str, told: list[dict[str, str]]) -> None:
        if self.url:
            # WeChat writes a list of one as the one itself
            what = told[0] if len(told) == 1 else told
            event = {"FromUserName": openid, "Event": name, "List": what}
            threading.Thread(target=self.push, args=(event,), daemon=True).start()

    def _attempt(self, event: dict[str, Any]) -> Attempt:
        with self.state.lock:
            salt = self.state.rng.randbytes(16)
            query = self._signed()
        text = json.dumps(event, ensure_ascii=False)
        encrypted = sealed(self.key, self.state.app.id, text, salt)
        query |= {
            "openid": event.get("FromUserName", ""),
            "encrypt_type": "aes",
            "msg_signature": signature(self.token, query["timestamp"], query["nonce"], encrypted),
        }
        body = json.dumps({"ToUserName": event["ToUserName"], "Encrypt": encrypted})
        return self._request("POST", query, body)

    def _signed(self) -> dict[str, str]:
        timestamp = str(int(self.state.now()))
        nonce = str(self.state.rng.randrange(10**8, 10**10))
        mark = signature(self.token, timestamp, nonce)
        return {"signature": mark, "timestamp": timestamp, "nonce": nonce}

    def _request(self, method: str, query: dict[str, str], body: str | None) -> Attempt:
        to = urlsplit(self.url)
        kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
        connection = kind(to.hostname or "", to.port, timeout=self.patience_s)
        try:
            connection.request(
                method,
                f"{to.path or '/'}?{urlencode(query)}",
                body.encode() if body else None,
                {"Content-Type": "application/json", "User-Agent": "Mozilla/4.0"},
            )
            answer = connection.getresponse()
            return Attempt(answer.status, answer.read(1000).decode(errors="replace").strip())
        except (OSError, http.client.HTTPException) as error:
            return Attempt(None, type(error).__name__)
        finally:
            connection.close()
