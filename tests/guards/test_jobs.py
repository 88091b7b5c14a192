"""Every job that is put on a queue has a worker who works it."""

import ast

from rq import Queue

from app.core.queues import QUEUES
from app.worker import one_round
from config.settings import ROOT


def named_queues(source):
    """Names of queues in a module: the text given to `Queue(…)`; "?" where it is not a text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Queue":
            name = node.args[0] if node.args else ast.Constant("default")
            yield name.value if isinstance(name, ast.Constant) else "?"


def uses_rq(source):
    return any(
        isinstance(node, ast.ImportFrom) and node.module == "rq"
        for node in ast.walk(ast.parse(source))
    )


def test_a_queue_is_noticed():
    assert list(named_queues("q = Queue('mail', connection=c); rq.Queue(); Queue(n)")) == [
        *("mail", "default", "?")
    ]


def test_every_queue_has_a_worker():
    sources = {path: path.read_text() for path in (ROOT / "app").rglob("*.py")}
    named = {
        (path.name, name)
        for path, source in sources.items()
        if uses_rq(source)
        for name in named_queues(source)
    }
    assert named
    # "?" is the worker itself, who takes the names from QUEUES
    assert {name for path, name in named if (path, name) != ("worker.py", "?")} <= set(QUEUES)


def test_the_night_is_put_on_such_a_queue_once(house):
    queue = Queue("default", connection=house.app.extensions["parts"].redis)
    for _ in range(2):
        with house.app.app_context():
            one_round(queue)
    assert [job.func_name for job in queue.jobs] == [
        "app.calling.jobs.close_night_of",
        "app.appointments.jobs.close_bookings_of",
        "app.estimates.jobs.learn_of",
        "app.notices.jobs.forget_notices_of",
        "app.submissions.jobs.forget_drafts_of",
        "app.licences.jobs.forget_shows_of",
        "app.privacy.jobs.forget_personal_of",
    ]
