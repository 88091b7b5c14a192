"""Every action in every state, over HTTP: what the table allows happens, else nothing."""

import pytest

from app.calling.queries import calls_of
from app.core import events
from app.core.acts import SYSTEM, Act
from app.tickets.queries import find
from app.tickets.service import change
from app.tickets.states import MOVES, Action, State
from tests.house import refused

BY_NIGHT = Action.CLOSE
"""No caller may: tests/journeys/test_the_day_turns.py."""
PERSON = [action for action in Action if action != BY_NIGHT]
MOVE = {move.action: move for move in MOVES}
REASON = {"reason": "试"}


def do(house, action, ticket):
    """The whole response to an action with this ticket."""
    clerk = house.clerk("2" if action == Action.TAKE_OVER else "1")
    match action:
        case Action.CHECK_IN:
            return house.check_in(ticket)
        case Action.CALL:
            return clerk.do("call", {"number": ticket["number"], **REASON})
        case Action.LEAVE:
            return house.own(ticket, "leave")
        case Action.STRIKE_PRIORITY:
            return clerk.handle(ticket, "strike-priority", REASON)
        case Action.REPRINT:
            return house.own(ticket, "reprint")
        case Action.TRANSFER:
            return clerk.handle(ticket, "transfer", {"lane": "B", **REASON})
        case _:
            return clerk.handle(ticket, str(action).replace("_", "-"))


PATHS = {
    State.EXPECTED: (),
    State.WAITING: (),
    State.CALLED: (Action.CALL,),
    State.SERVING: (Action.CALL, Action.START),
    State.PARKED: (Action.CALL, Action.PARK),
    State.PASSED: (Action.CALL, Action.PASS),
    State.FINISHED: (Action.CALL, Action.FINISH),
    State.LEFT: (Action.LEAVE,),
    State.CLOSED: (
        *(Action.CALL, Action.PASS, Action.REJOIN) * 2,
        *(Action.CALL, Action.PASS),
    ),
    State.CANCELLED: (),
}
"""How a ticket that waits comes into each state."""


def reach(house, state):
    """A ticket in this state, with a priority to strike."""
    ticket = house.take_from_afar()
    if state == State.EXPECTED:
        return ticket
    assert house.check_in(ticket, priority="elderly").status_code == 201
    for action in PATHS[state]:
        assert do(house, action, ticket).status_code == 200
    if state == State.CANCELLED:  # bookings will cancel: no route leads there yet
        act = Act(house.clock.now(), SYSTEM)
        house.within(lambda: change(find(None, id=ticket["id"]), act, "cancelled", state=state))
    assert house.row(ticket)["state"] == state
    house.sweep()  # the first of the day may not be in the sequence yet
    return ticket


def everything_about(house, ticket):
    """The ticket's row, its history, every call of the day, and its place in the sequence."""
    row = house.row(ticket)
    with house.app.app_context():
        return (
            row,
            events.history(ticket["id"], row["taken_at"]),
            [tuple(call) for call in calls_of(row["hall"], row["day"])],
            house.sequence.position(ticket["id"]),
        )


ALLOWED = [(action, state) for action in PERSON for state in MOVE[action].sources]


def let_time_pass(house, action):
    """Long enough for a recall; for a take-over, until the clerk counts as vanished."""
    house.clock.advance(seconds=121 if action == Action.TAKE_OVER else 20)


@pytest.mark.parametrize(("action", "state"), ALLOWED)
def test_what_the_table_allows_leads_where_it_says(shared_house, action, state):
    ticket = reach(shared_house, state)
    let_time_pass(shared_house, action)
    answer = do(shared_house, action, ticket)
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    told = answer.json.get("ticket", answer.json)["state"]
    assert told in (MOVE[action].to or (state,))
    assert shared_house.row(ticket)["state"] == told
    if action == Action.TAKE_OVER:
        assert shared_house.clerk("2").handle(ticket, "finish").status_code == 200


@pytest.mark.parametrize("state", State)
def test_all_else_is_refused_with_the_state_and_changes_nothing(shared_house, subtests, state):
    ticket = reach(shared_house, state)
    before = everything_about(shared_house, ticket)
    for action in [action for action in PERSON if state not in MOVE[action].sources]:
        with subtests.test(action=action):
            let_time_pass(shared_house, action)
            problem = refused(do(shared_house, action, ticket), 409, "action_not_allowed")
            assert problem["state"] == state
            assert everything_about(shared_house, ticket) == before


def test_every_state_and_action_has_its_row():
    assert set(MOVE) == set(Action)
    assert len(MOVES) == len(MOVE)
    led_to = {state for move in MOVES for state in move.to} | {State.EXPECTED, State.CANCELLED}
    assert led_to == set(State) == set(PATHS)
