"""Telling whoever confirmed a renewal, or spoke against it, what became of it; its holder too where
that was an agent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.catalog.service import plan_of
from app.citizens.queries import accounts_last_used
from app.citizens.rules import masked_name
from app.core.acts import Act
from app.core.said import Both, Said
from app.licences.queries import kinds
from app.licences.rights import Ground, acting_for
from app.notices.service import Link, notify
from app.renewals.application import application_kept
from app.renewals.rules import day_of
from app.renewals.stored import opened

GRANTED = "延续已准予，新的《%(licence)s》已经生效。"
BY_LAW = "《%(licence)s》到期未作决定，依法视为准予延续，新证已经生效。"
REFUSED = "《%(licence)s》的延续没有准予，理由和救济途径见决定书。"
ASKED_FOR = "《%(licence)s》的延续需要补充，请查看工作人员的说明。"
BY_AGENT = "您授权的代办人已申请延续《%(licence)s》。不是您的意思的，请及时撤回。"
"""To the holder alone."""
ANSWERED = "您对《%(licence)s》延续提出的异议已有答复，请查看。"
ENDED = "《%(licence)s》的延续申请已终止：这本证照已被终止。如有疑问，请联系大厅。"
MOVED = "《%(licence)s》的延续申请已终止：这本证照的持证人已变更。如有疑问，请联系大厅。"
RENEWED = (
    "《%(licence)s》的延续申请已终止：这本证照已换发新证，或有效期已变更。请在“我的证照”里查看。"
)
TAKEN_BACK = "《%(licence)s》的延续申请已恢复，由工作人员继续审查，不用重新申请。"

NOTES = {
    GRANTED: "已准予，新证已生效",
    BY_LAW: "视为准予，新证已生效",
    REFUSED: "未准予，请看决定书",
    ASKED_FOR: "需要补充，请查看",
    ANSWERED: "异议已有答复",
    BY_AGENT: "代办人已申请延续",
    ENDED: "申请已终止，请查看",
    MOVED: "申请已终止，请查看",
    RENEWED: "申请已终止，请查看",
    TAKEN_BACK: "申请已恢复，继续审查",
}
"""The same in a few words, for fields of messages."""


def tell(row: Row[Any], sentence: str, act: Act, cause: str, whom: str | None = None) -> None:
    """Tell it once, to whoever confirmed it or to another account, and to its holder where an agent
    confirmed it; whoever has it on the screen before them is not told besides."""
    told = whom or row.confirmed_by
    holder = _holders_account(row, act)
    _tell(told, row, sentence, act, cause)
    if holder != told:
        _tell(holder, row, sentence, act, f"{cause}:holder")


def tell_holder(row: Row[Any], act: Act) -> None:
    """Tell its holder that an agent asked for it."""
    _tell(_holders_account(row, act), row, BY_AGENT, act, "by_agent")


def _holders_account(row: Row[Any], act: Act) -> str | None:
    """Of what an agent asked for, the last used account of its holder's own, or of who acts
    for it by law."""
    if row.ground != Ground.AUTHORISED:
        return None
    themselves, _ = acting_for([row.holder_id], day_of(act.now))
    accounts = accounts_last_used({person for _, person in themselves})
    return accounts[0][1] if accounts else None


def _tell(account: str | None, row: Row[Any], sentence: str, act: Act, cause: str) -> None:
    if account is None or str(act.actor) == f"citizen:{account}":
        return
    kind, hall = kinds()[row.kind], plan_of(row.hall)
    name = application_kept(opened(row, "shown")).holder_name
    notify(
        account,
        "renewal",
        Said(sentence, {"licence": Both(kind.name, kind.name_en)}),
        f"renewal:{row.id}:{cause}",
        act,
        facts={
            "name": name if row.holder_kind == "firm" else masked_name(name),
            "item": kind.name,
            "note": NOTES[sentence],
            "hall": hall.name,
            "number": row.code,
        },
        link=Link("pages/renewal/index", {"id": row.id}),
        hall=row.hall,
    )
