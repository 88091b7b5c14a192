"""Who may not book for a while: a hall's rules, and what is remembered of somebody. Pure.

Nothing of it is kept: a ban follows, whenever somebody asks, from the events of bookings, so two
that happen at once both count, and nobody has to lift what is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.catalog.plan import Ban


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that counts against whom a booking was for."""

    what: str
    """missed, cancelled."""
    at: datetime
    """When it was recorded."""


@dataclass(frozen=True, slots=True)
class Count:
    """How far somebody is on the way to a ban; in full while it lasts."""

    rule: Ban
    count: int


@dataclass(frozen=True, slots=True)
class Banned:
    """By which rule, and until when."""

    rule: Ban
    until: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules of a hall make of somebody at one moment."""

    counts: tuple[Count, ...]
    ban: Banned | None
    """The one that ends last; None: they may book."""

    def near(self, *what: str) -> Count | None:
        """The first rule that one more of these would break; none for who is banned already."""
        if self.ban is not None:
            return None
        counts = (each for each in self.counts if each.rule.what in what)
        return next((each for each in counts if each.count == each.rule.count - 1), None)


def standing(rules: Iterable[Ban], marks: Sequence[Mark], now: datetime) -> Standing:
    """What these rules make of these marks, which are in the order of time."""
    counts: list[Count] = []
    bans: list[Banned] = []
    for rule in rules:
        recent, until = _walk(rule, [mark.at for mark in marks if mark.what == rule.what])
        if until is not None and until > now:
            bans.append(Banned(rule, until))
            counts.append(Count(rule, rule.count))
        else:
            counts.append(Count(rule, len(_within(rule, recent, now))))
    return Standing(tuple(counts), max(bans, key=lambda ban: ban.until, default=None))


def _walk(rule: Ban, moments: Iterable[datetime]) -> tuple[list[datetime], datetime | None]:
    """What has not led to a ban yet, and until when the last one is. What has led to one counts no
    more: whoever has served it begins anew."""
    recent: list[datetime] = []
    until: datetime | None = None
    for at in moments:
        recent = [*_within(rule, recent, at), at]
        if len(recent) == rule.count:
            until = at + timedelta(days=rule.ban_days)
            recent = []
    return recent, until


def _within(rule: Ban, moments: Iterable[datetime], now: datetime) -> list[datetime]:
    if rule.within_days is None:
        return list(moments)
    since = now - timedelta(days=rule.within_days)
    return [at for at in moments if at > since]
