"""Alibaba Cloud's SMS: `SendSms` of Dysmsapi 2017-05-25, signed with ACS3-HMAC-SHA256.

The signature is Alibaba's "V3版本请求体&签名机制" (help.aliyun.com/zh/sdk/product-overview), the
codes those of its "API 错误码" for SMS (help.aliyun.com/zh/sms).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sms.asking import ask
from sms.errors import SmsBusy, SmsError, SmsRefused, SmsUnread
from sms.gateway import SmsText

API_URL = "https://dysmsapi.aliyuncs.com"
EMPTY = hashlib.sha256(b"").hexdigest()
BUSY = ("isv.BUSINESS_LIMIT_CONTROL", "Throttling")
UNKNOWN = ("isp.SYSTEM", "isp.GATEWAY", "isp.UNKNOWN", "InternalError", "ServiceUnavailable")


class Aliyun:
    def __init__(
        self,
        *,
        key_id: str,
        key: str,
        sign: str,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        url: str = API_URL,
    ) -> None:
        self._key_id, self._key, self._sign = key_id, key, sign
        self._now = now
        self._new_id = new_id
        self._url = url

    def send(self, phone: str, text: SmsText) -> str:
        """See SmsGateway.send. A template names its placeholders p1, p2, …"""
        named = {f"p{n}": value for n, value in enumerate(text.params, start=1)}
        asked = {
            "PhoneNumbers": phone.removeprefix("+"),
            "SignName": self._sign,
            "TemplateCode": text.template,
            "TemplateParam": json.dumps(named, ensure_ascii=False),
        }
        signed = {
            "host": urlsplit(self._url).netloc,
            "x-acs-action": "SendSms",
            "x-acs-content-sha256": EMPTY,
            "x-acs-date": f"{self._now():%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": self._new_id(),
            "x-acs-version": "2017-05-25",
        }
        headers = signed | {
            "Authorization": authorization(self._key_id, self._key, asked, signed),
            "Accept": "application/json",
        }
        return _message_id(ask(f"{self._url}/?{_query(asked)}", headers))


def authorization(
    key_id: str, key: str, asked: Mapping[str, str], headers: Mapping[str, str]
) -> str:
    """The header for a POST to the root with this query, without a body, and these headers, whose
    names are lower case."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = f"POST\n/\n{_query(asked)}\n{lines}\n{names}\n{EMPTY}"
    stated = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(key.encode(), stated.encode(), "sha256").hex()
    return f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature={signature}"


def _query(asked: Mapping[str, str]) -> str:
    return urlencode(sorted(asked.items()), quote_via=quote, safe="~")


def _message_id(answer: dict[str, Any]) -> str:
    code = str(answer.get("Code") or "")
    if not code:
        raise SmsUnread("unread", "not an answer of SendSms")
    if code == "OK":
        return str(answer.get("BizId") or "")
    raise _kind(code)(code, str(answer.get("Message", "")))


def _kind(code: str) -> type[SmsError]:
    if code.startswith(BUSY):
        return SmsBusy
    return SmsUnread if code.startswith(UNKNOWN) else SmsRefused
