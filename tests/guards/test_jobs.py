"""Every job that is put on a queue has a worker who works it."""

import ast

from rq import Queue

from app.core.queues import QUEUES
from app.worker import one_round
from config.settings import ROOT


def named_queues(source):
    """Names of queues in a module: the text given to `Queue(…)` or `Nudge(…)`, "?" where it is not
    a text."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.args[0] if node.args else ast.Constant("default")
        match ast.unparse(node.func).split(".")[-1]:
            case "Nudge":
                given = [each.value for each in node.keywords if each.arg == "queue"]
                name = (given or [name])[0]
            case "Queue":
                pass
            case _:
                continue
        yield name.value if isinstance(name, ast.Constant) else "?"


def names_queues(source):
    imported = {
        node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)
    }
    return bool(imported & {"rq", "app.core.nudge"})


def test_a_queue_is_noticed():
    assert list(named_queues("q = Queue('mail', connection=c); rq.Queue(); Queue(n)")) == [
        *("mail", "default", "?")
    ]
    assert list(named_queues("Nudge('mail', 'a.b'); Nudge('mail', 'a.b', queue='late')")) == [
        *("mail", "late")
    ]


def test_every_queue_has_a_worker():
    sources = {path: path.read_text() for path in (ROOT / "app").rglob("*.py")}
    named = {
        (path.name, name)
        for path, source in sources.items()
        if names_queues(source)
        for name in named_queues(source)
    }
    # "?": the worker itself takes the names from QUEUES, a nudge its queue from whoever made it
    named -= {("worker.py", "?"), ("nudge.py", "?")}
    assert named
    assert {name for _, name in named} <= set(QUEUES)


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
