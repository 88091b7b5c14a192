"""The mini-program that a hall belongs to, as an operator registered it at WeChat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

OFFICIAL_URL = "https://api.weixin.qq.com"

State = Literal["formal", "trial", "developer"]
"""Which version people are led to: the released one, or one that testers see."""


@dataclass(frozen=True, slots=True)
class WechatApp:
    """Its id and secret, where WeChat answers, and how WeChat's pushes are known to be genuine."""

    id: str
    secret: str = field(repr=False)
    api_url: str = OFFICIAL_URL
    """Without a slash at the end; another one names a relay."""
    push_token: str = field(default="", repr=False)
    """Signs pushes; empty with the key: none are expected."""
    push_key: str = field(default="", repr=False)
    """WeChat's EncodingAESKey, 43 characters."""
    state: State = "formal"
