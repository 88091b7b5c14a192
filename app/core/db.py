"""The database: one transaction for each use case, and what happens after it.

A use case never commits. Its surface opens `transaction()` (or `idempotency.perform`, which
does), and inside it the use case may say what is to follow: `after_commit` for what may only
happen once the rows are safe, `after_all` for what can wait until that is done, `after_rollback`
to give back what was held for rows that will never be. When a commit's answer was lost, none of
them runs: the sweep settles it by the rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    any_,
    bindparam,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from app.core import leaving
from app.core.stores import PlainCursor
from queueing.errors import SequenceAway

log = logging.getLogger(__name__)

SQLITE_WAIT_S = 20
"""SQLite has one writer at a time and no queue for the others, who look again every tenth of a
second: with eight busy processes some looked in vain for five seconds. Nothing is held while
they wait: a writer waits at BEGIN."""
LOCK_TIMEOUT_MS = 2_000
STATEMENT_TIMEOUT_MS = 3_000
CONNECT_S = 2
IDLE_TIMEOUT_MS = 10_000
"""A process frozen inside a transaction gives up its locks before its claims expire (15 s)."""

Hook = Callable[[], object]
K = TypeVar("K")
T = TypeVar("T")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


READING = "reading"
MEETS_NOTHING_LEFT = {"meets_nothing_left": True}
"""Of a statement that is often sent: it neither reads nor refers to what is left behind before
it."""


class HouseSession(FlaskSession):
    """What is read outside a use case is read statement by statement: a transaction around it would
    show nothing else, since each statement sees what is committed, and costs two journeys more."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind = super().get_bind(*args, **kwargs)
        if self.info.get("open") or self.info.get("at_length") or isinstance(bind, Connection):
            return bind
        reading: Engine = bind.get_execution_options().get(READING, bind)
        return reading

    def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        if not statement.get_execution_options().get("meets_nothing_left"):
            self.write_left()
        if any(options.values()) or _is_of_rows(statement):
            return super().execute(statement, params, **options)
        # what the session does besides is for rows as objects, and takes as long as reading one
        return self.connection().execute(statement, params)

    def scalars(self, statement: Any, *args: Any, **kwargs: Any) -> Any:
        if statement.is_select:
            self.write_left()
        return super().scalars(statement, *args, **kwargs)

    def write_left(self) -> None:
        """Write what this transaction has left so far."""
        left = self.info.get("left")
        if left:
            self.info["left"] = []
            leaving.write(self, left)


def _is_of_rows(statement: Any) -> bool:
    """Whether it names a table's class, and not the table alone."""
    return bool(statement._propagate_attrs)


db = SQLAlchemy(model_class=Base, session_options={"class_": HouseSession})

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A growing 64-bit key; SQLite counts up only plain INTEGER keys."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes, kept in UTC. SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CommitOutcomeUnknown(Exception):
    """The connection broke while the database was committing: it may have happened or not."""


def after_commit(hook: Hook) -> None:
    """Run once this transaction is committed. Its failure is logged and changes no answer:
    whatever it does must be something the sweep can do again."""
    _hooks("after_commit").append(hook)


def after_commit_together(hook: Callable[[K, list[T]], object], of: K, one: T) -> None:
    """The same, once for all that is given for `of` in this transaction."""
    gathered = db.session().info["gathered"].setdefault((hook, of), [])
    if not gathered:
        after_commit(lambda: hook(of, gathered))
    gathered.append(one)


def after_all(hook: Hook) -> None:
    """The same, when all of those are done; once, however often it is asked for."""
    hooks = _hooks("after_all")
    if hook not in hooks:
        hooks.append(hook)


def will_follow(hook: Hook) -> bool:
    """Whether this transaction was asked to do that after all."""
    return hook in _hooks("after_all")


def after_rollback(hook: Hook) -> None:
    """Run when this transaction has surely not happened."""
    _hooks("after_rollback").append(hook)


def leave(
    kind: leaving.Kind, values: Mapping[str, Any], then: leaving.Then = lambda _: None
) -> None:
    """Write this before the transaction ends, or earlier if something is read. `then` hears the
    key of the row, and may say what is to follow."""
    if not in_transaction():
        raise RuntimeError("nothing is left behind outside a transaction")
    db.session().info["left"].append(leaving.Left(kind, values, then))


def in_transaction() -> bool:
    """Whether a use case is under way, so that rows may be written."""
    return bool(db.session().info.get("open"))


def asked_once(what: str, ask: Callable[[], T]) -> T:
    """What a use case asks of the database and goes by until it ends, though others change it
    meanwhile. Outside of one it is asked each time."""
    if not in_transaction():
        return ask()
    asked: dict[str, Any] = db.session().info["asked"]
    if what not in asked:
        asked[what] = ask()
    found: T = asked[what]
    return found


def ask_again(what: str) -> None:
    """This use case has changed it."""
    db.session().info["asked"].pop(what, None)


@contextmanager
def transaction() -> Iterator[Session]:
    """The one transaction of a use case. Ends whatever was read before it."""
    session = db.session()
    if in_transaction():
        raise RuntimeError("a use case runs inside another's transaction")
    session.rollback()
    session.info.update(
        open=True,
        left=[],
        asked={},
        after_commit=[],
        gathered={},
        after_all=[],
        after_rollback=[],
    )
    try:
        session.connection(execution_options={"writes": True})
        yield session
        session.flush()
        session.write_left()
    except BaseException:
        _roll_back(session)
        raise
    _commit(session)


def read_at_length() -> Connection:
    """Outside a use case: read in one transaction all the same, since a cursor that is read piece
    by piece and a time limit of its own end with it."""
    session = db.session()
    if not in_transaction():
        session.rollback()
        session.info["at_length"] = True
    return session.connection()


def _commit(session: Session) -> None:
    try:
        session.commit()
    except DBAPIError as error:
        if not error.connection_invalidated:
            _roll_back(session)
            raise
        _abandon(session)
        raise CommitOutcomeUnknown from error
    except BaseException:
        _abandon(session)
        raise
    session.info["open"] = False
    # both lists at once: a hook may open a transaction, which begins lists of its own
    _run("after_commit", [*session.info["after_commit"], *session.info["after_all"]])


def _abandon(session: Session) -> None:
    """The commit was sent and its answer never came: touch nothing that others hold for it."""
    session.info["open"] = False
    session.rollback()


def _roll_back(session: Session) -> None:
    session.info.update(open=False, left=[])
    session.rollback()
    _run("after_rollback", session.info["after_rollback"])


def _run(name: str, hooks: list[Hook]) -> None:
    for hook in hooks:
        try:
            hook()
        except SequenceAway as error:
            log.warning("%s: left to the sweep: %s", name, error)
        except Exception:
            log.exception("%s: left to the sweep", name)


def _hooks(name: str) -> list[Hook]:
    session = db.session()
    if not session.info.get("open"):
        raise RuntimeError(f"{name} outside a transaction")
    hooks: list[Hook] = session.info[name]
    return hooks


def let_go(_error: BaseException | None = None) -> None:
    """Give the connection of a request that is over back. Where it broke meanwhile, that changes
    nothing any more: what was to be written was committed, what was read is in the answer."""
    try:
        db.session.remove()
    except DBAPIError as error:
        log.warning("a connection broke after its last use: %s", str(error.orig).partition("\n")[0])
        db.session.registry.clear()


def insert_into(table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, in this database's dialect."""
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def insert_once(table: Any, **values: Any) -> bool:
    """Insert a row unless one with its key is there; whether it was inserted.

    Not told by `rowcount`: of an INSERT, psycopg's is -1 whatever happened."""
    return bool(insert_each_once(table, [values]))


def insert_each_once(table: Any, rows: Sequence[Mapping[str, Any]]) -> set[Any]:
    """The same of several, which all name the same columns; the keys of those that were."""
    if not rows:
        return set()
    statement = _insert_once(db.engine.dialect.name, table)
    given = rows[0] if len(rows) == 1 else rows
    return set(db.session.execute(statement, given).scalars())


@cache
def _insert_once(dialect: str, table: Any) -> Any:  # noqa: ARG001 (the cache's key)
    key = next(iter(table.primary_key))
    return insert_into(table).on_conflict_do_nothing().returning(key)


def hold(name: str, *, alone: bool) -> None:
    """Hold what this name stands for until the transaction ends, together with others or `alone`.

    In the order of coming: those who share a row's lock keep taking it from who waits for it alone,
    and at eight in the morning there is always one more. SQLite's one writer holds everything."""
    hold_each([name], alone=alone)


def hold_each(names: Collection[str], *, alone: bool) -> None:
    """The same of several, always in one order."""
    if db.engine.dialect.name == "sqlite":
        return
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    each = func.unnest(_list(sorted(names))).column_valued("name")
    db.session.execute(select(lock(func.hashtextextended(each, 0))))


def among(column: ColumnElement[str], keys: Collection[str]) -> ColumnElement[bool]:
    """Whether a column says one of these, which are sent together: IN with a parameter for each of
    a thousand takes longer to write than to answer."""
    if db.engine.dialect.name == "sqlite":
        return column.in_(keys)
    return column == any_(_list(list(keys)))


def _list(texts: list[str]) -> Any:
    return bindparam(None, texts, type_=ARRAY(String))


def engine_options(url: str) -> dict[str, Any]:
    """Pool and time limits for this database (SQLAlchemy `create_engine` options). An error names
    the statement, never its parameters: tokens, codes and names are among them."""
    if url.startswith("sqlite"):
        return {
            "hide_parameters": True,
            "connect_args": {"timeout": SQLITE_WAIT_S, "check_same_thread": False},
        }
    return {
        "hide_parameters": True,
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": 4,
        "pool_pre_ping": True,
        "paramstyle": "numeric_dollar",
        "use_native_hstore": False,  # or each new connection asks whether there is such a type
        "connect_args": {
            "cursor_factory": PlainCursor,
            "connect_timeout": CONNECT_S,
            # a server that has gone without a word is noticed, not waited for
            "tcp_user_timeout": 5_000,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "options": f"-c lock_timeout={LOCK_TIMEOUT_MS}"
            f" -c statement_timeout={STATEMENT_TIMEOUT_MS}"
            f" -c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS} -c timezone=UTC",
        },
    }


def prepare_sqlite(engine: Engine) -> None:
    """SQLite as a hall needs it: WAL, foreign keys, and BEGIN IMMEDIATE for every writer, so that
    two writers wait for each other at the start and never fail in the middle."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def read_by_statement(engine: Engine) -> None:
    """Give an engine one for reading, on the same connections. SQLite, a file, needs none."""
    if engine.dialect.name != "postgresql":
        return
    reading = engine.execution_options(**{READING: None})

    @event.listens_for(reading, "engine_connect")
    def begin_nothing(connection: Connection) -> None:
        connection.connection.driver_connection.autocommit = True  # type: ignore[union-attr]

    @event.listens_for(engine, "checkin")
    def begin_again(line: Any, _record: Any) -> None:
        if line is not None and line.autocommit and not line.closed:
            line.autocommit = False

    engine.update_execution_options(**{READING: reading})


def server_time(engine: Engine) -> datetime | None:
    """The database server's time; None from SQLite, which has only this machine's."""
    if engine.dialect.name == "sqlite":
        return None
    with engine.connect() as connection:
        told: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return told
