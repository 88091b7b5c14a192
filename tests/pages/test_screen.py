"""The board and the counters' screens, as the hall sees them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.house import HALL, refused

BROKEN = "Failed to load resource"
LYING, UPRIGHT = (1920, 1080), (1080, 1920)
MINUTE_MS = 60_000


def everybody(house) -> list:
    """The clerks of all nine counters, and somebody for each."""
    clerks = [house.clerk(str(no)) for no in range(1, 10)]
    for no in range(11):
        house.take("id-card", **({"priority": "elderly"} if no == 3 else {}))
    return clerks


def fits(page) -> bool:
    """Nothing lies outside the screen, no line is cut, no text wider than its place."""
    return page.evaluate(
        """() => {
            const root = document.documentElement
            const cut = [...document.querySelectorAll('li, h1, .number, .to, .state, b')].filter(
                (one) => one.checkVisibility() && (one.scrollWidth > one.clientWidth + 1
                    && getComputedStyle(one).display !== 'inline'))
            const below = [...document.querySelectorAll('li')].filter((one) =>
                one.getBoundingClientRect().bottom
                    > one.parentElement.getBoundingClientRect().bottom + 1)
            return root.scrollWidth <= innerWidth && root.scrollHeight <= innerHeight
                && !cut.length && !below.length
        }"""
    )


@pytest.mark.parametrize("size", [LYING, UPRIGHT], ids=["lying", "upright"])
def test_nine_calls_at_one_moment_are_all_shown(house, open_page, size):
    clerks = everybody(house)
    board = open_page(f"/screen/{HALL}?speak=0", *size)
    expect(board.locator("#no-calls")).to_be_visible()
    called = [clerk.next()["ticket"]["number"] for clerk in clerks]
    rows = board.locator("#calls li")
    expect(rows).to_have_count(9)
    for no, number in enumerate(called, start=1):
        expect(rows.filter(has_text=number)).to_contain_text(f"{no} 号窗口")
        expect(rows.filter(has_text=number)).to_be_in_viewport(ratio=1)
    expect(board.locator("#next li")).to_have_count(2)
    expect(board.locator("#lanes")).to_contain_text("A 户籍")
    assert fits(board)


def test_each_lane_has_its_expected_wait(house, open_page):
    house.take("id-card")
    board = open_page(
        f"/screen/{HALL}",
        *LYING,
        script="""
        const ask = window.fetch
        window.fetch = (url, ...rest) => String(url).endsWith('/waits')
            ? Promise.resolve(Response.json({ lanes: [
                { lane: 'A', estimate: { p50_s: 300, p90_s: 720 } },
                { lane: 'B', estimate: { p50_s: null, p90_s: null } }] }))
            : ask(url, ...rest)
    """,
    )
    lanes = board.locator("#lanes li")
    expect(lanes.nth(0)).to_have_text("A 户籍约 5–12 分钟1 人")
    expect(lanes.nth(1)).to_have_text("B 社保0 人")


def test_waits_that_cannot_be_asked_for_stay_as_they_were(house, open_page):
    house.take("id-card")
    told = {"lanes": [{"lane": "A", "estimate": {"p50_s": 300, "p90_s": 720}}]}
    board = open_page(f"/screen/{HALL}", *LYING, may_fail=BROKEN, with_clock=True)
    board.route("**/waits", lambda route: route.fulfill(json=told))
    lane = board.locator("#lanes li").first
    expect(lane).to_contain_text("1 人")  # it has begun: its clock has something to bring forward
    board.clock.fast_forward(20_000)
    expect(lane).to_contain_text("约 5–12 分钟")
    board.route("**/waits", lambda route: route.abort())
    board.clock.fast_forward(20_000)
    house.take("id-card")
    expect(lane).to_have_text("A 户籍约 5–12 分钟2 人")
    told["lanes"][0]["estimate"] = {"p50_s": 600, "p90_s": 900}
    board.route("**/waits", lambda route: route.fulfill(json=told))
    house.take("id-card")  # at the next look, not a quarter of a minute after the failure
    expect(lane).to_have_text("A 户籍约 10–15 分钟3 人")


def test_a_zone_shows_its_own_counters_and_lanes(house, open_page):
    house.take("id-card"), house.take("permit"), house.take("pension"), house.take("pension")
    house.clerk("1").next(), house.clerk("9").next()
    ninth = open_page(f"/screen/{HALL}?counters=9", *LYING)
    expect(ninth.locator("#calls li")).to_have_count(1)
    expect(ninth.locator("#calls li")).to_contain_text("J001")
    expect(ninth.locator("#lanes li")).to_have_count(2)
    expect(ninth.locator("#next")).not_to_contain_text("B00")
    social = open_page(f"/screen/{HALL}?lanes=b", *LYING)
    expect(social.locator("#next li")).to_have_count(2)
    expect(social.locator("#no-calls")).to_be_visible()
    assert house.get(f"/halls/{HALL}/board?counters=2-4,9").json["calls"][0]["number"] == "J001"


@pytest.mark.parametrize("zone", ["counters=10", "counters=1-", "lanes=Q", "counters=9-x"])
def test_a_zone_that_is_not_there_is_refused_at_once(house, zone):
    assert house.app.test_client().get(f"/screen/{HALL}?{zone}").status_code == 404
    assert house.get(f"/halls/{HALL}/board?{zone}").status_code == 404


@pytest.mark.parametrize("counters", ["5-1", "2, 9-8"])
def test_a_range_that_holds_nobody_does_not_show_the_whole_hall(house, counters):
    assert house.app.test_client().get(f"/screen/{HALL}?counters={counters}").status_code == 422
    told = refused(house.get(f"/halls/{HALL}/board?counters={counters}"), 422, "empty_range")
    assert "请把小的号写在前面" in told["detail"]


def test_the_board_says_since_when_it_hears_nothing(house, open_page):
    house.take("id-card")
    board = open_page(f"/screen/{HALL}", *LYING, may_fail=BROKEN, with_clock=True)
    stale = board.locator("#stale")
    expect(board.locator("#next")).to_contain_text("A001")
    board.context.set_offline(True)
    expect(stale).to_contain_text("连接中断，以下是")
    board.clock.fast_forward(3 * MINUTE_MS)
    expect(stale).to_contain_text("连接中断 3 分钟")
    expect(board.locator("#next")).to_contain_text("A001")
    board.context.set_offline(False)
    board.clock.fast_forward(10_000)
    expect(stale).to_be_hidden()


def test_the_board_can_be_in_english(house, open_page):
    house.take("id-card"), house.clerk("1").next()
    board = open_page(f"/screen/{HALL}?lang=en", *LYING)
    expect(board.locator("#now")).to_contain_text("Counter 1")
    expect(board.get_by_role("heading", name="Coming up")).to_be_visible()
    assert fits(board)


# Above the counter


def test_a_counters_screen_says_how_the_counter_stands(house, open_page):
    house.take("id-card")
    screen = open_page(f"/screen/{HALL}/counter/1", 800, 480)
    number, state = screen.locator("#number"), screen.locator("#state")
    expect(screen.get_by_role("heading")).to_have_text("1 号窗口")
    expect(state).to_have_text("本窗口未开放")
    clerk = house.clerk("1")
    expect(state).to_have_text("欢迎光临")
    ticket = clerk.next()["ticket"]
    expect(number).to_have_text("A001")
    expect(number).to_have_class(re.compile("lit"))
    expect(state).to_have_text("请到本窗口办理")
    clerk.handle(ticket, "start")
    expect(state).to_have_text("正在办理")
    expect(number).not_to_have_class(re.compile("lit"))
    clerk.handle(ticket, "finish")
    expect(number).to_be_hidden()
    expect(state).to_have_text("欢迎光临")
    clerk.do("pause")
    expect(state).to_have_text("暂停服务")
    clerk.do("close")
    expect(state).to_have_text("本窗口未开放")


@pytest.mark.parametrize("number", [None, "J001", "WWW1000"])  # the last is the widest there is
def test_a_counters_screen_fits_its_size(house, open_page, number):
    clerk = house.clerk("1")
    screen = open_page(f"/screen/{HALL}/counter/1", 800, 480)
    screen.route(
        f"**/halls/{HALL}/counters/1",
        lambda route: route.fulfill(json={**route.fetch().json(), "number": number}),
    )
    clerk.do("pause")
    expect(screen.locator("#state")).to_have_text("暂停服务")
    for width, height in ((800, 480), (480, 800), LYING, UPRIGHT):
        screen.set_viewport_size({"width": width, "height": height})
        expect(screen.locator("#number")).to_have_text(number or "")
        assert fits(screen), (width, height)


def test_a_counters_screen_outlives_the_network(house, open_page):
    house.take("id-card"), house.take("id-card")
    clerk = house.clerk("1")
    first = clerk.next()["ticket"]
    screen = open_page(f"/screen/{HALL}/counter/1", 800, 480, may_fail=BROKEN, with_clock=True)
    expect(screen.locator("#number")).to_have_text(first["number"])
    screen.context.set_offline(True)
    screen.clock.fast_forward(30_000)  # a stream that is silently dead is noticed by its silence
    expect(screen.locator("#stale")).to_be_visible()
    screen.clock.fast_forward(3 * MINUTE_MS)
    expect(screen.locator("#stale")).to_contain_text("3 分钟")
    assert fits(screen)
    second = clerk.next()["ticket"]
    screen.context.set_offline(False)
    screen.clock.fast_forward(10_000)
    expect(screen.locator("#number")).to_have_text(second["number"])
    expect(screen.locator("#stale")).to_be_hidden()


def test_a_counter_that_is_not_there_has_no_screen(house):
    assert house.app.test_client().get(f"/screen/{HALL}/counter/99").status_code == 404
    assert house.get(f"/halls/{HALL}/counters/99").status_code == 404


def test_a_counters_screen_names_nobody(house):
    house.take("id-card", priority="pregnant")
    house.clerk("1").next()
    told = house.get(f"/halls/{HALL}/counters/1")
    assert told.json["number"] == "A001"
    assert set(told.json) == {
        *("no", "name", "status", "number", "state", "call_id", "nth", "last_at", "server_time")
    }
    assert "pregnant" not in told.get_data(as_text=True)
