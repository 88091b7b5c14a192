"""What people are told of a forecast, held against what became of those told before.

Both numbers speak to whoever may have to wait. A wait of up to a minute is called at once by
anybody; so as soon as one run in ten takes longer, they are the median and the 90th percentile of
the waits that do. Those who in the end waited over a minute are then the people the numbers were
made for, and whether nine of ten of them were called in time can be counted, and corrected.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from queueing.estimate import Forecast

AT_ONCE = 60.0
"""Seconds."""
SHARE = 0.9
REMEMBERED = 1_000
"""Outcomes; older ones tell of another season."""
TRUSTED = 50
"""Outcomes until which the simulation is believed more than they."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The wait of one ticket from now on, if it is called at all today."""

    p50_s: float
    p90_s: float
    simulated_p90_s: float
    """Before it was corrected: what `Calibration.after` is told with the outcome."""


@dataclass(frozen=True)
class Calibration:
    """How much longer than its simulated 90th percentile a wait has been."""

    ratios: tuple[float, ...] = ()
    """Of people who waited over a minute, the latest last."""

    def after(self, outcomes: Iterable[tuple[float, float]]) -> Calibration:
        """Having seen these (seconds waited, simulated_p90_s of the estimate made at entering)."""
        seen = (wait / max(simulated, 1.0) for wait, simulated in outcomes if wait > AT_ONCE)
        return Calibration((*self.ratios, *seen)[-REMEMBERED:])

    @cached_property
    def factor(self) -> float:
        """What nine of ten such waits have stayed within, in simulated 90th percentiles."""
        if not self.ratios:
            return 1.0
        seen = len(self.ratios)
        within = float(np.quantile(self.ratios, SHARE, method="higher"))
        return (TRUSTED + seen * within) / (TRUSTED + seen)

    def estimates(self, forecast: Forecast) -> list[Estimate | None]:
        """For each row of the forecast; None: the counters close before it is called."""
        may_wait = forecast.share_over(AT_ONCE) > 1 - SHARE
        p50 = np.where(may_wait, forecast.quantile(0.5, AT_ONCE), forecast.quantile(0.5))
        simulated = forecast.quantile(SHARE, AT_ONCE)
        p90 = np.maximum(simulated * self.factor, p50)
        return [
            Estimate(*each) if math.isfinite(each[0]) else None
            for each in zip(p50.tolist(), p90.tolist(), simulated.tolist(), strict=True)
        ]
