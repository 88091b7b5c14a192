"""The queues of background jobs."""

from __future__ import annotations

QUEUES = ("prints", "notices", "default", "imports")
"""Every queue a job is put on, the first one first."""
