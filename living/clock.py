"""The only place here where time is read and waited for."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime


class Clock:
    """This machine's."""

    def now(self) -> datetime:
        """This moment, UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Seconds on a stopwatch that never jumps."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0))

    async def until(self, at: datetime) -> None:
        await self.sleep((at - self.now()).total_seconds())

    async def wait(self, told: asyncio.Event, seconds: float) -> None:
        """Until somebody tells, or so many seconds have passed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), seconds)
        told.clear()
