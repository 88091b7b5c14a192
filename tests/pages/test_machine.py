"""The number machine, as people use it: with a finger, a card, and no keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.pages.test_a_morning import take
from tests.pages.test_arriving import slot

BROKEN = "Failed to load resource"


def button(page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def test_letters_on_the_machine_find_an_item(machine):
    machine.get_by_role("searchbox").click()
    for letter in "YLX":
        button(machine, letter).click()
    expect(machine.get_by_text("没有找到这件事")).to_be_visible()
    button(machine, "清空").click()
    for letter in "YL":
        button(machine, letter).click()
    machine.get_by_role("button", name="养老").click()
    expect(machine.locator("#item-name")).to_have_text("养老")


def test_one_number_for_several_items_of_a_lane(house, machine):
    for item in ("身份证", "养老", "护照"):
        machine.get_by_role("button", name="公安局").click()
        machine.get_by_role("button", name=item).click()
        if item == "养老":
            expect(machine.locator("#item-note")).to_contain_text("不能用同一张号票")
        if item != "护照":
            button(machine, "再加一件事").click()
    expect(machine.locator("#item-name")).to_have_text("一张号票办 2 件事")
    button(machine, "取号").click()
    expect(machine.locator("#ticket-item")).to_have_text("身份证、护照")
    assert house.waiting() == ["A001"]


def test_who_asks_for_the_same_again_is_asked_back(house, open_machine):
    machine = open_machine(with_clock=True)
    take(machine)
    button(machine, "返回首页").or_(machine.locator("#back")).first.click()
    machine.get_by_role("button", name="公安局").click()
    machine.get_by_role("button", name="身份证").click()
    button(machine, "取号").click()
    expect(machine.locator("#twice-words")).to_contain_text("“身份证”的号：A001")
    button(machine, "补打刚才的号票").click()
    expect(machine.locator("#ticket-title")).to_have_text("您的号票，号码不变")
    expect(machine.locator("#ticket-number")).to_have_text("A001")
    assert house.waiting() == ["A001"]

    machine.locator("#back").click()
    machine.clock.run_for(61_000)
    machine.get_by_role("button", name="公安局").click()
    machine.get_by_role("button", name="身份证").click()
    button(machine, "取号").click()
    expect(machine.locator("#ticket-number")).to_have_text("A002")


def test_the_page_goes_back_to_the_start_and_to_chinese(open_machine):
    machine = open_machine(with_clock=True)
    machine.locator("#language").click()
    machine.get_by_role("button", name="公安局").click()
    machine.get_by_role("button", name="身份证").click()
    machine.get_by_role("button", name="Take a number").click()
    back = machine.locator("#back")
    expect(back).to_have_text(re.compile(r"Back to the start \((20|1\d) s\)"))
    machine.clock.run_for(9_000)
    expect(back).to_have_text(re.compile(r"\(\d s\)|\(1[01] s\)"))
    machine.locator("#ticket-number").click()  # somebody is still reading
    expect(back).to_have_text(re.compile(r"\((20|1[2-9]) s\)"))
    machine.clock.run_for(21_000)
    expect(machine.get_by_text("现场取号：您要办什么事？")).to_be_visible()
    expect(back).to_be_hidden()


def test_priority_at_check_in_by_a_code_on_a_phone(house, machine):
    booked = house.citizen("li").identify().book(slot(house, 0))
    machine.get_by_role("button", name="我有预约").click()
    button(machine, "孕产妇").click()
    with machine.expect_response("**/kiosk/check-ins") as answered:
        machine.keyboard.type(f"{booked['code']}\n")
    expect(machine.locator("#ticket-title")).to_have_text("签到成功")
    assert house.row(answered.value.json())["priority"] == "pregnant"


def test_the_code_on_paper_lets_in_and_prints_again(house, open_machine):
    machine = open_machine(may_fail="409")
    afar = house.take_from_afar()
    page = f"http://hall.example/t/{afar['token']}"
    machine.keyboard.type(f"{page}\n")
    expect(machine.locator("#ticket-title")).to_have_text("签到成功")
    machine.locator("#back").click()
    machine.keyboard.type(f"{page}\n")
    expect(machine.locator("#refused-words")).to_contain_text("不能签到")
    button(machine, "补打号票").last.click()
    expect(machine.locator("#ticket-number")).to_have_text(afar["number"])
    machine.locator("#back").click()
    machine.locator("#lost").click()
    machine.keyboard.type(f"{page}\n")
    expect(machine.locator("#ticket-title")).to_have_text("您的号票，号码不变")
    assert house.waiting() == [afar["number"]]


def test_everything_to_touch_is_below_the_upper_third(machine):
    def highest() -> float:
        boxes = [
            one.bounding_box() for one in machine.locator("button:visible, input:visible").all()
        ]
        return min(box["y"] for box in boxes if box)

    assert highest() > 1920 / 3
    button(machine, "低位操作").click()
    assert highest() > 1920 / 2
    machine.locator("#booked").click()
    assert highest() > 1920 / 2


COVERED = """() => [...document.querySelectorAll('#enter button')].filter((button) => {
  const { x, y, width, height } = button.getBoundingClientRect()
  const there = document.elementFromPoint(x + width / 2, y + height / 2)
  return button.checkVisibility() && !button.contains(there)
}).map((button) => button.textContent)"""


def under_something(page) -> list[str]:
    """The buttons of the keypad's page that a finger on their middle would miss."""
    found = page.evaluate(COVERED)
    letters = page.locator("#keypad .switch")  # guides have them: firms have credit codes
    if letters.count():
        letters.click()
        found += page.evaluate(COVERED)
    return found


@pytest.mark.parametrize(
    ("width", "height", "is_low"), [(1080, 1920, False), (1080, 1920, True), (1920, 1080, False)]
)
def test_every_key_is_under_the_finger(machine, width, height, is_low):
    machine.set_viewport_size({"width": width, "height": height})
    if is_low:
        button(machine, "低位操作").click()
    machine.locator("#booked").click()
    assert under_something(machine) == []


def test_every_key_of_a_tablet_is_under_the_finger(guide):
    for width, height in ((768, 1024), (1024, 768)):
        guide.set_viewport_size({"width": width, "height": height})
        for door in ("#booked", "#lost"):
            guide.locator(door).click()
            assert under_something(guide) == []
            guide.locator("#back").click()


def test_a_card_without_a_booking_is_offered_a_number(open_machine):
    machine = open_machine(may_fail="404")
    machine.keyboard.type("110101199003070994\n")
    expect(machine.locator("#refused-words")).to_contain_text("没有找到")
    button(machine, "重新输入").click()
    expect(machine.locator("#enter-title")).to_have_text("预约签到")
    machine.keyboard.type("110101199003070994\n")
    button(machine, "取现场号").click()
    expect(machine.get_by_role("button", name="公安局")).to_be_visible()


def test_a_number_can_be_printed(house, machine):
    machine.evaluate("() => { window.prints = 0; window.print = () => { window.prints += 1 } }")
    take(machine)
    button(machine, "打印号票").click()
    with machine.expect_response("**/kiosk/reprints"):
        button(machine, "重打号票").click()
    assert machine.evaluate("window.prints") == 2
    machine.emulate_media(media="print")
    for part in ("#ticket-number", "#ticket-qr"):
        expect(machine.locator(part)).to_be_visible()
    expect(machine.locator("#print")).to_be_hidden()
    assert house.waiting() == ["A001"]


def test_a_guide_prints_again_by_number_alone(house, guide):
    house.take()
    guide.locator("#lost").click()
    for key in "A001":
        guide.locator("#keypad").get_by_role("button", name=key, exact=True).click()
    guide.locator("#arrive").click()
    expect(guide.locator("#ticket-number")).to_have_text("A001")


def test_paper_numbers_are_typed_row_by_row(house, guide):
    house.reload(lambda file: file["hall"]["rules"].update(paper_numbers="901-950"))
    machine = house.take()
    guide.get_by_role("link", name="补录纸质号").click()
    expect(guide.get_by_label("号码")).to_be_focused()  # by the page's script, which is there now
    guide.get_by_label("号码").fill("a901")
    guide.get_by_label("事项").fill("sfz")
    guide.get_by_label("号上的时间").fill("0410")
    guide.keyboard.press("Enter")
    expect(guide.locator("#rows")).to_contain_text("已录入，前面还有 0 人")
    expect(guide.get_by_label("号码")).to_have_value("A902")
    guide.get_by_label("号上的时间").fill("2359")
    guide.keyboard.press("Enter")
    refused = guide.locator("tr[data-is=refused]")
    expect(refused).to_contain_text("还没有到")
    refused.get_by_role("button", name="修改").click()
    guide.get_by_label("号上的时间").fill("4:05")
    guide.keyboard.press("Enter")
    expect(guide.locator("tr[data-is=entered]")).to_have_count(2)
    assert house.waiting() == ["A902", "A901", machine["number"]]


def test_a_row_entered_before_the_page_is_ready_keeps_its_words(house, guide):
    house.reload(lambda file: file["hall"]["rules"].update(paper_numbers="901-950"))
    scripts = []
    guide.route("**/kiosk/paper.js", lambda route: scripts.append(route))
    guide.get_by_role("link", name="补录纸质号").click()
    for label, typed in {"号码": "a901", "事项": "sfz", "号上的时间": "0410"}.items():
        guide.get_by_label(label).fill(typed)
    guide.keyboard.press("Enter")
    scripts[0].continue_()
    expect(guide.get_by_label("号码")).to_be_focused()
    expect(guide.get_by_label("号上的时间")).to_have_value("0410")
    guide.get_by_label("号上的时间").press("Enter")
    expect(guide.locator("#rows")).to_contain_text("已录入，前面还有 0 人")


def test_a_line_that_breaks_and_comes_back(open_machine):
    machine = open_machine(may_fail=BROKEN, with_clock=True)
    alert = machine.get_by_role("alert").filter(has_text="请到导办台取号")
    home = machine.get_by_role("button", name="公安局")
    machine.context.set_offline(True)  # the browser knows, and the page need not wait to ask
    expect(alert).to_be_visible(timeout=3_000)
    expect(home).to_be_hidden()
    machine.context.set_offline(False)
    machine.clock.run_for(4_000)
    expect(home).to_be_visible()
    machine.route("**/api/**", lambda route: route.abort())  # the house is away, the line is not
    machine.clock.run_for(5_000)
    expect(alert).to_be_visible(timeout=6_000)
    machine.unroute("**/api/**")
    machine.clock.run_for(4_000)
    expect(home).to_be_visible()
