"""The city: how many halls of which size, when people come to them, what they ask. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random

ARRIVALS = (
    10.2, 13.5, 14.5, 19.3, 22.2, 20.7, 16.5, 16.7, 17.8, 17.7, 18.3, 20.6, 20.2, 19.8, 21.1,
    22.2, 20.1, 20.9, 20.0, 19.8, 18.7, 18.5, 18.8, 16.8, 17.1, 15.3, 13.9, 15.7, 15.9, 17.4,
    24.0, 25.8, 27.4, 17.8, 18.0, 20.7, 17.6, 21.0, 19.5, 17.6, 18.8, 18.7, 18.8, 17.8, 20.1,
    18.5, 18.6, 16.7, 22.5, 21.6, 19.4, 22.2, 20.2, 20.4, 17.9, 16.4, 15.9, 15.1, 16.5, 14.7,
)  # fmt: skip
"""People in each ten minutes from 08:00 to 18:00, on an average day of one service point.

Source: the "Anonymous Bank" set of the Technion's service-engineering lab, as published with
*Modeling Techniques in Predictive Analytics*: all who joined a real bank's queue for a person on
its ten whole working days from 1 to 14 February 1999. A city takes their shape, and nothing else.
"""
STEP_S = 600.0
MORNING = ARRIVALS[:21]
"""08:00 to 11:30."""
BUSIEST = max(sum(ARRIVALS[n : n + 3]) for n in range(len(ARRIVALS) - 2)) / sum(ARRIVALS)
"""The part of a day that comes in its busiest half hour."""
HALF_HOUR_S = 1800.0

VISIT_S = 300.0
"""How long a counter has somebody, on average."""
BOOKED = 0.35
"""The part of visits that were booked on a phone."""
ABSENT = 0.06
"""The part of those called who do not come."""
LOOKS = 3
"""How often a phone reads its ticket while it waits, apart from its stream."""
ON_A_PHONE = 0.6
"""The part of tickets that somebody follows on a phone."""
RELEASED_IN_S = 300.0
"""In what time after 08:00 the places of a day are gone where they are wanted."""
AT_EIGHT = 0.1
"""The part of all phones that look for a place in that time."""
LOOKS_AT_EIGHT = 3
"""How often each of them asks for the free times."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Halls of one size."""

    name: str
    halls: int
    """In the whole city."""
    tickets: int
    """A day, in each."""
    screens: int
    """In each."""

    def visits_a_second(self) -> float:
        """In the busiest half hour, of each."""
        return self.tickets * BUSIEST / HALF_HOUR_S

    def counters(self) -> int:
        """What it needs to keep up then."""
        return max(2, math.ceil(self.visits_a_second() * VISIT_S * 1.15))


CITY_HALL = Kind("市级", 10, 8000, 60)
DISTRICT = Kind("区县", 40, 4000, 30)
STREET = Kind("街道", 150, 1067, 8)
CITY = (CITY_HALL, DISTRICT, STREET)
PHONES = 2_000_000

MIX = (
    DISTRICT, STREET, STREET, STREET, STREET, DISTRICT, STREET, STREET, STREET, STREET,
    DISTRICT, STREET, STREET, STREET, STREET, DISTRICT, CITY_HALL, STREET, STREET, STREET,
)  # fmt: skip
"""A tenth of the city, in the order in which a part of it is taken."""


def some(count: int) -> list[Kind]:
    """So many of the city's halls."""
    return list(islice(cycle(MIX), count))


def arrivals(kind: Kind, seconds: float, pace: float, rng: Random) -> Iterator[float]:
    """When people come to one hall, in seconds from the beginning: its morning pressed into these
    seconds, and as many a second, on average, as come at the pace of life, `pace` times over."""
    mean = sum(MORNING) / len(MORNING)
    a_second = kind.tickets * mean / sum(ARRIVALS) / STEP_S * pace
    most = a_second * max(MORNING) / mean
    at = rng.expovariate(most)
    while at < seconds:
        now = MORNING[int(at / seconds * len(MORNING))]
        if rng.random() * max(MORNING) < now:
            yield at
        at += rng.expovariate(most)


def asked_a_second(city: tuple[Kind, ...] = CITY) -> Mapping[str, float]:
    """What the whole city asks in the busiest half hour, by kind of request."""
    visits = sum(kind.halls * kind.visits_a_second() for kind in city)
    boards = sum(
        kind.halls * kind.screens * min(_rings(kind), 1 / BOARD_EVERY_S) for kind in city
    )
    return {
        "take": visits * (1 - BOOKED),
        "check_in": visits * BOOKED,
        "call": visits,
        "start": visits * (1 - ABSENT),
        "pass": visits * ABSENT,
        "ticket": visits * ON_A_PHONE * LOOKS,
        "slots": visits * BOOKED,
        "book": visits * BOOKED,
        "board": boards,
    }


BOARD_EVERY_S = 0.5
"""Changes that come within this are told to a screen together."""
EVENTS_A_VISIT = 4
"""Taken or checked in, called, started, and finished or passed: each rings the hall's screens."""


def _rings(kind: Kind) -> float:
    return kind.visits_a_second() * EVENTS_A_VISIT


def asked_at_eight(city: tuple[Kind, ...] = CITY, phones: int = PHONES) -> Mapping[str, float]:
    """What the release of places asks a second, while there are any."""
    places = sum(kind.halls * kind.tickets for kind in city) * BOOKED
    looking = phones * AT_EIGHT
    return {
        "slots": looking * LOOKS_AT_EIGHT / RELEASED_IN_S,
        "book": places / RELEASED_IN_S,
    }
