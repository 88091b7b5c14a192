"""A call as it came in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wechat.sandbox.replies import Json, Refusal


@dataclass(frozen=True)
class Asked:
    query: Mapping[str, str]
    raw: bytes
    host: str
    """Where the sandbox was reached, as in `http://127.0.0.1:9000`."""

    @cached_property
    def body(self) -> Json:
        """The JSON object that was sent, whatever Content-Type it was given."""
        if not self.raw.strip():
            raise Refusal(44002)
        try:
            body = json.loads(self.raw)
        except ValueError:
            raise Refusal(47001) from None
        if not isinstance(body, dict):
            raise Refusal(47001)
        return body

    def text(self, name: str, otherwise: str = "") -> str:
        """A text of the body; 47001 if it is something else."""
        value: Any = self.body.get(name)
        if value is None:
            return otherwise
        if not isinstance(value, str):
            raise Refusal(47001)
        return value

    def whole(self, name: str, otherwise: int) -> int:
        """A whole number of the body; 47001 if it is something else."""
        value: Any = self.body.get(name, otherwise)
        if not isinstance(value, int):
            raise Refusal(47001)
        return int(value)
