"""What a request must be before a use case sees it: JSON, and text that every store can keep."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from flask import current_app, request
from werkzeug.exceptions import UnsupportedMediaType

from app.core.db import db
from app.core.errors import DomainError, Invalid, NotFound

AWAITED_BYTES = 64 * 1024

View = TypeVar("View", bound=Callable[..., object])

UNFIT = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL's text cannot hold: NUL, and half characters that UTF-8 has no bytes for."""


class MalformedJson(DomainError):
    status = 400
    code = "malformed_json"
    detail = "提交的内容不是有效的 JSON。"


class UnfitText(Invalid):
    code = "unfit_text"
    detail = "提交的内容含有无法保存的字符，请删除后重试。"


class FileTooLarge(DomainError):
    status = 413
    code = "file_too_large"
    detail = "文件过大，请分成几个文件。"


def streamed(limit: Callable[[], int]) -> Callable[[View], View]:
    """The route below reads its own body as it comes, of `limit()` bytes at most: it may be a large
    file, so nobody else looks at it before."""

    def mark(view: View) -> View:
        view.streams_up_to = limit  # type: ignore[attr-defined]
        return view

    return mark


def streams_up_to() -> int | None:
    """Bytes of a body that this request's route reads by itself; None: it does not."""
    view = current_app.view_functions.get(request.endpoint or "")
    limit: Callable[[], int] | None = getattr(view, "streams_up_to", None)
    return limit and limit()


def let_go() -> None:
    """Once it is known who asks: keep no database connection while the rest of a body comes, which
    may take longer than a transaction may stand idle. Shorter ones are there already."""
    is_long = (request.content_length or 0) > AWAITED_BYTES
    if is_long or "Transfer-Encoding" in request.headers:
        db.session.remove()


def refuse_unfit() -> None:
    """Before any use case. Raises NotFound, UnfitText, MalformedJson and, for a body that does not
    say it is JSON, a 415."""
    if not _is_text(request.environ["PATH_INFO"].encode("latin-1")) or _any_unfit(
        (request.view_args or {}).values()
    ):
        raise NotFound
    if not _is_text(unquote_to_bytes(request.query_string)) or _any_unfit(
        (*request.args.keys(), *request.args.values())
    ):
        raise UnfitText
    if streams_up_to() is not None:
        return
    if request.path.startswith("/api/") and request.method not in ("GET", "HEAD", "OPTIONS"):
        _refuse_unfit_body(request.get_data(cache=True))


def _refuse_unfit_body(body: bytes) -> None:
    if not body:
        return
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        said = json.loads(body.decode(), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):  # also a number of too many digits
        raise MalformedJson from None
    if _any_unfit(_texts(said)):
        raise UnfitText


def _is_text(written: bytes) -> bool:
    """Werkzeug would replace what is no UTF-8, or leave it as it was written."""
    try:
        written.decode()
    except UnicodeDecodeError:
        return False
    return True


def _any_unfit(texts: Iterable[Any]) -> bool:
    return any(UNFIT.search(str(text)) for text in texts)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names included."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            rest += (*one.keys(), *one.values())
        elif isinstance(one, list):
            rest += one


def _finite(text: str) -> float:
    """Python reads 1e400 as infinity, and would say so in an answer that nobody can read."""
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number beyond all numbers")
    return number


def _no_number(name: str) -> None:
    raise ValueError(f"JSON has no {name}")
