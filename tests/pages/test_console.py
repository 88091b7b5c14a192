"""The counter console: everything by keys, nothing lost, and what it says of who waits."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.house import HALL, KIOSK_TOKEN, PASSWORD

BROKEN = "Failed to load resource"
DOUBLE_CLICK_MS = 600


def opened(sign_in, **options):
    console = sign_in("1", **options)
    console.keyboard.press("o")
    expect(console.locator("#said")).to_have_text("已开放窗口。")
    return console


def focused(console) -> str:
    return console.evaluate("document.activeElement.innerText.replaceAll(/\\s+/g, ' ')")


def test_next_pressed_without_a_network_is_called_once_when_it_is_back(house, sign_in):
    for _ in range(2):
        house.take()
    console = opened(sign_in, may_fail=BROKEN)
    expect(console.locator("#line")).to_contain_text("A002")
    console.context.set_offline(True)
    for _ in range(3):
        console.keyboard.press("n")
        console.wait_for_timeout(DOUBLE_CLICK_MS)
    lost = console.get_by_role("alert").filter(has_text="“叫下一位”还没有得到答复")
    expect(lost).to_contain_text("网络不通，以下不是最新情况")
    assert house.calls() == []
    console.context.set_offline(False)
    expect(console.locator("#said")).to_have_text("请 A001 号到 1 号窗口办理。")
    expect(console.locator("#hand .number")).to_have_text("A001")
    expect(console.locator("#offline")).to_be_hidden()
    assert [made["number"] for made in house.calls()] == ["A001"]


def test_a_clerk_needs_no_mouse_all_morning(house, open_page):
    house.clerk("9")
    for item in ("id-card", "passport", "pension", "id-card", "permit"):
        house.take(item)
    page = open_page("/clerk/", may_fail="409")
    said, hand = page.locator("#said"), page.locator("#hand .number")
    keys = page.keyboard
    expect(page.get_by_label("用户名")).to_be_focused()
    keys.type("clerk1")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.locator("#status")).to_have_text("已关闭")
    assert focused(page).startswith("开放")
    keys.press("Enter")
    expect(said).to_have_text("已开放窗口。")
    assert focused(page).startswith("叫下一位")

    keys.press("Enter")
    expect(said).to_have_text("请 A001 号到 1 号窗口办理。")
    expect(page.get_by_role("button", name=re.compile(r"重呼 \d+ 秒"))).to_be_disabled()
    keys.press("d")
    expect(said).to_have_text("这个号没有优先。")
    keys.press("p")
    expect(said).to_have_text("A001 已过号。")
    keys.press("u")
    expect(said).to_have_text("A001 已撤销，回到本窗口。")
    keys.press("s")
    expect(said).to_have_text("A001 已开始办理。")
    keys.press("k")
    expect(said).to_have_text("A001 已挂起。")

    keys.press("n")
    expect(said).to_have_text("请 A002 号到 1 号窗口办理。")
    keys.press("t")
    keys.press("9")  # a list of choices goes to what begins with what is typed
    keys.press("Tab")
    keys.press("Tab")
    keys.type("需要专窗办理")
    keys.press("Enter")
    expect(said).to_have_text("A002 已转出。")
    assert house.clerk("9").see()["bound"] == ["A002"]

    keys.press("g")
    keys.type("j001")
    keys.press("Tab")
    keys.type("行动不便")
    keys.press("Enter")
    expect(said).to_have_text("请 J001 号到 1 号窗口办理。")
    keys.press("f")
    expect(said).to_have_text("J001 已办结。")

    keys.press("n")
    expect(said).to_have_text("请 B001 号到 1 号窗口办理。")
    keys.press("p")
    expect(said).to_have_text("B001 已过号。")
    keys.press("ArrowUp")  # from nowhere among them: to the last, which was passed
    assert focused(page).startswith("B001")
    keys.press("ArrowLeft")
    assert focused(page).startswith("A001")
    keys.press("Enter")
    expect(said).to_have_text("A001 已恢复办理。")
    expect(hand).to_have_text("A001")
    keys.press("f")
    expect(said).to_have_text("A001 已办结。")
    keys.press("ArrowUp")
    keys.press("Enter")
    expect(said).to_have_text("B001 已重新排队。")

    keys.press("q")
    keys.type("12")
    keys.press("Enter")
    expect(said).to_contain_text("预约码为 10 位数字")
    keys.press("Escape")
    assert focused(page).startswith("叫下一位")
    keys.press("Shift+?")
    expect(page.locator("#help-dialog")).to_be_visible()
    keys.press("Escape")
    keys.press("z")
    expect(said).to_have_text("已暂停窗口。")
    keys.press("c")
    expect(said).to_have_text("已关闭窗口。")
    page.get_by_role("button", name="退出登录").focus()
    keys.press("Enter")
    expect(page.get_by_label("密码")).to_be_visible()
    ended = [(made["number"], made["ended_as"]) for made in house.calls()]
    assert ended == [
        ("A001", "finished"),
        ("A002", "transferred"),
        ("J001", "finished"),
        ("B001", "passed"),
    ]


def test_a_priority_is_struck_from_a_row_that_was_picked(house, sign_in):
    house.take(priority="pregnant")
    house.take(priority="elderly")
    console = opened(sign_in)
    console.keyboard.press("ArrowDown")
    console.keyboard.press("ArrowDown")
    assert focused(console).startswith("A002")
    console.keyboard.press("d")
    expect(console.locator("#strike-dialog")).to_contain_text("取消优先 A002")
    console.keyboard.type("误点")
    console.keyboard.press("Enter")
    expect(console.locator("#said")).to_have_text("A002 已取消优先。")
    expect(console.locator("#line")).not_to_contain_text("老年人")
    assert focused(console).startswith("A002")  # it is still the one that was picked
    console.keyboard.press("Escape")
    console.keyboard.press("n")
    expect(console.locator("#said")).to_have_text("请 A001 号到 1 号窗口办理。")
    console.keyboard.press("d")
    console.keyboard.type("未带证件")
    console.keyboard.press("Enter")
    expect(console.locator("#said")).to_have_text("A001 已取消优先。")
    assert house.row({"id": house.clerk("2").see()["next"][0]["id"]})["priority_struck"] == "误点"


def test_the_focus_stays_on_a_row_that_is_drawn_anew(house, sign_in):
    for _ in range(3):
        house.take()
    console = opened(sign_in)
    console.keyboard.press("ArrowDown")
    console.keyboard.press("ArrowDown")
    house.take()
    expect(console.locator("#line")).to_contain_text("A004")
    assert focused(console).startswith("A002")
    house.clerk("2").do("call", {"number": "A002", "reason": "行动不便"})
    expect(console.locator("#line")).not_to_contain_text("A002")
    assert focused(console).startswith("A003")  # who stands there now


def test_somebody_goes_on_with_their_next_item_at_once(house, sign_in):
    house.post("/kiosk/tickets", KIOSK_TOKEN, {"items": ["id-card", "passport"]})
    house.take()
    console = opened(sign_in)
    expect(console.locator("#line tr").first).to_contain_text("身份证、护照")
    said = console.locator("#said")
    console.keyboard.press("n")
    expect(said).to_have_text("请 A001 号到 1 号窗口办理。")
    console.keyboard.press("s")
    expect(said).to_have_text("A001 已开始办理。")
    console.keyboard.press("x")
    console.keyboard.press("Enter")
    expect(said).to_have_text("A001 接着办：护照。")
    expect(console.locator("#hand .state")).to_have_text("办理中")
    expect(console.locator("#hand li[aria-current]")).to_have_text("护照")
    assert [made["by_hand"] for made in house.calls()] == [None, "继续办理下一事项"]


def test_closing_says_what_becomes_of_who_waits_for_this_counter_alone(house, sign_in):
    house.take()
    clerk = house.clerk("2")
    console = opened(sign_in)
    body = {"counter": "1", "reason": "需要专窗办理"}
    clerk.handle(clerk.next()["ticket"], "transfer", body)
    expect(console.locator("#line")).to_contain_text("指定本窗口")
    console.keyboard.press("z")
    expect(console.locator("#said")).to_contain_text("指定本窗口的 A001 保留 5 分钟")
    console.keyboard.press("c")
    expect(console.locator("#close-dialog")).to_contain_text("A001")
    console.keyboard.press("Enter")
    expect(console.locator("#said")).to_have_text("已关闭窗口。")
    assert clerk.see()["next"][0]["bound"] is False


def test_the_first_who_comes_is_heard(house, sign_in):
    console = opened(sign_in)
    console.evaluate(
        """() => {
            window.tones = 0
            const { start } = OscillatorNode.prototype
            OscillatorNode.prototype.start = function (...at) {
                window.tones += 1
                return start.apply(this, at)
            }
        }"""
    )
    house.take()
    expect(console.locator("#line")).to_contain_text("A001")
    assert console.evaluate("window.tones") == 2
    house.take()
    expect(console.locator("#line")).to_contain_text("A002")
    assert console.evaluate("window.tones") == 2  # no longer the first


ROWS_SEEN = """() => {
    const end = document.querySelector('.line .scroll').getBoundingClientRect().bottom
    const rows = [...document.querySelectorAll('#line tr')]
    return rows.filter((row) => row.getBoundingClientRect().bottom <= end).length
}"""


def test_a_full_hall_shows_who_is_next_and_the_button_stays_where_it_is(house, sign_in):
    clerk = house.clerk("2")
    for _ in range(4):
        house.take()
        clerk.handle(clerk.next()["ticket"], "pass")
        house.take()
        clerk.handle(clerk.next()["ticket"], "park")
    console = opened(sign_in)
    button = console.locator("[data-action=next]")
    place = button.bounding_box()
    for _ in range(12):
        house.post("/kiosk/tickets", KIOSK_TOKEN, {"items": ["id-card", "passport"]})
    expect(console.locator("#line tr")).to_have_count(12)
    assert console.evaluate(ROWS_SEEN) >= 8
    console.keyboard.press("n")
    expect(console.locator("#said")).to_contain_text("号到 1 号窗口办理")
    assert button.bounding_box() == place  # with a number in hand, and its next item
    console.evaluate(
        "for (const id of ['offline', 'auto']) document.getElementById(id).hidden = false"
    )
    assert button.bounding_box() == place
    console.get_by_role("link", name="English").click()
    expect(console.locator("#line tr")).to_have_count(11)
    assert console.evaluate(ROWS_SEEN) >= 6


def test_an_ordinary_morning_fits_the_screen_and_speaks_english(house, sign_in):
    for item in ("id-card", "pension", "permit", "passport") * 3:
        house.take(item)
    console = opened(sign_in)
    expect(console.locator("#line tr")).to_have_count(12)
    first, then = console.locator("#lanes > li").all()
    expect(first).to_contain_text("户籍6 人")
    expect(then).to_contain_text("工程建设3 人")
    for place in ("html", ".hand"):
        fits = "e => e.scrollHeight <= e.clientHeight && e.scrollWidth <= e.clientWidth"
        assert console.locator(place).evaluate(fits), place
    console.get_by_role("link", name="English").click()
    expect(console.get_by_role("button", name="Call next")).to_be_enabled()
    expect(console.locator("#status")).to_have_text("Open now")
    console.keyboard.press("n")
    expect(console.locator("#said")).to_have_text("Number A001 to counter 1, please.")
    assert house.get(f"/halls/{HALL}/board").json["calls"][0]["number"] == "A001"
