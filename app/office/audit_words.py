"""The audit log in words: deeds, what was shown, what is wrong with the chain."""

from __future__ import annotations

from flask import current_app

from app.audit.verifying import Fault
from app.core.language import SOURCE, language
from app.core.language import gettext as _
from app.office.deeds import DEEDS
from app.office.ticket_log_words import said

SHOWN = {
    "accounts": "工作人员账号",
    "audit": "审计记录",
    "bookings": "预约人信息",
    "deliveries": "领取人信息",
    "licences": "证照",
    "notices": "通知和收信人",
    "people": "个人信息",
    "ratings": "群众评价",
    "renewals": "证照延续",
    "submissions": "填报和材料",
    "tickets": "号票经过",
}
"""What routes say they show (`@access(…, shows=…)`): data of people."""
RESULT_WORDS = {"done": "办成的", "refused": "被拒绝的", "look": "查阅"}
PAGE_DEEDS = {
    "audit_pages.page": "打开审计页面",
    "audit_pages.file": "下载审计记录",
    "audit_pages.check": "要求校验审计链",
    "outbox_pages.page": "打开通知页面",
    "library_pages.shares": "打开证照使用记录",
    "library_pages.shares_file": "下载证照使用记录",
    "renewals_pages.reminders": "打开没有送达的提醒",
    "personal_pages.look": "查阅个人信息",
    "personal_pages.copy": "复制个人信息",
    "personal_pages.erase": "删除个人信息",
    "office_pages.sign_in": "在办公页面登录",
    "office_pages.sign_out": "从办公页面退出登录",
    "clerk_pages.sign_in": "在窗口工作台登录",
    "clerk_pages.sign_out": "从窗口工作台退出登录",
    "kiosk_pages.pair": "在取号机上凭令牌登记",
    "cabinet_pages.pair": "在智能文件柜上凭令牌登记",
}
"""Pages that show data of people by themselves; most read it from the API, and that is the look.
And what is sent from a form, which stands here where it was refused."""
FAULT_WORDS = {
    Fault.ROW_ALTERED: "有记录被改动，或被换到别的区块",
    Fault.ROW_MISSING: "有记录被删除",
    Fault.ROW_ADDED: "有记录不是由系统写入的",
    Fault.BLOCK_ALTERED: "区块被改动",
    Fault.BLOCK_MISSING: "缺少区块",
    Fault.HEAD_CUT: "最早的区块不到保存期限就被删除",
    Fault.TAIL_CUT: "最后的区块被删除，锚点记下的区块已经没有了",
}


def deed_words(deed: str) -> str:
    """What was done: as its use case names it, or what its route says of itself, up to what only
    the API's reader has to know. Routes say so in Chinese; to readers of English, by their
    function's name."""
    if deed in DEEDS:
        return said(DEEDS[deed])
    if deed in PAGE_DEEDS:
        return _(PAGE_DEEDS[deed])
    view = current_app.view_functions.get(deed)
    if view is None or language() != SOURCE:
        return deed.rpartition(".")[2].replace("_", " ")
    words: str = getattr(view, "_spec", {}).get("summary") or deed
    return words.partition("；")[0]
