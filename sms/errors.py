"""How a text message fails, told apart by what may be done next."""

from __future__ import annotations

from typing import ClassVar, Literal


class SmsError(Exception):
    """A text message that is not known to be sent."""

    what_next: ClassVar[Literal["retry", "give_up"]]

    def __init__(self, errcode: str, told: str = "") -> None:
        super().__init__(f"{errcode}: {told}" if told else errcode)
        self.errcode = errcode
        """The vendor's own code, or one of ours: short, stable, without personal data."""


class SmsRefused(SmsError):
    """The vendor will not send it, however often it is asked: the number or our configuration."""

    what_next = "give_up"


class SmsBusy(SmsError):
    """Nothing was sent: too many at once, or to this number within the minute or the hour."""

    what_next = "retry"


class SmsAway(SmsError):
    """Nothing was sent: the vendor was not reached (name, connection, TLS)."""

    what_next = "retry"


class SmsUnread(SmsError):
    """Asked, without an answer that tells: it may have been sent, so it is not sent again."""

    what_next = "give_up"
