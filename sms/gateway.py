"""The port to whoever sends text messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SmsText:
    """One message. Vendors send registered templates only, and fill them in themselves."""

    template: str
    """The vendor's id of the template."""
    params: tuple[str, ...]
    """What its placeholders stand for, in their order."""
    words: str
    """What arrives, signature included."""


class SmsGateway(Protocol):
    def send(self, phone: str, text: SmsText) -> str:
        """Send it, once, and give the vendor's id of the message.

        `phone` is eleven digits of the mainland, or E.164. Raises SmsRefused, SmsBusy, SmsAway,
        SmsUnread. Asks over the network, for seconds (asking.py: LIMITS): never inside a
        transaction."""


def e164(phone: str) -> str:
    return phone if phone.startswith("+") else f"+86{phone}"
