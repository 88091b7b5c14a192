"""Who may see what of whom. Everything that reads a licence, a submission or a document of
somebody asks here first; whoever has no right is told that there is nobody.

| ground     | whose things                                          | reads licences            |
|------------|-------------------------------------------------------|---------------------------|
| OWN        | one's own, once a real-name service has said so       | yes                       |
| REPRESENTS | of a firm whose licence in force names this person    | yes                       |
| AUTHORISED | of whoever authorised this person, until a day        | yes                       |
| CARD       | at the desk: the card's person, and for whom they may | read: yes; typed: none    |
|            | act on one of the grounds above                       | of the sensitive kinds    |
| DECLARED   | of whom an account merely says that it acts for them  | no                        |

What is merely declared, anybody could declare: it opens nothing but empty forms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.citizens.errors import IdentityNeeded, PersonNotFound
from app.citizens.queries import accounts_last_used, acts_for, citizen_of, numbers_of, people_of
from app.citizens.rules import BEIJING, masked_number
from app.core.identity import Level
from app.licences import authorisations
from app.licences.errors import IdentityUnverified, LicenceNotFound
from app.licences.kinds import Kind
from app.licences.queries import (
    Licence,
    kinds,
    licence,
    licences_naming,
    licences_of,
    representatives_of,
)


class Ground(StrEnum):
    """Why somebody may."""

    OWN = "own"
    REPRESENTS = "represents"
    AUTHORISED = "authorised"
    CARD = "card"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Right:
    """To act for somebody, and to what extent."""

    person: str
    """Whom it is about: the holder."""
    kind: str
    """person, firm."""
    ground: Ground
    until: datetime | None = None
    """When it ends by itself."""
    typed: bool = False
    """By a card's number that was typed: values are masked, and the sensitive kinds closed."""

    @property
    def reads_licences(self) -> bool:
        return self.ground is not Ground.DECLARED

    @property
    def authorises(self) -> bool:
        """Whether it may be passed on, until a day: who was authorised authorises nobody."""
        return self.ground in (Ground.OWN, Ground.REPRESENTS)

    def reads(self, kind: Kind) -> bool:
        """Whether licences of this kind are among those it opens."""
        return self.reads_licences and not (self.typed and kind.sensitive)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody whom one may act for, as one knows them."""

    right: Right
    name: str
    number_masked: str


# Whom one may act for


def right_of_citizen(citizen: str, person: str | None, now: datetime) -> Right:
    """What an account may with this person's things; None: with its owner's.

    Raises IdentityNeeded where it never said whose it is, and PersonNotFound."""
    account = citizen_of(citizen)
    if account.person is None:
        raise IdentityNeeded
    wanted = person or account.person
    if account.level is Level.VERIFIED:
        for right, _ in _grounds(account.person, now):
            if right.person == wanted:
                return right
    if acts_for(citizen, wanted):
        return _declared(wanted)
    raise PersonNotFound


def right_by_card(
    person: str, card_person: str, name: str, read: bool, now: datetime
) -> tuple[Right, str]:
    """What whoever shows this person's card may with that person's things, and how that one is
    called; `name`: the card's. `read`: a reader read the card; else its number was typed, and a
    real-name service agreed to number and name: the caller has asked it. Raises PersonNotFound."""
    for right, called in _grounds(card_person, now, name):
        if right.person == person:
            return _by_card(right, read), called
    raise PersonNotFound


def holders_of(citizen: str, now: datetime) -> list[Holder]:
    """Everybody an account may do something for: its owner, their firms, who authorised them, and
    whom they merely say they act for."""
    account = citizen_of(citizen)
    sure = account.person if account.level is Level.VERIFIED else None
    found = list(_grounds(sure, now, account.name or "")) if sure else []
    surely = {right.person for right, _ in found}
    said = [each for each in people_of(citizen) if each.id not in surely]
    found += [(Right(each.id, each.kind, Ground.DECLARED), each.name) for each in said]
    return _holders(found)


def holders_by_card(card_person: str, name: str, read: bool, now: datetime) -> list[Holder]:
    """Everybody whoever shows this person's card may do something for. `read` as above."""
    found = _grounds(card_person, now, name)
    return _holders([(_by_card(right, read), called) for right, called in found])


Acting = Collection[tuple[str, str]]
"""Who may do something for a holder, each as (holder, person)."""


def acting_for(holders: Collection[str], day: date) -> tuple[Acting, Acting]:
    """Who may do something for these: they themselves and whom their licences name; whom they
    authorised."""
    themselves = {(holder, holder) for holder in holders}
    return themselves | representatives_of(holders, day), authorisations.agents_of(holders, day)


def accounts_acting(holders: Collection[str], day: date) -> dict[str, str]:
    """By holder: the account that was last used of its own or of who acts for it by law; else of
    whom it authorised."""
    named, agents = acting_for(holders, day)
    used = accounts_last_used({person for _, person in (*named, *agents)})
    return _first_of(used, agents) | _first_of(used, named)


def _first_of(used: Collection[tuple[str, str]], acting: Acting) -> dict[str, str]:
    """By holder, the first of these accounts whose owner acts for it."""
    holders: dict[str, list[str]] = defaultdict(list)
    for holder, person in acting:
        holders[person].append(holder)
    first: dict[str, str] = {}
    for person, account in used:
        for holder in holders.get(person, ()):
            first.setdefault(holder, account)
    return first


def _grounds(person: str, now: datetime, name: str = "") -> Iterator[tuple[Right, str]]:
    """What somebody may who surely is this person, and how those are called; nobody twice, and
    each on the strongest ground."""
    today = now.astimezone(BEIJING).date()
    told = {person}
    yield Right(person, "person", Ground.OWN), name
    for one in licences_naming(person, today):
        if one.holder_id not in told:
            told.add(one.holder_id)
            yield Right(one.holder_id, "firm", Ground.REPRESENTS), one.holder_name
    for given in authorisations.given_to(person, today):
        if given.holder not in told:
            told.add(given.holder)
            ends = datetime.combine(given.until, time(), BEIJING) + timedelta(days=1)
            yield Right(given.holder, given.holder_kind, Ground.AUTHORISED, ends), given.holder_name


def _by_card(right: Right, read: bool) -> Right:
    return Right(right.person, right.kind, Ground.CARD, right.until, typed=not read)


def _declared(person: str) -> Right:
    kind, _ = numbers_of([person])[person]
    return Right(person, kind, Ground.DECLARED)


def _holders(found: Collection[tuple[Right, str]]) -> list[Holder]:
    numbers = numbers_of([right.person for right, _ in found])
    return [Holder(right, name, masked_number(numbers[right.person][1])) for right, name in found]


# What may be read


def reading_right(citizen: str, person: str | None, now: datetime) -> Right:
    """The same as `right_of_citizen`, where it opens licences.

    Raises IdentityUnverified where nobody is sure whose the account is, PersonNotFound where it
    merely says that it acts for that person."""
    right = right_of_citizen(citizen, person, now)
    if right.reads_licences:
        return right
    if right.person == citizen_of(citizen).person:
        raise IdentityUnverified
    raise PersonNotFound


def licences_read(right: Right, codes: Collection[str] | None = None) -> list[Licence]:
    """The licences that a right opens, of these kinds or of all."""
    known = kinds()
    wanted = known if codes is None else codes
    open_kinds = [code for code in wanted if code in known and right.reads(known[code])]
    return licences_of(right.person, open_kinds) if open_kinds else []


def licence_of_citizen(citizen: str, id: str, now: datetime) -> tuple[Licence, Right]:
    """A licence an account may read, and why. Raises LicenceNotFound, whatever the reason."""
    found = licence(id)
    try:
        right = right_of_citizen(citizen, found.holder_id, now)
    except (IdentityNeeded, PersonNotFound):
        raise LicenceNotFound from None
    if not right.reads(kinds()[found.kind]):
        raise LicenceNotFound
    return found, right
