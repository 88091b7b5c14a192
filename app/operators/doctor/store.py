"""The stores: whether they keep what they are given, and agree on the time."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis import RedisCluster
from sqlalchemy import text

from app.core.clock import machine_time
from app.core.db import db, server_time
from app.core.parts import parts
from app.core.resealing import lost_indexes, unknown_keys
from app.operators import stores
from app.operators.doctor.finding import Finding, fail, ok, warn
from config.redis import NEEDED_POLICY
from config.redis_url import is_cluster

OLDEST_POSTGRESQL = 130_000
OLDEST_REDIS = (6, 2)
FULL = 0.8
"""Of memory or connections: from here on there should be more."""
SKEW_SEEN = timedelta(seconds=1)
SKEW_HARMS = timedelta(seconds=10)
"""A one-time code of the second factor holds for thirty seconds."""
GIGABYTE = 1024**3


def tables() -> Iterator[Finding]:
    match stores.migrations():
        case "ok":
            yield ok("数据表是这个版本的")
        case "ahead":
            yield warn("数据表比这个版本新：另一个更新的版本已升级过", "把各进程都换成新版本。")
        case "behind":
            yield fail("数据表比这个版本旧", "先备份，再运行 flask --app wsgi db upgrade。")
        case _:
            yield fail("数据库里没有数据表", "运行 flask --app wsgi db upgrade。")


def database() -> Iterator[Finding]:
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        yield from judge_sqlite(str(mode))
        return
    rows = connection.execute(
        text(
            "SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num',"
            " 'server_version', 'synchronous_commit', 'fsync', 'max_connections')"
        )
    )
    facts: dict[str, str] = {row.name: row.setting for row in rows}
    in_use = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
    facts["connections"] = str(connection.execute(text(in_use)).scalar_one())
    copies = connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one()
    yield from judge_postgresql(facts, only_copies=copies, is_production=_is_production())


def judge_sqlite(journal: str) -> Iterator[Finding]:
    if journal == "wal":
        yield ok("SQLite，WAL；只供演示")
    else:
        to_do = "数据库文件所在的磁盘须支持 WAL：放到本机磁盘。"
        yield fail(f"SQLite 的 journal_mode 是 {journal}", to_do)


def judge_postgresql(
    facts: Mapping[str, str], *, only_copies: bool, is_production: bool
) -> Iterator[Finding]:
    """`facts` by the names of pg_settings, and `connections` in use."""
    version = facts["server_version"]
    if int(facts["server_version_num"]) < OLDEST_POSTGRESQL:
        yield fail(f"PostgreSQL {version} 太旧", "升级到 13 或更新的版本。")
    elif only_copies:
        yield fail("连到的是只读副本", "DATABASE_URL 里写 ?target_session_attrs=read-write。")
    else:
        yield ok(f"PostgreSQL {version}，可读写")
    harms = {"fsync": "断电会损坏数据库", "synchronous_commit": "断电会丢失已应答的操作"}
    for name, harm in harms.items():
        if facts[name] == "off" and is_production:
            yield fail(f"{name} 是 off：{harm}", f"在 postgresql.conf 里设 {name} = on。")
    used, most = int(facts["connections"]), int(facts["max_connections"])
    if used >= most * FULL:
        yield warn(f"连接已用 {used}/{most}", "加大 max_connections，或减少 web 进程。")


def redis() -> Iterator[Finding]:
    url = parts().settings.redis_url
    infos = _infos(parts().redis) if is_cluster(url) else [parts().redis.info()]
    for info in infos:
        yield from judge_redis(info, is_production=_is_production())


def rq() -> Iterator[Finding]:
    if parts().settings.rq_redis_url == parts().settings.redis_url:
        yield ok("与上面是同一个")
        return
    yield from judge_redis(parts().rq.info(), is_production=_is_production())


def _infos(cluster: Any) -> list[Mapping[str, Any]]:
    answers = cluster.info(target_nodes=RedisCluster.PRIMARIES)
    return [answers] if "maxmemory_policy" in answers else list(answers.values())


def judge_redis(info: Mapping[str, Any], *, is_production: bool) -> Iterator[Finding]:
    """`info` is INFO of one server."""
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = str(info.get("valkey_version", info["redis_version"]))
    if tuple(map(int, str(info["redis_version"]).split(".")[:2])) < OLDEST_REDIS:
        yield fail(f"{name} {version} 太旧", "升级到 6.2 或更新的版本。")
    else:
        yield ok(f"{name} {version}，{info['role']}")
    if info["role"] != "master":
        yield fail("连到的是副本，不能写", "地址改成主节点，或用 redis+sentinel://。")
    if info["maxmemory_policy"] != NEEDED_POLICY:
        yield fail(
            f"maxmemory-policy 是 {info['maxmemory_policy']}：内存满时会丢掉排队的人",
            f"设成 {NEEDED_POLICY}。",
        )
    used, most = int(info["used_memory"]), int(info.get("maxmemory", 0))
    if most and used >= most * FULL:
        yield warn(f"内存已用 {used * 100 // most}%", "加大 maxmemory；满了就不再叫号。")
    yield from _judge_keeping(info, is_production)


def _judge_keeping(info: Mapping[str, Any], is_production: bool) -> Iterator[Finding]:
    """Redis can be rebuilt from the rows, so what it loses costs a moment, not a ticket."""
    if not info["aof_enabled"]:
        yield _in_production(
            is_production,
            "没有开 AOF：重启后要按数据库重建，限流计数和待办任务会丢",
            "设 appendonly yes。",
        )
    elif info.get("aof_last_write_status") != "ok":
        yield fail("AOF 写不下去", "看磁盘是否已满，看 Redis 的日志。")
    if info.get("rdb_last_bgsave_status", "ok") != "ok":
        yield warn("上一次 RDB 快照失败", "看磁盘和内存是否够用，看 Redis 的日志。")
    if info["role"] == "master" and not info["connected_slaves"]:
        yield _in_production(
            is_production, "没有副本：这台机器坏了就要停叫号", "加一个副本，用 Sentinel 管理。"
        )


def _in_production(is_production: bool, what: str, to_do: str) -> Finding:
    return warn(what, to_do) if is_production else ok(f"{what}（演示或测试无妨）")


def keys() -> Iterator[Finding]:
    """The last value of each sealed column is tried, and the indexes by one of each."""
    unknown = [f"{column.table}.{column.column}" for column in unknown_keys()]
    if unknown:
        yield fail(
            f"有内容不是用现有密钥加密的：{'、'.join(unknown)}",
            "把当时的 DATA_KEY 放进 DATA_KEYS_BEFORE；flask --app wsgi seal status 有全表。",
        )
        return
    lost = [f"{column.table}.{column.index}" for column in lost_indexes()]
    if lost:
        yield fail(
            f"按 INDEX_KEY 找不到人：{'、'.join(lost)}", "把 INDEX_KEY 设回最初的 DATA_KEY。"
        )
    else:
        yield ok("加密的内容打得开，按索引找得到人")
    yield from judge_secrets(parts().settings.instance_path / "secrets.json")


def judge_secrets(file: Path) -> Iterator[Finding]:
    """The demo's secrets, where it has kept some."""
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield fail(f"{file.name} 别人也能读", f"运行 chmod 600 {file}。")


def clocks() -> Iterator[Finding]:
    """The machine's, by how far the stores' differ from it."""
    asked: dict[str, Callable[[], datetime | None]] = {
        "数据库": lambda: server_time(db.engine),
        "Redis": _redis_time,
    }
    for name, ask in asked.items():
        before = machine_time()
        told = ask()
        after = machine_time()
        if told is not None:
            yield judge_skew(name, told - (before + (after - before) / 2))


def _redis_time() -> datetime:
    redis = parts().redis
    is_one_of_many = is_cluster(parts().settings.redis_url)
    answer = redis.time(target_nodes=RedisCluster.RANDOM) if is_one_of_many else redis.time()
    seconds, microseconds = answer
    return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)


def judge_skew(name: str, skew: timedelta) -> Finding:
    """`skew`: how far that server's clock is ahead of this machine's."""
    ahead = skew.total_seconds()
    what = f"本机与{name}相差 {ahead:+.2f} 秒"
    to_do = "两台机器都启用 NTP（timedatectl set-ntp true），并确认能连到时间服务器。"
    if abs(skew) >= SKEW_HARMS:
        return fail(f"{what}：动态口令会验证不过", to_do)
    return warn(what, to_do) if abs(skew) >= SKEW_SEEN else ok(what)


def disk() -> Iterator[Finding]:
    path = parts().settings.instance_path
    if not path.is_dir():
        yield fail(f"没有目录 {path}", "建好它，并让服务的帐号可写，或改 INSTANCE_PATH。")
        return
    yield judge_disk(shutil.disk_usage(path).free)


def judge_disk(free: int) -> Finding:
    """`free`: bytes left where the instance directory lies."""
    what = f"实例目录所在磁盘还剩 {free / GIGABYTE:.1f} GB"
    to_do = "清出空间，或把 INSTANCE_PATH 移到大一些的磁盘。"
    if free < GIGABYTE // 5:
        return fail(what, to_do)
    return warn(what, to_do) if free < 2 * GIGABYTE else ok(what)


def _is_production() -> bool:
    return parts().settings.mode == "production"
