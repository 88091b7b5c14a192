"""What staff do at a desk: book for somebody on the telephone, look after a day's bookings, settle
a day that closes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.house import HALL, PASSWORD, id_number

PHONE = "13800000000"


@pytest.fixture
def office(open_page):
    """An office page, signed in."""

    def office(path: str = "/office/bookings", who: str = "guide", **options: object) -> Page:
        page = open_page("/office/", 1280, 800, **options)
        page.get_by_label("用户名").fill(who)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.get_by_role("navigation").wait_for()
        page.wait_for_load_state()  # its modules have run
        turn_to(page, path)
        return page

    return office


def turn_to(page: Page, path: str) -> None:
    page.locator(f'nav a[href="{path}"]').click()
    page.wait_for_url(f"**{path}")


def tomorrow(house) -> str:
    today = date.fromisoformat(house.get(f"/halls/{HALL}").json["date"])
    return f"{today + timedelta(days=1)}"


def book(house, series: int, day: str, **person: str) -> dict:
    """A place taken by staff for somebody on the telephone."""
    token = house.sign_in("guide")
    slots = house.get(f"/staff/slots?item=id-card&date={day}", token).json
    body = {
        "slot": slots[0]["id"],
        "item": "id-card",
        "name": "王小二",
        "id_number": id_number(series=series),
        **person,
    }
    answer = house.post("/staff/appointments", token, body)
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_place_is_booked_for_somebody_on_the_telephone(house, office):
    day = tomorrow(house)
    page = office("/office/book")
    page.get_by_label("查找事项").fill("sfz")
    expect(page.locator("#found li")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#chosen")).to_contain_text("身份证")
    page.get_by_label("日期").fill(day)
    first = page.locator(".time").first
    expect(first).to_contain_text("03:00")  # the day's first, not what is left of today
    expect(first).to_contain_text("公众 6 · 代办 2")
    first.click()
    page.get_by_label("姓名或单位名称").fill("王小二")
    page.get_by_label("电话").fill(PHONE)
    page.get_by_label("身份证号码或统一社会信用代码").fill(id_number())
    page.get_by_role("button", name="预约这个时段").dblclick()
    expect(page.locator("#done")).to_be_visible()
    code = page.locator("#done-code").inner_text().replace(" ", "")
    expect(page.locator("#done-code")).to_have_text(f"{code[:4]} {code[4:7]} {code[7:]}")
    turn_to(page, "/office/bookings")
    page.locator("#day").fill(day)
    row = page.locator("#bookings tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("王*二")
    expect(row).to_contain_text(PHONE)


def test_what_is_wrong_with_a_booking_is_said_and_nothing_typed_is_lost(house, office):
    book(house, 1, tomorrow(house))
    page = office("/office/book", may_fail="409")
    page.get_by_label("查找事项").fill("护照")
    page.get_by_role("button", name="护照").click()
    times = page.locator(".time")
    expect(times.first).to_be_visible()
    page.get_by_label("日期").fill(tomorrow(house))
    expect(times.first).to_contain_text("03:00")  # the day's first, not what is left of today
    times.first.click()
    page.get_by_label("姓名或单位名称").fill("王小二")
    page.get_by_label("身份证号码或统一社会信用代码").fill(id_number())
    page.get_by_role("button", name="预约这个时段").click()
    expect(page.locator("#said")).to_contain_text("当天在本大厅已有预约")
    expect(page.get_by_label("姓名或单位名称")).to_have_value("王小二")


def test_the_earliest_day_with_a_place_is_found(house, office):
    today = house.get(f"/halls/{HALL}").json["date"]
    closed = [
        {"date": today, "closed": True, "reason": "停电"},
        # its small hours are of the hall day before
        {"date": tomorrow(house), "hours": ["03:00-24:00"], "reason": "停电"},
    ]
    house.reload(lambda file: file["hall"]["booking"].update(exceptions=closed))
    page = office("/office/book")
    page.get_by_label("查找事项").fill("护照")
    page.get_by_role("button", name="护照").click()
    expect(page.locator("#times")).to_contain_text("没有可以预约的时段")
    page.get_by_role("button", name="最早有空的一天").click()
    expect(page.get_by_label("日期")).to_have_value(tomorrow(house))
    expect(page.locator(".time").first).to_be_visible()


def test_a_booking_is_moved_checked_in_and_another_cancelled(house, office):
    today = house.get(f"/halls/{HALL}").json["date"]
    booked = book(house, 1, tomorrow(house))
    page = office()
    page.get_by_role("button", name="后一天").click()
    page.get_by_role("button", name="改约").click()
    dialog = page.locator("#move-dialog")
    dialog.locator("#move-day").fill(today)
    first = dialog.locator(".time").first
    expect(first).not_to_contain_text("03:00")  # what is left of today, not the day after's first
    first.click()
    dialog.get_by_role("button", name="改到这个时段").click()
    expect(page.locator("#said")).to_contain_text("已改约")
    expect(page.locator("#nobody")).to_have_text("这一天没有预约。")
    page.get_by_role("button", name="前一天").click()
    page.get_by_label("查找").fill(booked["code"])
    page.get_by_role("button", name="签到").click()
    expect(page.locator("#said")).to_have_text("签到成功：A001 号，身份证。请告诉办事人号码。")
    expect(page.locator("#bookings tr")).to_contain_text("A001")
    book(house, 2, tomorrow(house))
    page.get_by_label("查找").fill("")
    page.get_by_role("button", name="后一天").click()
    page.get_by_role("button", name="取消").click()
    page.get_by_role("button", name="取消这个预约").click()
    expect(page.locator("#bookings tr")).to_contain_text("已取消")


def close(house, day: str) -> None:
    exception = {"date": day, "closed": True, "reason": "线路检修停电一天"}
    house.reload(lambda file: file["hall"].update(exceptions=[exception]))


def test_a_day_that_closes_is_moved_and_who_must_be_called_is_told(house, office):
    day = tomorrow(house)
    by_phone = book(house, 1, day, phone=PHONE)
    book(house, 2, day)
    li = house.citizen("li").identify()
    slots = house.slots("id-card", day)
    li.book(slots[0]["id"])
    close(house, day)
    page = office("/office/closing", "supervisor")
    expect(page.locator("#count")).to_have_text("3 个")
    expect(page.locator("#hit tr").first).to_contain_text("线路检修停电一天")
    expect(page.get_by_label("原因")).to_have_value("线路检修停电一天")
    page.get_by_role("button", name="改期 3 个预约").click()
    dialog = page.locator("#settle-dialog")
    expect(dialog).to_contain_text("1 人可在手机“我的消息”中看到")
    expect(dialog).to_contain_text("2 人须打电话通知，其中 1 人没有留电话")
    dialog.get_by_role("button", name="改期 3 个").click()
    expect(page.locator("#settled-title")).to_have_text("办理结果：已改期 3 个")
    results = page.locator("#results tr")
    expect(results).to_have_count(3)
    expect(results.filter(has_text=PHONE)).to_contain_text(by_phone["code"][:4])
    expect(page.locator("#nobody")).to_be_visible()
    assert "因线路检修停电一天，" in li.get("/me/notices").json[0]["text"]
    [moved] = li.get("/appointments").json
    assert moved["slot"]["starts_at"][:10] > day


def test_a_day_that_closes_is_cancelled(house, office):
    day = tomorrow(house)
    book(house, 1, day, phone=PHONE)
    close(house, day)
    page = office("/office/closing", "administrator")
    page.get_by_label("全部取消").check()
    page.get_by_role("button", name="取消 1 个预约").click()
    page.locator("#settle-dialog").get_by_role("button", name="取消 1 个").click()
    expect(page.locator("#results tr")).to_contain_text(PHONE)
    expect(page.locator("#results tr")).to_contain_text("已取消")
