"""Why a form cannot be had."""

from __future__ import annotations

from app.core.errors import Invalid, NotFound


class UnknownForm(NotFound):
    code = "unknown_form"
    detail = "没有这张表单，或者已经停用。"


class BadForm(Invalid):
    code = "bad_form"
    detail = "表单文件里有错误，没有发布。"


class NothingToPublish(NotFound):
    code = "nothing_to_publish"
    detail = "这张表单没有待发布的草稿。"
