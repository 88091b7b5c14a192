"""What the licence library refuses, in words."""

from __future__ import annotations

from app.core.errors import DomainError, Invalid, NotFound


class IdentifierWrong(Invalid):
    code = "identifier_wrong"
    detail = "电子证照标识有误，请核对后重新输入。"


class KindsBroken(Invalid):
    """A file of licence kinds is not one; `faults`: (place, words), all of them."""

    code = "kinds_broken"
    detail = "证照类型文件有误，什么都没有载入。"

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        self.faults = faults
        super().__init__()


class RecordWrong(Invalid):
    """A licence that is brought in is none; `faults`: (field, words), all of them."""

    code = "record_wrong"
    detail = "证照数据有误，没有收入证照库。"

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        self.faults = faults
        super().__init__()


class KindNotFound(NotFound):
    code = "licence_kind_not_found"
    detail = "没有这种证照。"


class LicenceNotFound(NotFound):
    code = "licence_not_found"
    detail = "没有找到这本证照。"


class LicenceMoved(DomainError):
    """No edition can follow it: the library has a newer one, or the last number is used."""

    code = "licence_moved"
    detail = "证照库里这本证照已经变动，请刷新后查看；需要帮助请联系大厅窗口。"


class IdentityUnverified(DomainError):
    code = "identity_unverified"
    detail = "还没有核实是您本人，暂不能查看证照。请登记您本人名下的手机号，或到大厅窗口办理。"


class AuthorisationNotFound(NotFound):
    code = "authorisation_not_found"
    detail = "没有找到这项授权。"


class AuthorisationUntilWrong(Invalid):
    code = "authorisation_until_wrong"
    detail = "授权须从今天起、最长一年，请重新选择截止日期。"


class AuthorisationOfOneself(Invalid):
    code = "authorisation_of_oneself"
    detail = "不需要授权给自己，请填写代办人的姓名和证件号码。"


class ShowingNotFound(NotFound):
    code = "verification_not_found"
    detail = "没有这个核验码，请核对后重新输入。"
