"""The use cases of a ticket, and how other features change one.

Everything here runs inside the caller's transaction. A changed ticket that waits enters the
sequence after commit, one that no longer waits leaves it; where Redis is away, the sweep
does it later and the ticket stands all the same.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import ColumnElement, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.catalog import rules as hours
from app.catalog.plan import WHOLE_HALL, HallDay, HallPlan, Item
from app.catalog.service import item_of, promises_of_day
from app.citizens.queries import is_elderly
from app.citizens.rules import id_number as judge_id_number
from app.citizens.service import lock_person, person_of
from app.core import events
from app.core.acts import Act
from app.core.db import MEETS_NOTHING_LEFT, after_commit, db
from app.core.db import leave as leave_behind
from app.core.language import named
from app.core.leaving import NewRow
from app.core.said import Said
from app.tickets.errors import (
    DayOver,
    HallClosed,
    ItemsOfSeveralLanes,
    LaneClosed,
    LastNumberGiven,
    LiveTicketHeld,
    NoPriority,
    NotAPaperNumber,
    NumbersOnSiteOnly,
    NumbersStopped,
    PaperNumberEntered,
    TicketChanged,
    WrittenTimeWrong,
)
from app.tickets.following import forget_followers
from app.tickets.queries import (
    TABLE,
    Ticket,
    bound_to,
    find,
    in_states,
    sequence_of,
    waiting_in,
    waiting_minutes,
)
from app.tickets.rules import Arrival, due_of, entry_of, number_text, paper_count
from app.tickets.series import count_walk_in, next_number, next_serial, past_paper
from app.tickets.states import LIVE, Action, State, require
from app.tickets.telling import mark_if_near, take_back
from config import logged_about
from queueing import order

# Made once: making a statement takes longer than running it, and each number and call runs these.
INSERT = insert(TABLE).returning(*TABLE.c)
NEW = NewRow(TABLE, tuple(TABLE.c.keys()))
EMPTY = dict.fromkeys(TABLE.c.keys())
CHANGE = (
    update(TABLE)
    .where(
        TABLE.c.id == bindparam("ticket"),
        TABLE.c.seq_version == bindparam("as_read"),
        TABLE.c.state == bindparam("state_was"),
    )
    .values(seq_version=TABLE.c.seq_version + 1)
    .returning(*TABLE.c)
    .execution_options(**MEETS_NOTHING_LEFT)
)


# Taking a number


def take_number(
    plan: HallPlan,
    item_codes: list[str],
    act: Act,
    *,
    priority: str | None = None,
    id_number: str | None = None,
    phone: str | None = None,
) -> Ticket:
    """A number taken on site. The ID, where the machine read one, tells the person and whether
    they are elderly.

    Raises UnknownItem, ItemsOfSeveralLanes, IdNumberWrong, HallClosed, LaneClosed,
    NumbersStopped, LastNumberGiven, QuotaUsedUp, LiveTicketHeld."""
    person = None
    if id_number is not None:
        today = act.now.astimezone(plan.zone).date()
        number = judge_id_number(id_number, today)
        person = person_of(number, phone, act)
        if priority is None and number.is_elderly_on(today):
            priority = "elderly"
    items = _items(plan, item_codes)
    _refuse_when_closed(plan, items[0].lane, act.now)
    _refuse_when_stopped(plan, items[0].lane)
    _refuse_last_number(plan, items, act.now)
    return admit(plan, items, Arrival("walk_in", act.now, act.now, None, priority), act, person)


def take_from_afar(
    plan: HallPlan, item_codes: list[str], act: Act, person: str, citizen: str
) -> Ticket:
    """A number that an account takes outside the hall for a person: expected, and in nobody's way
    until its holder checks in.

    Raises NumbersOnSiteOnly, and what `take_number` raises."""
    if not plan.rules.numbers_from_afar:
        raise NumbersOnSiteOnly
    items = _items(plan, item_codes)
    _refuse_when_closed(plan, items[0].lane, act.now)
    _refuse_when_stopped(plan, items[0].lane)
    _refuse_last_number(plan, items, act.now)
    return admit(plan, items, Arrival("afar", act.now, None), act, person, citizen)


def admit(
    plan: HallPlan,
    items: list[Item],
    arrival: Arrival,
    act: Act,
    person: str | None = None,
    citizen: str | None = None,
) -> Ticket:
    """Give a number, and to somebody who stands in the hall a place in the order. `citizen`: the
    account it belongs to.

    Raises QuotaUsedUp (not for appointments) and LiveTicketHeld."""
    day = plan.day_of(act.now)
    lane = plan.lanes[items[0].lane]
    _refuse_second_ticket(plan, day, lane.letters, person, arrival)
    serial, at, count = next_number(plan, day.date, lane, act.now, booked=bool(arrival.slot))
    arrival = arrival.at_the_earliest(at)
    count = past_paper(plan, day.date, lane.letters, count)
    ticket = _insert(
        act,
        **_of_arrival(plan, day, items, arrival, at),
        number=number_text(lane.letters, count),
        serial=serial,
        state=State.EXPECTED if arrival.entered_at is None else State.WAITING,
        person_id=person,
        citizen_id=citizen,
    )
    record(act, ticket, "taken")
    mark_if_near(ticket, plan, act)
    _tell_sequence(ticket, waited=False)
    return ticket


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
    items = _items(plan, [item_code])
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
        ticket = _insert(
            act,
            **_of_arrival(plan, day, items, arrival, at),
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
    _tell_sequence(ticket, waited=False)
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


def _of_arrival(
    plan: HallPlan, day: HallDay, items: list[Item], arrival: Arrival, at: datetime
) -> dict[str, Any]:
    """The columns that follow from what somebody came for and how; `at`: the moment of the deed."""
    due = _due(plan, day, items[0].lane, arrival, at)
    return {
        "hall": plan.code,
        "day": day.date,
        "lane": items[0].lane,
        "item": items[0].code,
        "items": [item.code for item in items],
        "due_ms": due.at,
        "due_why": due.why,
        "origin": arrival.origin,
        "priority": arrival.priority,
        "slot_starts_at": arrival.slot and arrival.slot[0],
        "slot_ends_at": arrival.slot and arrival.slot[1],
        "taken_at": arrival.taken_at,
        "entered_at": arrival.entered_at,
    }


def _insert(act: Act, **columns: Any) -> Ticket:
    """A new row. One that nobody is told about is not asked about again in its transaction, and
    left behind."""
    new = {"id": act.new_id(), "token": act.new_id(), "seq_version": 1, "passes": 0}
    row = EMPTY | new | {"given_by": str(act.actor)} | columns
    logged_about.add(ticket=row["id"])
    if row["person_id"] or row["citizen_id"] or row["origin"] == "paper":
        return db.session.execute(INSERT, row).one()
    leave_behind(NEW, row)
    return cast(Ticket, SimpleNamespace(**row))


def _items(plan: HallPlan, codes: list[str]) -> list[Item]:
    return one_lane([item_of(plan, code) for code in codes])


def one_lane(items: list[Item]) -> list[Item]:
    """The items of one visit. Raises ItemsOfSeveralLanes."""
    if len({item.lane for item in items}) > 1:
        raise ItemsOfSeveralLanes
    return items


def _due(plan: HallPlan, day: HallDay, letters: str, arrival: Arrival, now: datetime) -> order.Due:
    promises = promises_of_day(plan, day).for_lane(letters)
    behind = None
    if arrival.priority and promises.priority_behind is not None:
        behind = _due_behind(plan, day, letters, promises.priority_behind, now)
    return due_of(arrival, behind, day, promises)


def _due_behind(plan: HallPlan, day: HallDay, letters: str, k: int, now: datetime) -> int | None:
    """The due time of the k-th waiting ticket of a lane, or of the last where fewer wait.

    Bound tickets and early check-ins are not counted: they are not called from here now."""
    dues = db.session.execute(
        select(TABLE.c.due_ms)
        .where(
            waiting_in(plan.code, day.date),
            TABLE.c.lane == letters,
            TABLE.c.bound_to.is_(None),
            or_(TABLE.c.slot_starts_at.is_(None), TABLE.c.slot_starts_at <= now),
        )
        .order_by(TABLE.c.due_ms, TABLE.c.serial)
        .limit(k)
    ).scalars()
    return max(dues, default=None)


def _refuse_when_closed(plan: HallPlan, letters: str, now: datetime) -> None:
    if not hours.gives_numbers_at(plan, now):
        raise HallClosed
    if not hours.is_lane_served(plan, letters, now):
        raise LaneClosed


def _refuse_when_stopped(plan: HallPlan, letters: str) -> None:
    why = plan.why_stopped(letters)
    if why is None:
        return
    if WHOLE_HALL in plan.stops:
        raise NumbersStopped(Said("大厅现在停止取号：%(why)s。", {"why": why.rstrip("。")}))
    said = {"lane": named(plan.lanes[letters]), "why": why.rstrip("。")}
    raise NumbersStopped(Said("“%(lane)s”现在停止取号：%(why)s。", said))


def _refuse_last_number(plan: HallPlan, items: list[Item], now: datetime) -> None:
    """Source: observed practice; the machine stops when the hall could not serve before closing."""
    if not plan.rules.last_number:
        return
    minutes = sum(item.minutes for item in items)
    waiting = waiting_minutes(plan, plan.day_of(now))
    if not hours.can_still_be_served(plan, items[0].lane, minutes, waiting, now):
        raise LastNumberGiven


def _refuse_second_ticket(
    plan: HallPlan, day: HallDay, letters: str, person: str | None, arrival: Arrival
) -> None:
    """Where the hall asks for it; of numbers from afar one a lane in any hall: they cost nobody the
    way, and a phone could take all there are."""
    rule = plan.rules.one_live_ticket
    if arrival.origin == "afar" and rule == "off":
        rule = "per_lane"
    if rule == "off" or person is None:
        return
    lock_person(person)
    held = select(TABLE.c.number).where(
        TABLE.c.person_id == person,
        TABLE.c.hall == plan.code,
        TABLE.c.day == day.date,
        in_states(*LIVE),
    )
    if rule == "per_lane":
        held = held.where(TABLE.c.lane == letters)
    number = db.session.execute(held.limit(1)).scalar_one_or_none()
    if number is not None:
        raise LiveTicketHeld(f"您已取号 {number}，请先办完或放弃后再取。", number=number)


# Changing a ticket


def change(ticket: Ticket, act: Act, kind: str, /, note: str = "", **values: Any) -> Ticket:
    """Write values onto a ticket as it was read, raise its version, and record it as `kind`.

    Keys that are columns are written; `note` goes to the event.
    Raises TicketChanged when somebody else was faster."""
    as_read = {"ticket": ticket.id, "as_read": ticket.seq_version, "state_was": ticket.state}
    changed = db.session.execute(CHANGE, as_read | values).one_or_none()
    if changed is None:
        raise TicketChanged
    record(act, changed, kind, note)
    if changed.state != ticket.state:
        take_back(changed, act)
    _tell_sequence(changed, waited=ticket.state == State.WAITING)
    return changed


def refuse_past_day(ticket: Ticket, plan: HallPlan, now: datetime) -> None:
    """Nobody is called on a day that is over, so nobody is sent to wait on it. Raises DayOver."""
    if ticket.day != plan.day_of(now).date:
        raise DayOver


def mark_called(
    ticket_id: str, version: int, counter: str, call: ColumnElement[int]
) -> Ticket | None:
    """The guarded write of a call: waiting, and still of this version; else None. `call`: where the
    id of its row comes from.

    Tells the sequence nothing: the claim that led here is confirmed by who made it."""
    as_read = {"ticket": ticket_id, "as_read": version, "state_was": State.WAITING}
    called = {"state": State.CALLED, "counter": counter, "bound_to": None}
    return db.session.execute(_called_as(call), as_read | called).one_or_none()


@cache
def _called_as(call: ColumnElement[int]) -> Any:
    return CHANGE.values(call_id=call)


def check_in(ticket: Ticket, priority: str | None, act: Act, plan: HallPlan) -> Ticket:
    """The holder of a number from afar stands in the hall; that they are elderly is told by the
    number it was taken for. Raises ActionNotAllowed."""
    require(Action.CHECK_IN, ticket.state)
    refuse_past_day(ticket, plan, act.now)
    if priority is None and ticket.person_id is not None:
        priority = "elderly" if is_elderly(ticket.person_id, ticket.day) else None
    day = plan.hall_day(ticket.day)
    arrival = Arrival(ticket.origin, ticket.taken_at, act.now, None, priority)
    due = _due(plan, day, ticket.lane, arrival, act.now)
    entered = change(
        ticket,
        act,
        "checked_in",
        state=State.WAITING,
        entered_at=act.now,
        priority=priority,
        due_ms=due.at,
        due_why=due.why,
    )
    mark_if_near(entered, plan, act)
    return entered


def rejoin(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Back in line after a pass, with a new serial. Raises ActionNotAllowed."""
    ticket = find(ticket.hall, id=ticket.id, lock=True)
    require(Action.REJOIN, ticket.state)
    refuse_past_day(ticket, plan, act.now)
    day = plan.hall_day(ticket.day)
    promises = promises_of_day(plan, day).for_lane(ticket.lane)
    behind = _due_behind(plan, day, ticket.lane, promises.rejoin_behind, act.now)
    due = order.rejoin(
        ticket.due_ms,
        day.ms(ticket.stopped_at),
        ticket.passes,
        day.ms(act.now),
        behind,
        promises,
    )
    return change(
        ticket,
        act,
        "rejoined",
        state=State.WAITING,
        due_ms=due.at,
        due_why=due.why,
        serial=next_serial(ticket.hall, ticket.day, act.now)[0],
        counter=None,
        bound_to=None,
    )


def leave(ticket: Ticket, act: Act) -> Ticket:
    """The holder gives up. Raises ActionNotAllowed."""
    require(Action.LEAVE, ticket.state)
    return change(
        ticket, act, "left", state=State.LEFT, stopped_at=act.now, stopped_from=ticket.state
    )


def strike_priority(ticket: Ticket, reason: str, act: Act, plan: HallPlan) -> Ticket:
    """Take a priority back that was not due; the ticket stands where it would without it.

    Raises ActionNotAllowed, also when there is no priority to strike."""
    require(Action.STRIKE_PRIORITY, ticket.state)
    if ticket.priority is None or ticket.priority_struck is not None:
        raise NoPriority
    due = order.Due(ticket.due_ms, order.Why(ticket.due_why))
    if due.why == order.Why.PRIORITY:
        slot = (ticket.slot_starts_at, ticket.slot_ends_at) if ticket.slot_starts_at else None
        arrival = Arrival(ticket.origin, ticket.taken_at, ticket.entered_at, slot)
        due = _due(plan, plan.hall_day(ticket.day), ticket.lane, arrival, act.now)
    return change(
        ticket,
        act,
        "priority_struck",
        priority_struck=reason,
        due_ms=due.at,
        due_why=due.why,
        note=reason,
    )


def reprint(ticket: Ticket, act: Act) -> Ticket:
    """The same number on paper once more. Raises ActionNotAllowed."""
    require(Action.REPRINT, ticket.state)
    record(act, ticket, "reprinted")
    return ticket


def give_back_bound(plan: HallPlan, counter: str, act: Act) -> int:
    """Tickets only this counter could call may be called by every counter of their lanes; how many
    there were."""
    bound = bound_to(plan.code, counter)
    for ticket in bound:
        change(ticket, act, "unbound", bound_to=None)
    return len(bound)


def close_day(plan: HallPlan, before: date, act: Act) -> int:
    """Close what earlier days left behind, and forget who followed what; how many tickets there
    were. Never calls one."""
    leftovers = db.session.execute(
        select(*TABLE.c)
        .where(TABLE.c.hall == plan.code, TABLE.c.day < before, in_states(*LIVE))
        .order_by(TABLE.c.id)
        .with_for_update()  # two nights at once close them one after the other
    ).all()
    for ticket in leftovers:
        change(
            ticket,
            act,
            "closed",
            state=State.CLOSED,
            stopped_at=act.now,
            stopped_from=ticket.state,
            note=ticket.state,
        )
    forget_followers(plan.code, before)
    return len(leftovers)


def record(act: Act, ticket: Ticket, kind: str, note: str = "", nth: int | None = None) -> None:
    """Write what happened to a ticket into this transaction. `nth`: of the call's announcements."""
    # beside what happened, where it left the ticket: its log is read from these rows
    data: dict[str, Any] = {
        "note": note or None,
        "due_ms": ticket.due_ms,
        "due_why": ticket.due_why,
        "lane": ticket.lane,
        "bound_to": ticket.bound_to,
        "seat": act.actor.counter,
    }
    events.record(
        act,
        ticket.hall,
        ticket.day,
        kind,
        ticket_id=ticket.id,
        number=ticket.number,
        counter=ticket.counter,
        call_id=ticket.call_id,
        nth=nth,
        **{name: value for name, value in data.items() if value is not None},
    )


def _tell_sequence(ticket: Ticket, *, waited: bool) -> None:
    line = sequence_of(ticket.hall, ticket.day)
    if ticket.state == State.WAITING:
        entry = entry_of(ticket)
        after_commit(lambda: line.enter(entry))
    elif waited:
        after_commit(lambda: line.remove(ticket.id, ticket.seq_version))
