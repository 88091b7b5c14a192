"""What who leads the hall does at a desk: pairs a machine, makes an account, loads the hall's file,
sees what became of a number."""

from __future__ import annotations

import copy
import json
import time

import pytest
from playwright.sync_api import Page, expect

from app.printing.jobs import print_due
from tests.house import HALL, PASSWORD
from tests.printing.printer import Printer
from tests.printing.test_prints import plug


@pytest.fixture
def office(open_page):
    """An office page, signed in."""

    def office(path: str, who: str = "administrator", **options: object) -> Page:
        page = open_page("/office/", **options)
        page.get_by_label("用户名").fill(who)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.locator(f'nav a[href="{path}"]').click()
        page.wait_for_url(f"**{path}")
        return page

    return office


def test_a_machine_and_a_counter_screen_are_paired_by_the_code_they_show(office, open_page):
    machine = open_page("/kiosk/", 1080, 1920)
    screen = open_page("/screen/pair", 1920, 1080)
    page = office("/office/devices", "supervisor", may_fail="409")
    said = page.locator("#said")

    def pair(code: str, kind: str, name: str) -> None:
        page.get_by_label("登记码").fill(code)
        page.get_by_label("种类").select_option(label=kind)
        page.get_by_label("名称").first.fill(name)
        page.get_by_role("button", name="登记", exact=True).click()

    expect(machine.locator("#left")).to_contain_text("10 分钟内有效")
    code = machine.locator("#code").inner_text()
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**6:06}"
    pair(wrong, "取号机", "东门一号")
    expect(said).to_contain_text("没有设备正在显示这个登记码")
    pair(code, "取号机", "东门一号")
    expect(said).to_have_text("已登记 东门一号，设备随即进入自己的页面。")
    expect(machine.get_by_role("button", name="公安局")).to_be_visible()

    expect(screen.locator("#left")).to_contain_text("10 分钟内有效")
    page.get_by_label("种类").select_option(label="窗口小屏")
    page.locator("#pair select[name=counter]").select_option("3")
    pair(screen.locator("#code").inner_text(), "窗口小屏", "三号窗口小屏")
    screen.wait_for_url(f"**/screen/{HALL}/counter/3")

    row = page.locator("#devices tr", has_text="东门一号")
    row.get_by_role("button", name="停用").click()
    page.locator("#disable-dialog").get_by_role("button", name="停用").click()
    expect(row).to_contain_text("已停用")
    machine.goto(machine.url)
    expect(machine.locator("#code")).to_be_visible()


def test_a_machine_is_given_a_printer_and_prints_a_test_page(house, office):
    printer = Printer()
    page = office("/office/devices", "supervisor", may_fail="422")
    row = page.locator("#printers tr", has_text="取号机")
    expect(row).to_contain_text("没有")
    dialog = page.locator("#printer-dialog")

    def set_to(host: str) -> None:
        row.get_by_role("button", name="设置").click()
        dialog.get_by_label("IP 地址").fill(host)
        dialog.get_by_label("纸宽").select_option("58")
        dialog.get_by_role("button", name="保存").click()

    set_to("8.8.8.8")
    expect(page.locator("#said")).to_contain_text("请填写打印机在大厅内网的 IP 地址")
    expect(page.locator("#said")).to_be_in_viewport()
    set_to("192.168.1.50")
    expect(row).to_contain_text("192.168.1.50:910058 毫米纸，打印机字库还没有问过")
    plug(house, printer.port, answers=False)
    row.get_by_role("button", name="打印测试页").click()
    expect(page.locator("#deeds tr").first).to_contain_text("打印测试页")
    with house.app.app_context():
        while print_due() == 0:
            time.sleep(0.1)
    expect(row).to_contain_text("正常")
    expect(row).to_contain_text("已送到")
    assert len(printer.papers) == 1
    set_to("")
    expect(row).not_to_contain_text("正常")
    printer.close()


def test_an_account_is_made_and_signs_in_until_it_is_disabled(office, open_page):
    page = office("/office/people", "security")
    page.get_by_role("button", name="开设账号").click()
    dialog = page.locator("#add-dialog")
    dialog.get_by_label("用户名").fill("wang")
    dialog.get_by_label("姓名").fill("王老师")
    dialog.get_by_label("固定窗口").select_option("3")
    dialog.get_by_role("button", name="开设").click()
    expect(page.locator("#password")).to_be_visible()
    password = page.locator("#password").inner_text()
    page.get_by_role("button", name="已告诉本人").click()
    expect(page.locator("#password")).to_have_text("")

    console = open_page("/clerk/", may_fail="401")
    console.get_by_label("用户名").fill("wang")
    console.get_by_label("密码").fill(password)
    console.get_by_role("button", name="登录").click()
    console.wait_for_url("**/office/me")
    console.get_by_label("现在的密码").fill(password)
    for label in ("新密码", "再输入一次新密码"):
        console.get_by_label(label, exact=True).fill("三号窗口的王老师早上好")
    console.get_by_role("button", name="修改密码").click()
    console.get_by_role("link", name="继续").click()
    console.get_by_text("窗口没有开放").wait_for()

    page.reload()
    row = page.locator("#accounts tr", has_text="wang")
    expect(row).to_contain_text("3 号窗口")
    row.get_by_role("button", name="停用").click()
    page.locator("#disable-dialog").get_by_role("button", name="停用").click()
    expect(row).to_contain_text("已停用")
    expect(page.locator("#deeds tr").first).to_contain_text("停用账号")
    console.reload()
    expect(console.get_by_label("密码")).to_be_visible()


def test_a_hall_file_with_a_fault_is_shown_at_its_line_and_a_good_one_is_loaded(house, office):
    file = copy.deepcopy(house._file)
    file["hall"]["name"] = "新测试大厅"
    good = json.dumps(file, ensure_ascii=False, indent=1)
    file["items"][0]["minutes"] = "五"
    bad = json.dumps(file, ensure_ascii=False, indent=1)
    line = next(n for n, words in enumerate(bad.splitlines(), start=1) if "五" in words)
    page = office("/office/hall")
    text = page.get_by_label("文件内容")
    upload = {"name": "t.yaml", "mimeType": "text/yaml", "buffer": bad.encode()}
    page.get_by_label("选择文件").set_input_files(upload)
    expect(text).to_have_value(bad)
    page.get_by_role("button", name="核对").click()
    expect(page.locator("#faulty-title")).to_have_text("1 处错误，不能载入")
    expect(page.locator("#faults tr")).to_contain_text(f"{line}items 第 1 项 › minutes")
    page.locator("#faults button").click()
    chosen = text.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert "五" in chosen
    expect(page.get_by_role("button", name="载入")).to_be_hidden()

    text.fill(good)
    expect(page.locator("#faulty")).to_be_hidden()
    page.get_by_role("button", name="核对").click()
    expect(page.locator("#changes tr")).to_have_text("大厅 name测试大厅新测试大厅立即")
    page.get_by_role("button", name="载入").click()
    page.locator("#load-dialog").get_by_role("button", name="载入").click()
    expect(page.locator("#said")).to_have_text("已载入，改动 1 处。")
    expect(page.locator("#deeds summary")).to_have_text("改动 1 处")
    assert house.plan.name == "新测试大厅"


def test_the_log_of_a_number_is_read_from_tap_to_finish(house, office):
    ticket = house.take()
    house.take()
    one, nine = house.clerk("1"), house.clerk("9")
    one.next()
    one.handle(ticket, "pass")
    rejoined = one.handle(ticket, "rejoin").json
    one.next()
    one.next()
    one.handle(ticket, "transfer", {"counter": "9", "reason": "需要专窗"})
    nine.next()
    nine.handle(ticket, "finish")
    page = office("/office/log", "supervisor", may_fail="404")
    page.get_by_label("号码").fill("a999")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("没有号票 A999")
    page.get_by_label("号码").fill("a001")
    page.keyboard.press("Enter")
    rows = page.locator("#entries tr")
    expect(rows).to_have_count(8)
    for row, words in zip(
        rows.all(),
        (
            "取号",
            "叫到 1 号窗口",
            "叫号未到，过号",
            "过号后重新排队",
            "叫到 1 号窗口",
            "转到 9 号窗口",
            "叫到 9 号窗口",
            "办结",
        ),
        strict=True,
    ):
        expect(row.locator("b")).to_have_text(words)
    expect(rows.nth(5)).to_contain_text("需要专窗")
    # Behind the other by a millisecond: a new due time where it shows, which it does in seconds.
    due_shown_anew = rejoined["due_at"][:19] != ticket["due_at"][:19]
    expect(rows.nth(3).locator("s")).to_have_count(int(due_shown_anew))
    expect(rows.nth(7)).to_contain_text("窗口人员 clerk9（9 号窗口）")
    expect(page.locator("#facts")).to_contain_text("A 户籍 · 身份证")
    page.get_by_label("号码").fill(f"http://hall/t/{ticket['token']}")
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_contain_text("A001")


def test_who_forgets_what_a_key_is_for_goes_on_with_what_they_typed(office):
    page = office("/office/keys", "security")
    page.get_by_role("button", name="发放密钥").click()
    dialog = page.locator("#add-dialog")
    dialog.get_by_label("系统名称").fill("市场监管")
    dialog.get_by_role("button", name="发放").click()
    assert dialog.is_visible()
    dialog.get_by_label("归集证照").check()
    dialog.get_by_role("button", name="发放").click()
    expect(page.locator("#key-dialog [data-key]")).to_contain_text("shk_")
