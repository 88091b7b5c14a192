"""What WeChat answers: `{"errcode": 0, "errmsg": "ok", …}`, or a refusal by number.

Numbers and sentences are those of WeChat's documentation and of replies seen in the field. Code
that reads a sentence is wrong, but people who read logs should see the ones they will meet.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

LATEST = (
    "invalid credential, access_token is invalid or not latest, could get access_token by"
    " getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
)
SENTENCES = {
    -1: "system error",
    40001: LATEST,
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40037: "invalid template_id",
    40066: "invalid url",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    40165: "invalid weapp pagepath",
    40169: "invalid length for scene, or the data is not json string",
    40212: "invalid query",
    40226: "code blocked",
    40243: "appsecret frozen",
    40249: "template blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    43104: "appid not match with openid",
    43107: "subscribe message capability banned",
    43108: "concurrent sending to the same user",
    44002: "empty post data",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45168: "content contains sensitive words",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48006: "forbid to clear quota because of reaching the limit",
    61010: "code is expired",
    85401: "invalid expire_time",
    87014: "risky content",
}


class Refusal(Exception):
    """WeChat says no. `said` stands where its documentation has a sentence of its own."""

    def __init__(self, errcode: int, said: str | None = None) -> None:
        super().__init__(errcode, said)
        self.errcode = errcode
        self.said = said or SENTENCES.get(errcode, "error")


def done(**more: Any) -> Json:
    """WeChat says yes."""
    return {"errcode": 0, "errmsg": "ok", **more}


def refused(refusal: Refusal, rid: str) -> Json:
    """`rid` names the request, by which WeChat's support finds it."""
    return {"errcode": refusal.errcode, "errmsg": f"{refusal.said} rid: {rid}"}
