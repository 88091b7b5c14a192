"""The rest of a hall's day, played many times at once: a row of each array is one run.

In every step each run makes its next move: the counter that is free first calls the first ticket
it serves, or waits for the next who enters, or closes. All moments are float milliseconds of the
hall day; infinity is never.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queueing.habits import Floats

LATER_TIER = 1e12
"""What each later tier adds to a due time: more than any two dues lie apart."""
LOOKS = 50
"""How often, about, it is looked whether all who matter have been called."""


@dataclass(frozen=True, slots=True)
class Line:
    """Tickets that are called in one order in every run, first to last."""

    queue: int
    enters: Floats
    """Like each of these a row for each run and a column for each ticket."""
    due: Floats
    service: Floats
    leaves: Floats
    row: NDArray[np.intp]
    """Where in the answer the moment of the call is written; -1: nowhere."""


@dataclass(frozen=True, slots=True)
class Counters:
    """The counters, each a column (the second axis)."""

    tiers: Floats
    """Counter, queue -> tier from 0; infinity: not served."""
    free: Floats
    """Run, counter -> when it first calls."""
    openings: tuple[Floats, Floats]
    """Run, counter, which of its openings -> its begin, and its end; filled up with infinity."""
    slowness: Floats
    """Counter -> what it makes of a service."""


def play(lines: Sequence[Line], counters: Counters, rows: int, overdue_after: int) -> Floats:
    """When each row of `lines` is called, a column for each; infinity: the counters have closed.
    Columns of other rows mean nothing."""
    runs, desks = counters.free.shape
    asked_for = np.zeros(rows + 1, dtype=np.bool_)
    for line in lines:
        asked_for[line.row] = True
    called = np.where(asked_for, np.full((runs, 1), np.inf), 0.0)
    if not desks or not lines:
        return called[:, :rows]
    tiers = counters.tiers[:, [line.queue for line in lines]]
    served = np.where(np.isfinite(tiers), 0.0, np.inf)
    tiers = tiers * LATER_TIER
    enters, due, service, leaves = (
        _joined([getattr(line, part) for line in lines], np.inf)
        for part in ("enters", "due", "service", "leaves")
    )
    row = _joined([line.row for line in lines], -1)
    lengths = np.array([line.due.shape[1] + 1 for line in lines])
    any_later = bool((tiers != served).any())
    some_enter = bool((enters > -np.inf).any())
    each = np.arange(runs)
    place = each[:, None] * lengths.sum() + np.cumsum(lengths) - lengths
    head_enters, head_due = enters[place], due[place]
    free, closes = counters.free.copy(), counters.openings[1][:, :, 0].copy()
    opening = np.zeros((runs, desks), dtype=np.intp)
    # the same arrays, flat: `take` and `put` cost a fraction of indexing
    place, enters_of, due_of = place.reshape(-1), head_enters.reshape(-1), head_due.reshape(-1)
    call_of, free_of, closes_of = called.reshape(-1), free.reshape(-1), closes.reshape(-1)
    to_counter, to_line, to_row = each * desks, each * len(lines), each * (rows + 1)
    for step in count(1):
        who = free.argmin(axis=1)
        counter = to_counter + who
        now = free_of.take(counter)
        moment = now[:, None]
        key = tiers.take(who, axis=0)
        if any_later:
            # overdue: its lane's later tier counts no more
            np.copyto(key, served.take(who, axis=0), where=head_due <= moment - overdue_after)
        key += head_due
        if some_enter:
            np.copyto(key, np.inf, where=head_enters > moment)
        line = key.argmin(axis=1) + to_line
        found = key.reshape(-1).take(line) < np.inf
        taken = place.take(line)
        stays = leaves.take(taken) >= now
        then = now + service.take(taken) * counters.slowness.take(who) * stays
        asked = row.take(taken)
        if not found.all():
            idle = np.flatnonzero(~found)
            asked[idle] = -1
            comes = (head_enters[idle] > moment[idle]) & np.isfinite(served[who[idle]])
            then[idle] = np.where(comes, head_enters[idle], np.inf).min(axis=1)
            taken[idle] -= 1
        shut = then >= closes_of.take(counter)
        if shut.any():
            over = np.flatnonzero(shut & (then < np.inf))
            its = who[over]
            opening[over, its] += 1
            opens, ends = (part[over, its, opening[over, its]] for part in counters.openings)
            then[over] = np.maximum(then[over], opens)
            closes[over, its] = ends
        free_of.put(counter, then)
        call_of.put(to_row + asked, now)
        taken += 1
        place.put(line, taken)
        due_of.put(line, due.take(taken))
        enters_of.put(line, enters.take(taken))
        if step % (1 + rows // LOOKS) == 0:
            done = np.isfinite(called[:, :rows]).all(axis=1) | np.isinf(now)
            if done.all():
                break
    return called[:, :rows]


def _joined(parts: Sequence[NDArray[Any]], end: float) -> NDArray[Any]:
    """One flat array, run by run, with an end mark after each line."""
    mark = np.full((len(parts[0]), 1), end, dtype=parts[0].dtype)
    return np.concatenate([each for part in parts for each in (part, mark)], axis=1).reshape(-1)
