"""What becomes of an import, and its words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from app.licences.identifier import OID
from app.licences.importing.reading import Format
from app.licences.rules import hidden


class State(StrEnum):
    AWAITING = "awaiting"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


STATE_WORDS = {
    State.AWAITING: "等待文件",
    State.QUEUED: "排队",
    State.RUNNING: "正在导入",
    State.DONE: "已完成",
    State.CANCELLED: "已取消",
    State.FAILED: "未能导入",
}
REFUSED = "已拒收"
OPEN = (State.QUEUED, State.RUNNING)
"""What a worker may take in hand."""
BATCH = 500
"""Rows of one transaction: some tens of milliseconds, so nobody waits long for what it holds."""
LASTS = timedelta(seconds=5)
"""How long a worker has an import in hand before it looks whether other work waits."""
LEASE = timedelta(seconds=60)
"""A worker that let this pass without a word is taken for dead. A batch takes a hundredth of it."""
TRIES = 5
"""Workers an import may outlive without getting on; then it is given up, and told so."""
FILE_AWAITED = timedelta(hours=24)
"""How long an import waits for its file."""
KEPT = timedelta(days=180)
"""How long what is known of an import is kept, its errors among it."""
FILE_LOCKED = "收到的文件用现在的密钥打不开，文件还留着，请联系系统管理员，或重新上传。"

SUFFIXES = {".csv": Format.CSV, ".jsonl": Format.JSONL, ".ndjson": Format.JSONL}


def format_of(name: str) -> Format | None:
    """By the end of a file's name."""
    return SUFFIXES.get(PurePath(name).suffix.lower())


def masked(record: Mapping[str, Any]) -> str:
    """The licence a record is of, as it may be shown: by its identifier or number, hidden in the
    middle."""
    told = record.get("identifier") or record.get("number")
    if not isinstance(told, str):
        return ""
    return hidden(told.strip()[:120].removeprefix(f"{OID}."))
