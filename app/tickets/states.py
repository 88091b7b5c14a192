"""The states of a ticket, and what leads from one to another: one table.

docs/states.md and the tests are made from it; `require` is how code asks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.tickets.errors import ActionNotAllowed


class State(StrEnum):
    EXPECTED = "expected"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    PASSED = "passed"
    FINISHED = "finished"
    LEFT = "left"
    CLOSED = "closed"
    CANCELLED = "cancelled"


AT_COUNTER = (State.CALLED, State.SERVING)
LIVE = (
    State.EXPECTED,
    State.WAITING,
    State.CALLED,
    State.SERVING,
    State.PARKED,
    State.PASSED,
)

STATE_WORDS = {
    State.EXPECTED: "待签到",
    State.WAITING: "等候中",
    State.CALLED: "已叫号",
    State.SERVING: "办理中",
    State.PARKED: "已挂起",
    State.PASSED: "已过号",
    State.FINISHED: "已办结",
    State.LEFT: "已放弃",
    State.CLOSED: "已作废",
    State.CANCELLED: "已取消",
}


class Action(StrEnum):
    CHECK_IN = "check_in"
    CALL = "call"
    RECALL = "recall"
    START = "start"
    PASS = "pass"
    REJOIN = "rejoin"
    PARK = "park"
    RESUME = "resume"
    TRANSFER = "transfer"
    FINISH = "finish"
    UNDO = "undo"
    TAKE_OVER = "take_over"
    STRIKE_PRIORITY = "strike_priority"
    LEAVE = "leave"
    CLOSE = "close"


ACTION_WORDS = {
    Action.CHECK_IN: "签到",
    Action.CALL: "叫号",
    Action.RECALL: "重呼",
    Action.START: "开始办理",
    Action.PASS: "过号",
    Action.REJOIN: "过号重排",
    Action.PARK: "挂起",
    Action.RESUME: "恢复办理",
    Action.TRANSFER: "转号",
    Action.FINISH: "办结",
    Action.UNDO: "撤销",
    Action.TAKE_OVER: "接手",
    Action.STRIKE_PRIORITY: "取消优先",
    Action.LEAVE: "放弃",
    Action.CLOSE: "日终作废",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. `to` has several states where the case decides among them."""

    action: Action
    sources: tuple[State, ...]
    to: tuple[State, ...]
    who: str
    limit: str = ""


SAME: tuple[State, ...] = ()

MOVES = (
    Move(Action.CHECK_IN, (State.EXPECTED,), (State.WAITING,), "kiosk"),
    Move(Action.CALL, (State.WAITING,), (State.CALLED,), "clerk"),
    Move(Action.RECALL, (State.CALLED,), SAME, "clerk", "3 times at most, 20 s apart"),
    Move(Action.START, (State.CALLED,), (State.SERVING,), "clerk"),
    Move(
        Action.PASS,
        (State.CALLED,),
        (State.PASSED, State.CLOSED),
        "clerk",
        "the third pass closes the ticket",
    ),
    Move(
        Action.REJOIN,
        (State.PASSED,),
        (State.WAITING,),
        "owner, kiosk, clerk",
        "after 30 min or for the second time: as a walk-in of that moment",
    ),
    Move(Action.PARK, AT_COUNTER, (State.PARKED,), "clerk"),
    Move(
        Action.RESUME,
        (State.PARKED,),
        (State.SERVING, State.WAITING),
        "clerk of a counter that serves its lane",
        "waiting, bound, where the counter holds another",
    ),
    Move(Action.TRANSFER, AT_COUNTER, (State.WAITING,), "clerk"),
    Move(Action.FINISH, AT_COUNTER, (State.FINISHED,), "clerk"),
    Move(
        Action.UNDO,
        (State.PASSED, State.FINISHED, State.CLOSED),
        (State.CALLED, State.SERVING, State.WAITING),
        "clerk of that counter",
        "within 60 s; closed: only by a third pass",
    ),
    Move(
        Action.TAKE_OVER,
        AT_COUNTER,
        SAME,
        "clerk of a counter that holds nothing",
        "when the ticket's own clerk has vanished",
    ),
    Move(
        Action.STRIKE_PRIORITY,
        (State.WAITING, State.CALLED, State.SERVING, State.PARKED, State.PASSED),
        SAME,
        "clerk, guide",
        "with a reason",
    ),
    Move(
        Action.LEAVE,
        (State.EXPECTED, State.WAITING, State.PARKED, State.PASSED),
        (State.LEFT,),
        "owner",
    ),
    Move(Action.CLOSE, LIVE, (State.CLOSED,), "the night"),
)

_BY_ACTION = {move.action: move for move in MOVES}


def require(action: Action, state: str) -> Move:
    """The move this action makes from this state. Raises ActionNotAllowed with the state."""
    move = _BY_ACTION[action]
    if state not in move.sources:
        raise refusal(action, state)
    return move


def refusal(action: Action, state: str) -> ActionNotAllowed:
    """That this action is not for this state, in words."""
    sentence = f"该号{STATE_WORDS[State(state)]}，不能{ACTION_WORDS[action]}。"
    return ActionNotAllowed(sentence, state=str(state), action=str(action))


def as_markdown() -> str:
    """The table as docs/states.md shows it."""
    states = [f"| `{state}` | {word} |" for state, word in STATE_WORDS.items()]
    moves = [
        f"| `{move.action}` | {ACTION_WORDS[move.action]} | {_list(move.sources)} "
        f"| {_list(move.to) or 'the same'} | {move.who} | {move.limit} |"
        for move in MOVES
    ]
    return "\n".join(
        (
            "# The states of a ticket",
            "",
            "Made from the table in `app/tickets/states.py` by `make frozen`. Any other action is",
            "answered with 409 `action_not_allowed` and the state, and changes nothing.",
            "",
            "| state | 中文 |",
            "|---|---|",
            *states,
            "",
            "| action | 中文 | from | to | who | limit |",
            "|---|---|---|---|---|---|",
            *moves,
            "",
        )
    )


def _list(states: tuple[State, ...]) -> str:
    return ", ".join(f"`{state}`" for state in states)
