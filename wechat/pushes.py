"""What WeChat pushes to us: known to be genuine, opened, and told apart from its repetition.

JSON or XML, as the operator chose at WeChat; encrypted (safe mode) wherever a key is configured,
for then only the body itself is proof: the signature of a plain push covers no word of it.
WeChat waits 5 s for an answer, and repeats a push up to three times. Source: 消息推送.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.utils import WeChatSigner


class PushForged(Exception):
    """Not from WeChat, not for this app, or not readable: nothing in it is believed."""


@dataclass(frozen=True, slots=True)
class Push:
    """One message of WeChat's."""

    openid: str
    """Whom it is about (FromUserName)."""
    kind: str
    """MsgType: `event`, or `text` and the like for what somebody wrote."""
    event: str
    """Event, `subscribe_msg_popup_event` for example; empty for what somebody wrote."""
    created_at: int
    """Seconds since 1970."""
    content: Mapping[str, Any]
    """All of it, by WeChat's names. From XML every value is text."""


def verified_echo(token: str, query: Mapping[str, str]) -> str:
    """What to answer when WeChat tries the address, which proves that we know the token.

    Raises PushForged."""
    _check(token, query)
    return query.get("echostr", "")


def opened(token: str, key: str, app_id: str, query: Mapping[str, str], body: bytes) -> Push:
    """The push that came with this query string and body; `key` is empty in plain mode.

    Raises PushForged."""
    outer = _read(body)
    if not key:
        _check(token, query)
        return _push(outer)
    try:
        text = WeChatCrypto(token, key, app_id).decrypt_message(
            {"Encrypt": outer["Encrypt"]},
            query["msg_signature"],
            query["timestamp"],
            query["nonce"],
        )
    except (WeChatException, LookupError, ValueError, TypeError, struct.error) as error:
        raise PushForged(type(error).__name__) from None
    return _push(_read(text.encode()))


def dedupe_key(push: Push) -> str:
    """The same for a push and its repetitions: MsgId, or when and all that an event says; WeChat's
    "who and when" would take two events of one second for one."""
    if found := push.content.get("MsgId"):
        return f"id:{found}"
    said = json.dumps(push.content, sort_keys=True)
    return f"event:{push.created_at}:{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _check(token: str, query: Mapping[str, str]) -> None:
    signer = WeChatSigner()
    signer.add_data(token, query.get("timestamp", ""), query.get("nonce", ""))
    if not hmac.compare_digest(signer.signature.encode(), query.get("signature", "").encode()):
        raise PushForged("the signature is not WeChat's")


def _read(body: bytes) -> Mapping[str, Any]:
    """JSON or XML, by what it begins with; entities of XML are refused by xmltodict."""
    try:
        found = (
            xmltodict.parse(body).get("xml") if body.lstrip().startswith(b"<") else json.loads(body)
        )
    except (ValueError, RecursionError, xmltodict.expat.ExpatError) as error:
        raise PushForged(type(error).__name__) from None
    if not isinstance(found, Mapping):
        raise PushForged("no message")
    return found


def _push(content: Mapping[str, Any]) -> Push:
    try:
        return Push(
            openid=str(content["FromUserName"]),
            kind=str(content["MsgType"]),
            event=str(content.get("Event") or ""),
            created_at=int(content["CreateTime"]),
            content=content,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PushForged(type(error).__name__) from None
