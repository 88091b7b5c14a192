"""What the catalog refuses, in words."""

from __future__ import annotations

from app.core.errors import DomainError, Invalid, NotFound


class UnknownHall(NotFound):
    code = "unknown_hall"
    detail = "没有这个大厅，请核对大厅代码。"


class UnknownItem(NotFound):
    code = "unknown_item"
    detail = "本大厅没有这个事项，请核对后重新选择。"


class UnknownCounter(NotFound):
    code = "unknown_counter"
    detail = "本大厅没有这个窗口，请核对窗口号。"


class EmptyRange(Invalid):
    """Not the whole hall: that is named by naming nothing."""

    code = "empty_range"
    detail = "所写的窗口范围里没有窗口，请把小的号写在前面。"


class UnknownLane(NotFound):
    code = "unknown_lane"
    detail = "本大厅没有这个业务队列，请核对后重试。"


class BadCalendarFile(DomainError):
    """A calendar CSV with faults; `detail` has one line for each."""

    status = 422
    code = "bad_calendar_file"
    detail = "日历文件有误。"


class LaneInUse(DomainError):
    code = "lane_in_use"
    detail = "文件中没有的业务队列里还有号没有办完。"


class LaneWithoutCounter(DomainError):
    """No counter would have this lane in its first tier: a hall file is refused for the same."""

    code = "lane_without_counter"
    detail = "这样调整后，有业务队列不再是任何窗口的首选队列，会无人叫号。"


class TiersUnfit(Invalid):
    code = "tiers_unfit"
    detail = "窗口至少要有一个首选队列，每个队列只能选一次。"


class BadHallFile(DomainError):
    """A hall file with faults; `errors` has one line for each."""

    status = 422
    code = "bad_hall_file"
    detail = "大厅文件有错误，什么都没有载入。"


class HallFileNotChecked(DomainError):
    code = "hall_file_not_checked"
    detail = "文件或大厅在核对之后有了变化，请重新核对后再载入。"
