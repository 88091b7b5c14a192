"""The same request again gives the same answer again, and its effect once.

The key's row is the first insert of the effect's own transaction: a second try that comes while
the first runs waits on it, and then reads the stored answer. Only answers that say yes (2xx)
are stored, sealed, since they may name people; an error rolls the row back with everything else,
so it may be tried again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import request
from sqlalchemy import String, Update, and_, bindparam, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from app.core import audit
from app.core.auth import actor
from app.core.db import UtcDateTime, db, insert_once, leave, transaction
from app.core.errors import DomainError, StoreBusy
from app.core.parts import parts

R = TypeVar("R")

KEPT_FOR = timedelta(hours=24)
ROUNDS = 6
"""How often a use case may begin again before the caller is told to."""
DEADLOCK = "40P01"
"""PostgreSQL's word for two transactions that wait for each other; it ends one of them."""
HEADER = "Idempotency-Key"
BODY = "idempotency_keys.body_hash"
"""The column a body's blind index belongs to. A plain hash would give away what it is of: there
are few enough ID numbers to try them all."""
ANSWER = "idempotency_keys.answer_sealed"
"""The column a sealed answer belongs to."""


class KeyRow(db.Model):
    """One answered request."""

    __tablename__ = "idempotency_keys"

    actor: Mapped[str] = mapped_column(String(64), primary_key=True)
    method: Mapped[str] = mapped_column(String(8), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    status: Mapped[int | None]
    answer_sealed: Mapped[bytes | None]


TABLE = KeyRow.__table__


STATUS = select(TABLE.c.status).where(
    *(column == bindparam(f"the_{column.name}") for column in TABLE.primary_key)
)


@dataclass(frozen=True, slots=True)
class Answered:
    """Note what was answered under a key."""

    def statement(self, prefix: str) -> Update:
        key = (column == bindparam(prefix + column.name) for column in TABLE.primary_key)
        answer = {"status": bindparam(prefix + "to"), "answer_sealed": bindparam(prefix + "sealed")}
        return update(TABLE).where(*key).values(answer).returning(TABLE.c.key)


class KeyMissing(DomainError):
    status = 400
    code = "idempotency_key_missing"
    detail = "请求缺少 Idempotency-Key，无法保证不重复办理。"


class KeyUnfit(DomainError):
    status = 400
    code = "idempotency_key_unfit"
    detail = "Idempotency-Key 须为 1 至 255 个可见字符。"


class KeyReused(DomainError):
    status = 422
    code = "idempotency_key_reused"
    detail = "同一个 Idempotency-Key 已用于内容不同的请求。"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the caller."""

    body: Any
    status: int = 200


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a request, as its key row knows it."""

    actor: str
    method: str
    path: str
    key: str
    body_hash: str


class BeginAgain(Exception):
    """A use case needs something done outside any transaction first; then it is run anew.

    `remedy` does it, and raises a DomainError when it cannot; `then` is what to run instead."""

    def __init__(self, remedy: Callable[[], object], then: Callable[[], Any]) -> None:
        self.remedy = remedy
        self.then = then
        super().__init__("begin again")


def this_try() -> Try:
    """The request being served. Raises KeyMissing and KeyUnfit."""
    key = request.headers.get(HEADER, "")
    if not key:
        raise KeyMissing
    if len(key) > 255 or not key.isprintable():
        raise KeyUnfit
    body = request.get_data(cache=True)
    body_hash = parts().seal.find(BODY, body)
    return Try(str(actor()), request.method, request.path[:200], key, body_hash)


def is_answered(once: Try) -> bool:
    """Whether this try, or one that shares its key, has been answered. A look that costs no write;
    one that is under way is not seen."""
    key = {f"the_{column.name}": getattr(once, column.name) for column in TABLE.primary_key}
    return db.session.execute(STATUS, key).first() is not None


def perform(
    use_case: Callable[[], R],
    present: Callable[[R], Answer],
    once: Try | None,
    now: datetime,
    on_replay: Callable[[Any], object] | None = None,
) -> Answer:
    """Run a use case in one transaction, its key first, and give its answer. The loser of a
    deadlock is run once more.

    `on_replay` sees the stored body when an earlier try had already been answered."""
    deadlocks = 0
    for _ in range(ROUNDS):
        try:
            with transaction():
                stored = _stored(once, now) if once else None
                if stored is not None:
                    audit.already()
                    if on_replay:
                        on_replay(stored.body)
                    return stored
                answer = present(use_case())
                audit.done(answer.status, answer.body)
                if once:
                    _keep(once, answer)
            return answer
        except BeginAgain as again:
            db.session.rollback()
            again.remedy()
            use_case = again.then
        except OperationalError as error:
            deadlocks += 1
            if deadlocks > 1 or getattr(error.orig, "sqlstate", None) != DEADLOCK:
                raise
    raise StoreBusy


def _stored(once: Try, now: datetime) -> Answer | None:
    """Take the key for this transaction, or read what an earlier one answered under it."""
    if insert_once(TABLE, **asdict(once), at=now):
        return None
    kept = db.session.execute(
        select(TABLE.c.body_hash, TABLE.c.status, TABLE.c.answer_sealed).where(_is(once))
    ).one()
    if kept.body_hash != once.body_hash:
        raise KeyReused
    return Answer(json.loads(parts().seal.open(ANSWER, kept.answer_sealed)), kept.status)


def _keep(once: Try, answer: Answer) -> None:
    sealed = parts().seal.seal(ANSWER, json.dumps(answer.body, ensure_ascii=False))
    named = {column.name: getattr(once, column.name) for column in TABLE.primary_key}
    leave(Answered(), {**named, "to": answer.status, "sealed": sealed})


def _is(once: Try) -> Any:
    return and_(*(column == getattr(once, column.name) for column in TABLE.primary_key))


def forget_old(now: datetime) -> int:
    """Drop the answers of more than 24 hours ago; how many there were."""
    return db.session.execute(delete(TABLE).where(TABLE.c.at < now - KEPT_FOR)).rowcount
