"""Papers as files, for whoever may have them."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from app.core.acts import AT_COUNTERS, Role
from app.core.auth import access, act
from app.core.http import FILE
from app.documents import service
from app.documents.view import MIMETYPE, file_out
from app.submissions.at_counter import ticket_here
from app.submissions.queries import printed_for
from app.tickets.errors import TicketNotFound
from app.tickets.queries import find, owned_by

bp = APIBlueprint("documents", __name__, url_prefix="/api/v1", tag="文书")


@bp.get("/submissions/<submission_id>/document")
@access("citizen", "kiosk", "staff", roles=(*AT_COUNTERS, Role.GUIDE), shows="submissions")
@bp.output(FILE, content_type=MIMETYPE)
@bp.doc(
    summary="申请书（PDF/A），同一版内容始终是同一个文件；窗口打印会留下记录",
    responses={404: "没有这份填报", 409: "还没有提交，或已经撤回"},
)
def application(submission_id: str) -> Response:
    doing = act()
    row = printed_for(submission_id, doing.actor, doing.now)
    return file_out(service.handed_out(row, doing), row.code)


@bp.get("/tickets/<ticket_id>/gaps/document")
@access("citizen", "staff", roles=AT_COUNTERS, shows="submissions")
@bp.output(FILE, content_type=MIMETYPE)
@bp.doc(
    summary="一次性告知书（PDF/A）",
    responses={404: "没有这张号票，或没有告知过缺项"},
)
def gaps(ticket_id: str) -> Response:
    doing = act()
    if doing.actor.kind == "staff":
        ticket = ticket_here(ticket_id, doing.actor)
    else:
        ticket = find(None, id=ticket_id)
        if not owned_by(ticket, doing.actor):
            raise TicketNotFound
    return file_out(service.gaps_sheet(ticket.id, doing), ticket.number)
