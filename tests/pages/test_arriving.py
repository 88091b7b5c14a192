"""Who booked comes to the machine or to the counter, and goes on with what else they came for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.house import HALL, credit_code


def today(house):
    return house.get(f"/halls/{HALL}").json["date"]


def slot(house, nth: int, *items: str) -> str:
    """The id of the nth time today that can still be booked; they begin each half hour."""
    query = "&".join(f"item={item}" for item in items or ("id-card",))
    return house.get(f"/halls/{HALL}/slots?{query}&date={today(house)}").json[nth]["id"]


def enter(machine, text: str) -> None:
    machine.get_by_role("button", name="我有预约").click()
    for key in text:
        machine.locator("#keypad").get_by_role("button", name=key, exact=True).click()


def test_a_code_typed_with_a_finger_becomes_a_number(house, machine):
    booked = house.citizen("li").identify().book(slot(house, 0))
    enter(machine, booked["code"][:9])
    expect(machine.locator("#typed-hint")).to_have_text("预约码还差 1 位")
    expect(machine.get_by_role("button", name="签到", exact=True)).to_be_disabled()
    machine.locator("#keypad").get_by_role("button", name=booked["code"][9], exact=True).click()
    code = booked["code"]
    expect(machine.locator("#typed")).to_have_text(f"{code[:4]} {code[4:7]} {code[7:]}")
    machine.get_by_role("button", name="签到", exact=True).click()
    expect(machine.locator("#ticket-title")).to_have_text("签到成功")
    expect(machine.locator("#ticket-number")).to_have_text("A001")
    expect(machine.locator("#ticket-item")).to_have_text("身份证")
    expect(machine.locator("#ticket-why")).to_contain_text("预约")
    assert house.waiting() == ["A001"]


@pytest.mark.parametrize("into", ["the page", "the search field"])
def test_a_reader_types_an_id_number_and_enter(house, machine, into):
    li = house.citizen("li").identify()
    li.book(slot(house, 0))
    if into == "the search field":
        machine.get_by_role("searchbox").focus()
    machine.keyboard.type(f"{li.id_number}\n")
    expect(machine.locator("#ticket-number")).to_have_text("A001")


def test_who_comes_too_early_may_take_a_number_on_site_at_once(house, open_machine):
    machine = open_machine(may_fail="409")
    li = house.citizen("li").identify()
    booked = li.book(slot(house, 4))
    enter(machine, booked["code"])
    machine.keyboard.press("Enter")
    opens = booked["check_in_opens_at"][11:16]
    expect(machine.locator("#refused-words")).to_contain_text(f"{opens} 起可以签到")
    machine.get_by_role("button", name="取现场号，保留预约").dblclick()
    expect(machine.locator("#ticket-title")).to_have_text("您的号票")
    expect(machine.locator("#ticket-item")).to_have_text("身份证")
    assert house.waiting() == ["A001"]
    assert li.get(f"/appointments/{booked['id']}").json["state"] == "booked"


def test_who_comes_too_early_may_give_the_booking_up(house, open_machine):
    machine = open_machine(may_fail="409")
    li = house.citizen("li").identify()
    booked = li.book(slot(house, 4))
    enter(machine, booked["code"])
    machine.keyboard.press("Enter")
    machine.get_by_role("button", name="取现场号，放弃预约").click()
    expect(machine.locator("#ticket-number")).to_have_text("A001")
    assert li.get(f"/appointments/{booked['id']}").json["state"] == "cancelled"


def test_a_code_that_nobody_has_can_be_typed_again(house, open_machine):
    machine = open_machine(may_fail="404")
    enter(machine, "0000000000")
    machine.get_by_role("button", name="签到", exact=True).click()
    expect(machine.locator("#refused-words")).to_contain_text("没有找到对应的预约")
    expect(machine.get_by_role("button", name="取现场号，保留预约")).to_be_hidden()
    machine.get_by_role("button", name="重新输入").click()
    expect(machine.locator("#typed")).to_be_empty()


def test_a_firms_credit_code_is_no_proof_at_the_machine(house, open_machine):
    machine = open_machine(may_fail="422")
    machine.get_by_role("button", name="我有预约").click()
    expect(machine.get_by_role("button", name="字母")).to_be_hidden()
    machine.keyboard.type(f"{credit_code()}\n")
    words = "单位预约请出示预约码，或到导办台签到。"
    expect(machine.locator("#refused-words")).to_have_text(words)
    machine.get_by_role("button", name="重新输入").click()
    machine.keyboard.type("9111M", delay=600)  # with fingers
    expect(machine.locator("#typed-hint")).to_have_text(words)


def test_a_guide_lets_a_firm_arrive_by_its_credit_code(house, guide):
    li = house.citizen("li").identify()
    firm = li.add("清河豆腐店", credit_code=credit_code())
    li.book(slot(house, 0), person=firm["id"])
    guide.get_by_role("button", name="我有预约").click()
    guide.get_by_role("button", name="字母").click()
    for key in credit_code():
        guide.locator("#keypad").get_by_role("button", name=key, exact=True).click()
    guide.locator("#arrive").click()
    expect(guide.locator("#ticket-title")).to_have_text("签到成功")
    assert house.waiting() == ["A001"]


def test_who_checked_in_already_hears_their_number(house, open_machine):
    machine = open_machine(may_fail="409")
    booked = house.citizen("li").identify().book(slot(house, 0))
    house.check_in_by(code=booked["code"])
    enter(machine, booked["code"])
    machine.get_by_role("button", name="签到", exact=True).click()
    expect(machine.locator("#refused-words")).to_have_text("这个预约已经签到，号码是 A001。")
    machine.get_by_role("button", name="补打号票").click()
    expect(machine.locator("#ticket-number")).to_have_text("A001")
    assert house.waiting() == ["A001"]


def test_a_clerk_lets_somebody_arrive_and_goes_on_to_their_next_item(house, sign_in):
    times = slot(house, 0, "id-card", "passport")
    body = {"slot": times, "items": ["id-card", "passport"]}
    li = house.citizen("li").identify()
    booked = li.post("/appointments", body).json
    console = sign_in("1", may_fail="404")
    said = console.locator("#said")
    console.keyboard.press("o")
    expect(said).to_have_text("已开放窗口。")
    console.keyboard.press("q")
    console.keyboard.type("123\n")
    expect(said).to_contain_text("预约码为 10 位数字")
    console.get_by_label("代为签到").fill("0000 000 000")
    console.keyboard.press("Enter")
    expect(said).to_contain_text("没有找到对应的预约")
    console.wait_for_timeout(600)  # longer than a double click
    console.get_by_label("代为签到").fill(booked["code"])
    with console.expect_response("**/kiosk/check-ins") as answered:
        console.keyboard.press("Enter")
    ticket = answered.value.json()
    expect(said).to_have_text("签到成功：A001 号，身份证、护照。请告诉办事人号码。")

    console.keyboard.press("n")
    expect(said).to_have_text("请 A001 号到 1 号窗口办理。")
    expect(console.locator("#hand .item")).to_contain_text("第 1 项，共 2 项")
    console.keyboard.press("f")  # nothing of a visit is ended unasked
    remaining = console.locator("#remaining-dialog")
    expect(remaining).to_contain_text("A001 还有一项没有办：护照")
    remaining.get_by_role("button", name="取消").click()
    assert house.row(ticket)["state"] == "called"
    console.keyboard.press("f")
    remaining.get_by_role("button", name="确定").click()
    going_on = console.locator("#next-item-dialog")
    going_on.get_by_label("稍后在本窗口办").check()
    going_on.get_by_role("button", name="转下一事项").click()
    expect(said).to_have_text("A001 下一事项：护照，在本窗口等候。")
    row = house.row(ticket)
    assert (row["item"], row["bound_to"]) == ("passport", "1")
    assert li.get(f"/tickets/{ticket['id']}").json["due_at"] == ticket["due_at"]

    console.wait_for_timeout(600)
    console.keyboard.press("n")
    expect(console.locator("#hand .item")).to_contain_text("护照")
    expect(console.get_by_role("button", name="下一事项")).to_be_hidden()
    console.keyboard.press("f")
    expect(said).to_have_text("A001 已办结。")


def test_a_question_put_off_and_asked_again_at_once_is_answered(house, sign_in):
    times = slot(house, 0, "id-card", "passport")
    body = {"slot": times, "items": ["id-card", "passport"]}
    booked = house.citizen("li").identify().post("/appointments", body).json
    console = sign_in("1")
    console.keyboard.press("o")
    expect(console.locator("#said")).to_have_text("已开放窗口。")
    console.get_by_label("代为签到").fill(booked["code"])
    console.keyboard.press("Enter")
    expect(console.locator("#said")).to_contain_text("签到成功")
    console.keyboard.press("n")
    expect(console.locator("#said")).to_have_text("请 A001 号到 1 号窗口办理。")
    console.keyboard.press("f")
    remaining = console.locator("#remaining-dialog")
    expect(remaining).to_be_visible()
    # Both within one task: the browser tells of the first question's close after the second opened.
    console.evaluate("""() => {
        document.querySelector('#remaining-dialog [value=cancel]').click()
        document.querySelector('[data-action=finish]').click()
    }""")
    remaining.get_by_role("button", name="确定").click()
    expect(console.locator("#next-item-dialog")).to_be_visible()
