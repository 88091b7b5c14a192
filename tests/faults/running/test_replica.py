"""A replica that has everything takes the primary's place; or is itself away for a while."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.running.books import balance
from tests.faults.running.load import Load
from tests.faults.running.replicas import Pair, replicated
from tests.faults.running.table import add

pytestmark = pytest.mark.faults

AWAY_S = 10


@pytest.fixture
def pair(template) -> Iterator[Pair]:
    with replicated(template) as made:
        yield made


def test_the_primary_is_killed_and_its_replica_promoted(installed, pair, request):
    hall = installed(postgres=pair.primary)
    with Load(hall) as load:
        load.run(6)
        load.broken()
        hall.kill("postgres")
        pair.promote()
        load.until_back()
        load.run(8)
    differences = balance(hall, load)
    add(request, load, "PostgreSQL's primary killed, its replica promoted", differences)
    assert differences == []
    assert hall.tracebacks() == []


def test_the_replica_is_away_and_comes_back(installed, pair, request):
    """Nothing is said to be done meanwhile that only one server has."""
    hall = installed(postgres=pair.primary)
    with Load(hall) as load:
        load.run(6)
        load.broken()
        pair.replica.kill()
        load.run(AWAY_S)
        accepted = [
            each
            for asked in load.requests
            for each in asked.tries
            if each.accepted and each.at > load.broken_at + 1 and asked.answer is not None
        ]
        pair.replica.start()
        load.mended()
        load.until_back()
        load.run(8)
    differences = balance(hall, load)
    add(request, load, f"the synchronous replica away for {AWAY_S} s", differences)
    assert accepted == []
    assert differences == []
    assert hall.tracebacks() == []
