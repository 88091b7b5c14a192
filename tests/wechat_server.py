"""WeChat for tests: the sandbox's server in a thread of this process, and what is asked of it.

wechat.grant("li", template)                    li allows one message more
wechat.fail(SEND, errcode=45009, times=2)       the next two calls fail so
wechat.fail(SEND, cut="after")                  it is sent, and nobody learns of it
[one["data"] for one in wechat.sent()]          what the phones show
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from random import SystemRandom
from typing import Any

import requests

from wechat.sandbox.people import openid_of
from wechat.sandbox.server import Server, make
from wechat.sandbox.state import App, Quotas, State

LOGIN = "/sns/jscode2session"
TOKEN = "/cgi-bin/token"
STABLE_TOKEN = "/cgi-bin/stable_token"
CLEAR_QUOTA = "/cgi-bin/clear_quota"
SEND = "/cgi-bin/message/subscribe/send"
PHONE_NUMBER = "/wxa/business/getuserphonenumber"
URL_LINK = "/wxa/generate_urllink"
CHECK_TEXT = "/wxa/msg_sec_check"
CODE_IMAGE = "/wxa/getwxacodeunlimit"

UNLIMITED = Quotas(**{one.name: 10**9 for one in fields(Quotas)})
"""A suite of tests asks more in a minute than the people of a city."""


@dataclass(frozen=True)
class Wechat:
    url: str

    def fail(self, path: str, times: int | None = 1, **fault: Any) -> None:
        """The next calls of a path meet `errcode`, `http`, `delay_s` or `cut` "before", "after"."""
        self.control("POST", "/faults", {"path": path, "times": times, **fault})

    def grant(self, name: str, template: str, times: int | None = 1) -> None:
        """So many messages more for this person; None: as many as come; 0: none from now on."""
        body = {"openid": openid_of(name), "template": template, "times": times}
        self.control("POST", "/grants", body)

    def sent(self, name: str | None = None) -> list[dict[str, Any]]:
        """Messages taken, oldest first; of one person, or all."""
        of = openid_of(name) if name else None
        return [one for one in self.control("GET", "/sent") if of in (None, one["openid"])]

    def calls(self, path: str | None = None) -> list[dict[str, Any]]:
        """What was asked of WeChat, oldest first; of one path, or all."""
        return [one for one in self.control("GET", "/calls") if path in (None, one["path"])]

    def push(self, **event: Any) -> dict[str, Any]:
        """Tell the app an event at its callback address; how that went."""
        return self.control("POST", "/push", event)

    def pushes_to(self, url: str) -> None:
        """From now on, until the reset, the app's callback address."""
        self.control("PUT", "/push-url", {"url": url})

    def advance(self, seconds: float) -> None:
        self.control("POST", "/clock", {"ahead_s": seconds})

    def reset(self) -> None:
        self.control("DELETE", "")

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """See wechat/sandbox/controls.py."""
        answer = requests.request(method, f"{self.url}/_sandbox{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()


@contextmanager
def wechat_server(app: App | None = None) -> Iterator[Wechat]:
    """A server of its own, up until the block ends; without an app, it counts nothing."""
    state = State(app or App(quotas=UNLIMITED), time.time, SystemRandom())
    server = make(Server(state), port=0)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Wechat(f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
