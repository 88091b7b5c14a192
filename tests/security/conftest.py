"""A world of two halls on SQLite, put back as it was in a moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from config.settings import load_settings
from tests.security.kept import Kept
from tests.security.tally import TALLY
from tests.security.world import opened
from tests.servers import Servers
from tests.wechat_server import Wechat


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was tried, and how often."""
    if not TALLY:
        return
    terminalreporter.section("tried")
    for heading, lines in TALLY.items():
        for line, count in lines.items():
            terminalreporter.line(f"{heading:<14} {line:<52} {count:>8,}")
    failed = len(terminalreporter.stats.get("failed", []))
    terminalreporter.line(f"{'defects':<14} {'tests that found one':<52} {failed:>8,}")


@pytest.fixture(scope="module")
def kept(
    servers: Servers, shared_wechat: Wechat, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    """The world, and the means to look whether it is as it was."""
    redis = servers.redis("valkey")
    with Redis.from_url(redis.url) as client:
        client.flushall()
    instance: Path = tmp_path_factory.mktemp("instance")
    with servers.database("sqlite") as url:
        settings = load_settings(
            {
                "SHUNHAO_MODE": "test",
                "DATABASE_URL": url,
                "REDIS_URL": redis.url,
                "WECHAT_API_URL": shared_wechat.url,
                "INSTANCE_PATH": str(instance),
                "DEVICE_LIMIT": "10000000",
                "ADDRESS_LIMIT": "10000000",
            }
        )
        kept = Kept(opened(settings), url.removeprefix("sqlite:///"), redis.url)
        yield kept
        kept.close()
