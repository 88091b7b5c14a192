"""The sandbox over HTTP: takes a call, lets it meet the faults that were asked for, answers it."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from wechat.sandbox import controls, page, pushes
from wechat.sandbox.calls import CALLS
from wechat.sandbox.calls.asked import Asked
from wechat.sandbox.calls.links import opened
from wechat.sandbox.faults import Fault, take
from wechat.sandbox.replies import Json, Refusal, refused
from wechat.sandbox.state import Call, State

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

NO_FAULT = Fault("", None)
CONTROLS = "/_sandbox"
LINKS = "/l/"


@dataclass(frozen=True)
class Server:
    """The WSGI application."""

    state: State
    latency_s: tuple[float, float] = (0, 0)
    """From and to: every call of WeChat's takes a time between."""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        response = self._answer(request)
        if response is None:
            _cut(environ)
            response = Response()
        return response(environ, start)

    def _answer(self, request: Request) -> Response | None:
        """None: the connection is to be cut."""
        if request.path == "/":
            return page.page(self.state)
        if request.path.startswith(CONTROLS):
            return controls.control(self.state, request)
        if request.path.startswith(LINKS):
            with self.state.lock:
                return opened(self.state, request.path.removeprefix(LINKS))
        return self._call(request)

    def _call(self, request: Request) -> Response | None:
        with self.state.lock:
            begun_in = self.state.calls
            fault = take(self.state.faults, request.path) or NO_FAULT
            latency = self.state.rng.uniform(*self.latency_s)
        time.sleep(fault.delay_s + latency)
        if self.state.calls is not begun_in:  # a reset came first: it leaves nothing behind
            return None
        response = None
        if fault.cut != "before":
            response = self._effect(request, fault)
        if fault.cut:
            response = None
        with self.state.lock:
            self.state.calls.append(_noted(self.state.now(), request, response))
        return response

    def _effect(self, request: Request, fault: Fault) -> Response:
        if fault.http:
            return Response("<html><h1>Gateway error</h1></html>", fault.http, mimetype="text/html")
        with self.state.lock:
            try:
                if fault.errcode is not None:
                    raise Refusal(fault.errcode)
                answer = self._answered(request)
            except Refusal as refusal:
                rid = "-".join(self.state.some_hex(8) for _ in range(3))
                answer = refused(refusal, rid)
        return answer if isinstance(answer, Response) else _json(request.path, answer)

    def _answered(self, request: Request) -> Json | Response:
        if request.path not in CALLS:
            raise Refusal(40066)
        method, answer = CALLS[request.path]
        if request.method != method:
            raise Refusal(43002 if method == "POST" else 43001)
        asked = Asked(request.args.to_dict(), request.get_data(), request.host_url.rstrip("/"))
        before = len(self.state.sent)
        answered = answer(self.state, asked)
        for sent in self.state.sent[before:]:
            pushes.sent(self.state, sent)
        return answered


def _json(path: str, answer: Json) -> Response:
    # /sns/ has answered text/plain for as long as anybody remembers
    kind = "text/plain" if path.startswith("/sns/") else "application/json; charset=UTF-8"
    return Response(json.dumps(answer, ensure_ascii=False), content_type=kind)


def _noted(at: float, request: Request, response: Response | None) -> Call:
    told: Any = None
    if response is not None and response.status_code == 200:
        with suppress(ValueError):
            told = json.loads(response.get_data()).get("errcode", 0)
    sent: Any = request.get_data(as_text=True)
    with suppress(ValueError):
        sent = json.loads(sent)
    status = response.status_code if response is not None else None
    return Call(at, request.method, request.path, request.args.to_dict(), sent, told, status)


def _cut(environ: WSGIEnvironment) -> None:
    with suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


class _Quiet(WSGIRequestHandler):
    """Says what was called; the query stays out of the log, there are secrets in it."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        log.info("%s %s %s", self.command, self.path.partition("?")[0], code)


def make(server: Server, port: int) -> BaseWSGIServer:
    """A server on this port of this machine only; port 0: any. `serve_forever` runs it."""
    return make_server("127.0.0.1", port, server, threaded=True, request_handler=_Quiet)
