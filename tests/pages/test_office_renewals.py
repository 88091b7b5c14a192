"""The desk of who decides renewals, worked by keyboard on one screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urljoin

from playwright.sync_api import Page, expect

from tests.house import PASSWORD, House
from tests.office.renewals import due
from tests.pages.test_every_page import quirks

FINE = "罚字〔2026〕1号"


def test_a_renewal_is_decided_by_keyboard(house: House, open_page: Callable[..., Page]):
    library = due(house)
    today = house.clock.now().date()
    for name, kind, days in (("li", "guide", 15), ("zhao", "guide", 20), ("wang", "shop", 60)):
        library.holders[library.citizen(name).id_number] = {"no_penalty": False, "reference": FINE}
        renewal = library.confirmed(name, kind, ends=f"{today + timedelta(days=days)}")

    page = open_page("/office/", 1366, 768)
    page.get_by_label("用户名").fill("approver")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/renewals/desk*")  # who decides begins here
    lines = page.locator("#lines button")
    expect(lines).to_have_text([re.compile(name) for name in ("李", "赵", "王")])
    page.locator("#lines [aria-current]").focus()
    for title in ("赵大明 · 导游证", "王小红 · 小餐饮登记证"):
        page.keyboard.press("ArrowDown")
        expect(page.locator("#title")).to_have_text(title)
    doubt = page.locator("#checks li").filter(has_text="行政处罚")
    expect(doubt).to_contain_text("不符")
    expect(doubt).to_contain_text(FINE)
    for seen in ("#clock", "#checks", "#application", "#licence", "#history", "#submit"):
        box = page.locator(seen).bounding_box()
        assert box, seen
        assert box["y"] + min(box["height"], 40) <= 768, f"{seen} is below the screen"

    submit = page.get_by_role("button", name="提交")
    expect(submit).to_be_disabled()
    page.get_by_label("不予延续").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("罚款尚未缴清")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("已决定不予延续：王小红")
    expect(lines).to_have_count(2)
    expect(page.locator("#title")).to_be_focused()
    expect(page.locator("#title")).to_have_text("赵大明 · 导游证")
    assert page.locator("dialog[open]").count() == 0

    page.goto(urljoin(page.url, f"/office/renewals/{renewal['id']}"))
    expect(page.locator("#decided")).to_contain_text("罚款尚未缴清")
    assert quirks(page) == []


def test_a_long_queue_leaves_the_decision_in_sight(house: House, open_page: Callable[..., Page]):
    library = due(house)
    for nth in range(15):
        library.confirmed(f"li-{nth}", "guide")

    page = open_page("/office/", 1366, 768)
    page.get_by_label("用户名").fill("approver")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#lines button")).to_have_count(15)
    submit = page.get_by_role("button", name="提交")
    expect(submit).to_be_visible()
    box = submit.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 768
