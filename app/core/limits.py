"""How often somebody may ask, and how much somebody may keep open.

Three counts a minute, all on Redis: what comes from an address, before anybody looks at who asks;
what one person or machine asks, by whom their token belongs to and not by the token; and tokens
that nobody bears. Routes by which something could be tried out or used up say a narrower limit:

    @bp.post("/session")
    @access("public", needs_key=False)
    @limited(SIGN_INS)

Where Redis is away each process counts for itself: a hall is never stopped by its limits.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Literal, TypeVar

from flask import Flask, current_app, g, request
from flask_limiter import Limiter
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException, RedisError
from redis.retry import Retry
from werkzeug.exceptions import TooManyRequests

from app.core.acts import PUBLIC, Actor
from app.core.auth import token_shown
from app.core.clock import seconds_until
from app.core.errors import Unauthenticated, Unavailable
from config.redis import connect
from config.settings import Settings

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., object])
N = TypeVar("N", int, float)

REDIS_TIMEOUT_S = 0.3
"""What a request loses to a Redis that says nothing, once: then the process counts for itself."""
LOOKS_AGAIN_S = 1.0
STEPS = 100
DRAWN_AT_MOST = 10_000
ADDRESSES_KNOWN = 10_000
KEYS = "sh"
"""What the keys of all counts begin with."""
IPV6_OF_ONE = 64
"""Bits of an IPv6 address that are given to one subscriber: the others they choose themselves."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """A limit of its own for some routes: of all that an address, or an asker, may ask in a minute,
    the n-th part."""

    name: str
    by: Literal["address", "asker"]
    part: int

    def of(self, at_most: int) -> int:
        """How often that is a minute."""
        return max(1, at_most // self.part)


SIGN_INS = Narrow("sign-ins", "address", 20)
"""60: a hall whose clerks all sign in at half past eight has one address."""
PHONES = Narrow("phones", "address", 4)
"""300 sign-ins of phones: those in a hall share its wireless network."""
PAIRINGS = Narrow("pairings", "address", 20)
CODES = Narrow("codes", "address", 20)
"""60 codes looked up: more than anybody checks by hand, fewer than guessing takes."""
BOOKINGS = Narrow("bookings", "asker", 20)
"""30 bookings made, moved or waited for: a family's and a firm's, and no trade in them."""
IDENTITIES = Narrow("identities", "asker", 60)
"""10 names and numbers tried: each may be a question to the province's register."""
GUESSES_PART = 10
"""Tokens that nobody bears, of an address's limit; it is theirs alone who show such."""


def limited(narrow: Narrow) -> Callable[[View], View]:
    """The route below has this limit besides those of all routes."""

    def mark(view: View) -> View:
        view.limited = narrow  # type: ignore[attr-defined]
        return view

    return mark


def limit_of(view: Callable[..., object] | None) -> Narrow | None:
    found: Narrow | None = getattr(view, "limited", None)
    return found


@dataclass(slots=True)
class Drawn:
    """Counts that this process has drawn from Redis and not yet given out."""

    next: int
    last: int
    until: float


class HouseStorage(RedisStorage):
    """The limits' counts by a client of ours, so that every Redis we can use does for them, and
    by this process alone while Redis is away. Flask-Limiter's own way of falling back fails the
    requests that were under way when it learnt of it.

    Of a large limit a hundredth is drawn at once: who asks as often as a hall's machines do is not
    counted on Redis each time, and refused at most that much too early, for each process."""

    STORAGE_SCHEME = ["house"]  # noqa: RUF012 (the library's own way)

    def __init__(self, uri: str, client: Any, **options: Any) -> None:
        super(RedisStorage, self).__init__(uri, **options)
        self.key_prefix = self.PREFIX
        self.target_server = "redis"
        self.dependency = self.dependencies["redis"].module
        self.storage = client
        self._here = MemoryStorage()
        self._away_until = 0.0
        self._lock = threading.Lock()
        self._drawn: dict[str, Drawn] = {}

    @cached_property
    def lua_incr_expire(self) -> Any:
        """Registered when first used: only then must the server be there."""
        return self.storage.register_script(self.SCRIPT_INCR_EXPIRE)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        step = _limit_of_key(key) // STEPS
        if amount != 1 or step < 2:
            return self._counted(super().incr, self._here.incr, key, expiry, amount)
        now = time.monotonic()
        with self._lock:
            drawn = self._drawn.get(key)
            if drawn and drawn.next <= drawn.last and now < drawn.until:
                drawn.next += 1
                return drawn.next - 1
        last = self._counted(super().incr, self._here.incr, key, expiry, step)
        first = last - step + 1
        with self._lock:
            if len(self._drawn) >= DRAWN_AT_MOST:
                self._drawn.clear()
            self._drawn[key] = Drawn(first + 1, last, now + expiry)
        return first

    def get(self, key: str) -> int:
        return self._counted(super().get, self._here.get, key)

    def get_expiry(self, key: str) -> float:
        return self._counted(super().get_expiry, self._here.get_expiry, key)

    def _counted(self, there: Callable[..., N], here: Callable[..., N], *about: Any) -> N:
        if time.monotonic() >= self._away_until:
            try:
                return there(*about)
            except (RedisError, RedisClusterException):
                log.warning("limits are counted by this process alone: Redis is away")
                self._away_until = time.monotonic() + LOOKS_AGAIN_S
        return here(*about)


def _limit_of_key(key: str) -> int:
    """As the library writes its keys: …/how many/of how many/minutes."""
    return int(key.rsplit("/", 3)[1])


def guard(app: Flask, settings: Settings, authorise: Callable[[], None]) -> None:
    """Count before and after `authorise` finds out who asks. In the demo all the people of a living
    hall come from this machine, whose address is not counted."""
    limiter = Limiter(
        address,
        storage_uri="house://",
        storage_options={
            "client": connect(
                settings.redis_url,
                socket_timeout=REDIS_TIMEOUT_S,
                socket_connect_timeout=REDIS_TIMEOUT_S,
                retry=Retry(NoBackoff(), 0),
            )
        },
        strategy="fixed-window",
    )
    # asked below: its own hooks read each limit anew for each request, a sixth of GET ticket's CPU
    app.extensions["limiter"] = {limiter}
    limiter.init_app(app)

    def count(at_most: int, *of: str) -> None:
        limit = _a_minute(at_most)
        if limiter.limiter.hit(limit, KEYS, *of):
            return
        log.info("more than %s of %s, at %s", limit, of, request.endpoint)
        # for the answer's Retry-After; looked up only where somebody asked too often
        reset_at = limiter.limiter.get_window_stats(limit, KEYS, *of).reset_time
        g.retry_after = max(1, seconds_until(reset_at))
        raise TooManyRequests

    def count_address() -> None:
        at = address()
        count(settings.address_limit, at, "global")
        narrow = _narrow_here("address")
        if narrow:
            count(narrow.of(settings.address_limit), f"{narrow.name}:{at}", "global")

    def count_guess() -> None:
        """A token that nobody bears. Who shows one that somebody bears is never refused for it."""
        count(max(1, settings.address_limit // GUESSES_PART), address(), "guesses")

    def count_asker() -> None:
        """A person or a machine, however many tokens they have."""
        asker = str(g.actor)
        count(settings.device_limit, asker, "asker")
        narrow = _narrow_here("asker")
        if narrow:
            count(narrow.of(settings.device_limit), f"{narrow.name}:{asker}", "narrow")

    def authorise_and_count() -> None:
        is_counted = not (settings.mode == "demo" and _from_here())
        if is_counted and request.endpoint not in (None, "static"):
            count_address()
        g.pop("actor", None)
        try:
            authorise()
        except Unauthenticated:
            if is_counted and token_shown():
                count_guess()
            raise
        finally:
            if g.get("actor", PUBLIC).kind != "public":
                count_asker()

    app.before_request(authorise_and_count)


@cache
def _a_minute(at_most: int) -> RateLimitItem:
    return RateLimitItemPerMinute(at_most)


def address() -> str:
    """Where this request comes from, as far as one subscriber reaches."""
    return address_of(request.remote_addr or "")


@lru_cache(maxsize=ADDRESSES_KNOWN)
def address_of(shown: str) -> str:
    """The address somebody is counted by. Who comes by IPv4 to a socket that takes both comes by
    IPv4; who comes by none, from this machine."""
    try:
        found = ip_address(shown)
    except ValueError:
        return "nowhere"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(ip_network((found, IPV6_OF_ONE), strict=False))
        found = found.ipv4_mapped
    return str(found)


def _from_here() -> bool:
    """Whether whoever asks is on this very machine."""
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _narrow_here(by: Literal["address", "asker"]) -> Narrow | None:
    """The narrower limit of this route, if it says one of this kind."""
    narrow = limit_of(current_app.view_functions.get(request.endpoint or ""))
    return narrow if narrow and narrow.by == by else None


# Event streams


class TooManyStreamsHere(Unavailable):
    status = 429
    code = "too_many_streams_here"
    detail = "您所在的网络打开的实时连接过多，请稍候自动重试。"
    retry_after = 30


class StreamPlaces:
    """How many event streams each address, and each asker, keeps open in this process."""

    def __init__(self, per_address: int, per_asker: int) -> None:
        self._at_most = {"address": per_address, "asker": per_asker}
        self._lock = threading.Lock()
        self._open: Counter[tuple[str, str]] = Counter()

    def take(self, address: str, asker: Actor) -> Callable[[], None]:
        """Take a place; what is returned gives it back. Raises TooManyStreamsHere."""
        places = [("address", address)]
        if asker.kind != "public":
            places.append(("asker", str(asker)))
        with self._lock:
            if any(self._open[place] >= self._at_most[place[0]] for place in places):
                raise TooManyStreamsHere
            self._open.update(places)
        return lambda: self._give_back(places)

    def _give_back(self, places: list[tuple[str, str]]) -> None:
        with self._lock:
            for place in places:
                self._open[place] -= 1
                if not self._open[place]:
                    del self._open[place]
