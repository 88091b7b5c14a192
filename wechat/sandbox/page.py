"""The sandbox's own page: the messages it took, as a phone would show them."""

from __future__ import annotations

from werkzeug import Response

from wechat.sandbox.pushes import Pushes
from wechat.sandbox.state import State


def page(state: State, pushes: Pushes) -> Response:
    """Plain HTML, loaded anew every few seconds."""
    return Response("微信沙箱", mimetype="text/html")
