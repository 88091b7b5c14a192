"""For whoever holds a paper of a hall: whether it is genuine, and still what is on file."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, String
from apiflask.validators import OneOf
from flask import render_template

from app.citizens.rules import BEIJING
from app.core.http import wire_time
from app.documents.queries import DocumentFacts, State
from app.documents.rules import in_groups


class VerifiedDocumentOut(Schema):
    title = String(required=True, metadata={"example": "食品经营许可变更申请书"})
    hall_name = String(required=True)
    item_name = String(required=True)
    name = String(
        required=True, metadata={"description": "姓名部分隐藏，企业名称不隐藏；没有写明则为空"}
    )
    at = AwareDateTime(required=True, metadata={"description": "提交或告知的时间"})
    state = String(required=True, validate=OneOf([str(state) for state in State]))
    sha256 = String(required=True, metadata={"description": "文件的 SHA-256 摘要"})


def paper_out(facts: DocumentFacts) -> dict[str, Any]:
    """A paper as `GET /verifications/{code}` tells of it."""
    return {
        "title": facts.title,
        "hall_name": facts.hall_name,
        "item_name": facts.item_name,
        "name": facts.name,
        "at": wire_time(facts.at, BEIJING),
        "state": str(facts.state),
        "sha256": facts.sha256,
    }


def paper_page(facts: DocumentFacts) -> str:
    """The page its QR code opens."""
    at = facts.at.astimezone(BEIJING)
    return render_template(
        "visitor/paper.html", paper=facts, code=in_groups(facts.code), at=f"{at:%Y-%m-%d %H:%M}"
    )
