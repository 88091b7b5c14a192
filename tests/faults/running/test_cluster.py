"""A cluster of three masters with two halls on different shards; RQ keeps a plain Redis."""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.core.acts import SYSTEM, Act, Role
from app.staff.service import put_device, put_staff
from config.redis import connect
from embedded.redis_server import RunningRedis, private_redis
from queueing.errors import SequenceAway
from queueing.keys import Keys
from queueing.redis_sequence import RedisSequence
from queueing.sequence import Entry
from tests.faults.running.enduring import endured
from tests.faults.running.installation import Installation
from tests.faults.running.load import Load, Wire
from tests.faults.running.redis_servers import Cluster, cluster, until
from tests.house import HALL, HALL_FILE
from tests.house import _hash as password

pytestmark = pytest.mark.faults

OTHER_HALL = "v"
KIOSK = "the token of the other hall's kiosk"
ON_THE_WAY_S = 3
AWAY_S = 3
JUST_ANSWERED_S = 0.2
OTHER_HALL_WITHIN_S = 10
"""On a busy machine; a hall that waits for its own shard is refused after two."""
LANES = (("A",),)


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[RunningRedis]:
    with private_redis(tmp_path / "jobs", persist=True) as running:
        yield running


def on_cluster(nodes: Cluster, jobs: RunningRedis) -> dict[str, Any]:
    return {"redis": nodes.part(), "environ": {"RQ_REDIS_URL": jobs.url}}


def test_a_hall_moves_to_another_shard_while_it_runs(tmp_path, jobs, installed, request):
    """Half of its keys are here and half there for some seconds: then nobody is called in this
    hall, and all goes on in the other."""
    with cluster(tmp_path / "redis") as nodes:
        source, target = nodes.node_of(HALL), nodes.node_of(OTHER_HALL)
        assert source is not target
        hall = installed(**on_cluster(nodes, jobs))

        def fault(hall: Installation, load: Load) -> None:
            move = nodes.begin_move(HALL, target)
            keys = move.keys()
            move.move(*keys[: len(keys) // 2])
            load.run(ON_THE_WAY_S)
            move.finish()

        with other_hall(hall):
            endured(
                request, hall, f"Cluster: a hall's slot moved, {ON_THE_WAY_S} s half way", fault
            )


def test_a_shard_dies_and_comes_back(tmp_path, jobs, installed, request):
    """Its halls wait for it, the others do not notice."""
    with cluster(tmp_path / "redis") as nodes:
        hall = installed(**on_cluster(nodes, jobs))

        def fault(hall: Installation, load: Load) -> None:
            nodes.node_of(HALL).kill()
            load.run(AWAY_S)
            nodes.node_of(HALL).start()
            until(nodes.is_whole, "the cluster does not come together again")

        with other_hall(hall):
            endured(
                request, hall, "Cluster: one of three masters killed, back with its file", fault
            )


def test_a_replica_takes_the_place_of_a_shard(tmp_path, jobs, installed, request):
    with cluster(tmp_path / "redis", replicas=True) as nodes:
        hall = installed(**on_cluster(nodes, jobs))
        old = nodes.node_of(HALL)
        replica = nodes.replicas[nodes.masters.index(old)]

        def fault(hall: Installation, load: Load) -> None:
            old.kill()
            load.run(JUST_ANSWERED_S)
            load.mended()
            until(lambda: replica.client.role()[0] == b"master", "no replica became a master")

        with other_hall(hall):
            endured(request, hall, "Cluster: a master killed, its replica promoted", fault)


@contextmanager
def other_hall(hall: Installation) -> Iterator[None]:
    """Numbers are given and called in another hall meanwhile, as if nothing were."""
    open_other_hall(hall)
    token = hall.house.sign_in("other")
    stopped, faults = threading.Event(), []
    done = 0

    def works() -> None:
        nonlocal done
        wire = Wire(hall.address)

        def post(path: str, token: str, body: Any) -> Any:
            began = time.monotonic()
            status, _, told = wire.ask("POST", path, token, body, f"other-{time.monotonic_ns()}")
            took = time.monotonic() - began
            if status not in (200, 201) or took > OTHER_HALL_WITHIN_S:
                faults.append(f"{path}: {status} after {took:.1f} s: {told}")
            return told

        post("/counters/1/open", token, {})
        while not stopped.wait(0.2) and not faults:
            taken = post("/kiosk/tickets", KIOSK, {"item": "id-card"})
            called = post("/counters/1/call-next", token, {})
            if not faults and called["ticket"]["number"] != taken["number"]:
                faults.append(f"{called['ticket']['number']} called for {taken['number']}")
            done += 1

    worker = threading.Thread(target=works)
    worker.start()
    try:
        yield
    finally:
        stopped.set()
        worker.join()
    assert faults == []
    assert done > 20


def open_other_hall(hall: Installation) -> None:
    house = hall.house
    file = copy.deepcopy(HALL_FILE)
    file["hall"].update(code=OTHER_HALL, timezone=house.plan.timezone)
    act = Act(house.clock.now(), SYSTEM)

    def opened() -> None:
        load_hall(parse_hall(json.dumps(file, ensure_ascii=False).encode()))
        put_device(KIOSK, "kiosk", OTHER_HALL, "取号机", act)
        put_staff("other", password, Role.CLERK, OTHER_HALL, "1", act)

    house.within(opened)


# What a move does to one transition


def test_a_transition_on_a_slot_that_moves_is_done_wholly_or_not_at_all(tmp_path):
    """Tickets stand in sets of which a script learns only from what it reads; such a set may have
    moved while the script's own keys have not."""
    with cluster(tmp_path / "redis") as nodes, connect(nodes.url, socket_timeout=1) as redis:
        line, keys = RedisSequence(redis, HALL, "20261123"), Keys(HALL, "20261123")
        line.begin_build("token", 0, 5_000)
        line.finish_build("token", "generation")
        for n in range(4):
            line.enter(Entry(f"t{n}", 1, "A", n, n, None))
        line.enter(Entry("bound", 1, "A", 9, 9, "1"))
        claim = line.claim_next("2", LANES, "token", 0, 0)
        before = line.snapshot()

        move = nodes.begin_move(HALL, nodes.node_of(OTHER_HALL))
        move.move(keys.lane("A").encode())
        for transition in (
            lambda: line.enter(Entry("t1", 2, "A", 20, 20, None)),
            lambda: line.enter(Entry("bound", 2, "A", 9, 9, None)),
            lambda: line.remove("t2", 2),
            lambda: line.confirm("t0", "token", 2),
            lambda: line.release("t0", "token"),
            lambda: line.repair("t3", None, Entry("t3", 1, "B", 3, 3, None), 1),
            lambda: line.claim("3", "t1", 1, "another", 0),
            lambda: line.claim_next("3", LANES, "another", 0, 0),
        ):
            with pytest.raises(SequenceAway):
                transition()
        move.finish()

        assert line.snapshot() == before
        assert line.release("t0", claim and "token")
        order = [line.claim_next("2", LANES, f"again {n}", 0, 0) for n in range(4)]
        assert [claim.entry.ticket for claim in order] == ["t0", "t1", "t2", "t3"]
        assert line.enter(Entry("t1", 2, "A", 20, 20, None))
