"""Every error as problem+json (RFC 9457), with a stable code and a sentence to read out.

No traceback ever leaves the house: what nobody foresaw is logged whole and answered as 500
`internal_error` with the request's id, by which the log line is found.
"""

from __future__ import annotations

import logging
from typing import Any

from apiflask import APIFlask, Schema
from apiflask.exceptions import HTTPError
from apiflask.fields import AwareDateTime, Date, Dict, Integer, List, String
from flask import (
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_wtf.csrf import CSRFError
from redis import RedisError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    RequestEntityTooLarge,
    TooManyRequests,
)

from app.core.auth import access_of
from app.core.db import CommitOutcomeUnknown
from app.core.errors import DomainError, Due, StoreAway, StoreBusy, Unavailable
from app.core.faults import in_words as faults_in_words
from app.core.idempotency import this_try
from app.core.intake import FileTooLarge, streams_up_to
from app.core.language import gettext, pgettext, tell
from app.core.parts import parts
from app.core.said import Said
from config.masking import masked
from queueing.errors import SequenceError

log = logging.getLogger(__name__)

DRAINED = 8 * 1024 * 1024
"""Bytes of a body too large that are read and thrown away, so that the answer arrives."""

LOOKED_AGAIN_S = 5
"""A page that could not be made is asked for again by itself after so long."""

PROGRAMS = ("/api/", "/wechat/")
"""Where programs ask, and are told problems; elsewhere people are, and read a page."""

TITLES = {
    400: "请求有误",
    401: "需要登录",
    403: "没有权限",
    404: "没有找到",
    405: "方式不对",
    408: "没有收完",
    409: "不能这样办理",
    413: "内容过大",
    415: "格式不对",
    422: "内容不符合要求",
    429: "过于频繁",
    500: "系统故障",
    503: "暂时繁忙",
}

WORDS = {
    400: ("bad_request", "请求格式有误。"),
    401: ("unauthenticated", "请先登录，或登录已经失效。"),
    403: ("forbidden", "您没有进行这项操作的权限。"),
    404: ("not_found", "没有找到所请求的内容。"),
    405: ("method_not_allowed", "这个地址不支持这种请求方式。"),
    408: ("body_cut_short", "提交的内容没有收完整，请检查网络后再试。"),
    409: ("conflict", "刚有人同时操作，请刷新后再试。"),
    413: ("body_too_large", "提交的内容过大，不能超过 1 MB。"),
    415: ("not_json", "请以 JSON 格式提交。"),
    422: ("invalid", "提交的内容不符合要求，请核对后重试。"),
    429: ("too_many_requests", "操作过于频繁，请稍候再试。"),
    500: ("internal_error", "系统出现故障，工作人员正在处理，请稍后再试。"),
    503: ("unavailable", "系统暂时繁忙，请稍候再试。"),
}


class ProblemOut(Schema):
    type = String(required=True)
    title = String(required=True)
    status = Integer(required=True)
    code = String(required=True, metadata={"description": "稳定不变的错误代码"})
    detail = String(required=True, metadata={"description": "可以读给群众听的一句话"})
    request_id = String(required=True, allow_none=True)
    errors = Dict(metadata={"description": "各字段的问题"})
    state = String(metadata={"description": "号票或窗口现在的状态"})
    action = String(metadata={"description": "没有做成的操作"})
    number = String(metadata={"description": "已持有的号"})
    numbers = List(String(), metadata={"description": "须从中选择的号"})
    grade = String(metadata={"description": "已经给出的评价"})
    date = Date(metadata={"description": "预约的大厅日"})
    opens_at = AwareDateTime(metadata={"description": "从何时起可以签到"})
    until = AwareDateTime(metadata={"description": "到何时为止不能预约"})
    items = List(String(), metadata={"description": "太早签到的，可以改取哪些事项的现场号"})
    appointment = String(metadata={"description": "太早签到的预约 (id)"})
    retry_after = Integer(metadata={"description": "多少秒后可以再试"})
    revision = Integer(metadata={"description": "填报现在的版次"})
    field = String(metadata={"description": "表单的哪一栏"})
    ask_from = Date(metadata={"description": "从哪一天起可以申请延续"})
    hall = String(metadata={"description": "到哪个大厅办理 (code)"})
    item = String(allow_none=True, metadata={"description": "按哪个事项办理 (code)"})
    ways = List(String(), metadata={"description": "可以选的送达方式"})
    box = String(metadata={"description": "文件柜的哪一格"})
    again_at = AwareDateTime(metadata={"description": "从何时起可以再试"})


def register(app: APIFlask) -> None:
    """Map every error there is to its answer."""
    # First, since it takes every HTTPException for itself.
    app.error_processor(_validation)
    app.register_error_handler(DomainError, refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def problem(status: int, code: str, detail: str | Said, **more: Any) -> Response:
    """One problem document."""
    g.refused_with = code
    retry_after = more.get("retry_after")
    response = jsonify(
        {
            "type": "about:blank",
            "title": gettext(TITLES.get(status, TITLES[400 if status < 500 else 500])),
            "status": status,
            "code": code,
            "detail": _in_words(code, detail),
            "request_id": g.get("request_id"),
            **more,
        }
    )
    response.status_code = status
    response.mimetype = "application/problem+json"
    if retry_after is None and status == 503:
        retry_after = Unavailable.retry_after
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _answer(status: int, code: str, detail: str | Said, **more: Any) -> Response:
    if request.path.startswith(PROGRAMS):
        return problem(status, code, detail, **more)
    g.refused_with = code
    page = render_template("error.html", status=status, detail=_in_words(code, detail))
    response = Response(page, status=status)
    retry_after = more.get("retry_after", Unavailable.retry_after if status == 503 else None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if status == 503 and request.method == "GET":
        # a machine or a wall that starts now has nobody to press a key
        response.headers["Refresh"] = str(LOOKED_AGAIN_S)
    return response


def in_words(error: DomainError) -> str:
    """What it says, in the request's language."""
    g.refused_with = error.code
    return _in_words(error.code, error.said or error.detail)


def _in_words(code: str, detail: str | Said) -> str:
    """The sentence in the request's language. Another than Chinese has one for each code, and says
    itself what was meant to be said in it."""
    if isinstance(detail, Said):
        return tell(detail)
    return pgettext("error", code) or detail


def refusal(error: DomainError) -> Response:
    """The answer to whoever asked here, a program or a person."""
    if isinstance(error, Due) and not request.path.startswith(PROGRAMS):
        return make_response(redirect(error.settled_at, 303))
    more = dict(error.more)
    if isinstance(error, Unavailable):
        more.setdefault("retry_after", error.retry_after)
    return _answer(error.status, error.code, error.said or error.detail, **more)


def _http(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        drain()
    if isinstance(error, CSRFError):
        return _answer(403, "csrf", "页面已过期，请刷新后再试。")
    status = 408 if isinstance(error, ClientDisconnected) else error.code or 500
    code, detail = WORDS.get(status, WORDS[400 if status < 500 else 500])
    more: dict[str, Any] = {}
    if isinstance(error, TooManyRequests):
        more["retry_after"] = g.get("retry_after", 60)
    response = _answer(status, code, detail, **more)
    if error.get_response().headers.get("Allow"):
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _validation(error: HTTPError) -> tuple[Any, int, dict[str, str]]:
    """A body or query that does not fit: 422 with each field's fault."""
    status = error.status_code
    code, detail = WORDS.get(status, WORDS[422])
    faults = _without_numbers(faults_in_words(error.detail or {}))
    answer = problem(status, code, detail, **({"errors": faults} if faults else {}))
    return answer.get_data(), status, dict(answer.headers)


def _without_numbers(faults: Any) -> Any:
    """Names of fields nobody knows are told as they came, but for what is no name."""
    if not isinstance(faults, dict):
        return faults
    return {masked(str(name)): _without_numbers(fault) for name, fault in faults.items()}


def _unforeseen(error: Exception) -> Response:
    if _is_store_away(error):
        log.warning("a store is away or busy: %s", error)
        return refusal(StoreAway() if parts().database_away() else StoreBusy())
    if isinstance(error, IntegrityError):
        log.warning("two at once: %s", error)
        return _answer(409, *WORDS[409])
    log.exception("unforeseen error in request %s", g.get("request_id"))
    return _answer(500, *WORDS[500])


def _is_store_away(error: Exception) -> bool:
    """Whether to ask again soon is good advice."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True  # such as a transaction that lay idle too long
    away = (CommitOutcomeUnknown, OperationalError, PoolTimeout, SequenceError, RedisError)
    return isinstance(error, away)


def refuse_large_body() -> None:
    """Before anything else is done with a request that is too large."""
    allowed = streams_up_to()
    if allowed is not None:
        request.max_content_length = allowed
        if (request.content_length or 0) > allowed:
            raise FileTooLarge
        return
    limit = request.max_content_length
    if limit is not None and (request.content_length or 0) > limit:
        raise RequestEntityTooLarge
    if "Transfer-Encoding" in request.headers:
        request.get_data(cache=True)  # never more than the limit, and silent about the rest
        if request.environ["wsgi.input"].read(1):
            raise RequestEntityTooLarge


def drain() -> None:
    """Read on, up to 8 MB, so that the sender hears the answer instead of a broken pipe."""
    stream = request.environ["wsgi.input"]
    left = DRAINED
    while left > 0:
        chunk = stream.read(min(left, 64 * 1024))
        if not chunk:
            return
        left -= len(chunk)


def check_key() -> None:
    """POSTs to the API need an Idempotency-Key, before their body is looked at."""
    view = current_app.view_functions.get(request.endpoint or "")
    rule = access_of(view) if view else None
    if request.method == "POST" and rule and rule.needs_key and request.path.startswith("/api/"):
        this_try()
