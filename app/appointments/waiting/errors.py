"""What the waiting list refuses, in words."""

from __future__ import annotations

from app.core.errors import DomainError, Invalid, NotFound


class WaitingNotFound(NotFound):
    code = "waiting_not_found"
    detail = "没有找到这个候补。"


class HoursBackwards(Invalid):
    code = "hours_backwards"
    detail = "结束时间须晚于开始时间，请重新选择。"


class NothingToWaitFor(DomainError):
    """Nothing that could come free would suit: that day, for these items, in these hours."""

    code = "nothing_to_wait_for"
    detail = "所选日期和时间内没有可以候补的时段，请选择其他日期或时间。"


class DayNotFull(DomainError):
    code = "day_not_full"
    detail = "这一天还有空余时段，请直接预约。"


class WaitingAlready(DomainError):
    code = "waiting_already"
    detail = "办事人当天在本大厅已经在候补，不能重复候补。"


class TooManyWaiting(DomainError):
    code = "too_many_waiting"
    detail = "您名下的候补已达 5 个，请先退出不需要的候补。"


class NothingOffered(DomainError):
    code = "nothing_offered"
    detail = "还没有轮到您，有空余名额时会通知您。"


class OfferOver(DomainError):
    code = "offer_over"
    detail = "保留的时间已过，名额已让给下一位；如仍需要，请重新候补。"


class WaitingOver(DomainError):
    code = "waiting_over"
    detail = "这个候补已经结束。"
