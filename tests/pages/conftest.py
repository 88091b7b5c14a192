"""A hall with its pages in a real browser. What a browser complains about fails the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from app.core.clock import HouseClock
from config.settings import Settings
from tests.house import KIOSK_TOKEN, PASSWORD, House, open_house

Open = Callable[..., Page]


def intercept_from_the_start(context: BrowserContext) -> None:
    """Let routes of this context hold as soon as they are set: a page that is open already when
    the browser begins to intercept may send its next request past it."""
    context.route("**/no-such-path", lambda route: route.abort())


GONE_ON = re.compile(r"404 .* /api/v1/tickets/[^/]+/(file|deliveries)$")
"""A console that read about a ticket while its next key sent that ticket away. It shows nothing of
it, but the browser says so each time."""
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Nothing here is from outside, and CI runs as root, where the sandbox cannot.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    """One worker starts sooner; it stops without waiting for streams nobody reads any more."""
    return {**environ, "WEB_CONCURRENCY": "1", "GUNICORN_CMD_ARGS": "--graceful-timeout 1"}


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """The small hall, now, for the live server reads a real clock; and there it is noon."""
    house = open_house(settings, HouseClock(lambda: None))
    house.stand_at_noon()
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def open_page(browser: Browser, house, live_server: str) -> Iterator[Open]:
    """Open a page in a browser of its own; nothing but its server may be asked for anything.

    `may_fail` says which console errors a test brings about itself; `with_clock` lets it turn the
    page's clock forward; `script` runs in the page before its own; `server` is another way to the
    same one, through a line that can be cut."""
    contexts, complaints = [], []

    def open_page(
        path: str,
        width: int = 1366,
        height: int = 768,
        may_fail: str = "",
        with_clock: bool = False,
        script: str = "",
        server: str = live_server,
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        intercept_from_the_start(context)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        if with_clock:
            page.clock.install()
        if script:
            page.add_init_script(script)

        def complain(what: str) -> None:
            may = bool(may_fail) and may_fail in what
            if not may and not GONE_ON.search(what):
                complaints.append(f"{path}: {what}")

        def hear(told: ConsoleMessage) -> None:
            if told.type == "error":
                complain(f"{told.text} {told.location['url'].removeprefix(server)}")

        page.on("console", hear)
        page.on("pageerror", lambda error: complain(str(error)))
        context.on(
            "request",
            lambda asked: None if asked.url.startswith(server) else complain(asked.url),
        )
        page.goto(f"{server}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def open_machine(open_page: Open) -> Open:
    """A number machine that has been told its token."""

    def open_machine(**options: str) -> Page:
        page = open_page(f"/kiosk/#token={KIOSK_TOKEN}", 1080, 1920, **options)
        page.get_by_role("button", name="公安局").wait_for()
        return page

    return open_machine


@pytest.fixture
def machine(open_machine: Open) -> Page:
    return open_machine()


@pytest.fixture
def guide(open_page: Open) -> Page:
    """A guide's tablet, held upright."""
    page = open_page("/clerk/", 768, 1024, may_fail="422")  # a row that is refused
    page.get_by_label("用户名").fill("guide")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name="公安局").wait_for()
    return page


@pytest.fixture
def sign_in(open_page: Open) -> Open:
    """A clerk's console, signed in at a counter, not yet open."""

    def sign_in(no: str = "1", **options: object) -> Page:
        page = open_page("/clerk/", **options)
        page.get_by_label("用户名").fill(f"clerk{no}")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.get_by_text("窗口没有开放").wait_for()
        return page

    return sign_in
