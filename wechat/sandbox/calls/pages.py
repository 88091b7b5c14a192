"""Pages of the mini-program, as calls name them."""

from __future__ import annotations

import re

from wechat.sandbox.replies import Refusal
from wechat.sandbox.state import State

PAGE = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


def check_page(state: State, page: str, errcode: int) -> None:
    """Refuse a page that the released version has not: no query, no slash before it."""
    if not PAGE.fullmatch(page) or (state.app.pages and page not in state.app.pages):
        raise Refusal(errcode)
