"""Who leads the hall looks at it and changes it from a desk; the console, the screen and the
machine follow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.house import PASSWORD
from tests.pages.test_a_morning import take

SOON_MS = 5_000


@pytest.fixture
def office(open_page):
    """The hall now, for somebody who is signed in."""

    def office(who: str = "supervisor", **options: object) -> Page:
        page = open_page("/office/", **options)
        page.get_by_label("用户名").fill(who)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.locator(".counter")).to_have_count(9)
        return page

    return office


def test_a_lane_is_moved_to_a_second_counter_whose_console_calls_from_it(house, office, sign_in):
    house.take("permit")
    console = sign_in("1")
    console.keyboard.press("o")
    page = office()
    one = page.locator('.counter[data-no="1"]')
    expect(one).to_contain_text("clerk1")
    expect(one).to_contain_text("在办")
    expect(page.locator('.counter[data-no="9"]')).to_contain_text("无人")
    expect(page.locator('tr[data-lane="J"]')).to_contain_text("J 工程建设")

    house.take("id-card")
    one.click()
    dialog = page.locator("#counter-dialog")
    expect(dialog).to_contain_text("在办，clerk1 在岗。")
    dialog.get_by_label("J 工程建设").select_option("首选")
    for lane in ("A 户籍", "B 社保"):
        dialog.get_by_label(lane).select_option("协助")
    dialog.get_by_label("原因").fill("工程建设人多")
    dialog.get_by_role("button", name="改办这些队列").click()
    expect(page.locator("#said")).to_have_text("1 号窗口已改办。")
    expect(one).to_contain_text("已调整")
    expect(page.locator("#changes")).to_contain_text("1 号窗口改办：首选 J，协助 A B")
    expect(page.locator("#changes")).to_contain_text("工程建设人多")
    console.keyboard.press("n")
    expect(console.locator("#hand .number")).to_have_text("J001")
    expect(one).to_contain_text("J001")

    one.click()
    dialog.get_by_role("button", name="恢复平常的队列").click()
    expect(one).not_to_contain_text("已调整")
    expect(page.locator("#changes .ended")).to_contain_text("supervisor 结束")


def test_what_would_leave_a_lane_without_a_counter_is_said_in_the_dialog(house, office):
    page = office(may_fail="409")
    page.locator('.counter[data-no="9"]').click()
    dialog = page.locator("#counter-dialog")
    dialog.get_by_label("J 工程建设").select_option("不办")
    dialog.get_by_role("button", name="改办这些队列").click()
    expect(page.locator("#counter-said")).to_have_text("请至少选一个首选队列。")
    dialog.get_by_label("A 户籍").select_option("首选")
    dialog.get_by_role("button", name="改办这些队列").click()
    expect(page.locator("#counter-said")).to_contain_text("没有任何窗口把 J 工程建设 列为首选队列")
    expect(dialog).to_be_visible()


def test_a_counter_is_paused_from_the_office(house, office, sign_in):
    console = sign_in("2")
    console.keyboard.press("o")
    expect(console.locator("#said")).to_have_text("已开放窗口。")
    page = office()
    page.locator('.counter[data-no="2"]').click()
    page.locator("#counter-dialog").get_by_role("button", name="暂停").click()
    expect(page.locator("#said")).to_have_text("已暂停 2 号窗口。")
    expect(console.locator("#status")).to_contain_text("暂停", timeout=SOON_MS)


def test_the_line_on_the_screen_and_numbers_that_stop(house, office, open_page, open_machine):
    board = open_page("/screen/t", 1920, 1080)
    machine = open_machine(may_fail="409")
    page = office()
    page.get_by_role("textbox", name="屏幕信息").fill("今天下午停电检修")
    page.get_by_role("button", name="显示在屏幕上").click()
    expect(page.locator("#said")).to_have_text("已显示在屏幕上。")
    expect(board.get_by_text("今天下午停电检修")).to_be_visible(timeout=SOON_MS)

    page.locator('tr[data-lane="A"]').get_by_role("button", name="停止取号").click()
    dialog = page.locator("#stop-dialog")
    dialog.get_by_label("原因").fill("户籍系统故障")
    dialog.get_by_role("button", name="停止取号").click()
    expect(page.locator('tr[data-lane="A"]')).to_contain_text("已停号")
    machine.get_by_role("button", name="公安局").click()
    machine.get_by_role("button", name="身份证").click()
    machine.get_by_role("button", name="取号", exact=True).click()
    expect(machine.get_by_text("“户籍”现在停止取号：户籍系统故障。")).to_be_visible()
    page.get_by_role("button", name="恢复取号").click()
    expect(page.locator("#said")).to_have_text("已恢复取号。")
    machine.reload()
    assert take(machine) == "A001"


def test_a_warning_comes_by_itself_and_goes_when_somebody_serves(house, office, sign_in):
    page = office()
    expect(page.locator("#warnings-box")).to_be_hidden()
    house.take("id-card")
    expect(page.locator("#warnings")).to_contain_text("A 户籍：1 人，最长 0 分钟，没有窗口在办理")
    console = sign_in("1")
    console.keyboard.press("o")
    expect(page.locator("#warnings-box")).to_be_hidden()


def test_who_does_not_lead_looks_on(house, office):
    page = office("guide")
    expect(page.locator("button.counter")).to_have_count(0)
    expect(page.get_by_role("button", name="停止取号")).to_have_count(0)
    expect(page.get_by_role("button", name="显示在屏幕上")).to_have_count(0)
