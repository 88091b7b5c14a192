"""Numbers given on paper while the machines were away, entered when they are back."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy.exc import IntegrityError

from app.catalog import rules as hours
from app.catalog.plan import HallDay, HallPlan
from app.core.acts import Act
from app.tickets.errors import HallClosed, NotAPaperNumber, PaperNumberEntered, WrittenTimeWrong
from app.tickets.queries import Ticket
from app.tickets.recording import record, tell_sequence
from app.tickets.rules import Arrival, number_text, paper_count
from app.tickets.series import count_walk_in, next_serial
from app.tickets.states import State
from app.tickets.writing import insert_ticket, items_of, of_arrival


def enter_paper(
    plan: HallPlan,
    number: str,
    item_code: str,
    written_at: time,
    act: Act,
    *,
    priority: str | None = None,
    served: bool = False,
) -> Ticket:
    """A number given on paper while the machines were away. Its holder has stood in the hall since
    the time written on it, and by that it stands in the order; only its serial is of now. `served`:
    they were served meanwhile, and it is kept for the count.

    Raises UnknownItem, NotAPaperNumber, HallClosed, WrittenTimeWrong, PaperNumberEntered."""
    items = items_of(plan, [item_code])
    letters = items[0].lane
    count = _paper_count(plan, number, letters)
    day = plan.day_of(act.now)
    taken_at = _written(plan, day, written_at, act.now)
    serial, at = next_serial(plan.code, day.date, act.now)
    count_walk_in(plan.code, day.date, letters)
    arrival = Arrival("paper", taken_at, taken_at, None, priority)
    stopped = {"stopped_at": act.now, "stopped_from": State.SERVING} if served else {}
    number = number_text(letters, count)
    try:
        ticket = insert_ticket(
            act,
            **of_arrival(plan, day, items, arrival, at),
            number=number,
            serial=serial,
            state=State.FINISHED if served else State.WAITING,
            person_id=None,
            citizen_id=None,
            **stopped,
        )
    except IntegrityError:  # each number once a day
        raise PaperNumberEntered(f"{number} 今天已经录入过，请核对号码。") from None
    record(act, ticket, "taken", "paper")
    if served:
        record(act, ticket, "finished", "paper")
    tell_sequence(ticket, waited=False)
    return ticket


def _paper_count(plan: HallPlan, text: str, letters: str) -> int:
    """The count of a number from the pads of this lane. Raises NotAPaperNumber."""
    written, count = paper_count(text)
    block = plan.rules.paper_numbers
    if block is None:
        raise NotAPaperNumber("本大厅没有备用的纸质号段。")
    if not block[0] <= count <= block[1]:
        first, last = (number_text(written, each) for each in block)
        raise NotAPaperNumber(f"备用的纸质号为 {first} 至 {last}，请核对号码。")
    if written != letters:
        raise NotAPaperNumber(f"所选事项属于 {letters} 队列，与号码的字母不符，请核对。")
    return count


def _written(plan: HallPlan, day: HallDay, clock: time, now: datetime) -> datetime:
    """The moment written on a paper number: of today, since the doors opened, and not to come.

    Raises HallClosed, WrittenTimeWrong."""
    spans = hours.opening(plan, day)
    if not spans:
        raise HallClosed("大厅今天不办理业务，不能录入今天的纸质号。")
    at = plan.clock_on(day, clock)
    opens_at = spans[0][0]
    if at < opens_at:
        opens = opens_at.astimezone(plan.zone)
        raise WrittenTimeWrong(f"大厅今天 {opens:%H:%M} 开门，号上不会写 {clock:%H:%M}，请核对。")
    if at > now:
        raise WrittenTimeWrong(f"{clock:%H:%M} 还没有到，请核对号上写的时间。")
    return at
