"""Time is an argument: only the clock reads it. A stopwatch (`time.monotonic`) tells how long,
never what time it is, so waiting by one is nobody's business but the waiter's."""

import ast

from config.settings import ROOT

READERS = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.time",
    "time.time_ns",
}


def readings(source: str) -> list[str]:
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    names = (".".join(ast.unparse(call).split(".")[-2:]) for call in calls)
    return [name for name in names if name in READERS]


def test_a_reading_is_noticed():
    assert readings("import datetime\nx = datetime.datetime.now(UTC)") == ["datetime.now"]
    assert readings("import time\ntime.monotonic()") == []


def test_nothing_reads_a_clock_but_the_clock():
    found = {
        str(path.relative_to(ROOT)): readings(path.read_text())
        for package in ("app", "queueing", "sms", "wechat", "wire")
        for path in (ROOT / package).rglob("*.py")
    }
    del found["app/core/clock.py"]
    assert {path: calls for path, calls in found.items() if calls} == {}
