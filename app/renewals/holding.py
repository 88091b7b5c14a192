"""A renewal with its licence, both kept as they are until the transaction ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from app.core.db import db
from app.core.said import Said
from app.licences import service as licences
from app.licences.kinds import Kind
from app.licences.queries import Licence, kinds
from app.licences.rules import STATE_WORDS
from app.licences.rules import State as LicenceState
from app.renewals.errors import AlreadyDecided, HolderChanged, LicenceEnded, RenewalNotFound
from app.renewals.finding import Overtaken
from app.renewals.queries import TABLE
from app.renewals.states import State

ENDED = "这本证照现在是“%(state)s”，不能延续。请到大厅窗口咨询办理。"
FOLLOWED = "已换发新证"
ALREADY = {
    State.DECLINED: Said("申请人已撤回申请，不用再作决定。"),
    State.OPENED: Said("申请人撤回后又打开了，还没有重新申请。"),
    State.OVERTAKEN: Said("证照已被终止、变更持证人或另行更新，这项延续已经停止。"),
}
GRANTED_BY_LAW = "证照到期时还没有作出决定，依法视为准予延续，不能再作别的处理。"


@dataclass(frozen=True, slots=True)
class Held:
    """A renewal, and what it renews."""

    row: Row[Any]
    licence: Licence

    @property
    def kind(self) -> Kind:
        return kinds()[self.licence.kind]


def held(id: str, *, may_issue: bool = True) -> Held:
    """Held in the order in which the watch holds them, the licence first: so neither waits for the
    other in vain. `may_issue`: a new licence may come of it, for which whoever else brings any in
    waits from the beginning. Raises RenewalNotFound."""
    of = db.session.execute(select(TABLE.c.licence_id).where(TABLE.c.id == id)).scalar_one_or_none()
    if of is None:
        raise RenewalNotFound
    licence = licences.held(of, with_library=may_issue)
    row = db.session.execute(select(*TABLE.c).where(TABLE.c.id == id).with_for_update()).one()
    return Held(row, licence)


def overtaken_by(found: Held, today: date) -> Overtaken | None:
    """By what a renewal was overtaken. That its last day has gone by harms nobody who asked in
    time, though its register may say so; where the register is not sure, a person looks at it."""
    row, licence = found.row, found.licence
    if licence.holder_id != row.holder_id:
        return Overtaken.MOVED
    if licence.valid_until != row.valid_until or licences.is_followed(licence):
        return Overtaken.RENEWED
    ran_out = licence.state is LicenceState.EXPIRED and row.valid_until < today
    holds = ran_out or licence.state in (LicenceState.VALID, LicenceState.OTHER)
    return None if holds else Overtaken.ENDED


def require_renewable(found: Held, today: date) -> None:
    """Refuse what was overtaken. Raises LicenceEnded, HolderChanged."""
    match overtaken_by(found, today):
        case Overtaken.MOVED:
            raise HolderChanged
        case Overtaken.RENEWED:
            raise ended_as(FOLLOWED)
        case Overtaken.ENDED:
            raise ended_as(STATE_WORDS[found.licence.state])


def require_open_decision(found: Held, today: date) -> None:
    """Refuse where nothing is to be decided any more: somebody did, or the law has granted it
    since its last day is over (行政许可法第五十条第二款), also before `sweep` writes that down.

    Raises AlreadyDecided, LicenceEnded, HolderChanged."""
    row = found.row
    if row.state != State.CONFIRMED:
        raise decided_as(row)
    if row.valid_until < today:
        require_renewable(found, today)
        raise AlreadyDecided(Said(GRANTED_BY_LAW), state=row.state)


def decided_as(row: Row[Any]) -> AlreadyDecided:
    """The refusal of whoever comes to decide what waits for nobody's decision."""
    return AlreadyDecided(ALREADY.get(row.state), state=row.state)


def ended_as(state: str) -> LicenceEnded:
    """The refusal that names what became of a licence."""
    return LicenceEnded(Said(ENDED, {"state": Said(state)}))
