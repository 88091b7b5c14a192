"""A counter that calls by itself: after a pause, once, and never where somebody holds it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def auto(house, sign_in):
    """The console of counter 1, open, which calls by itself after so many seconds."""

    def auto(pause_s: int, **options: object) -> Page:
        console = sign_in("1", **options)
        console.keyboard.press("o")
        expect(console.locator("#said")).to_have_text("已开放窗口。")
        console.keyboard.press("a")
        console.keyboard.press("Space")
        console.keyboard.press("Tab")
        console.keyboard.type(str(pause_s))
        console.keyboard.press("Enter")
        said = f"空闲时 {pause_s} 秒后自动叫下一位。"
        expect(console.locator("#said")).to_have_text(said)
        return console

    return auto


def called(house) -> list[str]:
    return [made["number"] for made in house.calls()]


def test_who_comes_and_who_is_next_are_called_after_the_pause(house, auto):
    console = auto(2)
    said, words = console.locator("#said"), console.locator("#auto-words")
    house.take()
    expect(words).to_have_text("2 秒后自动叫下一位")
    expect(said).to_have_text("请 A001 号到 1 号窗口办理。")
    expect(words).to_be_hidden()
    house.take()
    expect(console.locator("#line")).to_contain_text("A002")
    console.wait_for_timeout(2_500)
    assert called(house) == ["A001"]  # nobody's visit is ended unasked
    console.keyboard.press("f")
    expect(words).to_be_visible()
    assert called(house) == ["A001"]
    expect(said).to_have_text("请 A002 号到 1 号窗口办理。")
    assert called(house) == ["A001", "A002"]


def test_a_key_holds_it_and_lets_it_go_on_here_and_in_another_page(house, auto):
    console = auto(2)
    other = console.context.new_page()
    other.goto(console.url)
    house.take()
    expect(console.locator("#auto-hold")).to_be_visible()
    console.keyboard.press("Escape")
    for page in (console, other):
        expect(page.locator("#auto-words")).to_have_text("自动派单已暂缓。")
    console.wait_for_timeout(2_500)
    assert called(house) == []
    console.reload()
    expect(console.locator("#auto-words")).to_have_text("自动派单已暂缓。")
    console.keyboard.press("Escape")
    expect(console.locator("#said")).to_have_text("请 A001 号到 1 号窗口办理。")


def test_two_pages_of_one_counter_call_one(house, auto):
    console = auto(1)
    other = console.context.new_page()
    other.goto(console.url)
    other.get_by_text("手上没有号").wait_for()
    for _ in range(4):
        house.take()
    for page in (console, other):
        expect(page.locator("#hand .number")).to_have_text("A001")
    console.wait_for_timeout(2_000)  # longer than a pause
    assert called(house) == ["A001"]
    console.keyboard.press("f")
    for page in (console, other):
        expect(page.locator("#hand .number")).to_have_text("A002")
    console.wait_for_timeout(2_000)
    assert called(house) == ["A001", "A002"]


@pytest.mark.long
def test_nobody_is_called_while_a_clerk_is_busy_otherwise(house, auto):
    console = auto(1, may_fail="Failed to load resource")
    console.keyboard.press("g")
    house.take()
    expect(console.locator("#line")).to_contain_text("A001")
    console.wait_for_timeout(1_500)
    asked = []
    console.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    console.context.set_offline(True)
    expect(console.locator("#offline")).to_be_visible()
    console.wait_for_timeout(1_000)  # what had been asked before comes to its end
    console.keyboard.press("Escape")
    expect(console.locator("#call-dialog")).to_be_hidden()
    console.wait_for_timeout(1_500)
    assert "call-next" not in asked
    assert called(house) == []
    console.context.set_offline(False)
    expect(console.locator("#said")).to_have_text("请 A001 号到 1 号窗口办理。")
    console.keyboard.press("z")
    expect(console.locator("#said")).to_have_text("已暂停窗口。")
    house.take()
    console.keyboard.press("f")
    expect(console.locator("#said")).to_have_text("A001 已办结。")
    expect(console.locator("#line")).to_contain_text("A002")
    console.wait_for_timeout(1_500)
    assert called(house) == ["A001"]
    console.keyboard.press("u")
    expect(console.locator("#said")).to_have_text("A001 已撤销，回到本窗口。")
    console.keyboard.press("o")
    expect(console.locator("#said")).to_have_text("已开放窗口。")
    console.wait_for_timeout(1_500)
    assert called(house) == ["A001"]
