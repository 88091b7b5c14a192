"""Errors in words: every refusal has a stable code and a sentence a clerk can read out."""

from __future__ import annotations

from typing import Any

from app.core.said import Said


class DomainError(Exception):
    """A use case said no. Nothing was changed.

    `code` never changes once published; `detail` is for people and may. Readers of another language
    are told the one sentence of its code, or `said`, where the facts of the case matter.
    """

    status = 409
    code = "conflict"
    detail = "现在不能这样办理，请稍后再试。"

    def __init__(self, detail: str | Said | None = None, **more: Any) -> None:
        self.said = detail if isinstance(detail, Said) else None
        self.detail = str(detail or type(self).detail)
        self.more = more
        super().__init__(f"{self.code}: {self.detail}")


class NotFound(DomainError):
    status = 404
    code = "not_found"
    detail = "没有找到所请求的内容。"


class Unauthenticated(DomainError):
    status = 401
    code = "unauthenticated"
    detail = "请先登录，或登录已经失效。"


class Forbidden(DomainError):
    status = 403
    code = "forbidden"
    detail = "您没有进行这项操作的权限。"


class ScopeMissing(Forbidden):
    code = "scope_missing"
    detail = "这个接口密钥没有这项权限，请联系大厅的安全管理员。"


class Due(DomainError):
    """Somebody is signed in, and has to settle something before anything else."""

    status = 403
    code = "due"
    detail = "请先完成账号设置。"
    settled_at = "/office/me"
    """The page where it is settled."""


class PasswordDue(Due):
    code = "password_due"
    detail = "请先设置自己的新密码，再办理其他事情。"


class SecondFactorDue(Due):
    code = "second_factor_due"
    detail = "请先设置动态口令，再办理其他事情。"


DUES = {"password": PasswordDue, "second_factor": SecondFactorDue}
"""By what an actor owes."""


class Invalid(DomainError):
    status = 422
    code = "invalid"
    detail = "提交的内容不符合要求，请核对后重试。"


class Unavailable(DomainError):
    """A store is away: ask again after `retry_after` seconds."""

    status = 503
    code = "unavailable"
    detail = "系统暂时繁忙，请稍候再试。"
    retry_after = 2


class SequenceNotReady(Unavailable):
    code = "sequence_not_ready"
    detail = "叫号次序正在恢复，请稍候再试，号票不会丢失。"


class StoreAway(Unavailable):
    code = "store_away"
    detail = "大厅的系统暂时没有应答，正在恢复。请稍候再试，已取的号、已约的时间都不会丢失。"


class StoreBusy(Unavailable):
    code = "store_busy"
    detail = "系统正忙，请再试一次。"
