"""The gateway that speaks to the sandbox: as to WeChat, and of what WeChat sees by itself."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

import requests

from wechat.live import LiveGateway

log = logging.getLogger(__name__)

WAITS_S = 3.0


class SandboxGateway(LiveGateway):
    def answered(self, openid: str, answers: Mapping[str, str]) -> None:
        """See Gateway.answered."""
        body = json.dumps({"openid": openid, "answers": dict(answers)})
        url = f"{self._app.api_url}/_sandbox/answers"
        try:
            requests.post(url, body, timeout=WAITS_S).raise_for_status()
        except requests.RequestException as error:
            log.warning("the sandbox did not hear what was answered: %s", type(error).__name__)
