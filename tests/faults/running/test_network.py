"""The wire between the programs and their stores is slow, loses packets, is cut without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from sqlalchemy import make_url

from tests.conftest import missing
from tests.faults.running.far_stores import FarStores, far_stores
from tests.faults.running.installation import Installation
from tests.faults.running.load import Load
from tests.faults.running.test_processes import check
from tests.proxy import Proxy
from tests.servers import Missing

pytestmark = pytest.mark.faults

CUT_S = 12
SLOW_S = 20
SLOW = "delay 20ms 5ms loss 1%"
"""For each direction: 40 ms there and back, as between two cities."""
FAR_S = 0.02


@pytest.fixture
def far(template) -> Iterator[FarStores]:
    try:
        with far_stores(template) as made:
            yield made
    except Missing as part:
        missing(part)


def test_the_stores_are_cut_off(installed, far, request):
    def cut(load: Load) -> None:
        far.wire.cut()
        load.run(CUT_S)
        far.wire.mend()

    endured(request, behind(installed, far), f"the wire to both stores cut for {CUT_S} s", cut)


def test_the_stores_are_behind_a_slow_wire(installed, far, request):
    hall = behind(installed, far)
    try:
        far.wire.slow(SLOW)
    except Missing as part:
        missing(part)

    def slow(load: Load) -> None:
        load.run(SLOW_S)
        far.wire.fast()

    endured(request, hall, f"the wire to both stores slow for {SLOW_S} s: {SLOW}", slow)


def test_the_stores_are_far_away(installed, request):
    """The same without a wire of one's own: each piece of what is said waits in a proxy."""
    proxies: list[Proxy] = []

    def through(url: str) -> str:
        port = make_url(url).port
        proxies.append(Proxy(port))
        return url.replace(f":{port}/", f":{proxies[-1].port}/")

    to_database, to_redis = cache(through), cache(through)
    hall = installed(to_database=to_database, to_redis=to_redis)

    def slow(load: Load) -> None:
        for proxy in proxies:
            proxy.delay_s = FAR_S
        load.run(SLOW_S)
        for proxy in proxies:
            proxy.delay_s = 0

    name = f"both stores {FAR_S * 1000:.0f} ms away each way, by proxy, for {SLOW_S} s"
    endured(request, hall, name, slow)
    for proxy in proxies:
        proxy.close()


def behind(installed: Callable[..., Installation], far: FarStores) -> Installation:
    return installed(
        postgres=far.postgres,
        redis=far.redis,
        to_database=far.database_by_wire,
        to_redis=far.redis_by_wire,
    )


def endured(
    request: pytest.FixtureRequest, hall: Installation, name: str, fault: Callable[[Load], object]
) -> None:
    with Load(hall) as load:
        load.run(6)
        load.broken()
        fault(load)
        load.mended()
        load.until_back()
        load.run(8)
    check(request, hall, load, name)
