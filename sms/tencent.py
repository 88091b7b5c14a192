"""Tencent Cloud's SMS: `SendSms` of 2021-01-11, signed with TC3-HMAC-SHA256.

The signature is Tencent's "签名方法 v3" (cloud.tencent.com/document/api/382/52072), the codes those
of its page on SendSms (cloud.tencent.com/document/product/382/55981).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sms.asking import ask
from sms.errors import SmsBusy, SmsError, SmsRefused, SmsUnread
from sms.gateway import SmsText, e164

API_URL = "https://sms.tencentcloudapi.com"
JSON = "application/json; charset=utf-8"
REGION = "ap-guangzhou"
BUSY = ("RequestLimitExceeded", "LimitExceeded", "ResourceUnavailable", "ResourceInsufficient")
UNKNOWN = ("InternalError",)


class Tencent:
    def __init__(
        self,
        *,
        key_id: str,
        key: str,
        app: str,
        sign: str,
        now: Callable[[], datetime],
        url: str = API_URL,
    ) -> None:
        self._key_id, self._key, self._app, self._sign = key_id, key, app, sign
        self._now = now
        self._url = url

    def send(self, phone: str, text: SmsText) -> str:
        """See SmsGateway.send."""
        asked = {
            "PhoneNumberSet": [e164(phone)],
            "SmsSdkAppId": self._app,
            "SignName": self._sign,
            "TemplateId": text.template,
            "TemplateParamSet": text.params,
        }
        body = json.dumps(asked).encode()
        now = self._now()
        headers = {
            "Authorization": authorization(
                self._key_id, self._key, "sms", urlsplit(self._url).netloc, body, now
            ),
            "Content-Type": JSON,
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Region": REGION,
            "X-TC-Timestamp": str(int(now.timestamp())),
        }
        return _message_id(ask(self._url, headers, body=body))


def authorization(
    key_id: str, key: str, service: str, host: str, body: bytes, now: datetime
) -> str:
    """The header for a POST of this JSON to the root of `host`. `now` is UTC."""
    signed = "content-type;host"
    request = f"POST\n/\n\ncontent-type:{JSON}\nhost:{host}\n\n{signed}\n{_digest(body)}"
    scope = f"{now:%Y-%m-%d}/{service}/tc3_request"
    stated = f"TC3-HMAC-SHA256\n{int(now.timestamp())}\n{scope}\n{_digest(request.encode())}"
    secret = f"TC3{key}".encode()
    for part in (*scope.split("/"), stated):
        secret = hmac.digest(secret, part.encode(), "sha256")
    return (
        f"TC3-HMAC-SHA256 Credential={key_id}/{scope},"
        f" SignedHeaders={signed}, Signature={secret.hex()}"
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _message_id(answer: dict[str, Any]) -> str:
    try:
        response = answer["Response"]
        # the request as a whole is refused in one place, the single number in another
        told = response.get("Error") or response["SendStatusSet"][0]
        code = str(told["Code"])
        if code == "Ok":
            return str(told["SerialNo"])
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise SmsUnread("unread", "not an answer of SendSms") from error
    raise _kind(code)(code, str(told.get("Message", "")))


def _kind(code: str) -> type[SmsError]:
    if code.endswith("DailyLimit"):
        return SmsRefused  # tomorrow, what it tells of is past
    if code.startswith(BUSY):
        return SmsBusy
    return SmsUnread if code.startswith(UNKNOWN) else SmsRefused
