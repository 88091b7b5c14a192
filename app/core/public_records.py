"""The port to the registers that know whether a licence's holder is in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Truth(StrEnum):
    """What is known of a statement."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Question(StrEnum):
    """What a register is asked about a holder: yes is always the answer in their favour."""

    HOLDER_ACTIVE = "holder_active"
    """Their registration is in force and in order (存续、未列入经营异常)."""
    NOT_DISHONEST = "not_dishonest"
    """They are not on the list of the seriously dishonest (严重失信主体名单)."""
    NO_PENALTY = "no_penalty"
    """They owe no administrative penalty (没有尚未履行的行政处罚)."""


class Silence(StrEnum):
    """Why nothing is known."""

    NOT_CONNECTED = "not_connected"
    NOT_ASKED = "not_asked"
    NOT_ANSWERED = "not_answered"
    """It was away, or too slow."""
    NOT_UNDERSTOOD = "not_understood"
    """It said something nobody agreed on."""
    NOT_KNOWN = "not_known"
    """It answered that it cannot tell."""


MAY_PASS = frozenset({Silence.NOT_ASKED, Silence.NOT_ANSWERED, Silence.NOT_UNDERSTOOD})
"""Asked again, it may tell."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a register said."""

    truth: Truth
    source: str = ""
    """Who said so, as people know it: 国家企业信用信息公示系统."""
    reference: str = ""
    """What it can be found by there: the number of a decision. Nobody's own number."""
    as_of: datetime | None = None
    """How new what it knows is; None where it tells nothing."""
    silence: Silence | None = None
    """Why nothing is known; None where something is."""


def unknown(silence: Silence, source: str = "") -> Answer:
    """The answer that tells nothing, for this reason."""
    return Answer(Truth.UNKNOWN, source, silence=silence)


class PublicRecords(Protocol):
    def ask(self, question: Question, holder_kind: str, holder_number: str) -> Answer:
        """What is known of the holder (person or firm, by identity number or credit code).
        Whatever goes wrong is an unknown answer, never an exception.

        May ask over the network: never inside a transaction. May be called by several threads."""
