"""A WeChat and a vendor of text messages that now and then are away, refuse, or answer nothing."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sms.errors import SmsAway, SmsBusy, SmsRefused, SmsUnread
from sms.gateway import SmsText
from wechat.errors import AnswerUnread, GrantSpent, Refused, WechatAway
from wechat.gateway import NoGateway, SubscribeMessage

OUT = ("sent", "unread")
"""Answers after which it went out, or may have."""
LINK = "https://wxaurl.cn/"


@dataclass(frozen=True)
class Asked:
    """One message that one of them was asked to send, and what it answered."""

    channel: str
    to: str
    about: str
    """The id in its link: a renewal's or a licence's."""
    at: datetime
    answer: str
    words: str


@dataclass
class Unreliable:
    """Both, and all that was asked of them. What they answer follows from the message and from how
    often it was tried, so that it is the same however many ask at once."""

    now: Callable[[], datetime]
    seed: int
    step: Callable[[], None]
    """Something happens at which whoever asks may die."""
    asked: list[Asked] = field(default_factory=list)
    _tried: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, channel: str, to: str, about: str, words: str) -> str:
        """What is answered; written down before anybody hears it."""
        self.step()
        answer = self._answer(channel, to, about, words)
        self.step()
        return answer

    def _answer(self, channel: str, to: str, about: str, words: str) -> str:
        with self._lock:
            message = f"{self.seed} {channel} {to} {about} {words}"
            nth = self._tried[message] = self._tried.get(message, 0) + 1
            drawn = zlib.crc32(f"{message} {nth}".encode()) % 100
            answer = next(
                (said for said, below in _ODDS[channel] if drawn < below),
                "sent",
            )
            self.asked.append(Asked(channel, to, about, self.now(), answer, words))
            return answer


_ODDS = {
    "wechat": (("away", 12), ("refused", 15), ("spent", 18), ("unread", 21)),
    "sms": (("away", 8), ("busy", 14), ("refused", 17), ("unread", 20)),
}
"""Of a hundred, cumulated."""


class UnreliableWechat(NoGateway):
    def __init__(self, both: Unreliable) -> None:
        self._both = both

    def send(self, message: SubscribeMessage) -> None:
        about = message.page.rpartition("id=")[2]
        match self._both.note("wechat", message.openid, about, message.data["thing5"]):
            case "away":
                raise WechatAway(said="on purpose")
            case "refused":
                raise Refused(40249)
            case "spent":
                raise GrantSpent(43101)
            case "unread":
                raise AnswerUnread(said="on purpose")

    def url_link(self, path: str, query: str, lives_days: int = 30) -> str:
        return LINK + query.removeprefix("id=")


class UnreliableSms:
    def __init__(self, both: Unreliable) -> None:
        self._both = both

    def send(self, phone: str, text: SmsText) -> str:
        about = text.words.rpartition(LINK)[2]
        match self._both.note(
            "sms", phone, about, text.words.partition("：")[2].partition("。")[0]
        ):
            case "away":
                raise SmsAway("away")
            case "busy":
                raise SmsBusy("LimitExceeded.PhoneNumberThirtySecondLimit")
            case "refused":
                raise SmsRefused("FailedOperation.PhoneNumberInBlacklist")
            case "unread":
                raise SmsUnread("unread")
        return f"sms-{len(self._both.asked)}"
