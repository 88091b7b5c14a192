"""What nobody taps, as a background job, run by RQ: it asks registers, for which the schedule must
not wait."""

from __future__ import annotations

from app.core.acts import SYSTEM, Act
from app.core.parts import parts
from app.renewals.sweeping import sweep

SWEEP_RENEWALS = "sweep-renewals"


def sweep_renewals() -> None:
    """One round."""
    sweep(Act(parts().clock.now(), SYSTEM))
