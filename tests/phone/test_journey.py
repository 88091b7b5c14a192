"""A citizen's whole visit on the phone, from the search to the rating, against the real house."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import update

from app.citizens.queries import SESSIONS
from app.core.db import db
from app.notices.queries import TABLE as NOTICES
from app.ratings.queries import TABLE as RATINGS
from app.tickets.telling import tell_near
from tests.bookings import live
from tests.crowd import rows
from tests.house import id_number
from tests.notices.outbox import BOOKING, QUEUE, REMINDER, allow, work
from tests.proxy import Proxy

NAME = "张三"
NUMBER = id_number()
WRONG_NUMBER = NUMBER[:-2] + NUMBER[:-3:-1]
BROKEN = "Failed to load resource"
GREEN = "rgb(11, 100, 64)"
PAPERS = ["居民身份证", "近期照片一张"]


@pytest.fixture(autouse=True)
def _checking_in_is_open(house) -> None:
    """Hours before what is booked; and a reminder is due ten minutes before."""

    def change(file) -> None:
        file["hall"]["promises"] = {"check_in_opens_minutes": 240}
        file["hall"]["booking"]["remind"] = {"evening_at": False, "before_minutes": 10}
        file["items"][0]["papers"] = PAPERS

    house.reload(change)


def reminder_falls_due(house) -> None:
    """The time of a reminder has come: the live server's clock cannot be turned, so the row is."""
    now = house.clock.now() - timedelta(seconds=1)
    due = update(NOTICES).where(NOTICES.c.kind == "reminder").values(at=now, due_at=now)
    house.within(lambda: db.session.execute(due))


def token_expires(house) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    house.within(lambda: db.session.execute(update(SESSIONS).values(expires_at=past)))


def tell_who_is_near(house) -> int:
    """What the schedule does every few seconds; how many were told."""
    plan = house.plan
    with house.app.app_context():
        return tell_near(plan, house.clock.now())


def lose_one_answer(route: Route) -> None:
    """The hall does what it was asked, and the phone never hears of it."""
    assert route.fetch().status == 201
    route.abort()


@pytest.fixture
def line(live_server: str) -> Iterator[Proxy]:
    """The way of one phone to the hall, which can be cut."""
    proxy = Proxy(urlsplit(live_server).port)
    yield proxy
    proxy.close()


def test_a_visit_from_the_search_to_the_rating(house, wechat, open_phone, line):
    phone = open_phone(may_fail=BROKEN, server=f"http://127.0.0.1:{line.port}")
    phone.sees("测试大厅")
    phone.tap("登录")
    phone.sign_in(NAME)
    for template in (BOOKING, REMINDER, QUEUE):
        allow(house, wechat, NAME, template, times=2)

    phone.tap("您要办什么事？")
    phone.type("查找事项", "sfz")
    phone.sees_no("护照")
    phone.tap("身份证")
    phone.sees("约 5 分钟", *PAPERS)
    phone.tap("预约时间")
    phone.sees("选择日期")
    phone.page.get_by_role("radio", name=re.compile("余 6")).nth(2).click()
    phone.tap("登记本人后预约")
    phone.type("姓名", "张小明")
    phone.type("身份证号码", WRONG_NUMBER)
    phone.tap("确认登记")
    phone.sees("证件号码有误")
    phone.type("身份证号码", NUMBER)
    phone.sees_no("证件号码有误")  # it goes, and the button moves, before anybody taps
    phone.tap("确认登记")

    # back with the time still chosen; the answer to the booking is lost, and the token ran out
    phone.page.route("**/api/v1/appointments?*", lose_one_answer, times=1)
    phone.tap("确认预约")
    phone.sees("不会重复预约")
    token_expires(house)
    phone.tap("确认预约")
    phone.sees("预约成功", "张小明", *PAPERS)
    appointment = phone.query.partition("&")[0]
    [booked] = live(house)
    assert f"id={booked.id}" == appointment

    assert work(house) == 1
    reminder_falls_due(house)
    assert work(house) == 1
    assert [one["template"] for one in wechat.sent(NAME)] == [BOOKING, REMINDER]
    phone.go("messages")
    phone.sees("预约成功", "办事提醒")

    before_me = [house.take() for _ in range(5)]
    phone.go(f"appointment?{appointment}")
    phone.tap("我已到大厅，签到")
    phone.sees("前面还有", "5 人", "实时更新中", "测试大厅")
    clerk = house.clerk("1")
    assert clerk.next()["ticket"]["id"] == before_me[0]["id"]
    phone.sees("4 人")

    with phone.page.expect_response("**/follow-link?*") as told:
        phone.tap("给家人一个链接")
    link = told.value.json()["url"]
    daughter = open_phone(link[link.index("#") :])
    daughter.sees("张*明的号", "4 人")
    daughter.tap("开着这一页时，叫到就响铃")

    # the phone has no line for a while, and what happened meanwhile is there when it is back
    line.cut()
    phone.sees("网络不通")
    clerk.next()
    daughter.sees("3 人")
    phone.sees("4 人")
    line.mend()
    phone.sees("3 人", "实时更新中")
    phone.sees_no("网络不通")
    assert tell_who_is_near(house) == 1
    assert work(house) == 1
    assert wechat.sent(NAME)[2]["template"] == QUEUE

    for ahead in ("2 人", "1 人", "0 人"):
        clerk.next()
        phone.sees(ahead)
    mine = clerk.next()["ticket"]
    assert f"id={mine['id']}" == phone.query
    for each in (phone, daughter):
        each.sees("请到")
        slip = each.page.locator(".slip").filter(visible=True)
        expect(slip.locator(".no")).to_have_text("1")
        expect(slip).to_have_css("background-color", GREEN)
    assert work(house) == 1
    assert [one["template"] for one in wechat.sent(NAME)] == [BOOKING, REMINDER, QUEUE, QUEUE]

    clerk.handle(mine, "start")
    phone.sees("正在 1 号窗口办理")
    clerk.handle(mine, "finish")
    phone.sees("已经办完")
    daughter.sees("已经办完")
    phone.tap("非常满意")
    phone.sees("感谢您的评价：非常满意")
    [rating] = rows(house, RATINGS)
    assert (rating.ticket_id, rating.grade) == (mine["id"], "very_satisfied")
    phone.go("messages")
    phone.sees("前面还有 3 人", "到1号窗口办理")
