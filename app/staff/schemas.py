"""What signing in takes and gives."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, List, Nested, String
from apiflask.validators import Length, OneOf, Regexp

from app.core.acts import Role
from app.staff.rules import DEVICE_WORDS, PAIRED


class StaffSignInIn(Schema):
    username = String(required=True, validate=Length(1, 64))
    password = String(required=True, validate=Length(1, 128))
    counter = String(validate=Length(1, 16), metadata={"description": "不填则用本人的固定窗口"})


class StaffSignedInOut(Schema):
    token = String(required=True)
    expires_at = AwareDateTime(required=True)
    username = String(required=True)
    role = String(required=True, validate=OneOf([str(role) for role in Role]))
    hall = String(required=True)
    counter = String(required=True, allow_none=True)


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
    page = String(
        required=True,
        allow_none=True,
        metadata={"description": "这台设备工作的页面；外部系统没有"},
    )


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


class SystemIn(Schema):
    name = String(required=True, **NAME)


class PairIn(CodeIn):
    kind = String(required=True, validate=OneOf(PAIRED))
    name = String(required=True, **NAME)
    counter = String(**COUNTER, metadata={"description": "窗口小屏所在的窗口"})
    reader = Boolean(**READER)


class DeviceIn(Schema):
    name = String(required=True, **NAME)
    counter = String(**COUNTER)
    reader = Boolean(**READER)


class SystemAddedOut(Schema):
    id = String(required=True)
    token = String(required=True, metadata={"description": "令牌，只在此给出一次"})


class DeviceOut(DeviceSelfOut):
    reader = Boolean(required=True, metadata={"description": "带身份证读卡器"})
    created_at = AwareDateTime(required=True)
    last_seen_at = AwareDateTime(required=True, allow_none=True)
    revoked_at = AwareDateTime(required=True, allow_none=True)


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
