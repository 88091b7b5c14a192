"""Following another's ticket: its owner gives a link, whoever has it watches and is told."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.service import plan_of
from app.core.auth import access, act, actor, public
from app.core.http import answer, event_stream, later, perform_here
from app.core.parts import parts
from app.tickets import following
from app.tickets.errors import FollowLinkOver
from app.tickets.queries import Ticket, followers_of
from app.tickets.routes import mine
from app.tickets.schemas import FollowedOut, FollowingOut, FollowLinkOut, NothingIn
from app.tickets.view import followed_out, live_out

bp = APIBlueprint("following", __name__, url_prefix="/api/v1", tag="关注")

PAGE = "/m/#/pages/follow/index?token="
"""Of the citizens' client."""
LINK_OVER = {404: "关注链接已经失效"}


# For the ticket's owner


@bp.get("/tickets/<ticket_id>/follow-link")
@access("ticket", "citizen")
@bp.output(FollowLinkOut)
@bp.doc(summary="号票的关注链接，有几人关注", responses={404: "没有这张号票"})
def follow_link(ticket_id: str) -> Response:
    return answer(_link_out(mine(ticket_id)))


@bp.post("/tickets/<ticket_id>/follow-link")
@access("ticket", "citizen")
@bp.input(NothingIn)
@bp.output(FollowLinkOut, status_code=201)
@bp.doc(
    summary="给出关注链接：持链接的人只能看，不能操作；当天有效",
    responses={404: "没有这张号票", 409: "号票已经办完或已作废"},
)
def share(ticket_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    plan = plan_of(mine(ticket_id).hall)
    return perform_here(
        lambda: following.share(mine(ticket_id), plan, doing), _link_out, status=201
    )


@bp.delete("/tickets/<ticket_id>/follow-link")
@access("ticket", "citizen")
@bp.output({}, status_code=204)
@bp.doc(summary="收回关注链接，不再提醒关注的人", responses={404: "没有这张号票"})
def stop_sharing(ticket_id: str) -> Response:
    doing = act()
    return perform_here(lambda: following.stop_sharing(mine(ticket_id), doing), answer, keyed=False)


# For whoever has the link


@bp.get("/followed/<token>")
@public
@bp.output(FollowedOut)
@bp.doc(summary="被关注的号票：只看，不能操作", responses=LINK_OVER)
def followed(token: str) -> Response:
    return answer(_out(_followed(token)))


@bp.get("/followed/<token>/events")
@public
@bp.doc(summary="被关注的号票的实时变化 (SSE)", responses=LINK_OVER)
def followed_events(token: str) -> Response:
    watched = _followed(token)
    plan = plan_of(watched.hall)

    def present() -> dict[str, Any] | None:
        try:
            ticket = _followed(token)
        except FollowLinkOver:
            return None
        return followed_out(ticket, plan) | live_out(ticket, plan)

    return event_stream(parts().streams.of_ticket(plan.code, watched.number, later(present)))


@bp.get("/me/following")
@access("citizen")
@bp.output(FollowingOut(many=True))
@bp.doc(summary="我今天关注的号票")
def my_following() -> Response:
    tickets = following.followed_today(actor().id, parts().clock.now())
    return answer([_out(ticket) | {"token": ticket.follow_token} for ticket in tickets])


@bp.put("/me/following/<token>")
@access("citizen")
@bp.output(FollowedOut)
@bp.doc(
    summary="关注一张号票：快到、叫到、过号时提醒我",
    responses={**LINK_OVER, 409: "是自己的号票，或关注的人已满"},
)
def follow(token: str) -> Response:
    doing = act()
    return perform_here(lambda: following.follow(token, doing.actor.id, doing), _out, keyed=False)


@bp.delete("/me/following/<token>")
@access("citizen")
@bp.output({}, status_code=204)
@bp.doc(summary="不再关注")
def unfollow(token: str) -> Response:
    doing = act()
    return perform_here(
        lambda: following.unfollow(token, doing.actor.id, doing), answer, keyed=False
    )


def _followed(token: str) -> Ticket:
    return following.followed(token, parts().clock.now())


def _out(ticket: Ticket) -> dict[str, Any]:
    return followed_out(ticket, plan_of(ticket.hall))


def _link_out(ticket: Ticket) -> dict[str, Any]:
    token = ticket.follow_token
    return {
        "token": token,
        "url": token and f"{parts().settings.base_url}{PAGE}{token}",
        "followers": len(followers_of(ticket)),
    }
