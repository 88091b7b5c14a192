"""What the board says aloud: each call twice, in turn, and nothing old."""

from __future__ import annotations

import re
import shutil
import time
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from speech.words import WORDS
from tests.house import HALL
from tests.pages.sounds import (
    EAR,
    ENDLESS_VOICE,
    FOREIGN_VOICE,
    MUTE_VOICE,
    STREAM,
    THROWING_VOICE,
    VOICE,
)

BROKEN = "Failed to load resource"
PATIENCE_S = 60
SECOND_MS = 1_000


@pytest.fixture
def open_board(open_page):
    """A board that may make sound, because somebody has touched it; its time stands still."""

    def open_board(query: str = "", **options):
        board = open_page(
            f"/screen/{HALL}{query}", 1920, 1080, with_clock=True, **{"script": VOICE, **options}
        )
        expect(board.locator("#lanes li").first).to_be_visible()
        board.locator("h1").click()
        board.clock.pause_at(board.evaluate("Date.now()") / 1000 + 1)
        return board

    return open_board


@pytest.fixture
def clips(settings, spoken_words):
    """The folder of clips, as after an installation."""
    folder = settings.instance_path / "speech" / "made"
    shutil.copytree(spoken_words, folder)
    return folder


def until(board, holds: str):
    """Let the page's time run, faster than ours, until this JavaScript holds."""
    limit = time.monotonic() + PATIENCE_S
    while not board.evaluate(holds):
        assert time.monotonic() < limit, f"never: {holds}"
        board.clock.run_for(250)
        board.wait_for_timeout(50)


STALE = "!document.querySelector('#stale').hidden"
LIT = "document.querySelector('.lit')"


def said(board) -> list[str]:
    return board.evaluate("spoken")


def sentence(number: str, counter: str) -> str:
    digits = str.maketrans("0123456789", "零一二三四五六七八九")
    letter, spelled = number[0], number[1:].translate(digits)
    return f"zh-CN 请 {letter} {spelled}号，到{counter.translate(digits)}号窗口"


def call(house, no: str) -> str:
    """This counter calls its next; the sentence to be heard."""
    return sentence(house.clerk(no).next()["ticket"]["number"], no)


def twice(sentences: list[str]) -> list[str]:
    return [one for one in sentences for _ in range(2)]


def test_nine_calls_are_spoken_twice_each_in_the_order_they_were_made(house, open_board):
    for no in range(1, 10):
        house.clerk(str(no)), house.take("id-card")
    board = open_board()
    calls = [call(house, str(no)) for no in range(1, 10)]
    until(board, LIT)
    until(board, "document.querySelectorAll('#calls li').length === 9")
    expect(board.locator("#now")).to_have_class(re.compile("lit"))
    expect(board.locator("#now")).to_contain_text("1 号窗口")  # the first, though it is the oldest
    shown = set()
    while len(said(board)) < 18:
        shown.add(board.locator("#now-to").inner_text())
        board.clock.run_for(500)
        board.wait_for_timeout(20)
    assert said(board) == twice(calls)
    assert shown == {f"{no} 号窗口" for no in range(1, 10)}
    until(board, "!document.querySelector('.lit')")
    expect(board.locator("#now")).to_contain_text("9 号窗口")


def test_two_counters_within_one_refresh_are_both_spoken(house, open_board):
    for no in ("1", "2"):
        house.clerk(no), house.take("id-card")
    board = open_board()
    answers, calls = [], []

    def both(route):
        if not answers:
            calls.append(call(house, "2"))
        answers.append(route.fetch())
        route.fulfill(response=answers[-1])

    board.route("**/board?*", both)
    calls.append(call(house, "1"))
    until(board, "spoken.length === 4")
    assert len(answers[0].json()["calls"]) == 2
    assert said(board) == twice(calls)


def test_a_recall_is_spoken_again_and_lights_up_on_all_screens(house, open_board, open_page):
    house.reload(lambda file: file["hall"]["rules"].update(recall_seconds=1))
    house.take("id-card")
    clerk = house.clerk("1")
    speaking, mute = open_board(), open_page(f"/screen/{HALL}?speak=0", 1080, 1920, script=VOICE)
    small = open_page(f"/screen/{HALL}/counter/1", 800, 480, with_clock=True)
    expect(mute.locator("#lanes li").first).to_be_visible()
    ticket = clerk.next()["ticket"]
    until(speaking, "spoken.length === 2 && !document.querySelector('.lit')")
    expect(mute.locator("#now.lit")).to_have_count(0)
    expect(small.locator("#number.lit")).to_be_visible()
    small.clock.fast_forward(30 * SECOND_MS)
    expect(small.locator("#number.lit")).to_have_count(0)
    assert clerk.handle(ticket, "recall").status_code == 200
    expect(mute.locator("#now.lit")).to_be_visible()
    expect(small.locator("#number.lit")).to_be_visible()
    until(speaking, LIT)
    until(speaking, "spoken.length === 4")
    assert said(speaking) == [sentence("A001", "1")] * 4
    assert said(mute) == []


def test_a_reloaded_board_speaks_only_what_is_new(house, open_board):
    house.take("id-card"), house.take("id-card")
    call(house, "1")
    board = open_board()
    expect(board.locator("#calls li")).to_have_count(1)
    board.clock.run_for(10 * SECOND_MS)
    assert said(board) == []
    new = call(house, "2")
    until(board, "spoken.length === 2")
    assert said(board) == [new, new]


def test_after_three_minutes_without_the_network_nothing_old_is_spoken(house, open_board):
    for _ in range(3):
        house.take("id-card")
    board = open_board(may_fail=BROKEN)
    board.context.set_offline(True)
    call(house, "1")
    until(board, STALE)
    board.clock.fast_forward(180 * SECOND_MS)
    until(board, "document.querySelector('#stale').textContent.includes('3 分钟')")
    call(house, "2")
    board.context.set_offline(False)
    until(board, "document.querySelectorAll('#calls li').length === 2")
    board.clock.run_for(10 * SECOND_MS)
    assert said(board) == []
    new = call(house, "3")
    until(board, "spoken.length === 2")
    assert said(board) == [new, new]


def test_a_call_missed_for_a_moment_is_still_spoken(house, open_board):
    house.take("id-card")
    board = open_board(may_fail=BROKEN)
    board.context.set_offline(True)
    new = call(house, "1")
    until(board, STALE)
    board.context.set_offline(False)
    until(board, "spoken.length === 2")
    assert said(board) == [new, new]


@pytest.mark.long
def test_a_resync_is_shown_and_not_spoken(house, open_board):
    house.take("id-card"), house.take("id-card")
    board = open_board(script=VOICE + STREAM, may_fail=BROKEN)
    until(board, "streamed > 0")
    board.route("**/board?*", lambda route: route.abort())
    before = board.evaluate("streamed")
    house.within(lambda: house.app.extensions["parts"].events(HALL).drop())
    until(board, f"streamed > {before}")
    call(house, "1")
    board.unroute_all()
    until(board, "document.querySelectorAll('#calls li').length === 1")
    board.clock.run_for(10 * SECOND_MS)
    assert said(board) == []


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(EAR, id="no voice"),
        pytest.param(FOREIGN_VOICE + EAR, id="no Mandarin", marks=pytest.mark.long),
        pytest.param(MUTE_VOICE + EAR, id="a mute voice"),
        pytest.param(THROWING_VOICE + EAR, id="a voice that throws", marks=pytest.mark.long),
    ],
)
def test_clips_are_played_where_no_voice_speaks(house, clips, open_board, script):
    house.take("id-card")
    board = open_board(script=script)
    house.clerk("1").next()
    until(board, "played.length === 20")
    played = board.evaluate("played")
    words = ["请", "A", "零", "零", "一", "号", "到", "一", "号", "窗口"]
    assert [clip["word"] for clip in played] == words * 2
    assert board.evaluate("chimes") == 1
    for one, other in pairwise(played[:10]):  # none over the other, no long gap
        assert 0 < other["at"] - one["at"] - one["lasts"] < 0.5


@pytest.mark.long
def test_a_voice_that_never_tells_its_end_does_not_hold_up_the_next(house, open_board):
    house.take("id-card"), house.take("id-card")
    board = open_board(script=ENDLESS_VOICE)
    calls = [call(house, "1"), call(house, "2")]
    until(board, "spoken.length === 4")
    assert said(board) == twice(calls)


def test_only_the_chime_sounds_while_a_clip_is_missing(house, clips, open_board):
    (clips / "窗口.wav").rename(clips.parent / "窗口.wav")
    house.take("id-card"), house.take("id-card")
    board = open_board(script=EAR)
    house.clerk("1").next()
    until(board, "chimes === 3 && !document.querySelector('.lit')")
    assert board.evaluate("played") == []
    (clips.parent / "窗口.wav").rename(clips / "窗口.wav")
    house.clerk("2").next()
    until(board, "played.length === 20")


def test_a_browser_that_holds_sound_back_is_told_to_be_touched(house, open_page):
    house.take("id-card"), house.take("id-card")
    board = open_page(f"/screen/{HALL}", 1920, 1080, script=VOICE, with_clock=True)
    expect(board.locator("#lanes li").first).to_be_visible()
    board.clock.run_for(2 * SECOND_MS)
    hint = board.get_by_role("button", name="点击开启语音")
    expect(hint).to_be_visible()
    call(house, "1")
    until(board, LIT)
    expect(board.locator("#now.lit")).to_contain_text("A001")
    until(board, "!document.querySelector('.lit')")
    assert said(board) == []
    hint.click()
    expect(hint).to_be_hidden()
    until(board, "document.querySelector('#sound').hidden")
    new = call(house, "2")
    until(board, "spoken.length === 2")
    assert said(board) == [new, new]


def test_one_of_two_screens_side_by_side_is_mute(house, open_page):
    house.take("id-card")
    board = open_page(f"/screen/{HALL}?speak=0", 1920, 1080, script=VOICE + EAR, with_clock=True)
    expect(board.locator("#lanes li").first).to_be_visible()
    board.locator("h1").click()
    call(house, "1")
    until(board, LIT)
    expect(board.locator("#now.lit")).to_contain_text("A001")
    until(board, "!document.querySelector('.lit')")
    assert (said(board), board.evaluate("chimes")) == ([], 0)
    expect(board.get_by_role("button")).to_have_count(0)


def test_what_grew_old_in_the_queue_is_passed_over(house, open_page):
    board = open_page(f"/screen/{HALL}?speak=0", 1920, 1080)
    spoken = board.evaluate(
        """async () => {
            const { newsroom } = await import('/static/screen/news.js')
            const { announcer } = await import('/static/screen/announcer.js')
            let now = 0
            const at = () => new Date(now).toISOString()
            const news = newsroom(() => now)
            const spoken = []
            const utter = async ({ call_id: id }) => { spoken.push([id, now]); now += 11_000 }
            const queue = announcer({ utter, isYoung: news.isYoung, onTurn() {} })
            const added = (id) => ({ call_id: id, nth: 1, last_at: at() })
            news.look([], at())
            const twenty = Array.from({ length: 20 }, (_none, id) => added(id))
            now += 1_000
            news.look(twenty, at()).forEach(queue.add)
            while (queue.current()) await null
            news.look([...twenty, added(20)], at()).forEach(queue.add)
            return spoken
        }"""
    )
    assert spoken == [[n, 1_000 + n * 11_000] for n in range(6)] + [[20, 67_000]]


ANNOUNCED = {
    ("A012", "3"): "请 A 零 一 二 号 到 三 号 窗口",
    ("A1000", "12"): "请 A 一 零 零 零 号 到 十 二 号 窗口",
    ("VIP007", "10"): "请 V I P 零 零 七 号 到 十 号 窗口",
    ("B120", "20"): "请 B 一 二 零 号 到 二 十 号 窗口",
    ("C345", "99"): "请 C 三 四 五 号 到 九 十 九 号 窗口",
    ("D689", "108"): "请 D 六 八 九 号 到 一 零 八 号 窗口",
    ("E001", "A3"): "请 E 零 零 一 号 到 A 三 号 窗口",
    ("F001", "B12"): "请 F 零 零 一 号 到 B 十 二 号 窗口",
}


def test_the_words_of_an_announcement(house, open_page):
    board = open_page(f"/screen/{HALL}?speak=0", 1920, 1080)
    words = board.evaluate(
        """async (calls) => {
            const { wordsOf } = await import('/static/screen/clips.js')
            return calls.map(([number, counter]) => wordsOf(number, counter))
        }""",
        [list(one) for one in ANNOUNCED],
    )
    assert [" ".join(one) for one in words] == list(ANNOUNCED.values())
    assert {word for one in words for word in one} <= set(WORDS)
