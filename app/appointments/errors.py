"""What bookings and check-ins refuse, in words."""

from __future__ import annotations

from app.core.errors import DomainError, NotFound


class SlotNotFound(NotFound):
    code = "slot_not_found"
    detail = "没有这个预约时段，请重新选择。"


class SlotPast(DomainError):
    code = "slot_past"
    detail = "这个时段已停止预约，请选择后面的时段。"


class SlotNotReleased(DomainError):
    code = "slot_not_released"
    detail = "这一天还没有开放预约。"


class SlotFull(DomainError):
    code = "slot_full"
    detail = "这个时段已约满，请选择其他时段。"


class SlotOfAnotherHall(DomainError):
    code = "slot_of_another_hall"
    detail = "这个时段不属于所选的大厅，或该大厅不办理这个事项。"


class SlotOfAnotherItem(DomainError):
    code = "slot_of_another_item"
    detail = "所选事项不能在这个时段预约。"


class SlotUnchanged(DomainError):
    code = "slot_unchanged"
    detail = "您现在预约的就是这个时段。"


class SecondBooking(DomainError):
    code = "second_booking"
    detail = "办事人当天在本大厅已有预约，请先取消或改约；如不是本人所约，请到咨询台处理。"


class TooManyBookings(DomainError):
    code = "too_many_bookings"
    detail = "您名下的预约已达 5 个（刚取消的暂时也算），请先取消不用的预约，或稍后再约。"


class BookingBanned(DomainError):
    """By the hall's rules, which name what was counted; `until` says when it ends."""

    code = "booking_banned"
    detail = "办事人暂时不能自行预约；可到大厅取号，或请工作人员代约。"


class AppointmentNotFound(NotFound):
    code = "appointment_not_found"
    detail = "没有找到这个预约。"


class AppointmentCancelled(DomainError):
    code = "appointment_cancelled"
    detail = "这个预约已经取消。"


class AppointmentMissed(DomainError):
    code = "appointment_missed"
    detail = "预约的日期已过，未签到，已按爽约记录。"


class CancelTooLate(DomainError):
    code = "cancel_too_late"
    detail = "离预约时段太近，不能再取消或改约，请联系大厅。"


class AlreadyCheckedIn(DomainError):
    code = "already_checked_in"
    detail = "这个预约已经签到。"


class CheckInTooEarly(DomainError):
    """`opens_at` says from when; meanwhile a number can be taken on site, for the same `items`."""

    code = "check_in_too_early"
    detail = "还没到签到时间，也可以现在改取现场号。"


class CheckInTooLate(DomainError):
    code = "check_in_too_late"
    detail = "今天的办公时间已过，不能再签到。"


class BookingOfAnotherDay(DomainError):
    code = "booking_of_another_day"
    detail = "这个预约不是今天的。"


class BookingOfAnotherHall(DomainError):
    code = "booking_of_another_hall"
    detail = "这个预约不是本大厅的。"


class NotInHall(DomainError):
    code = "not_in_hall"
    detail = "您还不在大厅内，请到达大厅后再签到。"
