"""What may become of a form's version. Pure."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    """Is filled in; at most one version of a form is."""
    RETIRED = "retired"
    """Was; what was made with it stays readable."""


STATE_WORDS = {State.DRAFT: "草稿", State.PUBLISHED: "使用中", State.RETIRED: "已停用"}
