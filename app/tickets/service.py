"""The use cases of a ticket, one module for each kind; this is their door.

Everything here runs inside the caller's transaction. A changed ticket that waits enters the
sequence after commit, one that no longer waits leaves it; where Redis is away, the sweep
does it later and the ticket stands all the same.
"""

from app.tickets.changing import (
    change,
    check_in,
    close_day,
    give_back_bound,
    leave,
    mark_called,
    refuse_past_day,
    rejoin,
    reprint,
    strike_priority,
)
from app.tickets.paper import enter_paper
from app.tickets.recording import record
from app.tickets.taking import admit, take_from_afar, take_number
from app.tickets.writing import one_lane

__all__ = [
    "admit",
    "change",
    "check_in",
    "close_day",
    "enter_paper",
    "give_back_bound",
    "leave",
    "mark_called",
    "one_lane",
    "record",
    "refuse_past_day",
    "rejoin",
    "reprint",
    "strike_priority",
    "take_from_afar",
    "take_number",
]
