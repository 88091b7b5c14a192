"""wechatpy's client, held to one host, to limits in time, and to errors of ours.

Of wechatpy 1.8.18 it leaves out what does harm: retries without end on a refused token, a token
fetched where none is needed, tokens kept by each process for itself, calls without a timeout.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from requests import Response
from wechatpy.client.base import BaseWeChatClient
from wechatpy.exceptions import WeChatClientException

from wechat.app import WechatApp
from wechat.errors import (
    AnswerUnread,
    Misconfigured,
    Refused,
    TokenStale,
    WechatAway,
    WechatBusy,
    WechatError,
    error_of,
)
from wire import Limits, NotAnswered, NotReached, Wire

TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500

Heard = Callable[[str, str, float], object]
"""Hears of each call: its path, what WeChat said (`ok`, or the name of our error), seconds."""


def unheard(_path: str, _said: str, _seconds: float) -> None:
    """Nobody counts."""


class Client(BaseWeChatClient):  # type: ignore[misc]  # wechatpy carries no types
    """Asks one question in one HTTP call. Raises a WechatError."""

    def __init__(self, app: WechatApp, limits: Limits, heard: Heard) -> None:
        super().__init__(app.id, auto_retry=False)
        self.API_BASE_URL = f"{app.api_url}/"
        self._heard = heard
        self._http = Wire(limits)
        self._http.headers["Content-Type"] = "application/json"  # wechatpy sends none

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """What WeChat answers: a dict, or requests' Response where that is no JSON."""
        began, said = time.monotonic(), "ok"
        try:
            return self._answer(method, path, token, params, body)
        except WechatError as error:
            said = type(error).__name__
            raise
        finally:
            self._heard(path, said, time.monotonic() - began)

    def _answer(
        self,
        method: str,
        path: str,
        token: str,
        params: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
    ) -> Any:
        query = {**(params or {}), **({"access_token": token} if token else {})}
        try:
            # wechatpy would add a token of its own to a dict without one
            answer = self._request(method, path, params=list(query.items()), data=body)
        except NotReached as error:
            raise WechatAway(said=str(error)) from None
        except NotAnswered as error:
            raise AnswerUnread(said=str(error)) from None
        except WeChatClientException as error:
            raise _ours(error, token) from None
        except ValueError:
            raise AnswerUnread(said="an errcode that is no number") from None
        except RecursionError:
            raise AnswerUnread(said="JSON nested too deep") from None
        if not isinstance(answer, dict | Response):
            raise AnswerUnread(said="JSON, but no object")
        return answer


def _ours(error: WeChatClientException, token: str) -> WechatError:
    if error.errcode is None:
        return _of_status(error.response.status_code)
    ours = error_of(error.errcode, str(error.errmsg))
    if isinstance(ours, TokenStale) and not token:
        return Misconfigured(ours.errcode, ours.said)  # it is the app's secret that is not valid
    return ours


def _of_status(status: int) -> WechatError:
    """WeChat answers 200 whatever happens; others come from what stands before it."""
    said = f"HTTP {status}"
    if status == TOO_MANY_REQUESTS:
        return WechatBusy(said=said)
    return AnswerUnread(said=said) if status >= SERVER_ERROR else Refused(said=said)
