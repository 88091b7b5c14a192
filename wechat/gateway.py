"""The port to WeChat: what a hall asks of it.

Every question goes over the network, never inside a transaction, and raises a WechatError:
wechat/errors.py says which, and what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NoReturn, Protocol

from wechat.errors import WechatAway

Verdict = Literal["pass", "review", "risky"]
"""What WeChat thinks of a text; review: it wants a person to look."""


@dataclass(frozen=True, slots=True)
class Login:
    """Whom a login code stands for."""

    openid: str
    """Names one person within one mini-program."""
    unionid: str | None = None
    """Names them across the apps of one owner, where WeChat tells it."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscribe message to one person."""

    openid: str
    template: str
    """WeChat's template id."""
    data: Mapping[str, str]
    """Field -> value, each within its limits: wechat/fields.py."""
    page: str
    """Where a tap on it leads: `pages/…/index?…`."""
    lang: Literal["zh_CN", "en_US"] = "zh_CN"


class Gateway(Protocol):
    def login(self, code: str) -> Login:
        """Whom this code of `wx.login` stands for; using it up. Raises LoginCodeWrong, Blocked."""

    def phone_number(self, code: str) -> str:
        """The number behind a code of the phone number button, using the code up: eleven digits
        of the mainland, any other as +countrynumber (E.164). Raises PhoneCodeWrong."""

    def send(self, message: Subscription) -> None:
        """Send it, once. Raises GrantSpent, BadMessage; AnswerUnread means that it may have
        arrived, any other error that it did not."""

    def answered(self, openid: str, answers: Mapping[str, str]) -> None:
        """On their phone, this person answered which messages they want: template id -> accept,
        reject, … WeChat has seen it; whoever plays WeChat has to be told. Raises nothing."""

    def url_link(self, path: str, query: str, lives_days: int = 30) -> str:
        """A link that opens this page of the mini-program from an SMS, for up to 30 days.

        Whoever has it may open it: the query must not say who somebody is."""

    def check_text(self, openid: str, text: str) -> Verdict:
        """What WeChat thinks of a comment by somebody who used the app within two hours."""

    def code_image(self, scene: str, page: str) -> bytes:
        """A picture, PNG or JPEG, of the mini-program code that opens `page` with this scene of up
        to 32 visible characters."""


class NoGateway:
    """Where no mini-program is configured: nobody can sign in, and nothing is sent."""

    def login(self, code: str) -> Login:
        self._away()

    def phone_number(self, code: str) -> str:
        self._away()

    def send(self, message: Subscription) -> None:
        self._away()

    def answered(self, openid: str, answers: Mapping[str, str]) -> None:
        """Nobody is there to hear it."""

    def url_link(self, path: str, query: str, lives_days: int = 30) -> str:
        self._away()

    def check_text(self, openid: str, text: str) -> Verdict:
        self._away()

    def code_image(self, scene: str, page: str) -> bytes:
        self._away()

    def _away(self) -> NoReturn:
        raise WechatAway(said="no mini-program is configured")
