"""A form that fills itself on the phone: corrected, submitted, printed; a licence shown."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.house import HALL
from tests.phone.conftest import Phone
from tests.phone.papers import ADDRESS, FORM_NAME, OLD_ADDRESS, open_library

NAME = "李小明"


def field(phone: Phone, name: str) -> Locator:
    return phone.page.locator(f"#field-{name}").filter(visible=True)


def test_a_form_that_is_filled_is_corrected_submitted_and_printed(house, open_phone):
    li = house.citizen("li").verify(NAME)
    open_library(house, li.id_number, NAME)
    phone = open_phone("#/pages/signin/index")
    phone.sign_in("li")
    phone.go(f"item?hall={HALL}&item=id-card")
    phone.tap("在线填表")

    phone.sees(FORM_NAME, "已自动填好", "材料")
    expect(field(phone, "name")).to_contain_text(NAME)
    expect(field(phone, "name")).to_contain_text("不能在这里修改")
    address = field(phone, "registered_address")
    expect(address).to_contain_text(re.compile(f"{ADDRESS}.*记载不一致|记载不一致.*{ADDRESS}"))
    expect(address).to_contain_text(OLD_ADDRESS)
    address.get_by_text("改用这个").click()
    expect(address).to_contain_text(ADDRESS)  # what it replaced can be taken back

    phone.tap("提交")
    expect(field(phone, "phone")).to_contain_text(li.phone)
    expect(field(phone, "contact_name")).to_contain_text("请填写联系人姓名。")
    phone.tap("异地长期居住人员")
    phone.type("异地居住地址", "江苏省苏州市枫桥路 3 号")
    phone.type("就医地（省、市）", "江苏省苏州市")
    choose_today(phone, "starts_on")
    phone.type("联系人姓名", "王芳")
    phone.type("联系人电话", "13900139000")
    phone.tap("是")
    phone.sees("可承诺")
    phone.page.get_by_role("checkbox", name=re.compile("本人承诺")).click()
    phone.sees("已承诺", "填写的内容已自动保存")
    phone.tap("看着都对，提交")

    phone.sees("已提交", "填报编号", ADDRESS[:3], OLD_ADDRESS)
    with phone.page.expect_response("**/document?*") as paper:
        phone.page.evaluate("window.open = (url) => { document.title = url }")
        phone.tap("看申请书（PDF）")
    assert paper.value.headers["content-type"] == "application/pdf"
    expect(phone.page).to_have_title(re.compile("^blob:"))
    phone.go("submissions")
    phone.sees(FORM_NAME, "已提交")

    phone.go("licences")
    phone.tap("居民户口簿")
    phone.sees(ADDRESS, "填写《")
    with phone.page.expect_response("**/show?*") as shown:
        phone.tap("出示")
    phone.sees("请不要截图")
    verified = phone.page.context.new_page()
    verified.goto(shown.value.json()["url"])
    expect(verified.locator("body")).to_contain_text("居民户口簿")
    expect(verified.locator("body")).not_to_contain_text(NAME)


def choose_today(phone: Phone, name: str) -> None:
    """The day that the picker opens at."""
    phone.sees("填写的内容已自动保存")  # else the page may be drawn anew between focus and key
    button = field(phone, name).get_by_role("button")
    button.focus()
    expect(button).to_be_focused()
    phone.page.keyboard.press("Enter")
    phone.page.locator(".uni-picker-action-confirm").filter(visible=True).click()
