"""What runs, what waits, and whom it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from datetime import datetime, timedelta
from pathlib import Path

from rq import Queue, Worker

from app.catalog.service import plans
from app.core.parts import parts
from app.core.queues import QUEUES
from app.notices.queries import oldest_due
from app.operators.doctor.finding import Finding, fail, ok, warn
from app.printing.queries import Known
from app.printing.queries import printers as known_printers
from app.printing.rules import PRINTS, Standing

JOBS_MANY = 500
LATE = timedelta(seconds=60)
ASKED_LATEST = timedelta(minutes=5)
"""A printer is asked every minute."""
NOT_PRINTING = {
    Standing.NO_PAPER: "没有纸了",
    Standing.COVER_OPEN: "盖子没有合上",
    Standing.SILENT: "连得上但不应答",
    Standing.AWAY: "连不上",
}
NEEDED = {
    "web": "启动 python -m gunicorn --config config/gunicorn.py wsgi:app。",
    "worker": "启动 flask --app wsgi worker；没有它，消息和打印都不发出。",
    "schedule": "启动 flask --app wsgi schedule；没有它，等候时间没有预测，晚上不清场。",
}


def processes() -> Iterator[Finding]:
    living = Counter(process.kind for process in parts().tallies.processes())
    yield from judge_processes(living)
    if living["worker"]:
        workers = Worker.all(connection=parts().rq)
        yield from judge_queues({name for each in workers for name in each.queue_names()})


def judge_processes(living: Counter[str]) -> Iterator[Finding]:
    """`living`: how many of each kind left word within the last minute."""
    for kind, to_do in NEEDED.items():
        there = living[kind]
        yield ok(f"{kind}：{there} 个") if there else fail(f"{kind} 没有在运行", to_do)
    if living["schedule"] > 1:
        yield warn(f"schedule 有 {living['schedule']} 个", "一个就够；多的不出错，只是重复。")


def judge_queues(served: Set[str]) -> Iterator[Finding]:
    """`served`: by some worker."""
    if left := [name for name in QUEUES if name not in served]:
        to_do = f"启动 flask --app wsgi worker --queue {left[0]}，或不带 --queue 的 worker。"
        yield fail(f"没有 worker 做队列 {'、'.join(left)} 的任务", to_do)


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


def printers() -> Iterator[Finding]:
    yield from judge_printers(known_printers(), parts().clock.now())


def judge_printers(known: Sequence[Known], now: datetime) -> Iterator[Finding]:
    """What each said when it was asked last."""
    if not known:
        yield ok("没有取号机带网络打印机")
        return
    wrong = [each for each in known if each.standing not in PRINTS]
    for each in wrong:
        at = f"{each.hall} {each.name}（{each.printer.host}:{each.printer.port}）"
        words = NOT_PRINTING.get(each.standing, "有故障") if each.standing else "还没有应答过"
        yield warn(f"{at}的打印机{words}{_since(each, now)}", "依次看纸、上盖、电源、网线、地址。")
    old = [each for each in known if each.at is not None and now - each.at > ASKED_LATEST]
    if old:
        to_do = "看 worker 和 schedule 是否在运行，有没有 worker 做队列 prints。"
        yield warn(f"{len(old)} 台打印机很久没有人问过", to_do)
    if not wrong and not old:
        yield ok(f"{len(known)} 台打印机都能打印")


def _since(known: Known, now: datetime) -> str:
    if known.since is None:
        return ""
    return f"，已有 {(now - known.since) // timedelta(minutes=1)} 分钟"


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
