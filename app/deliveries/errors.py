"""What is refused about deliveries, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.citizens.rules import BEIJING
from app.core.errors import DomainError, Invalid, NotFound, Unavailable
from app.core.http import wire_time
from app.core.said import Said


class DeliveryNotFound(NotFound):
    code = "delivery_not_found"
    detail = "没有找到这份办理结果，请核对后重试。"


class WayNotOffered(Invalid):
    """`ways` names those that are offered."""

    code = "way_not_offered"
    detail = "目前不能用这种方式领取，请另选一种领取方式。"


class AddressNotServed(Invalid):
    code = "address_not_served"
    detail = "快递暂时送不到这个地址，请更换地址，或改为窗口领取。"


class AddressMissing(Invalid):
    code = "address_missing"
    detail = "邮寄需要填写收件人姓名、手机号和完整地址。"


class DeliveryElsewhere(DomainError):
    """`state` says where it is."""

    code = "delivery_elsewhere"
    detail = "这份办理结果已不在这一步，请刷新后查看。"


class NotTheirs(NotFound):
    code = "delivery_not_theirs"
    detail = "当前号票的办事人没有这份待领取的结果，请核对身份证后重试。"


class UnknownCabinet(NotFound):
    code = "unknown_cabinet"
    detail = "没有这个文件柜，请核对后重试。"


class NoCabinet(DomainError):
    code = "no_cabinet"
    detail = "这个大厅没有智能文件柜，请把材料交到窗口。"


class NoBoxFree(DomainError):
    code = "no_box_free"
    detail = "文件柜暂时没有空箱，请稍后再来，或到窗口办理。"


class CodeWrong(NotFound):
    """One sentence for a code that never was, was used, or is over: who guesses is told nothing."""

    code = "box_code_wrong"
    detail = "取件码不正确或已经使用，请核对短信后重新输入，或到窗口领取。"


class NothingForCard(NotFound):
    code = "nothing_for_card"
    detail = "柜中没有这位办事人的待领取物品，请核对后重试，或到窗口询问。"


class TooManyTries(DomainError):
    """`again_at`: from when on this cabinet looks at codes again; ID cards it reads all the
    time."""

    status = 429
    code = "too_many_cabinet_tries"
    detail = "输入错误次数过多，请十分钟后再试，或刷身份证领取。"

    def __init__(self, again_at: datetime) -> None:
        """`again_at`: by the hall's clock."""
        minute = f"{again_at + timedelta(seconds=59):%H:%M}"
        words = "这个文件柜输错号码的次数过多，请在%(time)s以后再试；刷身份证取件不受影响。"
        super().__init__(Said(words, {"time": minute}), again_at=wire_time(again_at, BEIJING))


class BoxOverdue(DomainError):
    code = "box_overdue"
    detail = "已超过取件期限，物品已转到窗口，请带身份证到窗口领取。"


class DoorStuck(Unavailable):
    """Nothing was taken: the same code is good again."""

    code = "door_stuck"
    detail = "柜门没有打开，请稍后再试一次，或请工作人员帮助。"


class DoorUnclear(Unavailable):
    """Nobody knows whether it opened; `box` says which."""

    code = "door_unclear"
    detail = "柜门可能已经打开，请看一看；没有打开的，请工作人员帮助。"


class CardNotRead(DomainError):
    code = "card_not_read"
    detail = "请把身份证放在读卡区；手工输入号码不能开箱，也可以输入取件码。"


class DropOffNotFound(NotFound):
    code = "drop_off_not_found"
    detail = "没有找到这份存入的材料，请核对后重试。"


class BoxBeingFilled(DomainError):
    code = "box_being_filled"
    detail = "箱门刚刚打开，可能有人正在放入材料，请过五分钟再取。"


class TooManyDropOffs(DomainError):
    code = "too_many_drop_offs"
    detail = "您已有几个没有用过的交件码，请先用完，或等它们过期。"


class BoxInUse(DomainError):
    code = "box_in_use"
    detail = "有物品的箱不能从文件柜里去掉，请先取出。"
