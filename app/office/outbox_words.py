"""What the office's view of the outbox says: how a notice stands, how each try went, and why."""

from __future__ import annotations

from app.core.language import gettext as _
from app.notices.channels import NO_LINK
from app.notices.overview import Attempt
from app.notices.rules import Channel, Outcome, State

STATE_WORDS = {
    State.UNKNOWN: "结果不明",
    State.FAILED: "发送失败",
    State.PENDING: "待发送",
    State.SENT: "已发送",
    State.IN_APP: "仅站内消息",
    State.LAPSED: "过时未发",
    State.WITHDRAWN: "已撤回",
}
CHANNEL_WORDS = {Channel.WECHAT: "微信订阅消息", Channel.SMS: "短信"}
OUTCOME_WORDS = {
    Outcome.SENT: "已发送",
    Outcome.LATER: "没有发出，稍后再试",
    Outcome.SPENT: "对方未再订阅",
    Outcome.REFUSED: "被拒绝",
    Outcome.UNKNOWN: "结果不明",
}

AWAY = "没有连上对方的服务器"
UNREAD = "没有收到对方的答复，可能已经发出"
ANY_WAY = {
    "away": AWAY,
    "unread": UNREAD,
    "WechatAway": AWAY,
    "AnswerUnread": UNREAD,
    "unanswered": UNREAD,
    "broken": "程序出错，可能已经发出，请看日志",
    "fact_missing": "短信模板需要的内容没有给出",
    "no_vendor": "没有设置短信服务商",
}
WECHAT = {
    "-1": "微信系统繁忙",
    "40001": "小程序密钥（AppSecret）不对，请核对 WECHAT_APP_SECRET",
    "40003": "微信不认识这个用户",
    "40013": "小程序编号（AppID）不对，请核对 WECHAT_APP_ID",
    "40037": "模板编号不对，请核对 WECHAT_TEMPLATES",
    "40125": "小程序密钥（AppSecret）不对，请核对 WECHAT_APP_SECRET",
    "40164": "本机地址不在微信的 IP 白名单中",
    "40243": "小程序密钥（AppSecret）已冻结",
    "40249": "模板因内容被微信封禁",
    "41030": "消息所指的页面不在已发布的版本中",
    "43101": "对方拒收，或一次性订阅已用完",
    "43104": "用户不属于这个小程序",
    "43107": "小程序的订阅消息能力被封禁",
    "43108": "同一时间正给这个用户发另一条消息",
    "45009": "当天调用次数已达上限",
    "45011": "调用太频繁",
    "45168": "消息中有微信禁止的词语",
    "47003": "消息的某个字段不合微信要求",
    "does_not_fit": "消息的某个字段不合微信要求",
}
SMS = (
    ("LimitExceeded", "短信发送次数超过限制"),
    ("RequestLimitExceeded", "调用太频繁"),
    ("FailedOperation.Insufficient", "短信套餐余量不足"),
    ("FailedOperation.PhoneNumberInBlacklist", "对方已拒收短信"),
    ("FailedOperation.Signature", "短信签名未通过审核，或写得不对"),
    ("FailedOperation.Template", "短信模板未通过审核，或内容不符"),
    ("FailedOperation.ContainSensitiveWord", "短信中有敏感词"),
    ("InvalidParameterValue.IncorrectPhoneNumber", "手机号码不对"),
    ("AuthFailure", "短信服务的密钥不对，请核对 SMS_KEY_ID、SMS_KEY_SECRET"),
    ("UnauthorizedOperation", "短信服务没有开通，或没有授权"),
    ("InternalError", "短信服务商内部错误，可能已经发出"),
    ("isv.BUSINESS_LIMIT_CONTROL", "短信发送次数超过限制"),
    ("isv.DAY_LIMIT_CONTROL", "短信发送次数超过限制"),
    ("isv.MONTH_LIMIT_CONTROL", "短信发送次数超过限制"),
    ("isv.AMOUNT_NOT_ENOUGH", "短信账户余额不足"),
    ("isv.OUT_OF_SERVICE", "短信账户余额不足"),
    ("isv.MOBILE_NUMBER_ILLEGAL", "手机号码不对"),
    ("isv.SMS_SIGNATURE", "短信签名未通过审核，或写得不对"),
    ("isv.SMS_SIGN", "短信签名未通过审核，或写得不对"),
    ("isv.SMS_TEMPLATE", "短信模板未通过审核，或内容不符"),
    ("isv.TEMPLATE", "短信模板未通过审核，或内容不符"),
    ("isv.BLACK_KEY", "短信中有敏感词"),
    ("isp.RAM_PERMISSION_DENY", "短信服务没有开通，或没有授权"),
    ("InvalidAccessKeyId", "短信服务的密钥不对，请核对 SMS_KEY_ID、SMS_KEY_SECRET"),
    ("SignatureDoesNotMatch", "短信服务的密钥不对，请核对 SMS_KEY_ID、SMS_KEY_SECRET"),
    ("Throttling", "调用太频繁"),
    ("isp.", "短信服务商内部错误，可能已经发出"),
)
"""How a vendor's code begins -> why."""


def why(attempt: Attempt) -> str:
    """Why it went as it did, with the other side's code; the empty string where all is well."""
    code = attempt.errcode or ""
    if not code:
        return _("工作进程正在等候答复，或已中断") if attempt.outcome is None else ""
    if code.startswith(NO_LINK):
        said = {"why": _of_wechat(code.removeprefix(NO_LINK))}
        return _("链接没有做成，短信里没有链接：%(why)s") % said
    return _of_wechat(code) if attempt.channel == Channel.WECHAT else _of_vendor(code)


def _of_wechat(code: str) -> str:
    return _with_code(WECHAT.get(code) or ANY_WAY.get(code), code)


def _of_vendor(code: str) -> str:
    begun = next((words for begins, words in SMS if code.startswith(begins)), None)
    return _with_code(ANY_WAY.get(code) or begun, code)


def _with_code(words: str | None, code: str) -> str:
    return f"{_(words)} ({code})" if words else code
