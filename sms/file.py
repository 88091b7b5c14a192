"""Messages into a file, for the demo and for tests: one line of JSON each."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from sms.errors import SmsAway
from sms.gateway import SmsText

READ_AT_MOST = 1024 * 1024
"""Bytes from the end of the file."""


class SmsFile:
    def __init__(self, path: Path, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._path = path
        self._now = now
        self._new_id = new_id

    def send(self, phone: str, text: SmsText) -> str:
        """See SmsGateway.send. The id stands in the line, too."""
        made = self._new_id()
        line = {
            "id": made,
            "at": self._now().isoformat(timespec="milliseconds"),
            "phone": phone,
            "template": text.template,
            "params": text.params,
            "words": text.words,
        }
        try:
            self._append(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise SmsAway("file", type(error).__name__) from None
        return made

    def _append(self, line: str) -> None:
        """In one write to a file opened for appending, so that lines of processes do not mix."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        file = os.open(self._path, flags, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)

    def words_of(self, ids: Collection[str]) -> dict[str, str]:
        """What the messages of these ids said, as far as the latest of the file go back."""
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - READ_AT_MOST))
                lines = file.read().splitlines()
        except FileNotFoundError:
            return {}
        whole = lines if size <= READ_AT_MOST else lines[1:]
        read = (json.loads(line) for line in whole)
        return {line["id"]: line["words"] for line in read if line["id"] in ids}
