"""What is wrong with what people told us about themselves, and what follows from it."""

from app.core.errors import DomainError, Invalid, NotFound, Unavailable


class LoginCodeWrong(DomainError):
    status = 401
    code = "login_code_wrong"
    detail = "登录凭证无效或已使用，请重新登录。"


class WechatUnavailable(Unavailable):
    code = "wechat_unavailable"
    detail = "暂时无法连接微信，请稍候再试，也可到大厅取号机办理。"
    retry_after = 10


class WechatBlocked(DomainError):
    status = 403
    code = "wechat_blocked"
    detail = "微信提示该账号存在风险，暂不能在手机上登录，请到大厅取号机或咨询台办理。"


class PhoneCodeWrong(Invalid):
    code = "phone_code_wrong"
    detail = "手机号授权无效或已使用，请重新授权手机号。"


class IdNumberWrong(Invalid):
    code = "id_number_wrong"
    detail = "证件号码有误，请核对后重新输入。"


class CreditCodeWrong(Invalid):
    code = "credit_code_wrong"
    detail = "统一社会信用代码有误，请对照营业执照核对后重新输入。"


class NameWrong(Invalid):
    code = "name_wrong"
    detail = "姓名或名称有误，请按证件上的写法填写。"


class IdentityMismatch(Invalid):
    code = "identity_mismatch"
    detail = "姓名与证件号码不一致，请核对后重新输入。"


class TooManyWrongNames(DomainError):
    status = 429
    code = "too_many_wrong_names"
    detail = "姓名与证件号码多次不一致，请一小时后再试，或携带身份证到大厅办理。"


class IdentityNeeded(DomainError):
    code = "identity_needed"
    detail = "请先填写本人姓名和证件号码，再办理这项业务。"


class IdentitySet(DomainError):
    code = "identity_set"
    detail = "这个账号已登记本人证件号码，不能更换；如登记有误，请携带证件到大厅咨询台更正。"


class IdentityStays(DomainError):
    code = "identity_stays"
    detail = "本人信息不能从办事人中移除。"


class PersonKnown(DomainError):
    code = "person_known"
    detail = "您已添加过这位办事人，不需要重复添加。"


class TooManyPeople(DomainError):
    code = "too_many_people"
    detail = "添加的办事人已达上限，请先移除不再代办的。"


class PersonNotFound(NotFound):
    code = "person_not_found"
    detail = "没有找到这位办事人，请先添加。"
