"""What signing in takes and gives."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp

from app.core.acts import Role
from app.core.errors import DUES
from app.staff.rules import (
    DEVICE_WORDS,
    KEY_DAYS,
    KEY_STATES,
    OVERLAP_DAYS,
    PAIRED,
    SCOPE_WORDS,
)

OWES: dict[str, Any] = {
    "validate": OneOf(["", *DUES]),
    "metadata": {"description": "须先办的事：设置自己的密码、设置动态口令；空为没有"},
}


class StaffSignInIn(Schema):
    username = String(required=True, validate=Length(1, 64))
    password = String(required=True, validate=Length(1, 128))
    counter = String(validate=Length(1, 16), metadata={"description": "不填则用本人的固定窗口"})
    code = String(
        load_default="",
        validate=Length(max=20),
        metadata={"description": "动态口令，或一个备用码；启用了双因素的账号才需要"},
    )


class StaffSignedInOut(Schema):
    token = String(required=True)
    expires_at = AwareDateTime(required=True)
    username = String(required=True)
    role = String(required=True, validate=OneOf([str(role) for role in Role]))
    hall = String(required=True)
    counter = String(required=True, allow_none=True)
    owes = String(required=True, **OWES)


NAME: dict[str, Any] = {"validate": Length(1, 60)}
COUNTER: dict[str, Any] = {"validate": Length(1, 16), "allow_none": True, "load_default": None}


READER: dict[str, Any] = {
    "load_default": False,
    "metadata": {"description": "带身份证读卡器：只有这样的机器报读出的证件才算数"},
}


class DeviceSelfOut(Schema):
    id = String(required=True)
    kind = String(required=True, validate=OneOf(DEVICE_WORDS))
    name = String(required=True)
    hall = String(required=True)
    counter = String(required=True, allow_none=True)
    page = String(required=True, metadata={"description": "这台设备工作的页面"})


class WhoAmIOut(Schema):
    device = Nested(DeviceSelfOut, required=True, allow_none=True)


class CodeIn(Schema):
    code = String(
        required=True,
        validate=Regexp(r"[0-9]{6}\Z", error="登记码应为六位数字。"),
        metadata={"description": "设备屏幕上显示的六位数字", "example": "042517"},
    )


class AsksOut(Schema):
    kind = String(required=True, validate=OneOf(PAIRED))


class PairIn(CodeIn):
    kind = String(required=True, validate=OneOf(PAIRED))
    name = String(required=True, **NAME)
    counter = String(**COUNTER, metadata={"description": "窗口小屏所在的窗口"})
    reader = Boolean(**READER)


class DeviceIn(Schema):
    name = String(required=True, **NAME)
    counter = String(**COUNTER)
    reader = Boolean(**READER)


class DeviceOut(DeviceSelfOut):
    reader = Boolean(required=True, metadata={"description": "带身份证读卡器"})
    created_at = AwareDateTime(required=True)
    last_seen_at = AwareDateTime(required=True, allow_none=True)
    revoked_at = AwareDateTime(required=True, allow_none=True)


HOLDS: dict[str, Any] = {
    "load_default": KEY_DAYS,
    "validate": Range(1, KEY_DAYS + 1),
    "metadata": {"description": "多少天后失效"},
}


class KeyIn(Schema):
    name = String(required=True, **NAME, metadata={"description": "哪个系统"})
    scopes = List(
        String(validate=OneOf(SCOPE_WORDS)), required=True, validate=Length(1, len(SCOPE_WORDS))
    )
    days = Integer(**HOLDS)


class KeyRotateIn(Schema):
    overlap_days = Integer(
        load_default=OVERLAP_DAYS,
        validate=Range(0, 90),
        metadata={"description": "旧密钥还有效多少天"},
    )
    days = Integer(**HOLDS)


class KeyAddedOut(Schema):
    id = String(required=True)
    system = String(required=True)
    key = String(required=True, metadata={"description": "密钥，只在此给出一次"})
    expires_at = AwareDateTime(required=True)


class KeyOut(Schema):
    id = String(required=True)
    system = String(required=True, metadata={"description": "同一系统先后的密钥，此项相同"})
    name = String(required=True)
    prefix = String(required=True, metadata={"description": "密钥的开头；很早以前的为空"})
    scopes = List(String(validate=OneOf(SCOPE_WORDS)), required=True)
    state = String(required=True, validate=OneOf(KEY_STATES))
    created_at = AwareDateTime(required=True)
    expires_at = AwareDateTime(required=True, allow_none=True)
    last_used_at = AwareDateTime(required=True, allow_none=True)


class AccountSessionOut(Schema):
    counter = String(required=True, allow_none=True)
    signed_in_at = AwareDateTime(required=True)
    last_seen_at = AwareDateTime(required=True)


class AccountOut(Schema):
    id = String(required=True)
    username = String(required=True)
    name = String(required=True)
    role = String(required=True, validate=OneOf([str(role) for role in Role]))
    counter = String(required=True, allow_none=True)
    active = Boolean(required=True)
    second_factor = Boolean(required=True, metadata={"description": "登录须输入动态口令"})
    own = Boolean(required=True, metadata={"description": "是否为登录者本人"})
    sessions = List(Nested(AccountSessionOut), required=True)


class PasswordIn(Schema):
    password = String(required=True, validate=Length(1, 128))


class AccountIn(Schema):
    name = String(load_default="", validate=Length(max=60))
    role = String(required=True, validate=OneOf([str(role) for role in Role]))
    counter = String(**COUNTER, metadata={"description": "固定窗口"})


class NewAccountIn(AccountIn):
    username = String(required=True, validate=Length(1, 64))
    password = String(required=True, validate=Length(1, 128))


class DeedOut(Schema):
    at = AwareDateTime(required=True)
    by = String(required=True, metadata={"description": "办理的账号；命令行为空"})
    deed = String(required=True)
    text = String(required=True)
    subject = String(required=True, metadata={"description": "哪个账号、哪台设备、哪个大厅"})


class MeOut(Schema):
    username = String(required=True)
    name = String(required=True)
    role = String(required=True, validate=OneOf([str(role) for role in Role]))
    owes = String(required=True, **OWES)
    password_set_at = AwareDateTime(required=True, allow_none=True)
    password_ends_at = AwareDateTime(
        required=True, allow_none=True, metadata={"description": "只有三类管理员的密码会到期"}
    )
    second_factor_since = AwareDateTime(required=True, allow_none=True)
    second_factor_required = Boolean(required=True)
    recovery_codes_left = Integer(required=True)


class NewPasswordIn(Schema):
    old = String(required=True, validate=Length(1, 128))
    new = String(required=True, validate=Length(1, 128))


class SecondFactorIn(Schema):
    code = String(required=True, validate=Length(1, 20))


class SecondFactorOut(Schema):
    secret = String(required=True, metadata={"description": "手工输入验证器用"})
    address = String(required=True, metadata={"description": "otpauth://…"})
    picture = String(required=True, metadata={"description": "它的二维码 (data:image/svg+xml)"})


class CodesOut(Schema):
    recovery_codes = List(String(), required=True)


class SessionOut(AccountSessionOut):
    id = String(required=True)
    account = String(required=True)
    username = String(required=True)
    name = String(required=True)
    device = String(required=True, metadata={"description": "浏览器和系统；不认识的为空"})
    address = String(required=True)
    own = Boolean(required=True, metadata={"description": "就是发出这个请求的登录"})


PLACE_TOLD = "address:地址，或 browser:本大厅登录过的浏览器；空为任何地址"


class LockOutOut(Schema):
    username = String(required=True, metadata={"description": "空为任何账号"})
    place = String(required=True, metadata={"description": PLACE_TOLD})
    tries = Integer(required=True)
    until = AwareDateTime(required=True)


class LiftIn(Schema):
    username = String(load_default="", validate=Length(max=64))
    place = String(load_default="", validate=Length(max=80), metadata={"description": PLACE_TOLD})
