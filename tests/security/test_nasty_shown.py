"""Nasty text that was taken comes out of every page, paper and file as the text it was."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from app.core.auth import COOKIES
from app.core.csv_files import BOM, FORMULA
from tests.house import Citizen
from tests.security.kept import Kept
from tests.security.nasty import MARK, SHOWABLE
from tests.security.tally import counted
from tests.security.world import World
from tests.submissions.library import begin, ok

pytestmark = pytest.mark.security

PAGES = {
    "supervisor": (
        "/office/", "/office/bookings", "/office/book", "/office/closing", "/office/report",
        "/office/log?number={number}", "/office/outbox", "/office/devices", "/office/renewals/desk",
        "/office/renewals/{renewal_id}", "/office/renewals/reminders", "/clerk/", "/kiosk/",
        "/kiosk/forms/", "/kiosk/paper",
    ),
    "security": ("/office/people",),
    "administrator": (
        "/office/people", "/office/devices", "/office/licences", "/office/licences/imports",
        "/office/licences/shares", "/office/hall", "/office/forms", "/office/renewals",
    ),
    "nobody": (
        "/", "/screen/t", "/screen/t/counter/1", "/halls/t/calls", "/halls/t/rules", "/t/{token}",
        "/verify",
    ),
}  # fmt: skip
RIGHT_TO_LEFT = "‮"
UNISOLATED = """mark => {
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode, at = node.data.indexOf(mark);
        if (at < 0 || node.parentElement.closest('script, textarea, option')) continue;
        const style = getComputedStyle(node.parentElement);
        const inline = style.display === 'inline' && style.unicodeBidi === 'normal';
        if (inline) found.push(node.parentElement.outerHTML.slice(0, 120));
    }
    return found;
}"""


def plant(world: World) -> None:
    """Each string wherever somebody may write something that others see."""
    house, tokens = world.house, world.tokens
    for n, text in enumerate(SHOWABLE.values()):
        for who in ("administrator", "security"):
            account = {"username": f"nasty{n}", "password": "a long password of tests"}
            body = {**account, "role": "guide", "name": text[:60]}
            house.post("/staff/accounts", tokens[who], body)
        house.post("/staff/devices/systems", tokens["administrator"], {"name": text[:60]})
        ticket = house.take("id-card")
        call = {"number": ticket["number"], "reason": text}
        held = house.get("/counters/2", tokens["supervisor"]).json["ticket"]
        if held:
            house.post(f"/tickets/{held['id']}/finish", tokens["supervisor"])
        ok(house.post("/counters/2/call", tokens["supervisor"], call))
        ok(house.post(f"/tickets/{ticket['id']}/finish", tokens["supervisor"]))
        rated = {"grade": "dissatisfied", "words": text}
        house.post(f"/tickets/{ticket['id']}/rating", ticket["token"], rated)
        booked = {"slot": world.given["slot"], "item": "id-card", "name": text[:60]}
        phone = {"phone": f"1380000{n:04d}"}
        house.post("/staff/appointments", tokens["supervisor"], {**booked, **phone})
        words = {"words": text}
        renewal = f"/staff/renewals/{world.ids['renewal_id']}/answer"
        house.post(renewal, tokens["approver"], words)
        house.post("/me/people", tokens["citizen"], {"name": text, "credit_code": "x"})
        world.given["number"] = ticket["number"]
    html = {"message": SHOWABLE["HTML ends a script"][:60]}
    ok(house.post("/staff/hall/message", tokens["supervisor"], html))


@pytest.fixture(scope="module")
def planted(kept: Kept) -> Iterator[World]:
    kept.put_back()
    plant(kept.world)
    yield kept.world
    kept.put_back()


@pytest.fixture(scope="module")
def server(planted: World) -> Iterator[str]:
    """The world as a browser reaches it, at its own hour."""
    served = make_server("127.0.0.1", 0, planted.house.app, threaded=True)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, server: str, world: World, who: str, path: str) -> Page:
    context = browser.new_context(base_url=server)
    if token := world.tokens.get(who):
        cookie = {"name": COOKIES["staff"], "value": token, "url": server}
        context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    names = {name: value for name, value in world.ids.items() if isinstance(name, str)}
    known = {**names, **world.given, "token": world.tokens["ticket"]}
    page.goto(path.format(**{key: v for key, v in known.items() if isinstance(key, str)}))
    page.wait_for_timeout(700)  # what a page asks for once it is there
    return page


def test_no_page_takes_text_for_markup(browser: Browser, server: str, planted: World):
    found, shown = [], set()
    for who, paths in PAGES.items():
        for path in paths:
            page = opened(browser, server, planted, who, path)
            counted("nasty text", "pages looked at in a browser")
            if page.evaluate(f"() => window.{MARK} || document.getElementById('{MARK}')"):
                found.append(f"{path} takes text for markup")
            for element in page.evaluate(UNISOLATED, RIGHT_TO_LEFT):
                found.append(f"{path} lets text turn what stands beside it: {element}")
            text = page.evaluate("() => document.body.textContent")
            shown |= {name for name, nasty in SHOWABLE.items() if nasty[:60].strip() in text}
            page.context.close()
    counted("nasty text", "strings seen on some page as they are", len(shown))
    assert not found, "\n".join(found)
    assert {"HTML", "SQL", "templates", "written from the right", "emoji"} <= shown


def test_papers_show_text_as_text(planted: World):
    li = Citizen(planted.house, "li", planted.tokens["citizen"])
    for name, nasty in SHOWABLE.items():
        draft = begin(li)
        values = {"phone": "13800001234", "address": nasty[:100], "job": nasty[:50]}
        body = {"values": values, "revision": draft["revision"]}
        answer = li.put(f"/submissions/{draft['id']}/values", body)
        if answer.status_code == 200:
            given = {"revision": answer.json["revision"]}
            answer = li.post(f"/submissions/{draft['id']}/submit", given)
        if answer.status_code != 200:
            counted("nasty text", "strings refused for a paper")
            assert answer.status_code == 422, name
            ok(li.post(f"/submissions/{draft['id']}/withdraw", {}))
            continue
        done = answer.json
        paper = li.get(f"/submissions/{done['id']}/document")
        assert paper.status_code == 200, (name, paper.get_data(as_text=True))
        text = text_of(paper.get_data())
        counted("nasty text", "papers read again")
        if nasty.isascii() and nasty.isprintable():
            assert re.sub(r"\s", "", nasty)[:12] in text, name
        assert "root:" not in text


def text_of(pdf: bytes) -> str:
    pages = pdfium.PdfDocument(pdf)
    read = "".join(page.get_textpage().get_text_range() for page in pages)
    return re.sub("[\\s\ufffe\u200b]", "", read)  # long words may break anywhere


FILES = {
    "supervisor": ("/staff/report.csv",),
    "administrator": ("/staff/renewals/records.csv", "../../office/licences/shares.csv"),
}


def test_no_cell_of_a_file_is_a_formula(planted: World):
    for who, paths in FILES.items():
        for path in paths:
            answer: Any = planted.house.get(path, planted.tokens[who])
            if path.startswith(".."):
                headers = {"Authorization": f"Bearer {planted.tokens[who]}"}
                answer = planted.house.app.test_client().get(path[5:], headers=headers)
            assert answer.status_code == 200, path
            text = answer.get_data(as_text=True)
            assert text.startswith(BOM)
            for row in csv.reader(io.StringIO(text[1:])):
                counted("nasty text", "cells of files", len(row))
                assert not [cell for cell in row if cell.startswith(FORMULA)], row
