"""The sample-form desk: a card at the reader, a form that is filled, a number, and nothing left."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.house import KIOSK_TOKEN, House
from tests.pages.conftest import Open, sign_in
from tests.pages.test_console import opened
from tests.pages.test_every_page import quirks, still_chinese
from tests.phone.papers import ADDRESS, FORM_NAME, OLD_ADDRESS, open_library

__all__ = ["sign_in"]

NAME = "李小明"
UPRIGHT, LYING = (1080, 1920), (1280, 800)


@pytest.fixture
def number(house: House) -> str:
    """Of somebody whom the library knows, and the register."""
    li = house.citizen("li")
    house.register[li.id_number] = NAME
    open_library(house, li.id_number, NAME)
    return li.id_number


@pytest.fixture
def open_desk(built_client: None, open_page: Open):
    """A desk that has been told its token."""

    def open_desk(**options: object) -> Page:
        page = open_page(f"/kiosk/forms/#token={KIOSK_TOKEN}", *UPRIGHT, **options)
        expect(page.get_by_text(FORM_NAME)).to_be_visible()
        return page

    return open_desk


def show_card(desk: Page, number: str) -> None:
    """A reader types fast, and ends with Enter."""
    desk.get_by_role("button", name=re.compile(FORM_NAME)).click()
    expect(desk.get_by_role("img", name="把身份证放在读卡区")).to_be_visible()
    desk.keyboard.type(number)
    desk.keyboard.press("Enter")
    expect(desk.locator("#field-name")).to_be_visible()


def tap(desk: Page, text: str) -> None:
    """On the screen's own keys."""
    for sign in text:
        desk.locator(".keyboard .key").get_by_text(sign, exact=True).click()


def kept(desk: Page) -> str:
    return desk.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")


def test_a_card_becomes_a_form_a_number_and_a_file_at_the_counter(
    house, open_desk, number, sign_in
):
    desk = open_desk()
    show_card(desk, number)
    expect(desk.locator("#field-registered_address")).to_contain_text(ADDRESS)
    expect(desk.locator("#field-registered_address")).to_contain_text(OLD_ADDRESS)
    desk.get_by_role("button", name="下一步").click()
    expect(desk.locator("#field-phone")).to_contain_text("请填写手机号码。")

    desk.get_by_label("手机号码", exact=True).click()
    tap(desk, "13800138000")
    desk.get_by_text("异地长期居住人员").click()
    desk.get_by_label("异地居住地址").fill("平江路 8 号")
    desk.get_by_label("就医地（省、市）").click()
    tap(desk, "su")
    tap(desk, "苏")
    tap(desk, "zhou")
    tap(desk, "州")
    expect(desk.get_by_label("就医地（省、市）")).to_have_value("苏州")
    desk.get_by_label("联系人姓名").fill("王芳")
    desk.get_by_label("联系人电话").fill("13900139000")
    expect(desk.get_by_text("填写的内容已自动保存")).to_be_visible()
    desk.locator("#field-starts_on").get_by_role("button").click()
    desk.locator(".uni-picker-action-confirm").filter(visible=True).click()
    desk.locator("#field-agreed").get_by_text("是", exact=True).click()
    desk.get_by_role("button", name="看着都对，下一步").click()
    desk.get_by_role("checkbox", name=re.compile("本人承诺")).click()
    desk.evaluate("() => { window.prints = 0; window.print = () => { window.prints += 1 } }")
    desk.get_by_role("button", name="提交并取号").click()
    expect(desk.locator(".paper .number")).to_have_text("A001")
    code = desk.locator(".paper .code").inner_text().removeprefix("填报编号 ").replace(" ", "")
    qr = desk.locator(".paper img")
    assert qr.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert [each for each in (number, NAME, ADDRESS, "苏州") if each in kept(desk)] == []
    desk.wait_for_function("window.prints === 1")  # by itself; the button is for another
    expect(desk.get_by_role("button", name="重打号票")).to_be_visible()
    desk.get_by_role("button", name="结束").click()
    expect(desk.get_by_text("您要办什么事？")).to_be_visible()
    assert [each for each in (NAME, ADDRESS, code, "苏州") if each in desk.content()] == []

    console = opened(sign_in)
    console.keyboard.press("n")
    expect(console.locator("#file")).to_contain_text(code)
    console.keyboard.press("v")
    whole = console.locator("#file-whole")
    expect(whole.locator("[data-row=destination]")).to_contain_text("苏州")
    expect(whole.locator("[data-row=settled]")).to_contain_text("已承诺")


def test_who_goes_away_leaves_nothing_behind(house, open_desk, number):
    desk = open_desk(with_clock=True)
    show_card(desk, number)
    expect(desk.locator("#field-name")).to_contain_text(NAME)
    desk.clock.run_for(61_000)
    expect(desk.get_by_role("alertdialog")).to_contain_text("秒后清除")
    desk.get_by_role("button", name="继续填写").click()
    expect(desk.get_by_role("alertdialog")).to_be_hidden()
    with desk.expect_response("**/close?*"):
        desk.clock.run_for(81_000)
    expect(desk.get_by_text("您要办什么事？")).to_be_visible()
    assert NAME not in desk.content()

    show_card(desk, number)
    desk.go_back()
    expect(desk.get_by_text("您要办什么事？")).to_be_visible()
    assert NAME not in desk.content()


def test_the_desk_can_be_used_by_everybody(house, open_desk, number):
    desk = open_desk()
    wrong = {"items": quirks_of(desk)}
    desk.get_by_role("button", name=re.compile(FORM_NAME)).click()
    desk.get_by_role("button", name="手工输入").click()
    desk.get_by_label("姓名").click()
    wrong["typing"] = quirks_of(desk)
    desk.get_by_role("button", name="结束").click()
    show_card(desk, number)
    wrong["form"] = quirks_of(desk)
    desk.get_by_role("button", name="English").click()
    expect(desk.get_by_text("Insured person")).to_be_visible()
    lines = [one for one in still_chinese(desk) if not re.search("清河|旧街|职工|李|江苏", one)]
    wrong["form in English"] = quirks_of(desk) + lines
    assert {where: what for where, what in wrong.items() if what} == {}


def quirks_of(desk: Page) -> list[str]:
    """On either kind of screen."""
    found = []
    for width, height in (LYING, UPRIGHT):
        desk.set_viewport_size({"width": width, "height": height})
        found += quirks(desk)
    return found
