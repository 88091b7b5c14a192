"""What stands on the paper of one number, and on a test page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.catalog.plan import HallPlan
from app.core.language import gettext as _
from app.core.language import named, tell
from app.core.parts import parts
from app.printing.rules import Mode, Printer
from app.tickets.queries import Ticket, ahead
from app.tickets.rules import place_of


@dataclass(frozen=True, slots=True)
class Paper:
    hall: str
    lane: str
    number: str
    lines: tuple[str, ...]
    """What somebody reads while they wait, the most important first."""
    address: str | None
    """Of the ticket's page, as a QR code; None: no code stands on it."""
    foot: tuple[str, ...]


def paper_of(ticket: Ticket, plan: HallPlan, now: datetime, *, with_code: bool) -> Paper:
    """The paper of a ticket as it stands now."""
    items = "、".join(named(plan.item_coded(code)) for code in ticket.items)
    lines = [items, _place(ticket), tell(place_of(ticket, plan))]
    scan = [_("扫码查看排队进度。")] if with_code else []
    return Paper(
        hall=named(plan),
        lane=f"{ticket.lane} {named(plan.lanes[ticket.lane])}",
        number=ticket.number,
        lines=tuple(line for line in lines if line),
        address=f"{parts().settings.base_url}/t/{ticket.token}" if with_code else None,
        foot=(
            *scan,
            _("请记住号码，留意屏幕和广播叫号。"),
            f"{now.astimezone(plan.zone):%Y-%m-%d %H:%M}",
        ),
    )


def test_paper(machine: str, printer: Printer, plan: HallPlan, now: datetime) -> Paper:
    """What shows whether a machine's printer is set as it is built."""
    modes = {Mode.TEXT: _("打印机字库"), Mode.RASTER: _("图形方式")}
    return Paper(
        hall=named(plan),
        lane=machine,
        number=_("测试"),
        lines=(
            f"{printer.host}:{printer.port}",
            _("%(mm)s 毫米纸，%(mode)s") % {"mm": printer.paper_mm, "mode": modes[printer.mode]},
            _("汉字清楚、左右不缺、纸已切断，就设置好了。"),
        ),
        address=parts().settings.base_url,
        foot=(f"{now.astimezone(plan.zone):%Y-%m-%d %H:%M}",),
    )


def _place(ticket: Ticket) -> str:
    before = ahead(ticket)
    if before is None:
        return ""
    return _("前面还有 %(n)s 人") % {"n": before} if before else _("您排在本队列最前面")
