"""Following somebody else's ticket by a link: the old have somebody who hears the call.

Who has the link may watch the ticket and be told of it, and do nothing with it. It ends with the
hall's day, or when the ticket's owner ends it. All of this runs inside the caller's transaction.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import bindparam, delete, select, update

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import Act
from app.core.db import db, insert_once
from app.tickets.errors import (
    FollowersFull,
    FollowLinkOver,
    NothingToFollow,
    OwnTicket,
    TicketNotFound,
)
from app.tickets.queries import FOLLOWERS, TABLE, Ticket, find, followed_by, followers_of
from app.tickets.states import LIVE
from app.tickets.telling import mark_if_near, take_back

FOLLOWERS_AT_MOST = 5
"""A family; a link that got around should not ring a neighbourhood."""

SET_TOKEN = update(TABLE).where(TABLE.c.id == bindparam("ticket")).returning(*TABLE.c)


def share(ticket: Ticket, plan: HallPlan, act: Act) -> Ticket:
    """The ticket with its link, a new one where it had none. Raises NothingToFollow."""
    ticket = find(ticket.hall, id=ticket.id, lock=True)
    if ticket.state not in LIVE or not _is_of_today(ticket, act.now):
        raise NothingToFollow
    if ticket.follow_token is not None:
        return ticket
    shared = _set_token(ticket, act.new_id())
    mark_if_near(shared, plan, act)
    return shared


def stop_sharing(ticket: Ticket, act: Act) -> None:
    """The link is worth nothing any more, and who followed is told nothing more."""
    ticket = find(ticket.hall, id=ticket.id, lock=True)
    for citizen in followers_of(ticket):
        take_back(ticket, act, citizen)
    db.session.execute(delete(FOLLOWERS).where(FOLLOWERS.c.ticket_id == ticket.id))
    _set_token(ticket, None)


def follow(token: str, citizen: str, act: Act) -> Ticket:
    """Have this account told of the ticket. Raises FollowLinkOver, OwnTicket, FollowersFull."""
    ticket = followed(token, act.now, lock=True)
    if ticket.citizen_id == citizen:
        raise OwnTicket
    others = followers_of(ticket)
    if citizen not in others:
        if len(others) >= FOLLOWERS_AT_MOST:
            raise FollowersFull(f"已有 {FOLLOWERS_AT_MOST} 人关注这张号票，不能再加入。")
        insert_once(FOLLOWERS, ticket_id=ticket.id, citizen_id=citizen, since=act.now)
    return ticket


def unfollow(token: str, citizen: str, act: Act) -> None:
    """Tell this account nothing more of the ticket, if it was ever told."""
    try:
        ticket = followed(token, act.now, lock=True)
    except FollowLinkOver:
        return
    theirs = (FOLLOWERS.c.ticket_id == ticket.id, FOLLOWERS.c.citizen_id == citizen)
    db.session.execute(delete(FOLLOWERS).where(*theirs))
    take_back(ticket, act, citizen)


def followed(token: str, now: datetime, *, lock: bool = False) -> Ticket:
    """The ticket this link leads to. Raises FollowLinkOver."""
    try:
        ticket = find(None, follow_token=token, lock=lock)
    except TicketNotFound:
        raise FollowLinkOver from None
    if not _is_of_today(ticket, now):
        raise FollowLinkOver
    return ticket


def followed_today(citizen: str, now: datetime) -> list[Ticket]:
    """The tickets an account follows now, the first followed first."""
    return [ticket for ticket in followed_by(citizen) if _is_of_today(ticket, now)]


def forget_followers(hall: str, before: date) -> None:
    """Forget who followed whom on earlier days, and their links."""
    old = select(TABLE.c.id).where(
        TABLE.c.hall == hall, TABLE.c.day < before, TABLE.c.follow_token.is_not(None)
    )
    db.session.execute(delete(FOLLOWERS).where(FOLLOWERS.c.ticket_id.in_(old)))
    forgotten = update(TABLE).where(TABLE.c.id.in_(old)).values(follow_token=None)
    db.session.execute(forgotten)


def _is_of_today(ticket: Ticket, now: datetime) -> bool:
    return bool(ticket.day == plan_of(ticket.hall).day_of(now).date)


def _set_token(ticket: Ticket, token: str | None) -> Ticket:
    return db.session.execute(SET_TOKEN, {"ticket": ticket.id, "follow_token": token}).one()
