"""Workers killed on the way from a notice to a phone (rule 9): what was attempted is not repeated,
what was not is not forgotten. WeChat counts what arrived."""

from __future__ import annotations

from typing import Any

import pytest
from rq import Queue

from app.notices.jobs import SENDERS
from app.worker import one_round
from tests.faults.conftest import leave
from tests.house import House, open_house
from tests.notices.outbox import LEASE, QUEUE, account, allow, attempts, state, tell, work
from tests.processes import killed
from tests.stores import each_store_in_time
from tests.wechat_server import SEND


@pytest.fixture
def house(every_settings):
    made = open_house(every_settings)
    yield made
    leave(made)


def send(house: House, go: Any) -> None:
    go()
    work(house)


def kill(house: House, point: str, nth: int = 1) -> None:
    """A worker that is killed right there."""
    settings = house.app.extensions["parts"].settings
    killed(settings, point, send, at=house.clock.now(), nth=nth)


@each_store_in_time
@pytest.mark.parametrize(
    ("point", "arrived", "tried", "ends"),
    [
        ("before app.core.db:_commit", 1, ["sent"], "sent"),
        ("before app.notices.sending:tell", 0, ["unknown"], "unknown"),
        ("after app.notices.sending:tell", 1, ["unknown"], "unknown"),
    ],
    ids=["before the attempt", "before WeChat is asked", "before its answer is recorded"],
)
def test_a_worker_is_killed(house, wechat, point, arrived, tried, ends):
    li = account(house)
    allow(house, wechat, "li", QUEUE, times=3)
    cause = tell(house, li)
    kill(house, point)
    work(house)  # another, at once
    house.clock.advance(seconds=LEASE.total_seconds())
    for _ in range(2):
        work(house)
    assert len(wechat.sent()) == arrived
    assert len(wechat.calls(SEND)) == arrived
    assert [outcome for _, outcome, _ in attempts(house, cause)] == tried
    assert state(house, cause) == ends


@each_store_in_time
def test_a_worker_is_killed_over_one_of_many(house, wechat):
    """In the middle of a run: whatever it had not begun arrives, and nothing twice."""
    li = account(house)
    allow(house, wechat, "li", QUEUE, times=8)
    causes = [tell(house, li, cause=f"call:{n}") for n in range(8)]
    kill(house, "before app.notices.sending:tell", nth=3)
    for _ in range(2):
        work(house)
        house.clock.advance(seconds=LEASE.total_seconds())
    ends = [state(house, cause) for cause in causes]
    assert {*ends} == {"sent", "unknown"}
    assert ends.count("unknown") <= SENDERS, "what it had in hand"
    assert ends.count("sent") <= len(wechat.sent()) == len(wechat.calls(SEND)) < 8
    # "later" asked for nothing: who was killed may have been fetching the token for all
    made = [[how for _, how, _ in attempts(house, cause) if how != "later"] for cause in causes]
    assert {len(each) for each in made} == {1}


@each_store_in_time
def test_a_nudge_that_was_lost_is_made_up_for_by_the_schedule(house, wechat):
    redis = house.app.extensions["parts"].rq
    tell(house, account(house))
    redis.flushall()
    with house.app.app_context():
        for _ in range(2):
            one_round(Queue("default", connection=redis))
    assert [job.func_name for job in Queue("notices", connection=redis).jobs] == [
        "app.notices.jobs.send_due"
    ]
