"""The gateway that speaks to WeChat: what each question is called there, and how answers read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from requests import Response

from wechat.app import State, WechatApp
from wechat.client import Client, Heard, unheard
from wechat.errors import (
    AnswerUnread,
    CodeWrong,
    LoginCodeWrong,
    PhoneCodeWrong,
    TokenStale,
    WechatAway,
)
from wechat.gateway import Login, SubscribeMessage, Verdict
from wechat.tokens import AccessToken, Tokens
from wire import Limits

VERSIONS: Mapping[State, str] = {"formal": "release", "trial": "trial", "developer": "develop"}
"""What links and codes call the state that messages have."""

MAINLAND = 86
COMMENT = 2
"""WeChat's number for the scene of a text: somebody rates."""
TEXT_AT_MOST = 2500
"""Characters that WeChat checks at once."""
VERDICTS: tuple[Verdict, ...] = ("pass", "review", "risky")
"""From good to bad."""
EXPIRES_AFTER_DAYS = 1
"""The way in which a link ends."""


class LiveGateway:
    """See Gateway. Every process on this Redis shares one access token."""

    def __init__(
        self,
        app: WechatApp,
        redis: Any,
        limits: Limits | None = None,
        heard: Heard = unheard,
    ) -> None:
        limits = limits or Limits()
        self._app = app
        self._client = Client(app, limits, heard)
        self._tokens = Tokens(redis, app.id, self._fetch_token, limits.total)

    def login(self, code: str) -> Login:
        """See Gateway.login. Of the answer, the session key goes nowhere."""
        asked = {
            "appid": self._app.id,
            "secret": self._app.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        try:
            told = _json(self._client.ask("get", "sns/jscode2session", params=asked))
        except CodeWrong as error:
            raise LoginCodeWrong(error.errcode, error.said) from None
        return Login(_text(told, "openid"), told.get("unionid"))

    def phone_number(self, code: str) -> str:
        """See Gateway.phone_number."""
        try:
            told = self._told("wxa/business/getuserphonenumber", {"code": code})
        except CodeWrong as error:
            raise PhoneCodeWrong(error.errcode, error.said) from None
        try:
            info = told["phone_info"]
            owner, number = info["watermark"]["appid"], info["purePhoneNumber"]
            country = int(info["countryCode"])  # a number or a string, both are seen
        except (KeyError, TypeError, ValueError):
            raise AnswerUnread(said="no phone number in the answer") from None
        if owner != self._app.id:
            raise PhoneCodeWrong(said="the number was given to another app")
        if country == MAINLAND and re.fullmatch(r"1[0-9]{10}", number):
            return str(number)
        return f"+{country}{number}"

    def send(self, message: SubscribeMessage) -> None:
        """See Gateway.send."""
        self._told(
            "cgi-bin/message/subscribe/send",
            {
                "touser": message.openid,
                "template_id": message.template,
                "page": message.page,
                "data": {name: {"value": value} for name, value in message.data.items()},
                "miniprogram_state": self._app.state,
                "lang": message.lang,
            },
        )

    def answered(self, openid: str, answers: Mapping[str, str]) -> None:
        """See Gateway.answered: WeChat sees its phones."""

    def url_link(self, path: str, query: str, lives_days: int = 30) -> str:
        """See Gateway.url_link."""
        asked = {
            "path": path,
            "query": query,
            "expire_type": EXPIRES_AFTER_DAYS,
            "expire_interval": lives_days,
            "env_version": VERSIONS[self._app.state],
        }
        return _text(self._told("wxa/generate_urllink", asked), "url_link")

    def check_text(self, openid: str, text: str) -> Verdict:
        """See Gateway.check_text. A long text is as bad as its worst part."""
        parts = range(0, len(text), TEXT_AT_MOST)
        found = [self._check(openid, text[part : part + TEXT_AT_MOST]) for part in parts]
        return max(found, key=VERDICTS.index, default="pass")

    def _check(self, openid: str, text: str) -> Verdict:
        asked = {"version": 2, "scene": COMMENT, "openid": openid, "content": text}
        told = self._told("wxa/msg_sec_check", asked)
        suggest = _text(told.get("result"), "suggest")
        return next((verdict for verdict in VERDICTS if verdict == suggest), "review")

    def code_image(self, scene: str, page: str) -> bytes:
        """See Gateway.code_image."""
        asked = {
            "scene": scene,
            "page": page,
            "check_path": self._app.state == "formal",  # others are in no released version
            "env_version": VERSIONS[self._app.state],
        }
        answer = self._ask("wxa/getwxacodeunlimit", asked)
        kind = answer.headers.get("Content-Type", "") if isinstance(answer, Response) else "JSON"
        if not kind.startswith("image/"):
            raise AnswerUnread(said=f"{kind}, not an image")
        return bytes(answer.content)

    def _told(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return _json(self._ask(path, body))

    def _ask(self, path: str, body: Mapping[str, Any]) -> Any:
        """With the token; once more with a fresh one where WeChat takes it no longer."""
        token = self._tokens.current()
        try:
            return self._client.ask("post", path, token=token, body=body)
        except TokenStale:
            fresh = self._tokens.current(refused=token)
            return self._client.ask("post", path, token=fresh, body=body)

    def _fetch_token(self) -> AccessToken:
        asked = {
            "grant_type": "client_credential",
            "appid": self._app.id,
            "secret": self._app.secret,
        }
        try:
            told = _json(self._client.ask("post", "cgi-bin/stable_token", body=asked))
            return AccessToken(_text(told, "access_token"), int(told["expires_in"]))
        except (AnswerUnread, KeyError, TypeError, ValueError):
            # whatever the token was wanted for has not been asked yet
            raise WechatAway(said="no token came") from None


def _json(answer: dict[str, Any] | Response) -> dict[str, Any]:
    if isinstance(answer, Response):
        raise AnswerUnread(said=f"HTTP {answer.status_code}, not a JSON object")
    return answer


def _text(told: Any, name: str) -> str:
    """A word of an answer that must be in it."""
    found = told.get(name) if isinstance(told, Mapping) else None
    if not isinstance(found, str) or not found:
        raise AnswerUnread(said=f"no {name} in the answer")
    return found
