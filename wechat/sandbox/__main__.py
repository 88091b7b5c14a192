"""`python -m wechat.sandbox --port 9000`: WeChat's API on this machine, until it is ended."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from random import SystemRandom

from wechat.sandbox import SANDBOX_APP_ID, SANDBOX_PUSH_KEY, SANDBOX_PUSH_TOKEN, SANDBOX_SECRET
from wechat.sandbox.pushes import Pushes
from wechat.sandbox.server import Server, make
from wechat.sandbox.state import App, State


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
    app = App(SANDBOX_APP_ID, SANDBOX_SECRET, given.base_url.rstrip("/"))
    state = State(app, time.time, SystemRandom())
    pushes = Pushes(state, SANDBOX_PUSH_TOKEN, SANDBOX_PUSH_KEY, given.push_url)
    slowest_s, quickest_s = max(given.latency_ms) / 1000, min(given.latency_ms) / 1000
    make(Server(state, pushes, (quickest_s, slowest_s)), given.port).serve_forever()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m wechat.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--base-url", default="http://127.0.0.1:8000", help="where links and codes lead: the web"
    )
    parser.add_argument("--push-url", default="", help="the app's callback address")
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
