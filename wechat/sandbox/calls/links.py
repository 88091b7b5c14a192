"""Links that open the mini-program from outside: from an SMS, for one."""

from __future__ import annotations

import re

from werkzeug import Response
from werkzeug.utils import redirect

from wechat.sandbox.calls.asked import Asked
from wechat.sandbox.calls.pages import check_page
from wechat.sandbox.calls.token import check_token
from wechat.sandbox.replies import Json, Refusal, done
from wechat.sandbox.state import DAY_S, Link, State

LONGEST_DAYS = 30
QUERY = re.compile(r"[A-Za-z0-9!#$&'()*+,/:;=?@\-._~%]{0,1024}")
VERSIONS = ("release", "trial", "develop")


def generate(state: State, asked: Asked) -> Json:
    """generate_urllink: no identity belongs in it, many may open one."""
    check_token(state, asked)
    path, query = asked.text("path"), asked.text("query")
    if path:
        check_page(state, path, 40165)
    if not QUERY.fullmatch(query):
        raise Refusal(40212)
    if asked.text("env_version", "release") not in VERSIONS:
        raise Refusal(40097)
    until = _until(state, asked)
    state.count("url link", state.app.quotas.url_link_a_day, DAY_S, 45009)
    name = state.some_hex(12)
    target = f"{state.app.base_url}/m/#/{path}" + (f"?{query}" if query else "")
    state.links[name] = Link(target, until)
    return done(url_link=f"{asked.host}/l/{name}")


def opened(state: State, name: str) -> Response:
    """Somebody taps such a link; WeChat would open the mini-program."""
    link = state.links.get(name)
    if link is None or link.until <= state.now():
        return Response("链接已失效", 404, mimetype="text/plain")
    return redirect(link.target)


def _until(state: State, asked: Asked) -> float:
    """`expire_type` 0: a moment; 1: days. Either at most 30 days from now, and that if unsaid."""
    if asked.whole("expire_type", 0) == 1:
        until = state.now() + asked.whole("expire_interval", LONGEST_DAYS) * DAY_S
    else:
        until = asked.whole("expire_time", int(state.now()) + LONGEST_DAYS * DAY_S)
    if not state.now() + 60 <= until <= state.now() + LONGEST_DAYS * DAY_S:
        raise Refusal(85401)
    return until
