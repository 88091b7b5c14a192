"""What an account does with its licences. Each runs inside the caller's transaction."""

from __future__ import annotations

from datetime import date

from app.citizens.errors import PersonNotFound
from app.citizens.queries import citizen_of
from app.citizens.rules import BEIJING
from app.citizens.service import Identity, person_of
from app.core.acts import Act
from app.core.identity import Level
from app.core.said import Said
from app.licences import authorisations as given_rights
from app.licences import showing
from app.licences.authorisations import Authorisation, Side
from app.licences.kinds import METADATA
from app.licences.queries import Licence
from app.licences.rights import Ground, Holder, holders_of, licence_of_citizen, reading_right
from app.licences.shares import share
from app.licences.showing import Showing

LOOKED_AT = Said("代办人查看")


def read(id: str, act: Act) -> Licence:
    """A licence, whole; where the account was authorised its holder sees that it looked.

    Raises LicenceNotFound."""
    found, right = licence_of_citizen(act.actor.id, id, act.now)
    if right.ground is Ground.AUTHORISED:
        share([found], LOOKED_AT, {*METADATA, *found.data}, act)
    return found


def show(id: str, act: Act) -> Showing:
    """A code by which somebody may check a licence. Raises LicenceNotFound."""
    found, _ = licence_of_citizen(act.actor.id, id, act.now)
    return showing.show(found, act)


def authorise(holder: str | None, agent: Identity, until: date, act: Act) -> Authorisation:
    """Let somebody act for a holder: for the account's owner, or for a firm they represent.

    Raises IdentityNeeded, IdentityUnverified, PersonNotFound, AuthorisationOfOneself and
    AuthorisationUntilWrong."""
    right = reading_right(act.actor.id, holder, act.now)
    side = next((one for one in _givers(act) if one.right.person == right.person), None)
    if side is None:
        raise PersonNotFound
    return given_rights.give(
        Side(right.person, side.name),
        Side(person_of(agent.number, None, act), agent.name),
        until,
        act.now.astimezone(BEIJING).date(),
        act,
    )


def take_back(id: str, act: Act) -> Authorisation:
    """End what the account's owner, or a firm they represent, gave. Raises
    AuthorisationNotFound."""
    return given_rights.end(id, [one.right.person for one in _givers(act)], act)


def authorisations(act: Act, holder: str | None) -> list[tuple[Authorisation, bool]]:
    """What the account sees, of all holders or of one; and whether it is theirs to end."""
    account = citizen_of(act.actor.id)
    agent = account.person if account.level is Level.VERIFIED else None
    givers = [one.right.person for one in _givers(act)]
    return [
        (given, given.holder in givers)
        for given in given_rights.seen_by(agent, givers)
        if holder in (None, given.holder)
    ]


def _givers(act: Act) -> list[Holder]:
    """In whose name the account may authorise others."""
    return [one for one in holders_of(act.actor.id, act.now) if one.right.authorises]
