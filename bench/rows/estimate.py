"""Row 10: the processor's time that one refresh of a hall's estimate takes.

The hall has the lanes, items and counters of config/halls/qinghe.yaml, all busy, with 20 days of
habits, and bookings for a third of those who wait still to come.
"""

from __future__ import annotations

import time
from statistics import median, quantiles

import numpy as np

from app.catalog.hall_file import read_hall_file
from app.catalog.plan import HallPlan
from bench.hall import Bench
from bench.table import Result
from config.settings import ROOT
from queueing import order
from queueing.estimate import Booked, Desk, Serving, Situation, Waiting, forecast
from queueing.habits import DAYS_KEPT, Entered, Habits, Served, Waited

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
NOW = 7 * HOUR
"""Ten in the morning, in a hall whose day begins at three."""
REFRESHES = 25
FEW, MANY, TWICE = 200, 2_000, 4_000
CROWDS = (FEW, MANY, TWICE)
BUDGET_MS = 50


def habits_of(plan: HallPlan, rng: np.random.Generator) -> Habits:
    """Twenty days of 1,500 people each."""
    items, counters = list(plan.items.values()), list(plan.counters)
    total = Habits()
    for _ in range(DAYS_KEPT):
        chosen = [items[n] for n in rng.integers(len(items), size=1500)]
        hours = rng.integers(6 * HOUR, 14 * HOUR, size=1500)
        total += Habits.of_day(
            served=[
                Served(
                    item.lane,
                    item.code,
                    counters[n % len(counters)],
                    int(hours[n]),
                    item.minutes * 60 * rng.lognormal(-0.2, 0.6),
                )
                for n, item in enumerate(chosen)
            ],
            waited=[Waited(float(wait), bool(wait > 3000)) for wait in rng.uniform(0, 3600, 1500)],
            entered=[
                Entered(item.lane, n % 20 == 0, int(hours[n])) for n, item in enumerate(chosen)
            ],
            open_hours=[(6 * HOUR, 14 * HOUR)],
            shifts={no: [(6 * HOUR, 9 * HOUR), (10 * HOUR, 14 * HOUR)] for no in counters},
        )
    return total


def situation(plan: HallPlan, crowd: int, rng: np.random.Generator) -> Situation:
    """So many people have come in the last two hours, and every counter serves one of them."""
    items = list(plan.items.values())
    some = [items[n] for n in rng.integers(len(items), size=2 * crowd)]
    entered = np.sort(rng.integers(NOW - 2 * HOUR, NOW, size=crowd))
    promises = order.Promises()
    waiting = [
        Waiting(
            ticket=str(n),
            lane=some[n].lane,
            item=some[n].code,
            due=order.walk_in(int(at), promises).at,
            serial=n,
            entered=int(at),
        )
        for n, at in enumerate(entered)
    ]
    desks = [
        Desk(
            no,
            counter.tiers,
            open_since=6 * HOUR,
            serving=Serving(
                items[place].lane, items[place].code, NOW - int(rng.integers(9 * MINUTE))
            ),
        )
        for place, (no, counter) in enumerate(plan.counters.items())
    ]
    slots = rng.integers(0, 4 * HOUR // (15 * MINUTE), size=crowd // 3) * 15 * MINUTE + NOW
    booked = [
        Booked(some[n].lane, some[n].code, order.Slot(int(at), int(at) + 15 * MINUTE))
        for n, at in enumerate(slots, start=crowd)
    ]
    return Situation(NOW, waiting, desks, booked, promises)


def measure(bench: Bench) -> list[Result]:
    rng = np.random.default_rng(20)
    plan = read_hall_file(ROOT / "config/halls/qinghe.yaml").plan
    habits = habits_of(plan, rng)
    halls = {crowd: situation(plan, crowd, rng) for crowd in CROWDS}
    spent: dict[int, list[float]] = {crowd: [] for crowd in CROWDS}
    for _ in range(REFRESHES):
        for crowd, hall in halls.items():
            began = time.process_time()
            forecast(hall, habits, rng)
            spent[crowd].append(1000 * (time.process_time() - began))
    for crowd in CROWDS:
        low, *_, high = quantiles(spent[crowd], n=10)
        bench.say(f"{crowd} waiting: {median(spent[crowd]):.1f} ms CPU ({low:.1f} to {high:.1f})")
    return [within_budget(spent), flat(spent)]


def within_budget(spent: dict[int, list[float]]) -> Result:
    took = median(spent[MANY])
    return Result(
        row="10",
        ours=f"one forecast of {MANY:,} waiting at 47 counters",
        beside="–",
        ours_median=f"{took:.1f} ms of CPU",
        beside_median="–",
        ratio=None,
        low=None,
        high=None,
        goal=f"≤ {BUDGET_MS} ms",
        met=took <= BUDGET_MS,
        note=f"{REFRESHES} forecasts, {min(spent[MANY]):.1f} to {max(spent[MANY]):.1f} ms",
    )


def flat(spent: dict[int, list[float]]) -> Result:
    pairs = [
        (twice / TWICE) / (many / MANY)
        for twice, many in zip(spent[TWICE], spent[MANY], strict=True)
    ]
    each = {crowd: f"{1000 * median(spent[crowd]) / crowd:.1f} µs" for crowd in CROWDS}
    return Result(
        row="10b",
        ours=f"the same, per ticket, with {TWICE:,} waiting",
        beside=f"with {MANY:,} waiting",
        ours_median=each[TWICE],
        beside_median=each[MANY],
        ratio=median(pairs),
        low=min(pairs),
        high=max(pairs),
        goal="≤ 1.1",
        met=median(pairs) <= 1.1,
        note=f"{len(pairs)} pairs; with {FEW} waiting, played three times as often: {each[FEW]}",
    )
