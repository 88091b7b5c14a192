"""A hall in miniature for the supervisor's tests: the commands and the page it relies on.

Copied as `wsgi.py` beside copies of `config` and `embedded`. `BROKEN` names a command that
ends at once.
"""

import json
import os
import signal
import sys
from pathlib import Path

import click
from flask import Flask

app = Flask(__name__)


@app.get("/readyz")
def ready():
    return "ready"


@app.cli.group("demo")
def demo():
    """The demo's own commands."""


@demo.command()
@click.option("--out", type=Path)
@click.option("--speed", type=float)
@click.option("--printer", type=int)
def prepare(out, speed, printer):
    staff = [
        {"username": f"clerk{no:02}", "password": "shunhao", "role": "clerk", "counter": str(no)}
        for no in range(1, 4)
    ]
    tokens = {f"{name}_token": name[0] for name in ("kiosk", "screen", "cabinet", "printing")}
    parts = {"hall": "yun", **tokens, "staff": staff}
    out.write_text(json.dumps(parts))


@app.cli.command()
def worker():
    if os.fork() == 0:  # as RQ does for each job
        os.setpgrp()
    signal.pause()


@app.cli.command()
def schedule():
    if os.environ.get("BROKEN") == "schedule":
        sys.exit("no schedule today")
    signal.pause()
