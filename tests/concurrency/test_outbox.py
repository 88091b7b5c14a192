"""Workers at one outbox: a notice is one worker's, however many look at the same moment."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import Select

from app.notices import grants, sending
from tests.bookings import together
from tests.house import House
from tests.notices.outbox import QUEUE, account, allow, attempts, state, tell, work
from tests.processes import together as in_processes
from tests.stores import each_store_in_time, on_postgresql
from tests.wechat_server import SEND

NOTICES = 24
WAIT_S = 20


@pytest.fixture
def li(busy_house, wechat):
    citizen = account(busy_house)
    allow(busy_house, wechat, "li", QUEUE, times=NOTICES)
    return citizen


def run(house: House, go: Any) -> int:
    go()
    return work(house)


@each_store_in_time
def test_two_workers_send_everything_once(busy_house, busy_settings, wechat, li):
    causes = [tell(busy_house, li, cause=f"call:{n}") for n in range(NOTICES)]
    sent = in_processes(busy_settings, (run,), (run,))
    assert sum(sent) == len(wechat.sent()) == NOTICES
    assert {state(busy_house, cause) for cause in causes} == {"sent"}
    assert {len(attempts(busy_house, cause)) for cause in causes} == {1}


@on_postgresql
def test_without_the_lock_both_send_it(busy_house, wechat, li, monkeypatch):
    """Neither writes before both have looked."""
    monkeypatch.setattr(Select, "with_for_update", lambda self, **_: self)
    looked, look = threading.Barrier(2, timeout=WAIT_S), sending._next_step

    def look_together(*args: Any) -> Any:
        found = look(*args)
        if isinstance(found, sending.Try):
            looked.wait()
        return found

    monkeypatch.setattr(sending, "_next_step", look_together)
    cause = tell(busy_house, li)

    def one() -> None:
        with busy_house.app.app_context():
            sending.tell(sending.begin_next(busy_house.clock.now()).message)

    together([one, one])
    assert len(attempts(busy_house, cause)) == 2
    assert len(wechat.sent()) == 2


@on_postgresql
def test_of_the_last_grant_one_message_is_made(busy_house, wechat, li):
    """Two notices to one person at once: the second goes without."""
    for n in range(NOTICES + 4):
        tell(busy_house, li, cause=f"call:{n}")
    work(busy_house)
    assert len(wechat.sent()) == NOTICES
    ends = [state(busy_house, f"call:{n}") for n in range(NOTICES + 4)]
    assert (ends.count("sent"), ends.count("in_app")) == (NOTICES, 4)
    assert {one["errcode"] for one in wechat.calls(SEND)} == {0}, "nobody asked in vain"


@on_postgresql
def test_without_its_lock_the_last_grant_is_used_twice(busy_house, wechat, monkeypatch):
    """Neither uses it before both have looked."""
    lock = Select.with_for_update
    monkeypatch.setattr(
        Select,
        "with_for_update",
        lambda self, **how: self if grants.TABLE in self.get_final_froms() else lock(self, **how),
    )
    looked, use = threading.Barrier(2, timeout=WAIT_S), grants.use

    def use_together(citizen: str, template: str) -> None:
        looked.wait()
        use(citizen, template)

    monkeypatch.setattr(grants, "use", use_together)
    li = account(busy_house)
    allow(busy_house, wechat, "li", QUEUE)
    for n in range(2):
        tell(busy_house, li, cause=f"call:{n}")

    def one() -> None:
        with busy_house.app.app_context():
            sending.send_next()

    together([one, one])
    assert sorted(one["errcode"] for one in wechat.calls(SEND)) == [0, 43101]
