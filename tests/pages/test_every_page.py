"""Every page, in both languages: it loads without a complaint, asks nobody but its own server, can
be read and used by everybody (axe, WCAG 2 A and AA), and fits its screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.core.language import COOKIE
from tests.house import HALL, KIOSK_TOKEN, PASSWORD, House

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    "resultTypes": ["violations"],
}
PHONE, DESK, UPRIGHT, LYING = (390, 844), (1366, 768), (1080, 1920), (1920, 1080)
NOT_PAGES = {
    "admin_pages.hall_file",
    "audit_pages.file",
    "clips.clip",
    "forms_pages.file",
    "code_pages.image",
    "clips.clips",
    "desk_pages.page",  # of the client: tests/phone/test_desk.py
    "docs.asset",
    "docs.openapi",
    "language.catalogue",
    "library_pages.shares_file",
    "pages.font",
    "phone_pages.file",
    "phone_pages.page",  # of the client: tests/phone
    "renewals_pages.one",  # of one renewal: test_office_renewals.py
    "verify.shown",  # of a code: tests/licences
    "visitor_pages.qr",
    "wechat_callback.verify",
}
PAGES = {
    "visitor_pages.start": ("/", None, DESK),
    "visitor_pages.ticket": ("/t/{token}", None, PHONE),
    "visitor_pages.rules": ("/halls/{hall}/rules", None, DESK),
    "verify.ask": ("/verify", None, PHONE),
    "visitor_pages.calls": ("/halls/{hall}/calls", None, PHONE),
    "kiosk_pages.page": ("/kiosk/", "kiosk", UPRIGHT),
    "cabinet_pages.page": ("/kiosk/cabinet/", None, UPRIGHT),  # used: tests/deliveries
    "kiosk_pages.paper": ("/kiosk/paper", "guide", DESK),
    "pairing.page": ("/screen/pair", None, LYING),
    "pairing.token_page": ("/kiosk/token", None, UPRIGHT),
    "screen_pages.board": ("/screen/{hall}", None, LYING),
    "screen_pages.counter": ("/screen/{hall}/counter/3", None, (800, 480)),
    "clerk_pages.page": ("/clerk/", "clerk2", DESK),
    "office_pages.now": ("/office/", "supervisor", DESK),
    "office_pages.bookings": ("/office/bookings", "supervisor", DESK),
    "office_pages.book": ("/office/book", "supervisor", DESK),
    "office_pages.closing": ("/office/closing", "supervisor", DESK),
    "office_report.page": ("/office/report", "supervisor", DESK),
    "admin_pages.log": ("/office/log?number=A001", "supervisor", DESK),
    "outbox_pages.page": ("/office/outbox", "supervisor", DESK),
    "forms_pages.page": ("/office/forms", "administrator", DESK),
    "library_pages.covered": ("/office/licences", "administrator", DESK),
    "library_pages.imports": ("/office/licences/imports", "administrator", DESK),
    "library_pages.shares": ("/office/licences/shares", "administrator", DESK),
    "renewals_pages.desk": ("/office/renewals/desk", "approver", DESK),
    "renewals_pages.deliveries": ("/office/renewals/deliveries", "approver", DESK),
    "renewals_pages.reminders": ("/office/renewals/reminders", "approver", DESK),
    "renewals_pages.overview": ("/office/renewals", "administrator", DESK),
    "renewals_pages.watched": ("/office/renewals/plans", "administrator", DESK),
    "admin_pages.devices": ("/office/devices", "supervisor", DESK),
    "admin_pages.keys": ("/office/keys", "security", DESK),
    "admin_pages.people": ("/office/people", "security", DESK),
    "admin_pages.sessions": ("/office/sessions", "security", DESK),
    "personal_pages.page": ("/office/personal", "security", DESK),
    "audit_pages.page": ("/office/audit", "auditor", DESK),
    "admin_pages.me": ("/office/me", "clerk1", DESK),
    "code_pages.page": ("/office/mini-program-code", "supervisor", DESK),
    "admin_pages.hall": ("/office/hall", "administrator", DESK),
    "docs.page": ("/docs", None, DESK),
}
"""Endpoint: where it is, who looks at it, on what screen."""
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_no_page_is_forgotten(house: House):
    pages = {
        rule.endpoint
        for rule in house.app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.rule.startswith(("/api/", "/static/"))
        and not rule.endpoint.startswith("operators.")
    }
    assert pages - NOT_PAGES == PAGES.keys()


@pytest.fixture
def morning(house: House) -> House:
    """People wait, one is called, one is being served, one was passed over, one has booked."""
    for item in ("id-card", "passport", "id-card", "pension", "id-card", "permit"):
        house.take(item)
    house.take("id-card", priority="pregnant")
    first, second = house.clerk("1"), house.clerk("3")
    first.handle(first.next()["ticket"], "pass")
    first.handle(first.next()["ticket"], "start")
    second.next()
    return house


class People:
    """Who looks at the pages, each signed in once, in a browser of their own."""

    def __init__(self, open_page: Callable[..., Page]) -> None:
        self._open = open_page
        self._pages: dict[str, Page] = {}

    @contextmanager
    def looking(self, who: str | None, path: str, size: tuple[int, int]) -> Iterator[Page]:
        page = self._look(who, path, size)
        yield page
        if page not in self._pages.values():
            page.context.close()

    def _look(self, who: str | None, path: str, size: tuple[int, int]) -> Page:
        if who == "kiosk":
            page = self._open(f"/kiosk/#token={KIOSK_TOKEN}", *size)
            page.get_by_role("button", name="公安局").wait_for()
            return page
        if who is None:
            return self._open(path, *size)
        if who not in self._pages:
            self._pages[who] = self._signed_in(who)
        page = self._pages[who]
        page.context.clear_cookies(name=COOKIE)  # of the language
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(urljoin(page.url, path))
        return page

    def _signed_in(self, who: str) -> Page:
        page = self._open("/clerk/" if who.startswith("clerk") else "/office/")
        page.get_by_label("用户名").fill(who)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_load_state()
        return page


def quirks(page: Page) -> list[str]:
    """What is wrong with the page as it stands."""
    wide = too_wide(page)
    found = [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in Axe().run(page, options=RULES).response["violations"]
        for node in violation["nodes"]
    ]
    return found + wide + named_late(page)


def named_late(page: Page) -> list[str]:
    """Modules that the browser learnt of from another module, and not from the page."""
    late = page.evaluate("""
        performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)
          .filter((path) => path.startsWith('/static/') && path.endsWith('.js'))
          .filter((path) => !document.head.querySelector(
            `link[rel=modulepreload][href="${path}"], script[src="${path}"]`))
    """)
    return [f"{path} is not named in the head" for path in late]


def too_wide(page: Page) -> list[str]:
    page.wait_for_timeout(400)  # what is faded in or read anew stands still
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"wider than its screen: {wide} > {seen}"] if wide > seen else []


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize(
    "in_chinese",
    [
        pytest.param(too_wide, id="axe in English"),
        pytest.param(quirks, id="axe in both", marks=pytest.mark.long),
    ],
)
def test_every_page_in_both_languages(
    morning: House,
    open_page: Callable[..., Page],
    part: int,
    in_chinese: Callable[[Page], list[str]],
):
    """One markup for both languages: axe looks at it twice only where there is time."""
    token = morning.take("id-card")["token"]
    people, wrong = People(open_page), {}
    for endpoint, (path, who, size) in list(PAGES.items())[part::4]:
        with people.looking(who, path.format(hall=HALL, token=token), size) as page:
            if endpoint == "docs.page":
                continue  # what stands there is not ours; it must load without a complaint
            wrong[endpoint] = in_chinese(page)
            address, _, _ = page.url.partition("#")
            page.goto(f"{address}{'&' if '?' in address else '?'}lang=en")
            wrong[f"{endpoint} in English"] = quirks(page) + still_chinese(page)
    assert {where: what for where, what in wrong.items() if what} == {}


def still_chinese(page: Page) -> list[str]:
    """Lines in Chinese on a page in English that no hall file and no person wrote."""
    lines = page.evaluate("document.body.innerText").splitlines()
    return [line for line in lines if CHINESE.search(line) and not is_data(line)]


def is_data(line: str) -> bool:
    return any(name in line for name in DATA)


DATA = (
    "测试大厅",
    "公安局",
    "住建局",
    "身份证",
    "护照",
    "养老",
    "施工许可",
    "综合窗口",
    "工程建设",
    "户籍",
    "社保",
    "中文",
    "测试路",
    "取号机",
)
