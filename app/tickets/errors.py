"""What a ticket's use cases refuse, in words."""

from app.core.errors import DomainError, Invalid, NotFound


class TicketNotFound(NotFound):
    code = "ticket_not_found"
    detail = "没有找到这张号票，请核对号码。"


class ActionNotAllowed(DomainError):
    code = "action_not_allowed"
    detail = "该号当前状态不能进行这项操作。"


class HallClosed(DomainError):
    code = "hall_closed"
    detail = "大厅现在不开放取号，请在办公时间内取号。"


class LaneClosed(DomainError):
    code = "lane_closed"
    detail = "该业务今天不办理。"


class NumbersStopped(DomainError):
    """Somebody in charge stopped them, and said why."""

    code = "numbers_stopped"
    detail = "今天已停止取号，请向导办台咨询。"


class QuotaUsedUp(DomainError):
    code = "quota_used_up"
    detail = "该业务今天的现场号已取完。"


class LastNumberGiven(DomainError):
    code = "last_number_given"
    detail = "现有等候人数较多，下班前已无法办完，今天不再放号，请改日早些来。"


class LiveTicketHeld(DomainError):
    code = "live_ticket_held"
    detail = "您已有一个正在排队的号，请先办完或放弃后再取。"


class ItemsOfSeveralLanes(Invalid):
    code = "items_of_several_lanes"
    detail = "一张号票只能包含同一业务队列的事项。"


class NumbersOnSiteOnly(DomainError):
    code = "numbers_on_site_only"
    detail = "本大厅不提供远程取号，请到大厅取号。"


class BookingNotFound(NotFound):
    code = "booking_not_found"
    detail = "没有找到对应的预约，请核对预约码或证件号码。"


class TicketChanged(DomainError):
    code = "ticket_changed"
    detail = "该号刚被其他人操作，请刷新后再试。"


class DayOver(DomainError):
    code = "day_over"
    detail = "这是前一天的号，不能再排队，请重新取号。"


class NotAPaperNumber(Invalid):
    code = "not_a_paper_number"
    detail = "这不是导办台备用的纸质号，请核对号码。"


class PaperNumberEntered(DomainError):
    code = "paper_number_entered"
    detail = "这个纸质号今天已经录入过。"


class WrittenTimeWrong(Invalid):
    code = "written_time_wrong"
    detail = "号上写的时间不对，请核对。"


class ProofNeeded(DomainError):
    code = "proof_needed"
    detail = "在取号机上补打号票，须出示身份证、预约码或原号票；都没有的，请到导办台补打。"


class CreditCodeNoProof(Invalid):
    """It is public, so where nobody looks it says nothing about who shows it."""

    code = "credit_code_no_proof"
    detail = "单位预约请出示预约码，或到导办台签到。"


class SeveralTickets(DomainError):
    """`numbers` says which; the request is made again with one of them."""

    code = "several_tickets"
    detail = "这个证件今天有几个号，请选择要补打的一个。"


class NotCheckedIn(DomainError):
    code = "not_checked_in"
    detail = "这个预约还没有签到，没有号票可补打，请先签到。"


class NoPriority(DomainError):
    code = "no_priority"
    detail = "该号没有优先资格可取消。"


class NothingToFollow(DomainError):
    code = "nothing_to_follow"
    detail = "这张号票已经办完或已作废，不能再让别人关注。"


class FollowLinkOver(NotFound):
    code = "follow_link_over"
    detail = "这个关注链接已经失效，请向号票的主人要新的链接。"


class OwnTicket(DomainError):
    code = "own_ticket"
    detail = "这是您自己的号，叫号时本来就会提醒您。"


class FollowersFull(DomainError):
    code = "followers_full"
    detail = "关注这张号票的人已满，不能再加入。"
