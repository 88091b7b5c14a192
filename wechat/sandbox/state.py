"""All that the sandbox knows, in one object. Whoever reads or changes it holds its lock."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from wechat.sandbox import SANDBOX_APP_ID, SANDBOX_PUSH_KEY, SANDBOX_PUSH_TOKEN, SANDBOX_SECRET
from wechat.sandbox.faults import Fault
from wechat.sandbox.replies import Refusal

CALLS_KEPT = 1000
MINUTE_S = 60
DAY_S = 24 * 60 * MINUTE_S
BEIJING_S = 8 * 60 * MINUTE_S
"""WeChat counts by the days of Beijing."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """How often WeChat lets itself be asked."""

    login_a_minute: int = 100
    """By one person."""
    token_a_day: int = 2_000
    stable_token_a_minute: int = 10_000
    stable_token_a_day: int = 500_000
    forced_token_a_day: int = 20
    send_a_day: int = 10_000_000
    url_link_a_day: int = 500_000
    check_text_a_minute: int = 4_000
    code_image_a_minute: int = 5_000
    clear_quota_a_month: int = 10


@dataclass(frozen=True, slots=True)
class Template:
    """A message's form, as approved."""

    id: str
    title: str
    fields: Mapping[str, str]
    """Name, as in `thing1`, and what stands there."""
    long_term: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """The mini-program, as WeChat's console knows it."""

    id: str = SANDBOX_APP_ID
    secret: str = field(default=SANDBOX_SECRET, repr=False)
    push_token: str = field(default=SANDBOX_PUSH_TOKEN, repr=False)
    push_key: str = field(default=SANDBOX_PUSH_KEY, repr=False)
    push_url: str = ""
    """Its callback address; without one, nothing is pushed."""
    push_patience_s: float = 5.0
    base_url: str = "http://127.0.0.1:8000"
    """Where its pages are in a browser: url links and code images lead there."""
    pages: frozenset[str] = frozenset()
    """Of the released version; empty: any page is."""
    templates: Mapping[str, Template] = field(default_factory=dict)
    """By id; empty: any template is approved, with any fields."""
    quotas: Quotas = field(default_factory=Quotas)


@dataclass(frozen=True, slots=True)
class Token:
    until: float
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    target: str
    until: float


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that WeChat took: what somebody's phone now shows."""

    msgid: int
    at: float
    openid: str
    template: str
    title: str
    data: Mapping[str, str]
    page: str
    lang: str
    state: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came, and how it was answered."""

    at: float
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    errcode: int | None
    """None: no JSON was answered."""
    http: int | None
    """None: nothing was answered at all."""


@dataclass(frozen=True, slots=True)
class Attempt:
    http: int | None
    """None: no answer came in time."""
    answer: str


@dataclass(slots=True)
class Push:
    """What the app is told unasked, and how it took it."""

    event: dict[str, Any]
    attempts: list[Attempt] = field(default_factory=list)
    taken: bool = False
    """Whether an attempt was answered as WeChat wants it."""


@dataclass
class State:
    app: App
    clock: Callable[[], float]
    """Seconds since the epoch."""
    rng: Random
    lock: threading.RLock = field(default_factory=threading.RLock)
    ahead_s: float = 0
    """How far its time runs before the clock: a token of two hours can be outlived in a test."""
    counted: Counter[tuple[str, int]] = field(default_factory=Counter)
    used: set[str] = field(default_factory=set)
    """Codes that work once, and did."""
    seen: dict[str, float] = field(default_factory=dict)
    """When each openid last signed in."""
    names: dict[str, str] = field(default_factory=dict)
    """Of those who signed in, by openid: for the page, no call tells them."""
    tokens: dict[str, Token] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)
    """The token now given out, `ordinary` and `stable`: neither replaces the other."""
    forced_at: float = 0
    grants: dict[tuple[str, str], int | None] = field(default_factory=dict)
    """How many messages (openid, template) allows; None: as many as come."""
    sent: list[Sent] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))
    pushes: list[Push] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app_at_start = self.app

    def forget(self) -> None:
        """As it was at the start."""
        fresh = State(self.app_at_start, self.clock, self.rng, self.lock)
        vars(self).update(vars(fresh))

    def now(self) -> float:
        return self.clock() + self.ahead_s

    def count(self, what: str, limit: int, per_s: int, errcode: int) -> None:
        """Refuse what is asked for the (limit + 1)th time in the minute or day of Beijing."""
        key = (what, int((self.now() + BEIJING_S) // per_s))
        if self.counted[key] >= limit:
            raise Refusal(errcode)
        self.counted[key] += 1

    def use_up(self, code: str) -> None:
        if code in self.used:
            raise Refusal(40163)
        self.used.add(code)

    def accept(self, openid: str, template: str, *, ever: bool) -> None:
        """Somebody allows one message more of this template, or from now on any number."""
        left = self.grants.get((openid, template), 0)
        self.grants[openid, template] = None if ever or left is None else left + 1

    def some_hex(self, digits: int) -> str:
        return f"{self.rng.getrandbits(4 * digits):0{digits}x}"
