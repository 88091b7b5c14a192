"""What calling refuses, in words."""

from app.core.errors import DomainError, Forbidden, Invalid


class NotAtThisCounter(Forbidden):
    code = "not_at_this_counter"
    detail = "您没有在这个窗口登录，不能操作这个窗口的号。"


class CounterNotOpen(DomainError):
    code = "counter_not_open"
    detail = "窗口没有开放，请先开放窗口再叫号。"


class CounterHoldsTicket(DomainError):
    code = "counter_holds_ticket"
    detail = "窗口手上还有一个号，请先办结、挂起或转号。"


class CounterBusy(DomainError):
    code = "counter_busy"
    detail = "窗口手上已有一个号，没有再叫下一位。"


class CallUndelivered(DomainError):
    code = "call_undelivered"
    detail = "窗口手上还有一个刚叫到的号，请先处理。"


class LaneNotServed(DomainError):
    code = "lane_not_served"
    detail = "这个窗口不办理该号的业务。"


class RecallTooSoon(DomainError):
    code = "recall_too_soon"
    detail = "刚刚呼叫过，请稍候再重呼。"


class RecallsUsedUp(DomainError):
    code = "recalls_used_up"
    detail = "该号已重呼 3 次，请作过号处理。"


class UndoTooLate(DomainError):
    code = "undo_too_late"
    detail = "已超过 60 秒，不能撤销。"


class ClerkPresent(DomainError):
    code = "clerk_present"
    detail = "该号所在窗口的工作人员仍在岗，不能接手。"


class NothingToTransfer(Invalid):
    code = "transfer_nowhere"
    detail = "请说明转到哪个业务队列或哪个窗口，或选择立即接续。"


class ItemNotOfVisit(DomainError):
    code = "item_not_of_visit"
    detail = "这张号票没有登记这个事项，或正在办理的就是它。"
