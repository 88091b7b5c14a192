"""What people see while a store is away: words, the last picture; the present once it is back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.faults.standstill import postgres, standing_still
from tests.house import HALL
from tests.pages.conftest import browser, environ, house, open_machine, open_page, sign_in

pytestmark = pytest.mark.faults

__all__ = ["browser", "environ", "house", "open_machine", "open_page", "sign_in"]
FAILED = "Failed to load resource"


def test_pages_say_that_the_system_does_not_answer_and_come_back(
    house, open_page, open_machine, sign_in, database_url
):
    ticket = house.take("id-card")
    console = sign_in("2", may_fail=FAILED)
    console.get_by_role("button", name="开放").click()
    wall = open_page(f"/screen/{HALL}", may_fail=FAILED)
    slip = open_page(f"/t/{ticket['token']}", may_fail=FAILED)
    machine = open_machine(may_fail=FAILED)
    expect(wall.locator("#next")).to_contain_text("A001")
    call = console.get_by_role("button", name="叫下一位")
    expect(call).to_be_enabled()

    with standing_still(postgres(database_url)):
        call.click()
        expect(machine.get_by_text("请到导办台取号")).to_be_visible()
        expect(machine.get_by_text("起没有应答")).to_be_visible()
        expect(console.get_by_text("大厅的系统没有应答").first).to_be_visible()
        expect(slip.get_by_text("您的号仍然有效")).to_be_visible()
        expect(wall.get_by_text("屏幕与系统的连接中断")).to_be_visible()
        expect(wall.locator("#next")).to_contain_text("A001")
        late = open_page(f"/screen/{HALL}", may_fail=FAILED)
        expect(late.get_by_text("大厅的系统暂时没有应答")).to_be_visible()

    expect(machine.get_by_text("请到导办台取号")).to_be_hidden()
    expect(console.locator("#offline")).to_be_hidden()
    expect(slip.get_by_text("请到 2 号窗口办理")).to_be_visible()
    expect(wall.locator("#now")).to_contain_text("A001")
    expect(late.locator("#now")).to_contain_text("A001")
    assert [call["number"] for call in house.calls()] == ["A001"]
