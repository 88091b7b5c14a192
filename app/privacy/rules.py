"""What is kept about people, how long, and why: one table. Pure.

docs/retention.md is made from it, a guard test compares it with the tables of the database: no
column that names a person, an account, or is sealed may be missing here. Personal data are kept for
the shortest time their purpose needs (个人信息保护法 article 19) and deleted on request where no
law has them kept (article 47); what a hall decided belongs to its files (档案法), and who signed in
to its logs, for six months at least (网络安全法 article 21).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Then(StrEnum):
    """What becomes of a row."""

    KEEP = "keep"
    CLEAR = "clear"
    """It stays, and says no longer whose it is."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Kept:
    """One table that holds something about people."""

    table: str
    name: str
    """What people call it: in the copy of their data, and where they are told what goes."""
    why: str
    """Why it is kept so long; where it outlives its account, that is what its owner is told."""
    person: tuple[str, ...] = ()
    """Columns that say whom a row is about, as a person's id."""
    account: tuple[str, ...] = ()
    """Columns that name an account, as a citizen's id."""
    under: tuple[str, str] | None = None
    """(column, table): a row is about whomever the row of that table is about."""
    months: int | None = None
    """How long, since `since`; None: no end of its own."""
    since: str = ""
    over: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Only rows with one of these values in a column are over, and may go."""
    aged: Then = Then.KEEP
    """What becomes of a row after its months."""
    erased: Then = Then.KEEP
    """And when its owner has the account erased."""
    clears: tuple[str, ...] = ()
    """The columns that are emptied where a row is cleared."""
    not_told: tuple[str, ...] = ()
    """Columns left out of its person's copy: they are about others, are what others typed, or open
    something."""
    told: Mapping[str, str] = field(default_factory=dict)
    """Column -> what it is called in its person's copy; none: the copy leaves the table out."""
    job: str = ""
    """The night's job that forgets it, where it is not this feature's."""


YEAR = 12
FILES = "属于行政许可、政务服务案卷，依《档案法》和机关档案保管期限的规定保存"
DRAFTS = "属于政务服务案卷，依《档案法》保存；没有提交过的草稿保存 30 天，注销即删除"
LOGS = "依《网络安全法》第二十一条，网络日志留存不少于六个月"
USED = "办事结束后供查询、投诉和统计核对，满一年就不再指明是谁"
ACCOUNT = "账号使用期间保存，注销即删除"

KEPT: tuple[Kept, ...] = (
    Kept(
        "citizens",
        "账号",
        "注销后只留下一个不指向任何人的编号，登录日志还要用到它",
        account=("id",),
        erased=Then.CLEAR,
        clears=("openid_sealed", "openid_index", "person_id", "identity_level", "phone_sealed"),
        not_told=("openid_sealed", "openid_index", "person_id"),
        told={
            "identity_level": "身份核实",
            "phone_sealed": "手机号",
            "language": "语言",
            "created_at": "建立时间",
        },
    ),
    Kept(
        "citizen_sessions",
        "登录记录",
        LOGS,
        account=("citizen_id",),
        months=6,
        since="expires_at",
        aged=Then.DELETE,
        told={"created_at": "登录时间", "expires_at": "失效时间", "ended_at": "退出时间"},
    ),
    Kept(
        "acts_for",
        "本人、家人和代办企业",
        ACCOUNT,
        account=("citizen_id",),
        erased=Then.DELETE,
        not_told=("name_sealed", "person_id"),
        told={"relation": "关系", "created_at": "添加时间"},
    ),
    Kept(
        "people",
        "证件号码",
        "加密保存，证照和案卷要指明是谁；没有它们时随账号删除",
        person=("id",),
        erased=Then.CLEAR,
        clears=("phone_sealed", "phone_index"),
        told={
            "kind": "类别",
            "number_sealed": "证件号码",
            "phone_sealed": "预约时留的电话",
            "created_at": "登记时间",
        },
    ),
    Kept(
        "ratings",
        "评价",
        "评价的等次长期用于统计；您写的话保存两年，注销时一并删除",
        under=("ticket_id", "tickets"),
        months=2 * YEAR,
        since="at",
        aged=Then.CLEAR,
        erased=Then.CLEAR,
        clears=("words_sealed",),
        told={"grade": "等次", "words_sealed": "您写的话", "at": "时间"},
    ),
    Kept(
        "followers",
        "替谁看着号",
        "号办结一个月后没有用处",
        account=("citizen_id",),
        months=1,
        since="since",
        aged=Then.DELETE,
        erased=Then.DELETE,
        told={"since": "从何时起"},
    ),
    Kept(
        "gap_notices",
        "一次性告知单",
        FILES,
        under=("ticket_id", "tickets"),
        told={"told_at": "告知时间", "content_sealed": "内容"},
    ),
    Kept(
        "tickets",
        "取号记录",
        USED,
        person=("person_id",),
        account=("citizen_id",),
        months=YEAR,
        since="taken_at",
        over={"state": ("finished", "left", "closed", "cancelled")},
        aged=Then.CLEAR,
        erased=Then.CLEAR,
        clears=("person_id", "citizen_id"),
        told={
            "hall": "大厅",
            "day": "日期",
            "number": "号码",
            "items": "事项",
            "state": "状态",
            "taken_at": "取号时间",
        },
    ),
    Kept(
        "appointments",
        "预约记录",
        USED,
        person=("person_id",),
        account=("citizen_id",),
        months=YEAR,
        since="slot_starts_at",
        over={"state": ("checked_in", "cancelled", "missed")},
        aged=Then.CLEAR,
        erased=Then.CLEAR,
        clears=("person_id", "citizen_id", "name_sealed"),
        not_told=("name_sealed",),
        told={
            "code": "预约码",
            "hall": "大厅",
            "items": "事项",
            "slot_starts_at": "预约时间",
            "state": "状态",
            "booked_at": "预约办理时间",
        },
    ),
    Kept(
        "waiting_list",
        "候补记录",
        USED,
        person=("person_id",),
        account=("citizen_id",),
        months=YEAR,
        since="joined_at",
        over={"state": ("accepted", "lapsed", "left", "over")},
        aged=Then.DELETE,
        erased=Then.DELETE,
        not_told=("name_sealed",),
        told={
            "hall": "大厅",
            "day": "日期",
            "items": "事项",
            "state": "状态",
            "joined_at": "加入时间",
        },
    ),
    Kept(
        "notices",
        "发给您的通知",
        "保存 180 天，注销即删除",
        account=("citizen_id",),
        job="forget_notices",
        erased=Then.DELETE,
        not_told=("private_sealed", "phone_sealed"),
        told={"text": "内容", "at": "时间", "read_at": "阅读时间"},
    ),
    Kept(
        "notice_grants",
        "微信订阅授权",
        ACCOUNT,
        account=("citizen_id",),
        erased=Then.DELETE,
        told={"template": "消息模板", "left": "还可发送", "at": "授权时间"},
    ),
    Kept(
        "reminder_stops",
        "不再提醒的证照",
        ACCOUNT,
        account=("citizen_id",),
        erased=Then.DELETE,
        not_told=("holder_id",),
        told={"kind": "证照类型", "at": "设置时间"},
    ),
    Kept(
        "staff",
        "工作人员账号",
        "离岗后停用；操作记录要指明是谁办的",
        not_told=("totp_sealed",),
    ),
    Kept(
        "idempotency_keys",
        "重复提交的凭据",
        "保存 24 小时，以免同一件事办两次",
        job="close_night",
        not_told=("answer_sealed",),
    ),
    Kept(
        "name_tries",
        "姓名与号码不符的次数",
        "用来防止冒名试探",
        months=1,
        since="at",
        aged=Then.DELETE,
    ),
    Kept(
        "sign_in_tries",
        "工作人员输错密码的次数",
        "用来防止猜密码",
        months=1,
        since="at",
        aged=Then.DELETE,
    ),
    Kept(
        "staff_sessions",
        "工作人员登录记录",
        LOGS,
        months=YEAR,
        since="expires_at",
        aged=Then.DELETE,
    ),
    Kept(
        "submissions",
        "提交的表单",
        DRAFTS,
        person=("person_id",),
        account=("citizen_id",),
        job="forget_drafts",
        erased=Then.DELETE,
        over={"state": ("draft",)},
        not_told=("sources_sealed", "applicant_id"),
        told={
            "code": "编号",
            "hall": "大厅",
            "item": "事项",
            "form": "表单",
            "state": "状态",
            "name_sealed": "为谁填写",
            "values_sealed": "填写内容",
            "created_at": "开始时间",
            "submitted_at": "提交时间",
        },
    ),
    Kept(
        "submission_changes",
        "窗口更正记录",
        FILES,
        under=("submission_id", "submissions"),
        told={
            "field": "项目",
            "before_sealed": "更正前",
            "after_sealed": "更正后",
            "at": "时间",
        },
    ),
    Kept(
        "kept_materials",
        "窗口核验过的材料",
        FILES,
        person=("person_id",),
        told={"name": "材料", "hall": "大厅", "seen_on": "核验日期"},
    ),
    Kept(
        "documents",
        "文书",
        FILES,
        not_told=("facts_sealed", "pdf_sealed"),
    ),
    Kept(
        "licences",
        "证照",
        "发证机关的登记，依各证照的法律、法规保存",
        person=("holder_id",),
        not_told=("representative_id",),
        told={
            "kind": "类型",
            "state": "状态",
            "issuer": "发证机关",
            "issued_on": "发证日期",
            "valid_from": "有效期起",
            "valid_until": "有效期止",
            "source": "来源",
            "content_sealed": "内容",
        },
    ),
    Kept(
        "licence_shares",
        "证照使用记录",
        "谁查看、使用过您的证照，与证照一并保存，供您核对",
        under=("licence_id", "licences"),
        told={"at": "时间", "hall": "大厅", "purpose": "用途", "fields": "用到的项目"},
    ),
    Kept(
        "authorisations",
        "代办授权",
        "期满后保存两年，证明当时有权代办",
        person=("holder_id", "agent_id"),
        months=2 * YEAR,
        since="until",
        aged=Then.DELETE,
        not_told=("holder_name_sealed", "agent_name_sealed"),
        told={"until": "期限", "created_at": "授权时间", "ended_at": "收回时间"},
    ),
    Kept(
        "reminders",
        "证照到期提醒",
        "与证照一并保存，证明提醒过",
        person=("holder_id",),
        told={"event": "提醒事由", "last_day": "期限", "send_on": "提醒日期", "state": "状态"},
    ),
    Kept(
        "renewals",
        "证照延续",
        FILES,
        person=("holder_id",),
        account=("confirmed_by",),
        told={
            "code": "编号",
            "kind": "证照类型",
            "state": "状态",
            "shown_sealed": "申请内容",
            "handing_sealed": "领取方式",
            "asked_for_sealed": "补正要求",
            "reason_sealed": "决定理由",
            "contest_sealed": "您的异议",
            "confirmed_at": "确认时间",
            "decided_at": "决定时间",
            "issued_at": "发证时间",
        },
    ),
    Kept(
        "renewal_checks",
        "延续核查",
        FILES,
        under=("renewal_id", "renewals"),
        told={"name": "核查事项", "answer": "结果", "told_sealed": "依据", "at": "时间"},
    ),
    Kept(
        "delivery_events",
        "领取经过",
        "送达一年后不再保存地址和签收人",
        under=("delivery_id", "deliveries"),
        months=YEAR,
        since="at",
        aged=Then.CLEAR,
        clears=("told_sealed",),
        told={"what": "经过", "told_sealed": "说明", "at": "时间"},
    ),
    Kept(
        "box_uses",
        "文件柜存取",
        "取走一年后不再保存存放内容",
        account=("citizen_id",),
        under=("delivery_id", "deliveries"),
        months=YEAR,
        since="over_at",
        over={"state": ("over",)},
        aged=Then.CLEAR,
        erased=Then.CLEAR,
        clears=("content_sealed", "code_sealed", "code_index", "citizen_id"),
        not_told=("code_sealed", "code_index"),
        told={"content_sealed": "内容", "in_at": "存入时间", "over_at": "取走时间"},
    ),
    Kept(
        "deliveries",
        "结果领取",
        "证明结果已经送达；送达一年后不再保存地址和内容",
        person=("holder_id",),
        account=("citizen_id",),
        months=YEAR,
        since="handed_over_at",
        over={"state": ("handed_over",)},
        aged=Then.CLEAR,
        erased=Then.CLEAR,
        clears=("citizen_id", "content_sealed"),
        told={
            "way": "方式",
            "state": "状态",
            "content_sealed": "内容与地址",
            "waybill": "运单号",
            "created_at": "登记时间",
            "handed_over_at": "领取时间",
        },
    ),
)
"""In the order in which they are erased: what hangs under something goes before it."""

BY_TABLE: Mapping[str, Kept] = {kept.table: kept for kept in KEPT}

UNDER_WAY: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "tickets",
        "您有还没有办结的号，请办结或放弃后再注销。",
        "state",
        ("expected", "waiting", "called", "serving", "parked", "passed"),
    ),
    ("appointments", "您有还没有办理的预约，请办理或取消后再注销。", "state", ("booked",)),
    ("waiting_list", "您还在候补，请退出候补后再注销。", "state", ("waiting", "offered")),
    (
        "renewals",
        "您有证照延续正在办理，请等办结后再注销。",
        "state",
        ("confirmed", "decided", "issued"),
    ),
    (
        "deliveries",
        "您有结果还没有领取，请领取后再注销。",
        "state",
        ("making", "made", "on_its_way", "ready", "in_box", "overdue"),
    ),
)
"""What stands against an erasure: table, in words, and in which states."""


def as_markdown() -> str:
    """docs/retention.md."""
    lines = [
        "# 个人信息保存多久",
        "",
        "本表由 `app/privacy/rules.py` 生成，修改后运行 `make frozen`。每天夜里按表清理。",
        "",
        "| 内容 | 表 | 保存多久 | 期满后 | 注销账号时 | 理由 |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {kept.name} | `{kept.table}` | {_how_long(kept)} | {WORDS[kept.aged]} |"
        f" {WORDS[kept.erased]} | {kept.why} |"
        for kept in KEPT
    ]
    return "\n".join(lines) + "\n"


WORDS = {Then.KEEP: "保留", Then.CLEAR: "不再指明是谁", Then.DELETE: "删除"}


def _how_long(kept: Kept) -> str:
    if kept.months is not None:
        return f"{kept.months} 个月（自 `{kept.since}` 起）"
    return f"由 `{kept.job}` 清理" if kept.job else "见理由"
