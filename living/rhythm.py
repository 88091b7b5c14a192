"""When people come and how long things take: a recorded day, at the demo's speed. Pure.

Source: the "Anonymous Bank" set of the Technion's service-engineering lab, as published with
*Modeling Techniques in Predictive Analytics*: everyone who waited for a person at a real bank's
telephone desk, 1–14 February 1999. The figures are of its ten whole working days and of no other
file; a hall takes their shape, and its minutes from its own items.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

MINUTE = 60.0
HALF_HOUR = 30 * MINUTE

ARRIVALS = (38, 62, 51, 57, 61, 63, 58, 54, 46, 49, 77, 56, 58, 55, 57, 54, 64, 63, 50, 46)
"""People a half hour, 08:00 to 18:00, on an average day. These hours follow each other without a
night: whoever starts the demo at 23:00 wants to see a hall at work, and its own clock stays real.
"""
BEGINS = 3 * HALF_HOUR
"""Where in these hours a demo starts: 09:30, the morning full under way."""
SERVICES = (
    0.02, 0.08, 0.17, 0.23, 0.28, 0.33, 0.39, 0.44, 0.51, 0.58,
    0.65, 0.74, 0.84, 0.96, 1.12, 1.32, 1.59, 2.01, 2.72, 5.01,
)  # fmt: skip
"""Services as parts of their mean: the mean of each twentieth of 14,364, shortest first."""
SHORTEST = 2 * MINUTE
"""Nobody sits down at a counter for less. The bank's shortest are calls that broke off."""
LONGEST = 3.0
"""So many times its usual minutes a visit takes at the most: what lasts longer in the record waited
for something, which at a counter is parked."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many times as fast as life people move and are served; 1 is real time."""

    speed: float

    def seconds(self, of_life: float) -> float:
        """Seconds on the clock for so many seconds of life."""
        return of_life / self.speed

    def of_life(self, seconds: float) -> float:
        """Seconds of life that pass in so many seconds on the clock."""
        return seconds * self.speed


def bustle(of_life: float) -> float:
    """How much is going on, 1 on average, so many seconds of life after the demo's start."""
    half_hour = int((BEGINS + of_life) // HALF_HOUR) % len(ARRIVALS)
    return ARRIVALS[half_hour] * len(ARRIVALS) / sum(ARRIVALS)


def gap(rng: Random, a_second: float) -> float:
    """Until the next of people who come so many a second, each on their own."""
    return rng.expovariate(a_second) if a_second > 0 else math.inf


def service(rng: Random, minutes: float) -> float:
    """Seconds of life for a visit that usually takes these minutes."""
    usual = minutes * MINUTE
    return max(SHORTEST, usual * min(rng.choice(SERVICES), LONGEST))


def usual_service(minutes: float) -> float:
    """The mean of `service`."""
    usual = minutes * MINUTE
    drawn = (max(SHORTEST, usual * min(part, LONGEST)) for part in SERVICES)
    return sum(drawn) / len(SERVICES)
