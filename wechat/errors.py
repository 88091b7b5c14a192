"""What WeChat says no with, each code mapped once, and what to do next.

Plain exceptions: whoever asked puts them into words. Codes from WeChat's documentation of each call
(code2Session, getStableAccessToken, getPhoneNumber, subscribeMessage.send, generateUrlLink).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Literal

WhatNext = Literal["retry", "give_up", "grant_spent"]


class WechatError(Exception):
    """Something asked of WeChat did not come about."""

    what_next: ClassVar[WhatNext] = "give_up"

    def __init__(self, errcode: int | None = None, said: str = "") -> None:
        super().__init__(f"{errcode or type(self).__name__}: {said}")
        self.errcode = errcode
        """WeChat's own, where it gave one."""
        self.said = said
        """WeChat's words, or what went wrong on the way."""


class CodeWrong(WechatError):
    """No code of this app, or one that was used or has run out."""


class LoginCodeWrong(CodeWrong):
    """A code of `wx.login`."""


class PhoneCodeWrong(CodeWrong):
    """A code of the phone number button, also one of another app."""


class Blocked(WechatError):
    """WeChat lets this person sign in nowhere for now: it sees a high risk."""


class GrantSpent(WechatError):
    """This person does not want the message, or their one-time permission is used up."""

    what_next = "grant_spent"


class BadMessage(WechatError):
    """The message itself cannot be sent."""

    @property
    def field(self) -> str:
        """The template field that WeChat minds; empty where it names none."""
        found = re.search(r"data\.(\w+)", self.said)
        return found[1] if found else ""


class Misconfigured(WechatError):
    """WeChat does not let this app in: an operator has a setting to mend, here or at WeChat.
    Nothing was done, and once it is mended the same will be."""

    what_next = "retry"


class Refused(WechatError):
    """Anything else WeChat refuses: it is the message's template, or the person it is about."""


class WechatBusy(WechatError):
    """Too much was asked, or WeChat has no time: it may be asked again later."""

    what_next = "retry"


class TokenStale(WechatBusy):
    """The access token is not, or no longer, valid. Asked again once with a fresh one; reaching the
    caller, the fresh one was refused as well."""


class WechatAway(WechatError):
    """WeChat was not reached: nothing was sent."""

    what_next = "retry"


class AnswerUnread(WechatError):
    """The question was sent and no readable answer came: whether WeChat did it, nobody knows."""


KINDS: Mapping[int, type[WechatError]] = {
    -1: WechatBusy,  # system busy
    40001: TokenStale,  # invalid credential
    40014: TokenStale,  # invalid access token
    42001: TokenStale,  # access token expired
    40029: CodeWrong,  # invalid code
    40163: CodeWrong,  # code been used
    40226: Blocked,  # high risk user
    40003: Refused,  # openid of nobody
    40013: Misconfigured,  # app id of no app
    40037: Refused,  # template id of none
    40125: Misconfigured,  # wrong app secret
    40164: Misconfigured,  # our address is not in the whitelist
    40243: Misconfigured,  # app secret frozen
    40249: Refused,  # template blocked for its content
    41002: Misconfigured,  # app id missing
    41008: CodeWrong,  # no code at all
    41030: Refused,  # page not in the released version
    43101: GrantSpent,  # refused, never granted, or used up
    43104: Refused,  # openid of another app
    43107: Refused,  # the app may send no messages for now
    43108: WechatBusy,  # another message to the same person is on its way
    45009: WechatBusy,  # the day's quota
    45011: WechatBusy,  # the minute's quota
    45168: BadMessage,  # a word that WeChat forbids
    47003: BadMessage,  # a field is empty, too long, or of another kind
    87014: Refused,  # risky content
}
"""WeChat's errcode -> ours; a code that stands nowhere is Refused."""


def error_of(errcode: int, said: str) -> WechatError:
    """The error that WeChat's errcode means."""
    return KINDS.get(errcode, Refused)(errcode, said)
