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
    REPRINT = "reprint"
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
    Action.REPRINT: "补打号票",
    Action.LEAVE: "放弃",
    Action.CLOSE: "日终作废",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. `to` has several states where the case decides among them.

    `who` is what the routes allow; tests/guards/test_api.py compares them."""

    action: Action
    sources: tuple[State, ...]
    to: tuple[State, ...]
    who: tuple[str, ...]
    limit: str = ""


SAME: tuple[State, ...] = ()
OWNER = "owner"
"""Who bears the ticket's token."""
SEATED = ("clerk", "supervisor")
"""At the counter they have signed in to."""
ON_THE_FLOOR = ("clerk", "guide", "supervisor")

MOVES = (
    Move(Action.CHECK_IN, (State.EXPECTED,), (State.WAITING,), ("kiosk", *ON_THE_FLOOR)),
    Move(Action.CALL, (State.WAITING,), (State.CALLED,), SEATED),
    Move(Action.RECALL, (State.CALLED,), SAME, SEATED, "by default 3 times at most, 20 s apart"),
    Move(Action.START, (State.CALLED,), (State.SERVING,), SEATED),
    Move(
        Action.PASS,
        (State.CALLED,),
        (State.PASSED, State.CLOSED),
        SEATED,
        "the third pass closes the ticket",
    ),
    Move(
        Action.REJOIN,
        (State.PASSED,),
        (State.WAITING,),
        (OWNER, "kiosk", *ON_THE_FLOOR),
        "after 30 min (by default) or for the second time: as a walk-in of that moment",
    ),
    Move(Action.PARK, AT_COUNTER, (State.PARKED,), SEATED),
    Move(
        Action.RESUME,
        (State.PARKED,),
        (State.SERVING, State.WAITING),
        SEATED,
        "at a counter that serves its lane; waiting, bound, where it holds another",
    ),
    Move(Action.TRANSFER, AT_COUNTER, (State.WAITING,), SEATED),
    Move(Action.FINISH, AT_COUNTER, (State.FINISHED,), SEATED),
    Move(
        Action.UNDO,
        (State.PASSED, State.FINISHED, State.CLOSED),
        (State.CALLED, State.SERVING, State.WAITING),
        SEATED,
        "at that counter, within 60 s (by default); closed: only by a third pass",
    ),
    Move(
        Action.TAKE_OVER,
        AT_COUNTER,
        SAME,
        SEATED,
        "at a counter that holds nothing, when the ticket's own clerk has vanished",
    ),
    Move(
        Action.STRIKE_PRIORITY,
        (State.WAITING, State.CALLED, State.SERVING, State.PARKED, State.PASSED),
        SAME,
        ON_THE_FLOOR,
        "with a reason",
    ),
    Move(
        Action.REPRINT,
        (State.WAITING, State.CALLED, State.SERVING, State.PARKED, State.PASSED),
        SAME,
        (OWNER, "kiosk", "guide", "supervisor"),
        "the same number; recorded",
    ),
    Move(
        Action.LEAVE,
        (State.EXPECTED, State.WAITING, State.PARKED, State.PASSED),
        (State.LEFT,),
        (OWNER,),
    ),
    Move(Action.CLOSE, LIVE, (State.CLOSED,), ("the night",)),
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
        f"| {_list(move.to) or 'the same'} | {', '.join(move.who)} | {move.limit} |"
        for move in MOVES
    ]
    return "\n".join(
        (
            "# The states of a ticket",
            "",
            "Made from the table in `app/tickets/states.py` by `make frozen`. Any other action is",
            "answered with 409 `action_not_allowed` and the state, and changes nothing.",
            "",
            "The owner bears the ticket's token. Who acts at a counter has signed in there.",
            "What holds *by default* a hall may choose: [hall-file.md](hall-file.md).",
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
