"""What runs, what waits, and whom it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from rq import Queue

from app.catalog.service import plans
from app.core.parts import parts
from app.notices.queries import oldest_due
from app.operators.doctor.finding import Finding, fail, ok, warn

JOBS_MANY = 500
LATE = timedelta(seconds=60)
NEEDED = {
    "web": "启动 python -m gunicorn --config config/gunicorn.py wsgi:app。",
    "worker": "启动 flask --app wsgi worker；没有它，消息和打印都不发出。",
    "schedule": "启动 flask --app wsgi schedule；没有它，等候时间没有预测，晚上不清场。",
}


def processes() -> Iterator[Finding]:
    yield from judge_processes(Counter(process.kind for process in parts().tallies.processes()))


def judge_processes(living: Counter[str]) -> Iterator[Finding]:
    """`living`: how many of each kind left word within the last minute."""
    for kind, to_do in NEEDED.items():
        there = living[kind]
        yield ok(f"{kind}：{there} 个") if there else fail(f"{kind} 没有在运行", to_do)
    if living["schedule"] > 1:
        yield warn(f"schedule 有 {living['schedule']} 个", "一个就够；多的不出错，只是重复。")


def backlog() -> Iterator[Finding]:
    """What a worker should have done by now."""
    jobs = sum(queue.count for queue in Queue.all(connection=parts().rq))
    yield from judge_backlog(jobs, oldest_due(parts().clock.now()))


def judge_backlog(jobs: int, oldest: timedelta) -> Iterator[Finding]:
    if jobs >= JOBS_MANY:
        yield warn(f"{jobs} 个任务在等", "再启动一个 flask --app wsgi worker。")
    if oldest >= LATE:
        yield warn(
            f"有消息已晚发 {oldest.total_seconds():.0f} 秒",
            "看 worker 是否在运行，看 /office/outbox 里的原因。",
        )
    if jobs < JOBS_MANY and oldest < LATE:
        yield ok("没有积压")


def halls() -> Iterator[Finding]:
    there = plans()
    if there:
        yield ok(f"{len(there)} 个大厅：{'、'.join(plan.code for plan in there)}")
    else:
        yield warn("还没有大厅", "运行 flask --app wsgi hall load 大厅文件。")


def pages() -> Iterator[Finding]:
    settings = parts().settings
    yield from judge_pages(settings.client_path, settings.instance_path)


def judge_pages(client: Path, instance: Path) -> Iterator[Finding]:
    if (client / "index.html").exists():
        yield ok("群众端页面已生成")
    else:
        to_do = "运行 make client，或把生成好的目录设为 CLIENT_PATH。"
        yield warn("没有群众端页面，/m/ 打不开", to_do)
    if any((instance / "speech" / "made").glob("*")):
        yield ok("叫号语音已生成")
    else:
        to_do = "运行 flask --app wsgi speech make。"
        yield warn("没有叫号语音，浏览器没有中文语音时只有提示音", to_do)
