"""Why somebody's data are not erased or handed out now, in words."""

from app.core.errors import DomainError, Invalid, NotFound


class StillUnderWay(DomainError):
    code = "erasure_under_way"
    detail = "您还有正在办理的事，办完后再注销。"


class NotConfirmed(Invalid):
    code = "erasure_not_confirmed"
    detail = "注销后不能恢复，请先确认。"


class NotSurely(DomainError):
    status = 403
    code = "export_unverified"
    detail = "还没有核实是您本人，不能领取个人信息副本。请登记本人名下的手机号，或带身份证到大厅。"


class PersonUnknown(NotFound):
    code = "person_unknown"
    detail = "没有这个证件号码的记录，请核对号码。"


class ReasonMissing(Invalid):
    code = "personal_reason_missing"
    detail = "请写明因为什么提出，2 到 200 个字，不写姓名和号码。"
