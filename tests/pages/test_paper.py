"""Whoever was sent a paper's file compares it in their own browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.core.acts import SYSTEM, Act
from app.core.db import db
from app.documents import contents, service
from tests.documents.samples import GAPS

PHONE = (390, 844)


@pytest.fixture
def paper(house):
    with house.app.app_context():
        made = service.made_once(contents.gaps(GAPS), Act(house.clock.now(), SYSTEM))
        db.session.remove()
    return made


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_a_file_is_compared_where_it_is(paper, open_page, query):
    page = open_page(f"/verify/{paper.code}{query}", *PHONE)
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

    result = page.get_by_role("status")
    file = {"name": "申请书.pdf", "mimeType": "application/pdf"}
    for pdf, same in ((paper.pdf, "yes"), (paper.pdf + b"\n", "no")):
        page.locator("#file").set_input_files({**file, "buffer": pdf})
        expect(result).to_have_attribute("data-same", same)
        expect(result).to_contain_text("申请书.pdf")
    assert Axe().run(page).response["violations"] == []
    assert "POST" not in sent


def test_a_file_is_dropped(paper, open_page):
    page = open_page(f"/verify/{paper.code}")
    dropped = page.evaluate_handle(
        """(bytes) => {
          const data = new DataTransfer()
          data.items.add(new File([new Uint8Array(bytes)], 'a.pdf', { type: 'application/pdf' }))
          return data
        }""",
        list(paper.pdf),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
    expect(page.get_by_role("status")).to_have_attribute("data-same", "yes")
