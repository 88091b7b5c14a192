"""Giving a number at a machine over HTTP, beside the same rows and scripts alone."""

from __future__ import annotations

from app.core.clock import HouseClock
from bench.hall import Bench
from bench.load import Request, load
from bench.pairs import paired
from bench.table import Result, of_rates
from config.settings import load_settings
from tests.house import KIOSK_TOKEN, open_house

CONNECTIONS = 8
NUMBERS = 400
"""In one run."""
CREATED = frozenset({201})


def measure(bench: Bench) -> list[Result]:
    with bench.installation() as at:
        open_house(load_settings(at.environ), HouseClock(lambda: None))
        bearer = {"Authorization": f"Bearer {KIOSK_TOKEN}"}
        take = Request(
            "POST", "/api/v1/kiosk/tickets", b'{"item": "id-card"}', bearer, True, CREATED
        )
        with at.serve() as url, at.serve("bench.bare.takes:app") as bare_url:

            def given() -> float:
                return load(url, [take], connections=CONNECTIONS, count=NUMBERS).rate

            def bare(path: str) -> float:
                asked = Request("POST", path, b"{}", statuses=CREATED)
                return load(bare_url, [asked], connections=CONNECTIONS, count=NUMBERS).rate

            same = paired(given, lambda: bare("/take"))
            least = paired(given, lambda: bare("/least"))
    note = f"{len(same.each)} pairs, {CONNECTIONS} machines at once, {NUMBERS} numbers a run"
    return [
        of_rates("4", "POST kiosk ticket", "bare Flask: same rows and scripts", same, 0.7, note),
        of_rates("4b", "POST kiosk ticket", "bare Flask: one INSERT, one script", least, 0.45),
    ]
