"""Nervous fingers and broken lines: what was meant once is done once, and said so."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.house import HALL

BROKEN = "Failed to load resource"


def waiting(house) -> int:
    return sum(lane["waiting"] for lane in house.get(f"/halls/{HALL}/board").json["lanes"])


def take(machine) -> None:
    machine.get_by_role("button", name="公安局").click()
    machine.get_by_role("button", name="身份证").click()
    machine.get_by_role("button", name="取号", exact=True).dblclick()


def test_a_double_tap_gives_one_number(house, machine):
    take(machine)
    expect(machine.locator("#ticket-number")).to_have_text("A001")
    assert waiting(house) == 1


def test_a_number_whose_answer_was_lost_is_given_once(house, open_machine):
    machine = open_machine(may_fail=BROKEN)
    given = []

    def lose_the_first(route):
        answer = route.fetch()
        given.append(answer.json()["number"])
        if len(given) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    machine.route("**/kiosk/tickets", lose_the_first)
    take(machine)
    expect(machine.get_by_text("网络不稳定")).to_be_visible()
    expect(machine.locator("#ticket-number")).to_have_text("A001")
    assert given == ["A001", "A001"]
    assert waiting(house) == 1


def test_a_machine_that_reaches_nobody_sends_people_to_the_help_desk(open_machine):
    machine = open_machine(may_fail=BROKEN)
    machine.route("**/api/v1/**", lambda route: route.abort())
    machine.reload()
    expect(machine.get_by_role("alert").filter(has_text="请到导办台取号")).to_be_visible()
    machine.unroute_all()
    expect(machine.get_by_role("button", name="公安局")).to_be_visible()
    expect(machine.get_by_text("本机暂时连接不上")).to_be_hidden()


def test_a_click_without_an_answer_is_kept_and_done_once(house, sign_in):
    house.take("id-card")
    house.take("id-card")
    console = sign_in("1", may_fail=BROKEN)
    console.keyboard.press("o")
    expect(console.locator("#said")).to_have_text("已开放窗口。")
    keys = []

    def lose(route):
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()  # it arrives, and its answer is lost
        route.abort()

    console.route("**/call-next", lose)
    console.keyboard.press("n")
    console.keyboard.press("n")
    expect(console.get_by_role("alert").filter(has_text="“叫下一位”还没有得到答复")).to_be_visible()
    expect(console.locator("#hand .number")).to_have_text("A001")
    console.unroute_all()
    expect(console.locator("#said")).to_have_text("请 A001 号到 1 号窗口办理。")
    expect(console.locator("#offline")).to_be_hidden()
    assert len(set(keys)) == 1
    assert [made["number"] for made in house.get(f"/halls/{HALL}/calls").json] == ["A001"]


def test_a_double_click_calls_one(house, sign_in):
    house.take("id-card")
    house.take("id-card")
    console = sign_in("1")
    console.keyboard.press("o")
    expect(console.locator("#said")).to_have_text("已开放窗口。")
    console.get_by_role("button", name="叫下一位").dblclick()
    expect(console.locator("#said")).to_have_text("请 A001 号到 1 号窗口办理。")
    assert waiting(house) == 1


def test_a_board_that_hears_nothing_says_so(house, open_page):
    house.take("id-card")
    board = open_page(f"/screen/{HALL}", 1920, 1080, may_fail=BROKEN)
    expect(board.locator("#next")).to_contain_text("A001")
    board.context.set_offline(True)
    house.clerk("1").next()
    expect(board.locator("#stale")).to_contain_text("连接中断")
    board.context.set_offline(False)
    expect(board.locator("#calls")).to_contain_text("A001")
    expect(board.locator("#stale")).to_be_hidden()


def test_a_stream_goes_on_from_where_it_left_off(house, open_page):
    board = open_page(f"/screen/{HALL}", 1920, 1080)
    house.take("id-card")
    expect(board.locator("#next")).to_contain_text("A001")
    hide = """is => {
        Object.defineProperty(document, 'hidden', { value: is, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
    }"""
    board.evaluate(hide, True)  # lets its stream go
    with board.expect_request("**/events") as asked:
        board.evaluate(hide, False)
    assert re.fullmatch(r"\w+:\d+-\d+", asked.value.headers["last-event-id"])


def test_who_takes_over_a_counter_signs_the_other_out(sign_in):
    before = sign_in("1", may_fail=BROKEN)
    sign_in("1")
    before.keyboard.press("o")
    expect(before.locator("#said")).to_contain_text("登录")
    expect(before.get_by_label("密码")).to_be_visible()
