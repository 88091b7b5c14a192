"""One question to a vendor over HTTP, asked once, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sms.errors import SmsAway, SmsUnread
from wire import Limits, NotAnswered, NotReached, Wire, said

LIMITS = Limits(connect=3.0, read=8.0, total=11.0)


def ask(url: str, headers: Mapping[str, str], body: bytes = b"") -> dict[str, Any]:
    """The JSON object a POST is answered with, whatever its status. Raises SmsAway, SmsUnread."""
    try:
        # a connection of its own: one kept from before may end just as it is written to
        with Wire(LIMITS) as wire:
            reply = wire.post(url, data=body, headers=dict(headers))
    except NotReached as error:
        raise SmsAway("away", str(error)) from None
    except NotAnswered as error:
        raise SmsUnread("unread", str(error)) from None
    try:
        answer = said(reply)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise SmsUnread(f"http_{reply.status_code}", "no JSON object")
    return answer
