"""What each request costs web, database and Redis, by itself, with the morning's rows there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from typing import Any

from bench.city.agenda import Wire
from bench.city.processes import Used
from bench.city.town import ITEM, Hall, Town

PAID = {"web": ("web",), "postgres": ("postgres",), "redis": ("redis", "jobs")}
TIMES = 240
"""How often each is asked: three quarters of a second of CPU at least."""
PHONES = TIMES
"""So many people must be left to book."""

Prices = dict[str, dict[str, float]]
"""Request -> {web, postgres, redis: milliseconds of CPU; wal: bytes; commits}."""


class Till:
    """Adds up what requests of one kind cost, over as many turns as they take."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._spent: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._times: dict[str, int] = defaultdict(int)

    @contextmanager
    def turn(self, kind: str, times: int) -> Iterator[None]:
        """So many requests of this kind are sent within."""
        wal, commits = self._written()
        used = Used({name: self._pids(name) for name in PAID})
        yield
        spent = self._spent[kind]
        for name, seconds in used.seconds().items():
            spent[name] += seconds * 1000
        after, committed = self._written()
        spent["wal"] += after - wal
        spent["commits"] += committed - commits
        self._times[kind] += times

    def prices(self) -> Prices:
        return {
            kind: {name: round(amount / self._times[kind], 4) for name, amount in spent.items()}
            for kind, spent in self._spent.items()
        }

    def _pids(self, name: str) -> list[int]:
        return [pid for part in PAID[name] for pid in self._town.pids[part]]

    def _written(self) -> tuple[int, int]:
        query = (
            "SELECT pg_current_wal_lsn() - '0/0', xact_commit FROM pg_stat_database"
            " WHERE datname = current_database()"
        )
        [(wal, commits)] = self._town.rows(query)
        return int(wal), int(commits)


def prices(town: Town, times: int = TIMES) -> Prices:
    """Nothing else goes on meanwhile: schedule and worker have ended."""
    till, wire = Till(town), Wire(town.address)
    halls = list(islice(cycle(town.halls), times))
    day = f"{town.day():%Y-%m-%d}"

    def each(kind: str, of: Iterable[Any], ask: Callable[[Any], tuple[int, Any]]) -> list[Any]:
        subjects = list(of)
        with till.turn(kind, len(subjects)):
            answers = [ask(one) for one in subjects]
        refused = [answer for answer in answers if answer[0] >= 300]
        if refused:
            raise RuntimeError(f"{kind}: {refused[0]}")
        return [told for _, told in answers]

    taken = each("take", halls, lambda hall: _take(wire, hall))
    each("ticket", taken, lambda one: wire.get(f"/tickets/{one['id']}", one["token"]))
    each("board", halls, lambda hall: wire.get(f"/halls/{hall.code}/board"))
    phones = [(hall, town.phones.pop()) for hall in halls]
    times_free = each(
        "slots", phones,
        lambda one: wire.get(f"/halls/{one[0].code}/slots?item={ITEM}&date={day}", one[1]),
    )  # fmt: skip
    # not the first, which may end meanwhile
    wanted = [
        (phone, slots[1 + n % (len(slots) - 1)]["id"])
        for n, ((_, phone), slots) in enumerate(zip(phones, times_free, strict=True))
    ]
    each(
        "book", wanted,
        lambda one: wire.post("/appointments", one[0], {"slot": one[1], "item": ITEM}),
    )  # fmt: skip
    _serve(wire, town, times, each)
    return till.prices()


def _take(wire: Wire, hall: Hall) -> tuple[int, Any]:
    return wire.post("/kiosk/tickets", hall.kiosk, {"item": ITEM})


def _serve(wire: Wire, town: Town, times: int, each: Any) -> None:
    """Every counter in turn calls the next, then every one of them begins."""
    desks = [(hall, no) for hall in town.halls for no in hall.clerks]
    left = times
    while left > 0:
        here = desks[:left]
        for hall, _ in here:  # nobody is called where nobody waits
            _take(wire, hall)
        called = each(
            "call", here,
            lambda desk: wire.post(f"/counters/{desk[1]}/call-next", desk[0].clerks[desk[1]]),
        )  # fmt: skip
        begun = [
            (desk[0].clerks[desk[1]], told["ticket"]["id"])
            for desk, told in zip(here, called, strict=True)
        ]
        each("start", begun, lambda one: wire.post(f"/tickets/{one[1]}/start", one[0]))
        left -= len(here)
