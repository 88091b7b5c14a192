"""Row 11: what phones, screens and consoles are given, and how soon something is to be seen.

Chromium, nothing in its cache, on a line like 4G by its own throttle; its processor is not
throttled. Seen is the first contentful paint, and the moment at which the page's own words are
there, which it has asked for itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from app.catalog.hall_file import read_hall_file
from app.core.acts import SYSTEM, Act, Role
from app.core.db import transaction
from app.core.parts import parts
from app.staff.service import put_staff
from bench.hall import HALL_FILE, Bench, Installation, installation
from bench.table import Result
from config.settings import ROOT
from embedded.client_build import BROWSER, WEIXIN, build, size
from tests.servers import find_chromium

TURNS = 5
WITHIN_MS = 1_000
MAIN_PACKAGE = 1_000_000
LINE = {
    "offline": False,
    "downloadThroughput": 9_000_000 / 8,
    "uploadThroughput": 1_500_000 / 8,
    "latency": 60,
}
"""Of CDP's Network.emulateNetworkConditions: bytes a second, and milliseconds to an answer."""
LINE_WORDS = "9 Mbit/s down, 1.5 up, 60 ms"
CLERK, PASSWORD = "bench-clerk", "a password of the bench"
PATIENCE_MS = 60_000
WATCH = """
    window.wordsAt = null;
    const look = () => {
      if (document.body && (%s)) window.wordsAt = performance.now();
      else requestAnimationFrame(look);
    };
    look();
"""
PHONE_WORDS = "document.body.innerText.includes('您要办什么事')"
WALL_WORDS = "document.querySelector('#lanes li, #no-calls:not([hidden])')"
CONSOLE_WORDS = "document.querySelector('#status')?.textContent.trim()"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


@dataclass(frozen=True, slots=True)
class Seen:
    painted_ms: float
    words_ms: float
    bytes: int
    requests: int


@dataclass(frozen=True, slots=True)
class Screen:
    name: str
    path: str
    has_words: str
    """In the page's own language: whether what it has asked for stands in it."""
    enter: Callable[[BrowserContext, str], None] | None = None
    """What comes before, which is not timed."""


def measure(bench: Bench) -> list[Result]:
    for target in (WEIXIN, BROWSER):
        build(target, os.environ, bench.say)
    with installation() as hall, hall.serve(WEB_THREADS="32") as url, chromium() as browser:
        plan = read_hall_file(HALL_FILE).plan
        counter = next(iter(plan.counters))
        staffed(hall, plan.code, counter)
        screens = (
            Screen("phone /m/", "/m/", PHONE_WORDS),
            Screen(f"wall /screen/{plan.code}", f"/screen/{plan.code}", WALL_WORDS),
            Screen("console /clerk/", "/clerk/", CONSOLE_WORDS, signed_in),
        )
        return [package(), *(result(nth, one, browser, url) for nth, one in enumerate(screens))]


def package() -> Result:
    taken = size(ROOT / WEIXIN.folder)
    return Result(
        row="11",
        ours="WeChat main package, as built",
        beside="–",
        ours_median=f"{taken / 1000:,.0f} KB",
        beside_median="–",
        ratio=None,
        low=None,
        high=None,
        goal="< 1 MB",
        met=taken < MAIN_PACKAGE,
    )


def staffed(hall: Installation, code: str, counter: str) -> None:
    with hall.app.app_context(), transaction():
        act = Act(parts().clock.now(), SYSTEM)
        put_staff(CLERK, PasswordHasher().hash(PASSWORD), Role.CLERK, code, counter, act)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(find_chromium()), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def signed_in(context: BrowserContext, url: str) -> None:
    page = context.new_page()
    page.goto(f"{url}/clerk/")
    page.locator("[name=username]").fill(CLERK)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form [type=submit], form button").first.click()
    page.wait_for_function("!document.querySelector('[name=password]')", timeout=PATIENCE_MS)
    page.close()


def result(nth: int, screen: Screen, browser: Browser, url: str) -> Result:
    seen = [looked_at(screen, browser, url) for _ in range(TURNS + 1)][1:]
    painted, words = (median(getattr(one, what) for one in seen) for what in SEEN)
    return Result(
        row=f"11{'bcd'[nth]}",
        ours=f"first screen: {screen.name}",
        beside="–",
        ours_median=f"{painted:.0f} ms to paint, {words:.0f} ms to its words",
        beside_median="–",
        ratio=None,
        low=None,
        high=None,
        goal=f"< {WITHIN_MS / 1000:.0f} s",
        met=max(painted, words) < WITHIN_MS,
        note=f"{seen[0].bytes / 1000:,.0f} KB in {seen[0].requests} answers; {LINE_WORDS};"
        f" {TURNS} times, {min(one.words_ms for one in seen):.0f} to"
        f" {max(one.words_ms for one in seen):.0f} ms",
    )


SEEN = ("painted_ms", "words_ms")


def looked_at(screen: Screen, browser: Browser, url: str) -> Seen:
    context = browser.new_context(
        viewport={"width": 1366, "height": 768},
        locale="zh-CN",
        bypass_csp=True,  # our own questions to the page are evaluated in it
    )
    try:
        if screen.enter:
            screen.enter(context, url)
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.clearBrowserCache")
        line.send("Network.emulateNetworkConditions", LINE)
        taken: list[float] = []
        line.on("Network.loadingFinished", lambda event: taken.append(event["encodedDataLength"]))
        page.add_init_script(WATCH % screen.has_words)
        page.goto(url + screen.path, wait_until="commit", timeout=PATIENCE_MS)
        page.wait_for_function("window.wordsAt !== null", timeout=PATIENCE_MS)
        page.wait_for_function(f"({PAINTED}) !== null", timeout=PATIENCE_MS)
        page.wait_for_timeout(500)  # what is still on its way is counted as well
        painted, words = page.evaluate(PAINTED), page.evaluate("window.wordsAt")
        return Seen(painted, words, int(sum(taken)), len(taken))
    finally:
        context.close()
