"""What signing in refuses, in words."""

from app.core.errors import DomainError, Invalid, NotFound


class WrongPassword(DomainError):
    status = 401
    code = "wrong_password"
    detail = "用户名或密码不正确。"


class UsernameTaken(DomainError):
    code = "username_taken"
    detail = "这个用户名已有人使用，请换一个，或先停用原来的账号。"


class UnfitName(Invalid):
    code = "unfit_name"
    detail = "名称为空、过长或含有空白，请换一个。"


class UnfitPassword(Invalid):
    code = "unfit_password"
    detail = "密码应为 10 到 128 个字符。"


class CounterNotForRole(Invalid):
    code = "counter_not_for_role"
    detail = "这个岗位不能登录窗口，请不要指定窗口。"


class UnknownStaff(NotFound):
    code = "unknown_staff"
    detail = "没有这个在用的账号，请核对用户名。"


class OwnAccount(DomainError):
    code = "own_account"
    detail = "不能停用自己的账号，也不能改自己的岗位，请另一位管理员办理。"


class LastAdministrator(DomainError):
    code = "last_administrator"
    detail = "这是最后一位在用的管理员，不能停用，也不能改岗位。"


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
    detail = "只有取号机可以带身份证读卡器，其他设备请不要勾选。"


class CounterNotForKind(Invalid):
    code = "counter_not_for_kind"
    detail = "只有屏幕可以指定窗口，取号机不用填写窗口号。"
