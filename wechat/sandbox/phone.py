"""What happens on a phone, told to the sandbox: WeChat sees its phones, the sandbox does not."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

import requests

log = logging.getLogger(__name__)

WAITS_S = 3.0


def answer_on_phone(url: str, openid: str, answers: Mapping[str, str]) -> None:
    """Somebody was asked which messages they want, and answered template by template."""
    body = json.dumps({"openid": openid, "answers": dict(answers)})
    try:
        requests.post(f"{url}/_sandbox/answers", body, timeout=WAITS_S).raise_for_status()
    except requests.RequestException as error:
        log.warning("the sandbox did not hear what was answered: %s", type(error).__name__)
