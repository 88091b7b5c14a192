"""What signing in refuses, in words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.core.errors import DomainError, Invalid, NotFound, Unauthenticated, Unavailable


class WrongPassword(DomainError):
    status = 401
    code = "wrong_password"
    detail = "用户名或密码不正确。"


class SignInsBusy(Unavailable):
    code = "sign_ins_busy"
    detail = "同时登录的人太多，请过几秒钟再试。"


class TooManyTries(DomainError):
    status = 429
    code = "too_many_tries"
    detail = "密码或动态口令输错次数过多，请稍后再试，或请安全管理员解除锁定。"


class SecondFactorNeeded(Unauthenticated):
    code = "second_factor_needed"
    detail = "请输入动态口令。"

    def __init__(self, who: Row[Any]) -> None:
        super().__init__()
        self.who = who
        """Whose password was right."""


class WrongCode(Unauthenticated):
    code = "wrong_code"
    detail = "动态口令不正确或已经用过，请输入验证器上最新的六位数字，或一个没有用过的备用码。"


class WrongOwnCode(DomainError):
    code = "wrong_own_code"
    detail = "动态口令不正确或已经用过，请等验证器换出新的六位数字再试。"


class SecondFactorOn(DomainError):
    code = "second_factor_on"
    detail = "动态口令已经启用。换手机请用备用码登录，或请安全管理员重置。"


class NoSecondFactor(DomainError):
    code = "no_second_factor"
    detail = "还没有启用动态口令，请重新开始设置。"


class WrongOldPassword(DomainError):
    code = "wrong_old_password"
    detail = "现在的密码不正确，请重新输入。"


class PasswordUsedBefore(Invalid):
    code = "password_used_before"
    detail = "最近用过的五个密码不能再用，请换一个新的。"


class UnknownSession(NotFound):
    code = "unknown_session"
    detail = "没有这个登录，可能已经退出。"


class OwnPassword(DomainError):
    code = "own_password"
    detail = "自己的密码请在“我的账号”里修改，动态口令请另一位安全管理员重置。"


class UsernameTaken(DomainError):
    code = "username_taken"
    detail = "这个用户名已有人使用，请换一个，或先停用原来的账号。"


class UnfitName(Invalid):
    code = "unfit_name"
    detail = "名称为空、过长或含有空白，请换一个。"


class UnfitPassword(Invalid):
    code = "unfit_password"
    detail = "密码不合要求，请换一个。"


class CounterNotForRole(Invalid):
    code = "counter_not_for_role"
    detail = "这个岗位不能登录窗口，请不要指定窗口。"


class UnknownStaff(NotFound):
    code = "unknown_staff"
    detail = "没有这个在用的账号，请核对用户名。"


class OwnAccount(DomainError):
    code = "own_account"
    detail = "不能停用自己的账号，也不能改自己的岗位，请另一位安全管理员办理。"


class LastAdministrator(DomainError):
    code = "last_administrator"
    detail = "这是最后一位在用的管理员或安全管理员，不能停用，也不能改岗位。"


class UnknownDevice(NotFound):
    code = "unknown_device"
    detail = "没有这台在用的设备，请核对编号。"


class WrongPairingCode(DomainError):
    code = "wrong_pairing_code"
    detail = (
        "没有设备正在显示这个登记码。请核对设备屏幕上的六位数字；登记码十分钟有效，只能用一次。"
    )


class TooManyPairingTries(DomainError):
    status = 429
    code = "too_many_pairing_tries"
    detail = "登记码输错次数过多，请十分钟后再试。"


class TooManyPairings(DomainError):
    status = 429
    code = "too_many_pairings"
    detail = "同时等待登记的设备过多，请先登记其中几台，或十分钟后再试。"


class ReaderNotForKind(Invalid):
    code = "reader_not_for_kind"
    detail = "只有取号机和文件柜可以带身份证读卡器，其他设备请不要勾选。"


class PrinterNotForKind(Invalid):
    code = "printer_not_for_kind"
    detail = "只有取号机可以带打印机，其他设备请不要设置。"


class CounterNotForKind(Invalid):
    code = "counter_not_for_kind"
    detail = "只有屏幕可以指定窗口，取号机不用填写窗口号。"


class UnknownKey(NotFound):
    code = "unknown_key"
    detail = "没有这个在用的接口密钥，请核对。"


class KeyReplaced(DomainError):
    code = "key_replaced"
    detail = "这个密钥已经更换过，请更换它之后的那一个。"
