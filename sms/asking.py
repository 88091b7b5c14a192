"""One question to a vendor over HTTP, asked once, and what became of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import requests
from requests.exceptions import RequestException
from urllib3.exceptions import MaxRetryError

from sms.errors import SmsAway, SmsUnread

# it writes each URL to the log, and a vendor wants telephone numbers in them
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

CONNECT_S = 3.0
ANSWER_S = 8.0


def ask(url: str, headers: Mapping[str, str], body: bytes = b"") -> dict[str, Any]:
    """The JSON object a POST is answered with, whatever its status. Raises SmsAway, SmsUnread."""
    try:
        reply = requests.post(
            url,
            data=body,
            headers=dict(headers),
            timeout=(CONNECT_S, ANSWER_S),
            allow_redirects=False,
        )
    except RequestException as error:
        raise _failure(error) from error
    try:
        answer = reply.json()
    except requests.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        raise SmsUnread(f"http_{reply.status_code}", "no JSON object")
    return answer


def _failure(error: RequestException) -> SmsAway | SmsUnread:
    # what breaks before the request is out comes wrapped by urllib3's count of retries (none
    # here); what breaks while the answer is waited for or read does not
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        return SmsAway("away", type(cause.reason).__name__)
    return SmsUnread("unread", type(error).__name__)
