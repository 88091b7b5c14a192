"""What renewals refuse, in words; each says how to go on."""

from __future__ import annotations

from app.core.errors import DomainError, Invalid, NotFound


class RenewalNotFound(NotFound):
    code = "renewal_not_found"
    detail = (
        "没有找到这项延续：链接可能有误，证照不在您的名下，或企业的法定代表人（负责人）已变更。"
        "请在“我的证照”里查看要到期的证照。"
    )


class NotOfThisHall(RenewalNotFound):
    """Said to staff."""

    code = "renewal_not_of_this_hall"
    detail = "本大厅没有这项延续，请刷新后查看。"


class RenewalOver(DomainError):
    """`state` says what became of it."""

    code = "renewal_over"
    detail = "这项延续已经结束，请在“我的证照”里查看证照现在的状态。"


class RenewalTooEarly(DomainError):
    """`ask_from`: from which day on."""

    code = "renewal_too_early"
    detail = "还没到申请延续的时间，到时再来办理，我们会提前提醒您。"


class RenewalTooLate(DomainError):
    """`hall`, `item`: where the ordinary way begins."""

    code = "renewal_too_late"
    detail = "申请延续的期限已过，不能一键延续了。请到大厅窗口办理，或预约后前往。"


class RenewalNotOffered(DomainError):
    """`hall`, `item`: where the ordinary way begins; null where nobody said."""

    code = "renewal_not_offered"
    detail = "这类证照还不能一键延续，请向发证机关咨询怎样办理。"


class ApplicationChanged(DomainError):
    code = "application_changed"
    detail = "申请书的内容有了变化，请重新打开，核对后再确认。"


class NotWritten(DomainError):
    code = "application_not_written"
    detail = "还没有这份文书，请先打开这项延续查看。"


class LicenceEnded(DomainError):
    code = "licence_ended"
    detail = "这本证照现在不是有效状态，不能延续。请到大厅窗口咨询办理。"


class HolderChanged(DomainError):
    code = "holder_changed"
    detail = "这本证照的持证人已经变更，不能再以原持证人的名义延续。请由新的持证人办理。"


class ConsentMissing(Invalid):
    code = "consent_missing"
    detail = "请先阅读并同意申请人声明，再确认。"


class NotContestable(DomainError):
    code = "renewal_not_contestable"
    detail = "这项延续现在没有可以提出异议的机器判断。由工作人员作出的决定，可依法申请行政复议。"


class AlreadyDecided(DomainError):
    """`state` says what became of it."""

    code = "renewal_decided"
    detail = "这项延续不在等待决定，可能已由他人处理，请刷新后查看。"


class ReasonMissing(Invalid):
    code = "renewal_reason_missing"
    detail = "不予延续须写明理由。"


class NoPapersAskedFor(DomainError):
    code = "no_papers_asked_for"
    detail = "这项延续现在没有要补的材料，请刷新后查看。"


class NotAskedFor(DomainError):
    code = "renewal_not_asked_for"
    detail = "这些没有要求补充，或已经收到，请刷新后查看。"


class NothingContested(DomainError):
    code = "nothing_contested"
    detail = "这项延续没有等待答复的异议，请刷新后查看。"
