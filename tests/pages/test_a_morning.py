"""What people do at the pages, from the machine to the counter."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect


def take(machine, item: str = "身份证") -> str:
    machine.get_by_role("button", name="公安局").click()
    machine.get_by_role("button", name=item).click()
    machine.get_by_role("button", name="取号", exact=True).click()
    number = machine.locator("#ticket-number")
    expect(number).to_be_visible()
    return number.inner_text()


def test_a_tap_becomes_a_called_number_and_is_done(machine, sign_in, open_page):
    assert take(machine) == "A001"
    expect(machine.get_by_text("您排在本队列最前面")).to_be_visible()
    qr = machine.locator("#ticket-qr")
    assert qr.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    paper = open_page(urlsplit(qr.get_attribute("src")).path.removesuffix("/qr.svg"), 390, 844)
    expect(paper.locator("#state")).to_have_text("等候中")
    board = open_page("/screen/t", 1920, 1080)
    expect(board.locator("#next")).to_contain_text("A001")

    console = sign_in("1")
    console.keyboard.press("o")
    expect(console.locator("#said")).to_have_text("已开放窗口。")
    expect(console.locator("#line")).to_contain_text("A001")
    console.keyboard.press("n")
    expect(console.locator("#hand .number")).to_have_text("A001")
    expect(console.locator("#said")).to_have_text("请 A001 号到 1 号窗口办理。")
    expect(console.locator("#hand")).to_contain_text("现场取号")
    expect(board.locator("#calls li").first).to_contain_text("A0011 号窗口")
    expect(paper.locator("#words")).to_have_text("请到 1 号窗口办理。")

    console.get_by_role("button", name="开始办理").click()
    expect(console.locator("#hand .state")).to_have_text("办理中")
    expect(console.locator("#said")).to_have_text("A001 已开始办理。")
    console.get_by_role("button", name="办结 F").click()
    expect(console.locator("#hand")).to_contain_text("手上没有号")
    expect(board.locator("#calls li").first).to_contain_text("办结")
    expect(paper.locator("#state")).to_have_text("已办结")

    expect(console.locator("#said")).to_have_text("A001 已办结。")
    console.keyboard.press("u")
    expect(console.locator("#hand .state")).to_have_text("办理中")


def test_a_priority_is_named_to_the_clerk_and_to_nobody_else(machine, sign_in, open_page):
    machine.get_by_role("searchbox").fill("护照")
    machine.get_by_role("button", name="护照").click()
    machine.get_by_role("button", name="孕产妇").click()
    expect(machine.locator("#ticket-number")).to_have_text("A001")
    board = open_page("/screen/t", 1080, 1920)
    expect(board.locator("#next")).to_have_text("A001依法优先")

    console = sign_in("1")
    expect(console.locator("#line")).to_contain_text("孕产妇")
    console.get_by_role("button", name="取消优先").first.click()
    console.locator("#strike-dialog").get_by_label("理由").fill("误点")
    console.keyboard.press("Enter")
    expect(console.locator("#line")).not_to_contain_text("孕产妇")


def test_who_was_passed_over_rejoins_and_leaves_on_the_phone(house, open_page):
    ticket = house.take("id-card")
    paper = open_page(f"/t/{ticket['token']}", 390, 844)
    clerk = house.clerk("1")
    clerk.handle(clerk.next()["ticket"], "pass")
    paper.get_by_role("button", name="重新排队").click()
    expect(paper.locator("#state")).to_have_text("等候中")
    paper.get_by_role("button", name="不办了").click()
    paper.get_by_role("button", name="放弃", exact=True).click()
    expect(paper.locator("#state")).to_have_text("已放弃")
    expect(paper.get_by_role("button", name="重新排队")).to_be_hidden()


def test_a_clerk_parks_transfers_and_calls_by_hand(house, sign_in):
    for item in ("id-card", "pension", "permit"):
        house.take(item)
    house.clerk("9")
    console = sign_in("1", may_fail="409")
    hand, said = console.locator("#hand .number"), console.locator("#said")
    console.keyboard.press("o")
    expect(said).to_have_text("已开放窗口。")
    console.keyboard.press("Enter")
    expect(said).to_have_text("请 A001 号到 1 号窗口办理。")
    console.keyboard.press("k")
    expect(said).to_have_text("A001 已挂起。")
    expect(console.locator("#parked")).to_contain_text("A001")

    console.keyboard.press("g")
    console.get_by_label("号码").fill("j001")
    console.locator("#call-dialog").get_by_label("理由").fill("行动不便")
    console.keyboard.press("Enter")
    expect(said).to_have_text("请 J001 号到 1 号窗口办理。")
    console.keyboard.press("t")
    console.get_by_label("转到").select_option("counter:9")
    console.locator("#transfer-dialog").get_by_label("理由").fill("需要专窗办理")
    console.locator("#transfer-dialog").get_by_role("button", name="转号").click()
    expect(said).to_have_text("J001 已转出。")

    console.get_by_role("button", name="恢复办理").click()
    expect(said).to_have_text("A001 已恢复办理。")
    expect(hand).to_have_text("A001")
    console.get_by_role("button", name="关闭").click()
    expect(said).to_have_text("窗口手上还有一个号，请先办结、挂起或转号。")


def test_a_clerk_brings_back_who_was_passed_and_takes_over_what_was_left(house, sign_in):
    for item in ("id-card", "passport"):
        house.take(item)
    clerk = house.clerk("2")
    clerk.handle(clerk.next()["ticket"], "pass")
    clerk.next()
    house.request("DELETE", "/staff/session", clerk.token)
    console = sign_in("1")
    said = console.locator("#said")
    take_over = console.get_by_role("button", name="接手")
    expect(console.locator("#vanished")).to_contain_text("在 2 号窗口")
    expect(take_over).to_be_disabled()  # the counter is not open yet
    console.keyboard.press("o")
    take_over.click()
    expect(said).to_have_text("A002 已转到本窗口。")
    expect(console.locator("#hand .number")).to_have_text("A002")
    console.get_by_role("button", name="重新排队").click()
    expect(said).to_have_text("A001 已重新排队。")
    expect(console.locator("#line")).to_contain_text("A001")
    expect(console.locator("#passed-box")).to_be_hidden()


def test_undo_names_what_the_next_call_did(house, sign_in):
    house.reload(lambda file: file["hall"]["rules"].update(unstarted_on_next="passed"))
    for _ in range(3):
        house.take("id-card")
    console = sign_in("1")
    said, undo = console.locator("#said"), console.locator("#undo")
    console.keyboard.press("o")
    for number in ("A001", "A002"):
        expect(said).not_to_have_text(f"请 {number} 号到 1 号窗口办理。")
        console.wait_for_timeout(600)  # longer than a double click
        console.keyboard.press("n")
        expect(said).to_have_text(f"请 {number} 号到 1 号窗口办理。")
    expect(undo).to_contain_text("撤销 A001 过号")
    console.keyboard.press("s")
    expect(said).to_have_text("A002 已开始办理。")
    console.keyboard.press("n")
    expect(undo).to_contain_text("撤销 A002 办结")


def test_a_hidden_console_still_says_that_its_clerk_is_there(sign_in):
    console = sign_in("1", with_clock=True)
    with console.expect_response("**/api/v1/counters/1"):  # the stream goes, the page reads
        console.evaluate(
            """() => {
                Object.defineProperty(document, 'hidden', { value: true })
                document.dispatchEvent(new Event('visibilitychange'))
            }"""
        )
    for _ in range(2):
        console.clock.fast_forward(5_000)  # what was gathered before is over
        with console.expect_response("**/api/v1/counters/1"):
            console.clock.fast_forward(30_000)
