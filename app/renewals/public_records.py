"""Public records of licence holders: a service over HTTP, a file about invented holders, or nobody
to ask."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.citizens.rules import BEIJING, masked_number
from app.core.public_records import Answer, Question, Silence, Truth, unknown
from app.licences.fields import read_text
from wire import Limits, NotAnswered, NotReached, Wire, said

log = logging.getLogger(__name__)

LIMITS = Limits(connect=1.0, read=2.0, total=2.5)
"""Somebody has tapped and waits; what is not answered in time is asked again later."""
ASKING_AT_MOST = 24
"""Questions of one process that wait for an answer at once: most threads are left to the hall."""
TEXT_AT_MOST = 100
"""Characters of a source's name, of a reference."""


class NoRecords:
    """Nobody to ask: all is for a person to find out."""

    def ask(self, question: Question, holder_kind: str, holder_number: str) -> Answer:
        """See PublicRecords.ask."""
        return unknown(Silence.NOT_CONNECTED)


class HttpPublicRecords:
    """A service that takes `{question, holder_kind, holder_number}` and answers
    `{answer, source, as_of, reference?}`; docs/operations.md tells what each may be. Whatever else
    it does, or does not, tells nothing."""

    def __init__(self, url: str, key: str, limits: Limits = LIMITS) -> None:
        self._url, self._key, self._limits = url, key, limits
        self._asking = BoundedSemaphore(ASKING_AT_MOST)

    def ask(self, question: Question, holder_kind: str, holder_number: str) -> Answer:
        """See PublicRecords.ask."""
        if not self._asking.acquire(blocking=False):
            log.warning("public records are slow: %s wait for an answer", ASKING_AT_MOST)
            return unknown(Silence.NOT_ANSWERED)
        body = {
            "question": question,
            "holder_kind": holder_kind,
            "holder_number": holder_number,
        }
        try:
            with Wire(self._limits) as wire:
                headers = {"Authorization": f"Bearer {self._key}"}
                reply = wire.post(self._url, json=body, headers=headers)
            if reply.status_code != HTTPStatus.OK:
                return _silent(Silence.NOT_ANSWERED, question, f"HTTP {reply.status_code}")
            return _answer(said(reply), holder_number)
        except (NotReached, NotAnswered) as error:
            return _silent(Silence.NOT_ANSWERED, question, str(error))
        except (ValueError, OverflowError):  # also of the year 1, and of [[[[…
            return _silent(Silence.NOT_UNDERSTOOD, question, "not the answer that was agreed on")
        finally:
            self._asking.release()


def _silent(silence: Silence, question: Question, why: str) -> Answer:
    log.warning("public records told nothing of %s: %s", question, why)  # nor about whom
    return unknown(silence)


def _answer(told: Any, number: str) -> Answer:
    """Raises ValueError, OverflowError."""
    if not isinstance(told, dict):
        raise ValueError
    truth, source = Truth(told.get("answer", "")), _text(told.get("source", ""), number)
    if truth is Truth.UNKNOWN:
        return unknown(Silence.NOT_KNOWN, source)
    as_of = datetime.fromisoformat(_text(told.get("as_of", ""), number))
    if not source or as_of.tzinfo is None:
        raise ValueError
    reference = _text(told.get("reference") or "", number)
    return Answer(truth, source, reference, as_of.astimezone(BEIJING))


def _text(text: Any, number: str) -> str:
    """A line to be shown and kept in the clear, so not with the holder's number in it. Raises
    ValueError."""
    if not isinstance(text, str):
        raise ValueError
    line = " ".join(text.split())
    return line and read_text(line, TEXT_AT_MOST).replace(number, masked_number(number))


class FileRecords:
    """Knows the holders of a file, and that all others are in order; the demo and the tests ask
    it."""

    def __init__(
        self, holders: Mapping[str, Mapping[str, Any]], source: str, now: Callable[[], datetime]
    ) -> None:
        self.holders = dict(holders)
        """Number -> what is not in order, as config/demo-records.yaml writes it."""
        self._source, self._now = source, now

    def ask(self, question: Question, holder_kind: str, holder_number: str) -> Answer:
        """See PublicRecords.ask."""
        record = self.holders.get(holder_number, {})
        if record.get("away"):
            return unknown(Silence.NOT_ANSWERED)
        match record.get(question, True):
            case None:
                return unknown(Silence.NOT_KNOWN, self._source)
            case False:
                reference = record.get("reference", "")
                return Answer(Truth.NO, self._source, reference, self._now())
        return Answer(Truth.YES, self._source, as_of=self._now())


class EditedRecords(FileRecords):
    """The same of a file that may be edited while it is asked: what it says now holds. Of one that
    cannot be read, nothing is known of anybody."""

    def __init__(self, file: Path, now: Callable[[], datetime]) -> None:
        super().__init__({}, "", now)
        self._file, self._read_at, self._is_whole = file, 0, False

    def ask(self, question: Question, holder_kind: str, holder_number: str) -> Answer:
        """See PublicRecords.ask."""
        if self._file.stat().st_mtime_ns != self._read_at:
            self.read()
        if not self._is_whole:
            return unknown(Silence.NOT_UNDERSTOOD)
        return super().ask(question, holder_kind, holder_number)

    def read(self) -> None:
        """Take what the file says now."""
        read_at = self._file.stat().st_mtime_ns
        try:
            written = YAML(typ="safe").load(self._file.read_text(encoding="utf-8"))
            self.holders = {str(number): dict(said) for number, said in written["holders"].items()}
            self._source, self._is_whole = str(written["source"]), True
        except (YAMLError, ValueError, LookupError, TypeError, AttributeError) as error:
            log.warning("%s cannot be read: %s", self._file, error)
            self._is_whole = False
        self._read_at = read_at


def file_records(file: Path, now: Callable[[], datetime]) -> FileRecords:
    """The records of a file such as config/demo-records.yaml."""
    records = EditedRecords(file, now)
    records.read()
    return records
