"""What is refused about submissions, in words."""

from app.core.errors import DomainError, Invalid, NotFound


class SubmissionNotFound(NotFound):
    code = "submission_not_found"
    detail = "没有找到这份填报，请核对后重试。"


class NoFormForItem(NotFound):
    code = "no_form_for_item"
    detail = "这个事项没有在线表单，请直接取号或预约办理。"


class RevisionStale(DomainError):
    """Somebody saved meanwhile; `revision` is the present one."""

    code = "revision_stale"
    detail = "这份填报已在别处修改，请重新打开后再改。"


class NotADraft(DomainError):
    """`state` says what it is."""

    code = "not_a_draft"
    detail = "这份填报已经提交或撤回，不能再修改。"


class NotSubmitted(DomainError):
    code = "not_submitted"
    detail = "这份填报还没有提交。"


class WithCounter(DomainError):
    code = "with_counter"
    detail = "窗口正在办理或已经办结，不能撤回，请当面向工作人员说明。"


class FieldsWrong(Invalid):
    """`errors`: field -> what is wrong there."""

    code = "fields_wrong"
    detail = "有几处填写需要修改，请按提示更正后再提交。"


class UnknownField(Invalid):
    code = "unknown_field"
    detail = "提交了表单中没有的栏目，请刷新页面后重试。"


class UnknownSource(Invalid):
    """`field` says of which one."""

    code = "unknown_source"
    detail = "这一栏没有所选的来源，请重新打开后再选。"


class FieldFixed(Invalid):
    """`field` says which one."""

    code = "field_fixed"
    detail = "这一栏来自已核实的信息（实名或证照），不能修改；如有错误，请到窗口更正。"


class UnknownMaterial(Invalid):
    code = "unknown_material"
    detail = "没有这项材料，请刷新页面后重试。"


class NothingToPromise(Invalid):
    code = "nothing_to_promise"
    detail = "所选材料不适用告知承诺，请按清单准备。"


class IdentityUnconfirmed(DomainError):
    code = "identity_unconfirmed"
    detail = "姓名和证件号码未能核实，请使用身份证读卡器，或请工作人员协助。"


class GapsTold(DomainError):
    code = "gaps_told"
    detail = "这个号已经一次性告知过缺项，不再重复告知。"


class NothingMissing(Invalid):
    code = "nothing_missing"
    detail = "请至少列出一项缺少的材料或需要更正的栏目。"


class WrongSubject(Invalid):
    code = "wrong_subject"
    detail = "这张表不是由您选择的办事人填写的，请重新选择。"
