"""A vendor of text messages on this machine: it believes only what is signed with the key it knows,
and answers as it is told to. Its signatures are made from what arrived, by the vendors' pages."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY_ID, KEY = "AKIDtests", "the key of the tests"
SENT = {
    "tencent": {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "2028:1"}]}},
    "aliyun": {"Code": "OK", "BizId": "9006^0"},
}
FORGED = {
    "tencent": {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}}},
    "aliyun": {"Code": "SignatureDoesNotMatch"},
}


@dataclass
class Vendor:
    name: str
    url: str = ""
    status: int = 200
    answer: Any = None
    """What it answers instead: a JSON value, or bytes as they are."""
    after_s: float = 0.0
    cut: bool = False
    """It takes the message and hangs up."""
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def vendor(name: str) -> Iterator[Vendor]:
    told = Vendor(name)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            time.sleep(told.after_s)
            if told.cut:
                return
            true = CHECKS[name](self, body)
            if true:
                told.asked.append(_asked(name, self.path, body))
            answer = told.answer if told.answer is not None else SENT[name]
            answer = answer if true else FORGED[name]
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _asked(name: str, path: str, body: bytes) -> dict[str, Any]:
    return json.loads(body) if name == "tencent" else dict(parse_qsl(urlsplit(path).query))


def _tencent(request: BaseHTTPRequestHandler, body: bytes) -> bool:
    headers = request.headers
    found = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=(.+)/(\d{4}-\d\d-\d\d)/sms/tc3_request,"
        r" SignedHeaders=content-type;host, Signature=([0-9a-f]{64})",
        headers["Authorization"],
    )
    if found is None or found[1] != KEY_ID or headers["X-TC-Action"] != "SendSms":
        return False
    at = headers["X-TC-Timestamp"]
    if time.strftime("%Y-%m-%d", time.gmtime(int(at))) != found[2]:
        return False
    canonical = (
        "POST",
        "/",
        "",
        f"content-type:{headers['Content-Type']}",
        f"host:{headers['Host']}",
        "",
        "content-type;host",
        _sha256(body),
    )
    hashed = _sha256("\n".join(canonical).encode())
    to_sign = "\n".join(("TC3-HMAC-SHA256", at, f"{found[2]}/sms/tc3_request", hashed))
    date = _hmac(("TC3" + KEY).encode(), found[2])
    signing = _hmac(_hmac(date, "sms"), "tc3_request")
    return _hmac(signing, to_sign).hex() == found[3]


def _aliyun(request: BaseHTTPRequestHandler, body: bytes) -> bool:
    headers = request.headers
    found = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=(.+),SignedHeaders=(.+),Signature=([0-9a-f]{64})",
        headers["Authorization"],
    )
    if found is None or found[1] != KEY_ID or headers["x-acs-action"] != "SendSms":
        return False
    query = urlsplit(request.path).query
    lines = [f"{name}:{headers[name]}\n" for name in found[2].split(";")]
    canonical = "\n".join(
        ("POST", "/", query, "".join(lines), found[2], headers["x-acs-content-sha256"])
    )
    signed = {"host", *(name.lower() for name in headers if name.lower().startswith("x-acs-"))}
    to_sign = f"ACS3-HMAC-SHA256\n{_sha256(canonical.encode())}"
    return (
        found[2].split(";") == sorted(signed)
        and query.split("&") == sorted(query.split("&"))
        and not re.search(r"[+*]|%7E", query)
        and headers["x-acs-content-sha256"] == _sha256(body)
        and _hmac(KEY.encode(), to_sign).hex() == found[3]
    )


CHECKS = {"tencent": _tencent, "aliyun": _aliyun}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
