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


class UnknownDevice(NotFound):
    code = "unknown_device"
    detail = "没有这台在用的设备，请核对编号。"
