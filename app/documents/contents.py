"""What papers say: a submission, or what it lacks, as the templates take it. Pure, and in Chinese:
these papers are filed.

An application says what it was made from and who stands for it; a sheet of gaps is the notice of
行政许可法 art. 32 (1) 4: told once, on the spot, and completely.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.said import day_said
from app.documents.rules import Kind, rows_of
from app.submissions.printing import Printable, PrintableGaps, PrintedGap

MARKS = {"licence": "免提交", "archive": "已存档", "promise": "告知承诺", "bring": "需携带"}
"""State of a material -> its mark on paper."""
DECLARED = "承诺：以上所填内容真实、准确、完整，提交的材料真实有效；如有不实，愿依法承担相应责任。"
DECLARATIONS = {"person": f"本人{DECLARED}", "firm": f"本单位{DECLARED}"}
SIGNED_BY = {"person": "申请人（签名）", "firm": "法定代表人或经办人（签名、盖章）"}
"""Kind of person -> who signs."""
EMPTY = "／"
"""Stands where nothing was filled in, so that nobody fills it in later."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What is to be printed, and what it is of."""

    kind: Kind
    subject: str
    """The id of the submission, of the notice, or of the renewal."""
    revision: int
    hall: str
    """The hall's code."""
    at: datetime
    """When it was submitted, told, written or decided."""
    facts: Mapping[str, Any]
    """What is told of it to whoever verifies it. A person's name is masked then; a firm's,
    `public`, stands in a register that everybody reads."""
    content: Mapping[str, Any]
    """What its template takes."""


def application(submission: Printable) -> Paper:
    """The application document of a submission."""
    content = {
        "title": submission.form_name,
        "hall": submission.hall_name,
        "running": submission.form_name,
        "edition": f"第 {submission.form_version} 版",
        "number": f"填报编号 {submission.code}",
        "facts": [
            ["填报编号", submission.code],
            ["办理事项", submission.item_name],
            ["申请人", submission.person_name],
            ["提交时间", in_words(submission.submitted_at)],
        ],
        "groups": [
            {
                "title": group.title,
                "rows": [
                    [{"title": field.title, "text": field.text.strip() or EMPTY} for field in row]
                    for row in rows_of(group.fields)
                ],
            }
            for group in submission.groups
        ],
        "materials": [
            [one.name, MARKS[one.state], one.evidence or EMPTY] for one in submission.materials
        ],
        "promises": [[one.material, one.text] for one in submission.promises],
        "corrections": [
            [one.title, f"{one.counter}号窗口", in_words(one.at)] for one in submission.corrections
        ],
        "declaration": DECLARATIONS[submission.person_kind],
        "signed_by": SIGNED_BY[submission.person_kind],
    }
    return Paper(
        Kind.APPLICATION,
        submission.submission,
        submission.revision,
        submission.hall,
        submission.submitted_at,
        _facts(submission.form_name, submission, submission.person_kind == "firm"),
        content,
    )


def gaps(told: PrintableGaps) -> Paper:
    """The sheet of what somebody was told to be missing."""
    title = "一次性告知书"
    content = {
        "title": title,
        "hall": told.hall_name,
        "running": title,
        "edition": "",
        "number": f"号码 {told.number}",
        "person": told.person_name or "申请人",
        "day": str(day_said(told.told_at)),
        "place": f"{told.hall_name}{told.counter}号窗口",
        "ticket": told.number,
        "item": told.item_name,
        "form": f"，所填为《{told.form_name}》（填报编号 {told.submission_code}）"
        if told.form_name
        else "",
        "materials": [_gap(one) for one in told.materials],
        "fields": [_gap(one) for one in told.fields],
        "note": told.note.strip(),
        "told_at": in_words(told.told_at),
    }
    return Paper(Kind.GAPS, told.notice, 0, told.hall, told.told_at, _facts(title, told), content)


def in_words(at: datetime) -> str:
    """2026年11月23日 09:05"""
    return f"{day_said(at)} {at:%H:%M}"


def _gap(gap: PrintedGap) -> list[str]:
    return [gap.name, gap.note.strip() or EMPTY]


def _facts(title: str, of: Printable | PrintableGaps, public: bool = False) -> dict[str, Any]:
    return {
        "title": title,
        "hall": of.hall_name,
        "item": of.item_name,
        "name": of.person_name,
        "public": public,
    }
