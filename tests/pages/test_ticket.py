"""One ticket on its owner's phone, from waiting to the rating."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.ratings.queries import TABLE as RATINGS
from tests.crowd import rows
from tests.house import KIOSK_TOKEN
from tests.ratings.visits import finished, rate

PHONE = (390, 844)


@pytest.fixture
def open_ticket(open_page):
    def open_ticket(ticket, query: str = "", **options):
        return open_page(f"/t/{ticket['token']}{query}", *PHONE, **options)

    return open_ticket


def test_a_visit_is_rated_with_one_tap(house, open_ticket):
    visit = finished(house)
    page = open_ticket(visit)
    grades = page.get_by_role("radiogroup", name="这次办理，您满意吗？").get_by_role("radio")
    expect(grades).to_have_text(["非常满意", "满意", "基本满意", "不满意", "非常不满意"])
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.get_by_role("radio", name="满意", exact=True).click()
    expect(page.locator("#thanks")).to_have_text("感谢您的评价：满意")
    expect(page.locator("#rating")).to_be_hidden()
    page.reload()
    expect(page.locator("#thanks")).to_have_text("感谢您的评价：满意")
    expect(page.locator("#rating")).to_be_hidden()
    assert [row.grade for row in rows(house, RATINGS)] == ["satisfied"]


def test_who_rated_on_another_phone_is_told_what_was_given(house, open_ticket):
    visit = finished(house)
    page = open_ticket(visit, may_fail="Failed to load resource")
    tap = page.get_by_role("radio", name="非常不满意")
    expect(tap).to_be_visible()
    # whatever the page hears meanwhile, it does not learn of the other phone
    page.route(f"**/tickets/{visit['id']}", lambda route: route.abort())
    rate(house, visit, "very_satisfied")
    tap.click()
    page.unroute_all()
    expect(page.locator("#thanks")).to_have_text("感谢您的评价：非常满意")
    assert len(rows(house, RATINGS)) == 1


def test_a_tap_whose_answer_is_lost_counts_and_is_shown(house, open_ticket):
    page = open_ticket(finished(house), may_fail="ERR_FAILED")
    answered = []

    def lose_answers_to_taps(route):
        if route.request.method == "GET":
            route.fallback()
            return
        answered.append(route.fetch().status)
        route.abort()

    page.route("**/rating", lose_answers_to_taps)
    page.get_by_role("radio", name="基本满意").click()
    expect(page.locator("#thanks")).to_have_text("感谢您的评价：基本满意")
    expect(page.locator("#fault")).to_be_hidden()
    assert answered == [201]
    assert len(rows(house, RATINGS)) == 1


def test_the_next_item_of_a_visit_is_named(house, open_ticket):
    ticket = house.post("/kiosk/tickets", KIOSK_TOKEN, {"items": ["id-card", "passport"]}).json
    page, clerk = open_ticket(ticket), house.clerk("1")
    clerk.next()
    expect(page.locator("#items [aria-current]")).to_have_text("身份证")
    clerk.handle(ticket, "transfer", {"item": "passport"})
    expect(page.locator("#hint")).to_have_text("前一项已经办完，正在等候办理下一项：护照。")
    expect(page.locator("#items [aria-current]")).to_have_text("护照")


def test_a_page_left_open_overnight_says_that_the_day_is_over(house, open_ticket):
    page = open_ticket(house.take(), with_clock=True)
    expect(page.locator("#words")).to_contain_text("最前面")
    page.clock.fast_forward("25:00:00")
    expect(page.locator("#words")).to_contain_text("这一天的办理已经结束")
    expect(page.get_by_role("button", name="不办了")).to_be_hidden()


def test_the_keyboard_rates_and_english_is_spoken(house, open_ticket):
    page = open_ticket(finished(house))
    page.get_by_role("link", name="English").click()
    expect(page.locator("#words")).to_have_text("All done. Thank you.")
    expect(page.locator("#why")).to_contain_text("Number taken here at")
    page.get_by_role("radio", name="Very satisfied").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Dissatisfied", exact=True)).to_be_focused()
    assert rows(house, RATINGS) == []
    page.keyboard.press("Enter")
    expect(page.locator("#thanks")).to_have_text("Thank you for your rating: Dissatisfied")
    expect(page.locator("#thanks")).to_be_focused()


def test_the_counter_stands_large_when_called_and_who_missed_it_comes_back(house, open_ticket):
    ticket, clerk = house.take(), house.clerk("3")
    for _ in range(3):
        house.take()
    page = open_ticket(ticket)
    expect(page.locator("#state")).to_have_text("等候中")
    of_those_who_wait = [page.locator(name) for name in ("#why", "#due", "#due-note")]
    for told in of_those_who_wait:
        expect(told).to_be_visible()
    clerk.next()
    expect(page.locator("#words")).to_have_text("请到 3 号窗口办理。")
    for told in of_those_who_wait:
        expect(told).to_be_hidden()
    expect(page).to_have_title("请到 3 号窗口 · A001")
    height = "node => node.getBoundingClientRect().height"
    assert page.locator("#counter-no").evaluate(height) > 100
    expect(page.get_by_role("button", name="不办了")).to_be_hidden()

    clerk.handle(ticket, "pass")
    until = house.get(f"/tickets/{ticket['id']}/rejoin", ticket["token"]).json["until"]
    expect(page.locator("#hint")).to_contain_text(f"{until[11:16]} 前重新排队")
    page.get_by_role("button", name="重新排队").click()
    expect(page.locator("#why")).to_have_text("过号重排")
    for _ in range(4):  # those who stand before it now, and it
        called = clerk.next()["ticket"]
    assert called["id"] == ticket["id"]
    clerk.handle(ticket, "pass")
    expect(page.locator("#hint")).to_have_text("现在重新排队，和此刻新取的号一样排。")
    page.get_by_role("button", name="不办了").click()
    page.get_by_role("button", name="放弃", exact=True).click()
    expect(page.locator("#state")).to_have_text("已放弃")
    expect(page.locator("#rating")).to_be_hidden()


BUZZES = "window.buzzed = 0; navigator.vibrate = () => { window.buzzed += 1 }"


def test_who_is_called_again_notices_without_a_stream_too(house, open_ticket):
    house.reload(lambda file: file["hall"]["rules"].update(recall_seconds=1))
    ticket, clerk = house.take(), house.clerk("3")
    page = open_ticket(ticket, script=BUZZES, may_fail="ERR_FAILED")
    page.route("**/events", lambda route: route.abort())
    page.reload()
    page.locator("#number").click()  # a browser that was never touched does not vibrate
    clerk.next()
    expect(page).to_have_title("请到 3 号窗口 · A001")
    page.wait_for_timeout(1_100)
    assert clerk.handle(ticket, "recall").status_code == 200
    expect(page).to_have_title("再次叫号：请到 3 号窗口 · A001")
    expect(page.locator("#words")).to_have_text("再次叫号：请到 3 号窗口办理。")
    assert page.evaluate("window.buzzed") == 2
