"""`python -m wechat.sandbox --port 9000`: WeChat's API on this machine, until it is ended."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import SystemRandom

from wechat.sandbox.server import Server, make
from wechat.sandbox.state import App, State
from wechat.sandbox.templates import read_templates


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serve; the exit status. Refuses to stand beside a real app."""
    if environ.get("WECHAT_APP_ID") or environ.get("SHUNHAO_MODE") == "production":
        print(
            "The sandbox never runs beside a real app: WECHAT_APP_ID is set, or SHUNHAO_MODE is"
            " production.",
            file=sys.stderr,
        )
        return 1
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    app = App(
        base_url=given.base_url.rstrip("/"),
        push_url=given.push_url,
        templates=read_templates(given.templates) if given.templates else {},
    )
    state = State(app, time.time, SystemRandom())
    quickest_ms, slowest_ms = sorted(given.latency_ms)
    server = Server(state, latency_s=(quickest_ms / 1000, slowest_ms / 1000))
    make(server, given.port).serve_forever()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m wechat.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--base-url", default="http://127.0.0.1:8000", help="where links and codes lead: the web"
    )
    parser.add_argument("--push-url", default="", help="the app's callback address")
    parser.add_argument("--templates", type=Path, help="a file of the templates that are approved")
    parser.add_argument(
        "--latency-ms",
        type=int,
        nargs=2,
        default=(0, 0),
        metavar=("FROM", "TO"),
        help="every call takes a random time between",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
