"""A store that is away: one tries it, the others are refused at once."""

from __future__ import annotations

from contextlib import suppress

import pytest

from app.core import breaker as breakers
from app.core.breaker import Breaker


class Away(Exception):
    """The store does not answer."""


class Refused(Exception):
    """It was not asked."""


class Watch:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def watch(monkeypatch) -> Watch:
    made = Watch()
    monkeypatch.setattr(breakers, "time", made)
    return made


def ask(breaker: Breaker, error: Exception | None = None) -> None:
    with breaker.asking():
        if error:
            raise error


def away(watch: Watch, **options) -> Breaker:
    """One that has been found away, which took 0.3 s."""
    breaker = Breaker((Away,), Refused, **options)
    with suppress(Away), breaker.asking():
        watch.now += 0.3
        raise Away
    return breaker


def test_who_comes_after_one_that_waited_does_not_wait(watch):
    breaker = away(watch)
    with pytest.raises(Refused):
        ask(breaker)


def test_it_is_tried_again_after_as_long_as_the_last_try_took(watch):
    breaker = away(watch)
    watch.now += 0.35
    ask(breaker)
    assert not breaker.is_open


def test_only_one_tries_it_at_a_time(watch):
    breaker = away(watch)
    watch.now += 0.35
    with breaker.asking():
        watch.now += 0.1
        with pytest.raises(Refused):
            ask(breaker)
    ask(breaker)


def test_a_try_of_which_nothing_is_heard_is_forgotten(watch, monkeypatch):
    monkeypatch.setattr(breakers, "TRIED_FOR_S", 0.1)
    breaker = away(watch)
    watch.now += 0.35
    with breaker.asking():
        watch.now += 0.15
        ask(breaker)
    assert not breaker.is_open


def test_a_server_that_refuses_at_once_is_asked_at_once(watch):
    breaker = Breaker((Away,), Refused)
    for _ in range(3):
        with pytest.raises(Away):
            ask(breaker, Away())
        watch.now += 0.01
    ask(breaker)


def test_a_no_is_an_answer(watch):
    """Such as Redis' NOTREADY: taken for silence, it kept a hall waiting for half a minute."""
    breaker = away(watch)
    watch.now += 0.35
    with pytest.raises(ValueError, match="not ready"):
        ask(breaker, ValueError("not ready"))
    assert not breaker.is_open


def test_one_slow_answer_is_not_believed_where_two_are_asked_for(watch):
    breaker = away(watch, patience=2)
    assert not breaker.is_open
    ask(breaker)
    for _ in range(2):
        assert not breaker.is_open
        with pytest.raises(Away):
            ask(breaker, Away())
    assert breaker.is_open


def test_whoever_must_know_hears_of_its_return_once(watch):
    heard = []
    breaker = away(watch, on_return=lambda: heard.append(breaker.is_open))
    watch.now += 0.35
    ask(breaker)
    ask(breaker)
    assert heard == [True], "before anybody else was let through"
