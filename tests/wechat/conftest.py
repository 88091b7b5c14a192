from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from embedded.redis_server import RunningRedis
from tests.wechat_server import Wechat
from wechat.app import WechatApp
from wechat.gateway import Gateway
from wechat.live import LiveGateway
from wechat.sandbox import SANDBOX_APP_ID, SANDBOX_SECRET


@pytest.fixture
def redis(redis_server: RunningRedis) -> Iterator[Redis]:
    with Redis.from_url(redis_server.url) as client:
        yield client


@pytest.fixture
def app(wechat: Wechat) -> WechatApp:
    return WechatApp(SANDBOX_APP_ID, SANDBOX_SECRET, wechat.url, state="trial")


@pytest.fixture
def gateway(app: WechatApp, redis: Redis) -> Gateway:
    return LiveGateway(app, redis)
