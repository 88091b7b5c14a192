"""Papers to be made in tests: what a submission says, short, long and odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.documents.contents import Paper
from app.documents.rules import in_groups
from app.documents.typesetting import pdf_of
from app.submissions.printing import (
    Printable,
    PrintableGaps,
    PrintedField,
    PrintedGap,
    PrintedGroup,
    PrintedMaterial,
    PrintedPromise,
)

CODE = "8K3M2P9QXZ8K3M2P"
ADDRESS = f"https://hall.example/verify/{CODE}"
NINE = datetime(2026, 11, 23, 9, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
PROMISE = "本单位承诺对该场所享有合法的使用权；如有不实，愿依法承担责任。"


def fields(**texts: str) -> tuple[PrintedField, ...]:
    return tuple(PrintedField(title, text) for title, text in texts.items())


def printable(*groups: PrintedGroup, **changes: Any) -> Printable:
    """A firm's application; with a group of two fields unless others are given."""
    of_firm = PrintedGroup("经营者", fields(经营者名称="清河豆腐店", 法定代表人="王䶮"))
    made = Printable(
        submission="5" * 32,
        code="8K3M2P9QXZ",
        revision=3,
        form="food-licence-change",
        form_version=2,
        form_name="食品经营许可变更申请书",
        hall="t",
        hall_name="测试大厅",
        item_name="食品经营许可变更",
        person_kind="firm",
        person_name="清河豆腐店",
        submitted_at=NINE,
        groups=groups or (of_firm,),
        materials=(
            PrintedMaterial("营业执照", "licence", "电子证照，2023年5月8日发证"),
            PrintedMaterial("场所使用证明", "promise"),
            PrintedMaterial("管理制度", "archive", "2025年3月1日提交"),
            PrintedMaterial("平面图", "bring"),
        ),
        promises=(PrintedPromise("场所使用证明", PROMISE),),
    )
    return replace(made, **changes)


GAPS = PrintableGaps(
    notice="6" * 32,
    hall="t",
    hall_name="测试大厅",
    item_name="食品经营许可变更",
    person_name="王𠮷",
    number="A012",
    counter="3",
    told_at=NINE,
    materials=(PrintedGap("管理制度", "请加盖公章"), PrintedGap("平面图")),
    fields=(PrintedGap("经营面积", "与房产证不一致"),),
    note="备齐后可直接到 3 号窗口。",
    submission_code="8K3M2P9QXZ",
    form_name="食品经营许可变更申请书",
)


def pdf_as(paper: Paper) -> tuple[bytes, tuple[str, ...]]:
    return pdf_of(paper.kind, paper.content, in_groups(CODE), ADDRESS, paper.at)
