"""What everybody may read: the order table as it hangs on the wall, the day's calls, every door."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_the_order_table_is_one_sheet_and_the_one_the_api_gives(house, open_page):
    told = house.get("/halls/t/rules").json
    page = open_page("/halls/t/rules")
    expect(page.locator("tbody tr")).to_have_text(
        [
            re.compile(re.escape(row["how"]) + r"\s*" + re.escape(row["due"]))
            for row in told["order"]
        ]
    )
    for note in told["notes"]:
        expect(page.locator(".notes")).to_contain_text(note)
    assert {sheets(page, sheet) for sheet in ("A4", "A3")} == {1}
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="How numbers are called")).to_be_visible()
    assert {sheets(page, sheet) for sheet in ("A4", "A3")} == {1}


def sheets(page, paper):
    """How many sheets of this paper the page is printed on."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))


def test_every_call_is_there_with_its_reason(house, open_page):
    first, second = house.take(), house.take(priority="elderly")
    clerk = house.clerk("1")
    clerk.do("call", {"number": first["number"], "reason": "行动不便"})
    clerk.next()
    page = open_page("/halls/t/calls")
    lines = page.locator("tbody tr")
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text(second["number"])
    expect(lines.nth(0)).to_contain_text("依法优先；")
    expect(lines.nth(1)).to_contain_text("叫指定号：行动不便")
    page.get_by_role("link", name="English").click()
    expect(lines.nth(0)).to_contain_text("Priority by law; ")
    expect(lines.nth(1)).to_contain_text("Called by hand: 行动不便")
    page.goto(page.url.replace("lang=en", "date=2001-01-01"))
    expect(page.get_by_text("Nobody has been called")).to_be_visible()


def test_the_calls_of_one_number_are_found(house, open_page):
    for _ in range(2):
        house.take()
    clerk = house.clerk("1")
    for _ in range(2):
        clerk.handle(clerk.next()["ticket"], "pass")
    page = open_page("/halls/t/calls")
    expect(page.get_by_role("heading", name="今天的叫号")).to_be_visible()
    page.get_by_label("查号码").fill("a001")
    page.get_by_role("button", name="查询").click()
    expect(page.locator("tbody th")).to_have_text(["A001"])
    page.get_by_role("link", name="全部叫号").click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_the_first_page_says_how_many_wait_and_leads_everywhere(house, open_page, live_server):
    house.take()
    page = open_page("/")
    expect(page.get_by_role("link", name="取号机")).to_contain_text("登记码")
    hall = page.get_by_role("region", name="测试大厅")
    expect(hall).to_contain_text("1 人等候")
    hall.get_by_role("link", name="叫号规则").click()
    expect(page.get_by_role("heading", name="叫号规则")).to_be_visible()
    page.goto(live_server)
    hall.get_by_text("窗口屏幕").click()
    address = hall.get_by_role("link", name="3 号窗口").get_attribute("href")
    assert address == "/screen/t/counter/3"
