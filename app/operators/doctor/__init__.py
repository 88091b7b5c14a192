"""What is right and wrong with an installation, and what is to be done: `flask doctor`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from redis.exceptions import RedisClusterException, RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import db
from app.operators.doctor import outside, process, software, store
from app.operators.doctor.finding import Finding, fail

log = logging.getLogger(__name__)

EXAMINATIONS: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
    ("设置", software.settings),
    ("版本", software.versions),
    ("数据表", store.tables),
    ("数据库", store.database),
    ("Redis", store.redis),
    ("任务 Redis", store.rq),
    ("密钥", store.keys),
    ("时钟", store.clocks),
    ("磁盘", store.disk),
    ("进程", process.processes),
    ("待办", process.backlog),
    ("大厅", process.halls),
    ("打印机", process.printers),
    ("页面", process.pages),
    ("对外地址", outside.address),
    ("证书", outside.certificate),
    ("微信", outside.wechat),
    ("外部服务", outside.services),
)


def examine() -> Iterator[tuple[str, Finding]]:
    """(what it is about, what was found), each as soon as it is known. What cannot be looked at
    because a store is away is a finding, too."""
    for about, look in EXAMINATIONS:
        try:
            for finding in look():
                yield about, finding
        except (RedisError, RedisClusterException, SQLAlchemyError) as error:
            what = f"没有应答，无法检查（{type(error).__name__}）"
            yield about, fail(what, "先恢复上面没有应答的数据库或 Redis，再运行一次。")
        finally:
            db.session.rollback()
