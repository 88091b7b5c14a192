"""Settings, and what is installed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata

from app.core.parts import parts
from app.operators.doctor.finding import Finding, fail, ok, warn
from config.settings import ROOT, Settings

PINNED = re.compile(
    r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^ \\;]+)([^\\\n]*)", re.MULTILINE
)
SHOWN = 5
OTHER_REQUESTS = 32
"""Threads that others need beside event streams: of these, sign-ins alone may take 24."""


def settings() -> Iterator[Finding]:
    """What can be read and still is not as it should be; what cannot stops every start."""
    yield from judge_settings(parts().settings)
    yield judge_threads(parts().settings.web_threads, parts().settings.event_streams)


def judge_settings(settings: Settings) -> Iterator[Finding]:
    if settings.mode != "production":
        yield ok(f"{settings.mode} 模式，各项设置可用")
        return
    yield ok(f"生产模式，各项设置可用；地址 {settings.base_url}")
    if not settings.trusted_proxies:
        yield warn(
            "TRUSTED_PROXIES 是 0：前面若有 nginx，所有人都算作同一个地址，会一起被限流",
            "前面有几层自己的反向代理就设成几，例如 TRUSTED_PROXIES=1；没有则不用改。",
        )
    if settings.data_keys_before:
        yield warn(
            "DATA_KEYS_BEFORE 里还有旧密钥",
            "运行 flask --app wsgi seal rotate，全部换好后去掉旧密钥。",
        )
    if settings.audit_anchor is None:
        yield warn(
            "没有设置 AUDIT_ANCHOR：审计链的末端只写在日志里",
            "设成数据库管理员写不到的一个文件，见 docs/security.md。",
        )


def judge_threads(threads: int, streams: int) -> Finding:
    """Of one of the web's processes: each open event stream keeps a thread."""
    what = f"WEB_THREADS 是 {threads}，EVENT_STREAMS 是 {streams}"
    to_do = (
        f"WEB_THREADS 设成比 EVENT_STREAMS 多 {OTHER_REQUESTS} 以上；"
        "事件流由 streams 服务承担时，web 不要设 EVENT_STREAMS。"
    )
    if streams >= threads:
        return fail(f"{what}：事件流会占满所有线程，谁也取不了号", to_do)
    if threads - streams < OTHER_REQUESTS:
        return warn(f"{what}：留给其他请求的线程太少", to_do)
    return ok(what)


def versions() -> Iterator[Finding]:
    """Python, and whether what is installed is what was tested."""
    yield ok(f"Python {sys.version.split()[0]}")
    yield from judge_packages(
        (ROOT / "requirements.txt").read_text(),
        {_name(one.name): one.version for one in metadata.distributions() if one.name},
    )


def judge_packages(pinned: str, installed: dict[str, str]) -> Iterator[Finding]:
    """`pinned` as pip reads it. Only what is pinned without a condition is asked for."""
    found = PINNED.findall(pinned)
    wanted = {_name(name): version for name, version, rest in found if ";" not in rest}
    wrong = [
        f"{name} {installed.get(name, '未安装')}（应为 {version}）"
        for name, version in wanted.items()
        if installed.get(name) != version
    ]
    if not wrong:
        yield ok(f"{len(wanted)} 个依赖与 requirements.txt 一致")
        return
    more = f" 等 {len(wrong)} 个" if len(wrong) > SHOWN else ""
    yield warn(
        f"依赖与 requirements.txt 不一致：{'、'.join(wrong[:SHOWN])}{more}",
        "运行 pip install --require-hashes -r requirements.txt，再重启各进程。",
    )


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
