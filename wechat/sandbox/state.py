"""All that the sandbox knows, in one object. Whoever reads or changes it holds its lock."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from wechat.sandbox.faults import Fault
from wechat.sandbox.replies import Refusal

CALLS_KEPT = 1000
DAY_S = 24 * 60 * 60
BEIJING_S = 8 * 60 * 60
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
class App:
    """The mini-program that the sandbox knows."""

    id: str
    secret: str = field(repr=False)
    base_url: str = "http://127.0.0.1:8000"
    """Where its pages are: url links and code images lead there."""


@dataclass(frozen=True, slots=True)
class Template:
    """A message's form, as approved. What the sandbox was never told, it takes as it comes."""

    id: str
    title: str
    fields: tuple[str, ...]
    long_term: bool = False


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


@dataclass
class State:
    app: App
    clock: Callable[[], float]
    """Seconds since the epoch."""
    rng: Random
    quotas: Quotas = field(default_factory=Quotas)
    lock: threading.RLock = field(default_factory=threading.RLock)
    ahead_s: float = 0
    """How far its time runs before the clock: a token of two hours can be outlived in a test."""
    counted: Counter[tuple[str, int]] = field(default_factory=Counter)
    used: set[str] = field(default_factory=set)
    """Codes that work once, and did."""
    seen: dict[str, float] = field(default_factory=dict)
    """When each openid last signed in."""
    tokens: dict[str, Token] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)
    """The token now given out, `ordinary` and `stable`: neither replaces the other."""
    forced_at: float = 0
    templates: dict[str, Template] = field(default_factory=dict)
    pages: frozenset[str] = frozenset()
    """Of the released version; while it is empty, every page is."""
    grants: dict[tuple[str, str], int | None] = field(default_factory=dict)
    """How many messages (openid, template) allows; None: as many as come."""
    sent: list[Sent] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))

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

    def forget(self) -> None:
        """As after the start, but for what it was told of the mini-program."""
        fresh = State(self.app, self.clock, self.rng)
        for name in ("counted", "used", "seen", "tokens", "newest", "grants", "sent", "links"):
            setattr(self, name, getattr(fresh, name))
        self.faults, self.calls = fresh.faults, fresh.calls
        self.ahead_s = self.forced_at = 0
