"""The port to WeChat: what a hall asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from wechat.errors import WechatAway


@dataclass(frozen=True, slots=True)
class Login:
    """Whom a login code stands for."""

    openid: str
    """Names one person within one mini-program."""
    unionid: str | None = None
    """Names them across the apps of one owner, where WeChat tells it."""


class Gateway(Protocol):
    def login(self, code: str) -> Login:
        """Whom this code of `wx.login` stands for; using it up. Raises LoginCodeWrong, WechatAway.

        Asks over the network: never inside a transaction."""


class NoGateway:
    """For a real app id while nothing here speaks to WeChat: nobody can sign in, and the sandbox
    does not step in."""

    def login(self, code: str) -> Login:
        raise WechatAway
