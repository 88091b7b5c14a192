"""`flask doctor`: each thing that can be wrong is found, and told with what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from redis.exceptions import ConnectionError

from app.commands.doctor import doctor
from app.core.db import db
from app.core.queues import QUEUES
from app.core.sealing import Seal
from app.operators import stores
from app.operators.doctor import examine, outside, process, software, store
from app.operators.doctor.finding import Level
from app.printing.queries import Known
from app.printing.rules import Mode, Printer, Standing
from config.sms import SmsVendor
from config.templates import MessageTemplate
from embedded import doctor as beside_the_demo
from tests.deploy.test_layout import certificate as made_for_two_days
from tests.wechat_server import STABLE_TOKEN
from wechat.app import WechatApp

REDIS = {
    "redis_version": "7.0.15",
    "role": "master",
    "maxmemory_policy": "noeviction",
    "used_memory": 1,
    "maxmemory": 0,
    "aof_enabled": 1,
    "aof_last_write_status": "ok",
    "rdb_last_bgsave_status": "ok",
    "connected_slaves": 1,
}
POSTGRESQL = {
    "server_version": "16.2",
    "server_version_num": "160002",
    "fsync": "on",
    "synchronous_commit": "on",
    "connections": "10",
    "max_connections": "100",
}
REAL = WechatApp("wx0123456789abcdef", "s", "https://api.weixin.qq.com", "token", "k" * 43)
TEMPLATE = MessageTemplate("a" * 43, "", False, {})
TEMPLATES = dict.fromkeys(("booking", "reminder", "queue"), TEMPLATE)


def worst(findings) -> str:
    found = list(findings)
    for finding in found:
        assert (finding.level == Level.OK) or finding.to_do, "what is wrong says what to do"
    order = [Level.OK, Level.WARN, Level.FAIL]
    return max((finding.level for finding in found), key=order.index)


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({}, "ok"),
        ({"redis_version": "6.0.9"}, "fail"),
        ({"role": "slave"}, "fail"),
        ({"maxmemory_policy": "allkeys-lru"}, "fail"),
        ({"maxmemory": 100, "used_memory": 90}, "warn"),
        ({"aof_enabled": 0}, "warn"),
        ({"aof_last_write_status": "err"}, "fail"),
        ({"rdb_last_bgsave_status": "err"}, "warn"),
        ({"connected_slaves": 0}, "warn"),
    ],
)
def test_redis(facts, level):
    assert worst(store.judge_redis({**REDIS, **facts}, is_production=True)) == level


@pytest.mark.parametrize(
    ("facts", "only_copies", "level"),
    [
        ({}, False, "ok"),
        ({}, True, "fail"),
        ({"server_version_num": "120009"}, False, "fail"),
        ({"fsync": "off"}, False, "fail"),
        ({"synchronous_commit": "off"}, False, "fail"),
        ({"connections": "85"}, False, "warn"),
    ],
)
def test_postgresql(facts, only_copies, level):
    judged = store.judge_postgresql(
        {**POSTGRESQL, **facts}, only_copies=only_copies, is_production=True
    )
    assert worst(judged) == level


def test_what_is_judged_by_one_number():
    assert worst(store.judge_sqlite("delete")) == "fail"
    assert [store.judge_skew("x", timedelta(seconds=s)).level for s in (0.2, -3, 60)] == [
        "ok",
        "warn",
        "fail",
    ]
    assert [store.judge_disk(g * 1024**3 // 10).level for g in (50, 5, 1)] == ["ok", "warn", "fail"]
    assert worst(process.judge_processes(Counter(web=2, worker=1, schedule=1))) == "ok"
    assert worst(process.judge_processes(Counter(web=2, worker=1, schedule=2))) == "warn"
    for kind in ("web", "worker", "schedule"):
        there = Counter({"web": 1, "worker": 1, "schedule": 1, kind: 0})
        assert worst(process.judge_processes(there)) == "fail"
    assert worst(process.judge_backlog(0, timedelta())) == "ok"
    assert worst(process.judge_backlog(9999, timedelta())) == "warn"
    assert worst(process.judge_backlog(0, timedelta(hours=1))) == "warn"
    pinned = "flask==3.1.0 \\\n    --hash=sha256:0\nwin-only==1 ; sys_platform == 'win32' \\\n"
    assert worst(software.judge_packages(pinned, {"flask": "3.1.0"})) == "ok"
    assert worst(software.judge_packages(pinned, {"flask": "3.0.0"})) == "warn"
    assert worst(software.judge_packages(pinned, {})) == "warn"


def test_files(tmp_path):
    assert worst(process.judge_pages(tmp_path, tmp_path)) == "warn"
    (tmp_path / "index.html").touch()
    (tmp_path / "speech" / "made").mkdir(parents=True)
    (tmp_path / "speech" / "made" / "一.wav").touch()
    assert worst(process.judge_pages(tmp_path, tmp_path)) == "ok"
    secrets = tmp_path / "secrets.json"
    assert list(store.judge_secrets(secrets)) == []
    secrets.touch(0o644)
    assert worst(store.judge_secrets(secrets)) == "fail"


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "ok"),
        ({"wechat": None}, "warn"),
        ({"wechat": replace(REAL, push_token="")}, "warn"),
        ({"wechat": replace(REAL, state="trial")}, "warn"),
        ({"templates": {"booking": TEMPLATE}}, "warn"),
        ({"templates": {**TEMPLATES, "queue": replace(TEMPLATE, id="SandboxQueue")}}, "fail"),
        ({"base_url": "http://hall.example"}, "fail"),
        ({"base_url": "https://192.0.2.1"}, "fail"),
        ({"base_url": "https://hall"}, "fail"),
    ],
)
def test_wechat(settings, changes, level):
    production = replace(
        settings,
        mode="production",
        base_url="https://hall.example.com",
        wechat=REAL,
        templates=TEMPLATES,
    )
    assert worst(outside.judge_wechat(replace(production, **changes))) == level


def test_settings_that_can_be_read_and_are_not_right(settings, tmp_path):
    production = replace(
        settings, mode="production", trusted_proxies=1, audit_anchor=tmp_path / "anchor"
    )
    assert worst(software.judge_settings(production)) == "ok"
    changes = ({"trusted_proxies": 0}, {"data_keys_before": (b"x" * 32,)}, {"audit_anchor": None})
    for change in changes:
        assert worst(software.judge_settings(replace(production, **change))) == "warn"
    assert worst(outside.judge_services(production)) == "warn"
    assert isinstance(settings.sms, SmsVendor)


@pytest.mark.parametrize(
    ("threads", "streams", "level"), [(96, 64, "ok"), (96, 80, "warn"), (64, 64, "fail")]
)
def test_threads_are_left_beside_event_streams(threads, streams, level):
    assert worst([software.judge_threads(threads, streams)]) == level


def test_a_certificate_that_nobody_renews(tmp_path):
    made_for_two_days(tmp_path)
    file, now = tmp_path / "fullchain.pem", datetime.now(UTC)
    levels = {-100: "ok", 0: "warn", 3: "fail"}
    for days, level in levels.items():
        assert worst([outside.judge_certificate(file, now + timedelta(days=days))]) == level
    assert worst([outside.judge_certificate(tmp_path / "none.pem", now)]) == "fail"


def test_every_queue_has_a_worker_and_every_printer_prints():
    assert list(process.judge_queues(set(QUEUES))) == []
    assert worst(process.judge_queues({"prints"})) == "fail"
    now = datetime(2026, 11, 23, tzinfo=UTC)
    printer = Printer("192.168.1.50", 9100, Mode.TEXT, 80, answers=True)
    ready = Known("d", "t", "取号机", printer, Standing.READY, at=now, since=now)
    assert worst(process.judge_printers([], now)) == "ok"
    assert worst(process.judge_printers([ready], now)) == "ok"
    away = replace(ready, standing=Standing.AWAY, since=now - timedelta(minutes=7))
    told = list(process.judge_printers([ready, away], now))
    assert worst(told) == "warn"
    assert "连不上，已有 7 分钟" in told[0].what
    for change in ({"standing": None, "since": None}, {"at": now - timedelta(hours=1)}):
        assert worst(process.judge_printers([replace(ready, **change)], now)) == "warn"


def test_an_address_that_is_somebody_elses():
    assert outside.judge_answer("u", 200).level == "ok"
    assert outside.judge_answer("u", 404).level == "fail"


def found(house) -> dict[str, list]:
    by_subject: dict[str, list] = {}
    with house.app.app_context():
        for about, finding in examine():
            by_subject.setdefault(about, []).append(finding)
    return by_subject


def test_a_whole_installation(house, redis_server):
    """On PostgreSQL and a real Redis: nothing runs beside it, and that is what is wrong."""
    house.citizen("li").identify()
    house.app.extensions["parts"].settings.instance_path.mkdir(parents=True, exist_ok=True)
    by_subject = found(house)
    assert {about for about, all_ in by_subject.items() if worst(all_) == "fail"} == {"进程"}
    with Redis.from_url(redis_server.url) as redis:
        redis.config_set("maxmemory-policy", "allkeys-lru")
        try:
            assert worst(found(house)["Redis"]) == "fail"
        finally:
            redis.config_set("maxmemory-policy", "noeviction")
    with house.app.app_context():
        db.session.execute(db.text("UPDATE alembic_version SET version_num = '0001'"))
        db.session.commit()
    assert stores.OK not in {house.app.test_client().get("/readyz").json["migrations"]}
    assert worst(found(house)["数据表"]) == "fail"
    with house.app.app_context():
        db.session.execute(db.text("UPDATE alembic_version SET version_num = 'of tomorrow'"))
        db.session.commit()
    ready = house.app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["migrations"]) == (200, "ahead")
    assert worst(found(house)["数据表"]) == "warn"


def test_a_key_that_nobody_named(house):
    house.citizen("li").identify()
    parts = house.app.extensions["parts"]
    other = Seal((b"another key of thirty-two bytes.",), parts.settings.index_key)
    house.app.extensions["parts"] = replace(parts, seal=other)
    assert worst(found(house)["密钥"]) == "fail"
    lost = Seal((parts.settings.data_key,), b"another key of thirty-two bytes.")
    house.app.extensions["parts"] = replace(parts, seal=lost)
    assert worst(found(house)["密钥"]) == "fail"


def test_wechat_that_refuses_the_app(house, wechat):
    wechat.fail(STABLE_TOKEN, times=None, errcode=40125)
    assert worst(found(house)["微信"]) == "fail"


def test_a_store_that_is_away_is_a_finding(house, monkeypatch):
    def away():
        raise ConnectionError("away")

    monkeypatch.setattr(house.app.extensions["parts"].tallies, "processes", away)
    by_subject = found(house)
    assert worst(by_subject["进程"]) == "fail"
    assert worst(by_subject["数据库"]) == "ok"


def test_the_command_ends_with_what_it_found(house):
    with house.app.app_context():
        done = house.app.test_cli_runner().invoke(doctor)
    assert done.exit_code == 1
    assert "不通过\t进程：worker 没有在运行\n\t→ " in done.output


def test_without_a_demo_it_says_so(tmp_path, capsys):
    assert beside_the_demo.main({"INSTANCE_PATH": str(tmp_path)}) == 1
    assert "make demo" in capsys.readouterr().out
    assert beside_the_demo.main({"SHUNHAO_MODE": "production"}) == 1
    assert "不通过\t设置：DATABASE_URL is missing." in capsys.readouterr().out
    where = {"database_url": "d", "redis_url": "r"}
    told = beside_the_demo.of_demo(
        {"base_url": "http://127.0.0.1:8137", "wechat_url": "w", **where}
    )
    assert (told["PORT"], told["REDIS_URL"]) == ("8137", "r")
