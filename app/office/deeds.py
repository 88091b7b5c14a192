"""What was changed at the office, for those who answer for it."""

from __future__ import annotations

from typing import Any

from app.catalog.plan import HallPlan
from app.core import audit
from app.core.http import wire_time
from app.office.ticket_log_words import said
from app.staff.queries import usernames

SHOWN = 50
ACCOUNT_DEEDS = {
    "account_added": "开设账号",
    "account_changed": "修改账号",
    "password_reset": "重设密码",
    "account_disabled": "停用账号",
    "account_enabled": "启用账号",
    "password_changed": "修改自己的密码",
    "second_factor_on": "启用动态口令",
    "second_factor_reset": "重置动态口令",
    "recovery_code_used": "用备用码登录",
    "recovery_codes_made": "换备用码",
    "session_ended": "退出登录",
    "sign_in_slowed": "多次输错密码",
    "lock_out_lifted": "解除等待",
}
DEVICE_DEEDS = {
    "device_added": "登记设备",
    "device_changed": "修改设备",
    "device_disabled": "停用设备",
    "printer_set": "设置打印机",
    "printer_tested": "打印测试页",
}
KEY_DEEDS = {
    "key_added": "发放接口密钥",
    "key_rotated": "更换接口密钥",
    "key_revoked": "吊销接口密钥",
}
TOLD = ("count", "changes", "purpose")
"""What of a deed's data is told besides: a loaded file's changes, what a file was opened for."""
HALL_DEEDS = {"hall_loaded": "载入大厅文件"}
FORM_DEEDS = {"form_published": "发布表单", "form_retired": "停用表单"}
FILE_DEEDS = {
    "file_opened": "打开填报和证照",
    "material_marked": "核对材料",
    "submission_found": "凭填报编号调取填报",
    "document_printed": "打印申请书",
}
"""What was read of whom was called: `subject` is the number, or the submission's code."""
AUDIT_DEEDS = {
    "signed_in": "登录",
    "audit_forgotten": "清除超过保存期限的审计记录",
    "audit_verified": "校验审计链",
}
PERSONAL_DEEDS = {
    "personal_data_seen": "查阅个人信息",
    "personal_data_exported": "复制个人信息",
    "personal_data_erased": "删除个人信息",
}
DEEDS = (
    ACCOUNT_DEEDS
    | DEVICE_DEEDS
    | KEY_DEEDS
    | HALL_DEEDS
    | FORM_DEEDS
    | FILE_DEEDS
    | PERSONAL_DEEDS
    | AUDIT_DEEDS
)
"""Every deed that a use case names, as the auditor reads it."""


def deeds_out(plan: HallPlan, words: dict[str, str]) -> list[dict[str, Any]]:
    """The latest of these deeds, newest first; `by` is empty where it was the command line."""
    deeds = audit.latest(plan.code, tuple(words), SHOWN)
    names = usernames(deed.actor for deed in deeds)
    return [
        {
            "at": wire_time(row.at, plan.zone),
            "by": names.get(row.actor, ""),
            "deed": row.deed,
            "text": said(words[row.deed]),
            "subject": row.subject,
            **{name: row.data[name] for name in TOLD if name in row.data},
        }
        for row in deeds
    ]
