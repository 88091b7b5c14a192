"""What the called person brought, at the counter: masked beside the number, opened for a purpose,
corrected together, and all that is missing told once; then gone from the page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.house import HALL, House
from tests.pages.test_console import opened
from tests.pages.test_every_page import quirks
from tests.phone.papers import ADDRESS, FORM_NAME, OLD_ADDRESS, open_library

NAME = "李小明"
PHONE = "13800138000"
FILLED = {
    "phone": PHONE,
    "filing_type": "posted",
    "destination": "江苏省苏州市",
    "residence_address": "苏州市平江路 8 号",
    "employer": "苏州分公司",
    "contact_name": "王芳",
    "contact_phone": "13900139000",
    "agreed": True,
}
REFUSED = "422"
PAPER = "window.open = (path) => { window.paper = path }"  # a browser's reader is not ours to test


def submitted(house: House) -> tuple[dict, dict]:
    """Li fills a form on the phone, and has a number in the hall; the submission and the number."""
    li = house.citizen("li").verify(NAME)
    open_library(house, li.id_number, NAME)
    draft = li.post("/submissions", {"hall": HALL, "item": "id-card"}).json
    today = house.get(f"/halls/{HALL}").json["date"]
    body = {"values": {**FILLED, "starts_on": today}, "revision": draft["revision"]}
    saved = li.put(f"/submissions/{draft['id']}/values", body).json
    assert saved["problems"] == []
    done = li.post(f"/submissions/{draft['id']}/submit", {"revision": saved["revision"]})
    assert done.status_code == 200, done.get_data(as_text=True)
    ticket = li.take_from_afar()
    assert house.check_in(ticket).status_code == 201
    return done.json, ticket


def left_on(page: Page) -> list[str]:
    """What the page still says of the person, shown or not."""
    there = page.evaluate(
        "[document.documentElement.outerHTML, ...[...document.querySelectorAll('input, textarea')]"
        ".map((field) => field.value)].join(' ')"
    )
    return [each for each in (NAME, ADDRESS, OLD_ADDRESS, PHONE, "137", "苏州") if each in there]


def paper_of(console: Page) -> str:
    """What was opened to be printed."""
    return console.evaluate("fetch(window.paper).then((answer) => answer.text())")


def test_a_file_is_opened_corrected_and_its_gaps_are_told(house, sign_in):
    submission, _ticket = submitted(house)
    console = opened(sign_in, may_fail=REFUSED, script=PAPER)
    keys, file, said = console.keyboard, console.locator("#file"), console.locator("#said")
    button = console.locator("[data-action=next]")
    place = button.bounding_box()
    expect(file).to_be_hidden()
    keys.press("n")
    expect(said).to_have_text("请 A001 号到 1 号窗口办理。")
    expect(file).to_contain_text(FORM_NAME)
    expect(file).to_contain_text(submission["code"])
    expect(file).to_contain_text("居民户口簿")
    assert left_on(console) == []

    keys.press("v")
    whole = console.locator("#file-whole")
    expect(whole).to_contain_text(ADDRESS)
    purpose = "办理“身份证”（A001 号），本次查看已记录"
    expect(console.locator("#file-words")).to_contain_text(purpose)
    assert button.bounding_box() == place
    assert button.is_enabled()
    assert quirks(console) == []
    phone = whole.locator("[data-row=phone]")
    expect(phone).to_contain_text(PHONE)

    phone.focus()
    keys.press("Enter")
    dialog = console.locator("#correct-dialog")
    dialog.get_by_label("手机号码").fill("137")
    keys.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("手机号")
    console.wait_for_timeout(600)  # longer than a double click
    dialog.get_by_label("手机号码").fill("13700137000")
    keys.press("Enter")
    expect(said).to_have_text("“手机号码”已更正。")
    expect(phone).to_contain_text("13700137000")
    expect(phone).to_contain_text(f"原为“{PHONE}”，clerk1")
    expect(whole).to_contain_text(f"{PHONE} → 13700137000")
    assert console.evaluate("document.activeElement.dataset.row") == "phone"

    insurance = whole.locator("[data-row=insurance]")
    insurance.get_by_role("button").click()
    expect(dialog).to_contain_text("社会保障卡")
    keys.press("Escape")

    lacking = whole.locator(".materials li").last
    lacking.get_by_role("button", name="缺少").click()
    name = lacking.locator("strong").inner_text()
    expect(said).to_have_text(f"“{name}”已标记为缺少。")
    keys.press("m")
    list_ = console.locator("#gaps-dialog")
    expect(list_.get_by_label(name, exact=True)).to_be_checked()
    assert quirks(console) == []
    list_.get_by_label("其他缺少的材料").fill("近期照片一张")
    list_.get_by_role("button", name="告知并打印").click()
    expect(said).to_contain_text("A001 号已一次性告知")
    assert paper_of(console)[:5] == "%PDF-"
    told = house.citizen("li").get("/me/submissions").json[0]["gaps"]
    assert [each["name"] for each in told["materials"]][-1] == "近期照片一张"

    keys.press("v")
    expect(file).to_contain_text("已一次性告知")
    keys.press("v")
    expect(whole).to_contain_text("13700137000")
    keys.press("f")
    expect(said).to_have_text("A001 已办结。")
    expect(file).to_be_hidden()
    assert left_on(console) == []


def test_a_form_is_found_by_its_number_for_who_came_without_a_name(house, sign_in):
    submission, _ticket = submitted(house)
    clerk = house.clerk("2")
    clerk.handle(clerk.next()["ticket"], "finish")
    house.take()
    console = opened(sign_in, may_fail="404")
    file, said = console.locator("#file"), console.locator("#said")
    console.keyboard.press("n")
    expect(file).to_contain_text("没有在线填报")
    expect(file.get_by_role("button", name="查看全部")).to_be_hidden()
    console.keyboard.press("b")
    console.get_by_label("填报编号").fill("ABCDE FGHJK")
    console.keyboard.press("Enter")
    expect(said).to_contain_text("没有找到这份填报")
    code = submission["code"].lower()
    console.keyboard.press("b")
    console.get_by_label("填报编号").fill(f"{code[:5]} {code[5:]}")
    console.keyboard.press("Enter")
    expect(file).to_contain_text(FORM_NAME)
    assert left_on(console) == []
