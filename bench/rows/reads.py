"""What is looked at most (one's ticket, the board, free times) beside a constant of that size."""

from __future__ import annotations

from urllib.request import Request as Asked
from urllib.request import urlopen

from app.core.clock import HouseClock
from bench.hall import Bench
from bench.load import Request, load
from bench.pairs import paired
from bench.table import Result, of_rates
from config.settings import load_settings
from tests.house import HALL, open_house

CONNECTIONS = 8
LOOKS = 400
"""In one run."""
WAITING = 60
GOAL = 0.6


def measure(bench: Bench) -> list[Result]:
    with bench.installation() as at:
        house = open_house(load_settings(at.environ), HouseClock(lambda: None))
        tickets = [house.take("id-card") for _ in range(WAITING)]
        owner = {"Authorization": f"Bearer {tickets[-1]['token']}"}
        day = house.plan.day_of(house.clock.now()).date.isoformat()
        paths = {
            "GET ticket": Request("GET", f"/api/v1/tickets/{tickets[-1]['id']}", headers=owner),
            "GET board": Request("GET", f"/api/v1/halls/{HALL}/board"),
            "GET slots": Request("GET", f"/api/v1/halls/{HALL}/slots?item=id-card&date={day}"),
        }
        with at.serve() as url, at.serve("bench.bare.constant:app") as bare_url:
            return [
                _measured(f"5{nth}", name, url, asked, bare_url)
                for nth, (name, asked) in zip(("", "b", "c"), paths.items(), strict=True)
            ]


def _measured(row: str, name: str, url: str, asked: Request, bare_url: str) -> Result:
    size = _size(url, asked)
    constant = Request("GET", f"/{size}")

    def of(base: str, request: Request) -> float:
        return load(base, [request], connections=CONNECTIONS, count=LOOKS).rate

    found = paired(lambda: of(url, asked), lambda: of(bare_url, constant))
    note = f"{len(found.each)} pairs, {CONNECTIONS} connections, {LOOKS} looks a run"
    return of_rates(row, name, f"Flask: a constant of {size:,} bytes", found, GOAL, note)


def _size(url: str, asked: Request) -> int:
    with urlopen(Asked(url + asked.path, headers=dict(asked.headers))) as answer:
        return len(answer.read())
