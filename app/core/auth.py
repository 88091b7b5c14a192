"""Who may call a route: every route says it, right under its URL; a guard test sees to it.

    @bp.get("/halls")
    @public
    def halls(): ...

The factory's `before_request` looks at what the route said, finds out who asks from the
bearer token (or, on staff pages, the session cookie) and refuses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import current_app, g, request

from app.core.acts import PUBLIC, Act, Actor, Role
from app.core.errors import DUES, Forbidden, ScopeMissing, Unauthenticated
from app.core.parts import parts

View = TypeVar("View", bound=Callable[..., object])
Authenticator = Callable[[str], Actor | None]

COOKIES = {
    "kiosk": "shunhao_device",
    "screen": "shunhao_device",
    "cabinet": "shunhao_cabinet",
    "staff": "shunhao_staff",
}
"""Kind of actor -> the http-only cookie its pages carry. A device has one, whatever it becomes; a
cabinet its own, so that in a demo one browser may be it and a number machine."""


WATCHED = frozenset(("staff", "kiosk", "screen", "cabinet", "system"))
"""The kinds of actor whose acts and looks are audited: everybody who is at work here. What people
do about their own affairs is their own."""
UNSAID = "unsaid"
KNOWN_AT_MOST = 10_000
"""Of so many tokens it is kept who knew them."""


@dataclass(frozen=True, slots=True)
class Access:
    """Which kinds of actor a route is for; `roles` narrows staff down."""

    kinds: frozenset[str]
    roles: frozenset[Role]
    needs_key: bool = True
    """POSTs need an Idempotency-Key, sessions excepted."""
    scope: str = ""
    """What another system's key must be good for."""
    owing: bool = False
    """Open to staff, too, who owe a password of their own or a second factor."""
    shows: str | None = UNSAID
    """What data of people it shows, a word of app/office/audit_words.py; None: nobody's. Every GET
    for staff or machines says so."""
    signs_in: bool = False
    """Whoever is refused here is audited, though nobody knows who it is."""
    why: str = ""
    """The field of its body that says why; never one that may name people."""

    def allows(self, actor: Actor) -> bool:
        return "public" in self.kinds or self.names(actor)

    def names(self, actor: Actor) -> bool:
        """Whether the route is for this kind of actor, and not only for everybody."""
        if actor.kind == "staff":
            return "staff" in self.kinds and (not self.roles or actor.role in self.roles)
        if actor.kind == "system":
            return "system" in self.kinds and self.scope in actor.scopes
        return actor.kind in self.kinds


def access(
    *kinds: str,
    roles: tuple[Role, ...] = (),
    needs_key: bool = True,
    scope: str = "",
    shows: str | None = UNSAID,
    why: str = "",
    signs_in: bool = False,
    owing: bool = False,
) -> Callable[[View], View]:
    """Say who may call the route below, and what of people it shows."""
    said = Access(
        frozenset(kinds),
        frozenset(roles),
        needs_key,
        scope=scope,
        owing=owing,
        shows=shows,
        signs_in=signs_in,
        why=why,
    )

    def mark(view: View) -> View:
        view.access = said  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Anyone may call the route below."""
    return access("public")(view)


def access_of(view: Callable[..., object]) -> Access | None:
    found: Access | None = getattr(view, "access", None)
    return found


def authorise() -> None:
    """Find out who asks, and refuse who may not. Runs before every request."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        g.actor = PUBLIC
        return
    rule = access_of(view)
    if rule is None:
        raise RuntimeError(f"{request.endpoint} does not say who may call it")
    g.actor = _settled(_who_asks(rule), rule)
    if rule.allows(g.actor):
        return
    if g.actor.kind == "public":
        raise Unauthenticated
    if g.actor.kind == "system" and "system" in rule.kinds:
        raise ScopeMissing
    raise Forbidden


def _settled(asker: Actor, rule: Access) -> Actor:
    """Who asks, unless they owe something first: to them only what is anybody's is open."""
    if not asker.owes or rule.owing:
        return asker
    if rule.kinds == {"public"}:
        return PUBLIC
    raise DUES[asker.owes]


def token_shown() -> str:
    """What this request shows of who asks, whether or not it is worth anything; "" for nothing."""
    shown = request.headers.get("Authorization", "")
    return shown or "".join(request.cookies.get(name, "") for name in _names(COOKIES))


def _who_asks(rule: Access) -> Actor:
    header = request.headers.get("Authorization", "")
    if not header:
        return _by_cookie(rule)
    scheme, _, token = header.partition(" ")
    found = _authenticate(token.strip()) if scheme.lower() == "bearer" else None
    if found is not None:
        return found
    if "public" in rule.kinds:
        return PUBLIC
    raise Unauthenticated


def _by_cookie(rule: Access) -> Actor:
    """A machine and a clerk may share one browser: the route says whose cookie is meant. Where it
    is for neither of them, it was the first that asked, and is refused."""
    shown = (request.cookies.get(name, "") for name in _names(rule.kinds))
    found = [asker for token in shown if (asker := _authenticate(token)) is not None]
    if not found:
        return PUBLIC
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        current_app.extensions["csrf"].protect()
    return next(filter(rule.names, found), found[0])


def _names(kinds: Container[str]) -> list[str]:
    """The cookies of these kinds of actor, each once."""
    return list(dict.fromkeys(name for kind, name in COOKIES.items() if kind in kinds))


def _authenticate(token: str) -> Actor | None:
    """Who bears a token; asked first is whoever knew it last time, and always asked anew."""
    if not token:
        return None
    knew: dict[str, Authenticator] = current_app.extensions.setdefault("knew_tokens", {})
    hashed = hash_of(token)
    last = knew.get(hashed)
    for authenticate in _first(last, current_app.extensions["authenticators"]):
        found: Actor | None = authenticate(token)
        if found is not None:
            if len(knew) >= KNOWN_AT_MOST:
                knew.clear()
            knew[hashed] = authenticate
            return found
    return None


def _first(one: Authenticator | None, each: Sequence[Authenticator]) -> list[Authenticator]:
    return sorted(each, key=lambda other: other is not one)


def hash_of(token: str) -> str:
    """What is kept of a token: it has 128 random bits or more, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor() -> Actor:
    """Who asks in this request."""
    found: Actor = g.actor
    return found


def act() -> Act:
    """This request as a deed: now, by whoever asks."""
    now = parts().clock.now()
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return Act(now, actor())
    deed = f"{actor()} {request.method} {request.path} {key}"
    return Act(now, actor(), deed=hashlib.sha256(deed.encode()).hexdigest()[:32])
