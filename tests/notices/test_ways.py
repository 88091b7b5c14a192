"""By which way a notice reaches somebody, and what it ends as."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.catalog.calendar import seed_calendar
from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.factory import create_app
from app.notices import channels, sending
from app.notices.channels import Answer
from app.notices.grants import accept
from app.notices.jobs import SENDERS
from app.notices.rules import OfficeHours, Outcome
from app.notices.sending import _take, begin_next, record
from app.notices.service import notify, withdraw
from tests.clear_text import columns_saying
from tests.faults.conftest import leave
from tests.house import House
from tests.notices.outbox import (
    BOOKING,
    FACTS,
    LEASE,
    QUEUE,
    REMINDER,
    account,
    allow,
    attempts,
    grants,
    row,
    state,
    tell,
    texts,
    work,
    work_for,
)
from tests.servers import own_port
from tests.wechat_server import SEND, URL_LINK

PHONE = "13800000001"
WAIT_S = 30


@pytest.fixture
def with_phone(house, li):
    answer = house.citizen("li").put("/me/phone", {"code": f"phone:{PHONE}"})
    assert answer.status_code == 200, answer.text
    return li


class Slow:
    """A WeChat that answers nobody for as long as a test lasts, and a worker that asks it."""

    def __init__(self, house, monkeypatch):
        self.house = house
        self.asked = threading.Semaphore(0)
        self.answers = threading.Event()
        monkeypatch.setattr(sending, "tell", self.tell)

    def tell(self, message):
        self.asked.release()
        assert self.answers.wait(WAIT_S)
        return channels.tell(message)

    @contextmanager
    def wechat(self):
        """A worker is at work in this block, and done after it."""
        worker = threading.Thread(target=work, args=(self.house,))
        worker.start()
        try:
            yield
        finally:
            self.answers.set()
            worker.join()

    def until_asked(self, times):
        for _ in range(times):
            assert self.asked.acquire(timeout=WAIT_S), "WeChat is not asked"


@pytest.fixture
def slow(house, monkeypatch):
    return Slow(house, monkeypatch)


def at(house, clock):
    house.clock.at = moment(clock)


def moment(clock):
    return datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


# A grant, then a text message, then the app alone


def test_whoever_allows_it_hears_by_wechat_once(house, wechat, li):
    allow(house, wechat, "li", QUEUE)
    cause = tell(house, li)
    assert work(house) == 1
    assert work(house) == 0
    [sent] = wechat.sent("li")
    assert (sent["template"], sent["page"]) == (QUEUE, "pages/ticket/index?id=t1")
    assert sent["data"] == {
        "character_string1": "A012",
        "thing2": "请按时签到",
        "thing3": "测试大厅",
    }
    assert (state(house, cause), attempts(house, cause)) == ("sent", [("wechat", "sent", None)])
    assert grants(house.citizen("li"))["queue"] == 0


def test_what_lies_sealed_is_sent_all_the_same(house, wechat, with_phone):
    allow(house, wechat, "li", QUEUE)
    private = {"note": "取件码 735190"}
    by_wechat = tell(house, with_phone, private=private, cause="a")
    work(house)  # two at once are told side by side, and either may use the grant
    by_text = tell(house, with_phone, private=private, cause="b")
    work(house)
    assert attempts(house, by_wechat) == [("wechat", "sent", None)]
    assert attempts(house, by_text) == [("sms", "sent", None)]
    assert wechat.sent("li")[0]["data"]["thing2"] == "取件码 735190"
    assert columns_saying(house, "735190") == set()


def test_the_only_grant_in_line_is_kept_for_the_call(house, wechat, with_phone):
    allow(house, wechat, "li", QUEUE)
    near, called = tell(house, with_phone, "near"), tell(house, with_phone, "called")
    work(house)
    assert attempts(house, near) == [("sms", "sent", None)]
    assert attempts(house, called) == [("wechat", "sent", None)]


def test_a_second_one_tells_that_it_comes_near(house, wechat, with_phone):
    allow(house, wechat, "li", QUEUE, times=2)
    near = tell(house, with_phone, "near")
    work(house)
    assert attempts(house, near) == [("wechat", "sent", None)]


def test_a_booking_tells_of_itself(house, wechat):
    """With the longest of names: a thing of 21 characters never reaches WeChat."""
    house.reload(
        lambda file: file["items"][0].update(name="居民身份证换领补领登记指纹信息采集及照相预约")
    )
    booker = house.citizen("booker").identify()
    allow(house, wechat, "booker", BOOKING, times=2)
    booked = booker.book(house.slot("09:30"))
    work(house)
    booker.appointment(booked, "cancel")
    work(house)
    booking, cancelled = wechat.sent("booker")
    assert cancelled["data"]["thing5"] == "预约已取消"
    assert booking["data"] == {
        "thing1": "居民身份证换领补领登记指纹信息采集及照…",
        "time2": "2026年11月24日 09:30",
        "thing3": "测试大厅",
        "character_string4": booked["code"],
        "thing5": "请按时到大厅签到取号",
    }
    assert len(booking["data"]["thing1"]) == 20
    assert booking["page"] == f"pages/appointment/index?id={booked['id']}"


def test_without_a_grant_by_text_message_with_a_link(house, wechat, with_phone):
    cause = tell(house, with_phone, "freed")
    work(house)
    [text] = texts(house)
    assert text["phone"] == PHONE
    assert "11月24日 09:30" in text["words"]
    [link] = wechat.calls(URL_LINK)
    assert (link["body"]["path"], link["body"]["query"]) == ("pages/ticket/index", "id=t1")
    assert (state(house, cause), wechat.calls(SEND)) == ("sent", [])


@pytest.mark.parametrize("fault", [{"errcode": 40164}, {"errcode": -1}, {"cut": "after"}])
def test_a_text_message_waits_for_no_link(house, wechat, with_phone, fault):
    wechat.fail(URL_LINK, times=None, **fault)
    causes = [tell(house, with_phone, kind) for kind in ("changed", "reminder", "freed")]
    work(house)
    assert [state(house, cause) for cause in causes] == ["sent"] * 3
    assert not [text for text in texts(house) if "://" in text["words"]]


def test_without_either_in_the_app_alone(house, wechat, li):
    cause = tell(house, li)
    assert work(house) == 0
    assert (state(house, cause), attempts(house, cause)) == ("in_app", [])
    assert house.citizen("li").get("/me/notices").json[0]["state"] == "in_app"


def test_a_long_term_grant_stands_until_it_is_taken_back(house, wechat, li):
    wechat.grant("li", QUEUE, None)
    with house.app.app_context(), transaction():
        accept(li, QUEUE, long_term=True, now=house.clock.now())
    for n in range(2):
        tell(house, li, cause=f"call:{n}")
    work(house)
    assert (len(wechat.sent("li")), grants(house.citizen("li"))["queue"]) == (2, 1)
    wechat.grant("li", QUEUE, 0)
    tell(house, li, cause="call:2")
    work(house)
    assert (state(house, "call:2"), grants(house.citizen("li"))["queue"]) == ("in_app", 0)


def test_a_grant_that_wechat_calls_spent_is_and_the_next_way_is_taken(house, wechat, with_phone):
    allow(house, wechat, "li", QUEUE, times=3)
    wechat.grant("li", QUEUE, 0)
    cause = tell(house, with_phone)
    work(house)
    assert attempts(house, cause) == [("wechat", "spent", "43101"), ("sms", "sent", None)]
    assert grants(house.citizen("li"))["queue"] == 0


# What fails


@pytest.mark.parametrize("fault", [{"errcode": -1}, {"errcode": 45009}])
def test_a_wechat_that_has_no_time_is_asked_again_later(house, wechat, li, fault):
    allow(house, wechat, "li", QUEUE)
    wechat.fail(SEND, **fault)
    cause = tell(house, li)
    work(house)
    assert (state(house, cause), wechat.sent()) == ("pending", [])
    assert grants(house.citizen("li"))["queue"] == 1, "nothing was sent, so nothing was used up"
    work(house)
    assert len(attempts(house, cause)) == 1, "not before the pause is over"
    house.clock.advance(seconds=2)
    work(house)
    assert [outcome for _, outcome, _ in attempts(house, cause)] == ["later", "sent"]
    assert len(wechat.sent()) == 1


def test_a_wechat_that_cannot_be_reached_was_not_asked(house, wechat, li):
    allow(house, wechat, "li", QUEUE)
    with own_port() as closed:
        settings = house.app.extensions["parts"].settings
        app = replace(settings.wechat, api_url=f"http://127.0.0.1:{closed}")
        cut_off = House(create_app(replace(settings, wechat=app), house.clock))
        cause = tell(house, li)
        work(cut_off)
    leave(cut_off)
    assert attempts(house, cause) == [("wechat", "later", "WechatAway")]
    house.clock.advance(seconds=2)
    work(house)
    assert (state(house, cause), len(wechat.sent())) == ("sent", 1)


def test_who_waits_in_the_hall_does_not_wait_for_wechat(house, wechat, with_phone):
    allow(house, wechat, "li", QUEUE)
    wechat.fail(SEND, times=None, errcode=-1)
    cause = tell(house, with_phone)
    work_for(house, seconds=8)
    assert attempts(house, cause) == [("wechat", "later", "-1")] * 3 + [("sms", "sent", None)]
    assert len(texts(house)) == 1


@pytest.mark.parametrize("fault", [{"cut": "before"}, {"cut": "after"}, {"http": 502}])
def test_what_was_never_answered_is_unknown_and_not_repeated(house, wechat, with_phone, fault):
    allow(house, wechat, "li", QUEUE, times=2)
    wechat.fail(SEND, **fault)
    cause = tell(house, with_phone)
    work_for(house, seconds=10)
    assert (state(house, cause), len(attempts(house, cause))) == ("unknown", 1)
    assert len(wechat.calls(SEND)) == 1
    assert texts(house) == []
    assert grants(house.citizen("li"))["queue"] == 1, "it may have been used"
    metrics = house.app.test_client().get("/metrics").text
    assert "shunhao_notices_unknown_total 1.0" in metrics
    assert 'shunhao_notices{state="unknown"} 1.0' in metrics


def test_what_wechat_will_never_take_is_for_an_operator(house, wechat, li):
    allow(house, wechat, "li", QUEUE)
    wechat.fail(SEND, times=None, errcode=40037)
    cause = tell(house, li)
    work_for(house, seconds=10)
    assert attempts(house, cause) == [("wechat", "refused", "40037")]
    assert state(house, cause) == "failed"
    assert grants(house.citizen("li"))["queue"] == 1


def test_a_wrong_setting_of_ours_loses_no_notice(house, wechat, li):
    """Nothing was sent, so it is sent once the setting is mended."""
    allow(house, wechat, "li", BOOKING)
    wechat.fail(SEND, times=2, errcode=40164)
    cause = tell(house, li, "booked")
    work_for(house, minutes=5)
    assert [outcome for _, outcome, _ in attempts(house, cause)] == ["later", "later", "sent"]
    assert len(wechat.sent("li")) == 1


def test_a_message_that_cannot_be_made_is_for_an_operator(house, wechat, li, caplog):
    allow(house, wechat, "li", BOOKING)
    cause = tell(house, li, "booked", facts={**FACTS, "when": "明天上午"})
    work(house)
    assert (state(house, cause), wechat.calls(SEND)) == ("failed", [])
    assert attempts(house, cause) == [("wechat", "refused", "does_not_fit")]
    assert grants(house.citizen("li"))["booking"] == 1
    assert "time2" in caplog.text


def test_a_slow_wechat_holds_up_its_notices_and_nothing_else(house, wechat, slow):
    li = house.citizen("li").identify()
    slot = house.slot("09:30")
    allow(house, wechat, "li", QUEUE, times=SENDERS)
    causes = [tell(house, account(house), cause=f"test:{n}") for n in range(SENDERS)]
    with slow.wechat():
        slow.until_asked(SENDERS)  # one does not wait for the other
        li.book(slot)
        assert {state(house, cause) for cause in causes} == {"pending"}
    assert {state(house, cause) for cause in causes} == {"sent"}


# When


def test_what_can_wait_waits_for_the_end_of_the_quiet_hours(house, wechat, li):
    for template in (QUEUE, BOOKING):
        allow(house, wechat, "li", template)
    at(house, "2026-11-23T23:00")
    booked, called = tell(house, li, "booked"), tell(house, li, "called")
    work(house)
    assert (state(house, booked), state(house, called)) == ("pending", "sent")
    assert house.citizen("li").get("/me/notices/unread").json == {"count": 2}
    at(house, "2026-11-24T07:29:59")
    work(house)
    assert state(house, booked) == "pending"
    at(house, "2026-11-24T07:30")
    work(house)
    assert state(house, booked) == "sent"


@pytest.mark.parametrize(("hours", "waits"), [("off", False), ("08:00-10:00", True)])
def test_a_hall_has_quiet_hours_of_its_own(house, wechat, li, hours, waits):
    house.reload(lambda file: file["hall"]["rules"].update(quiet_hours=hours))
    at(house, "2026-11-23T09:00" if waits else "2026-11-23T23:00")
    cause = tell(house, li, "booked")
    work(house)
    assert state(house, cause) == ("pending" if waits else "in_app")


def test_a_call_of_three_minutes_ago_is_no_news(house, wechat, li):
    allow(house, wechat, "li", QUEUE)
    cause = tell(house, li, not_after=house.clock.now() + timedelta(minutes=3))
    house.clock.advance(minutes=3)
    work(house)
    assert (state(house, cause), wechat.sent()) == ("lapsed", [])


def test_a_reminder_is_neither_sent_nor_seen_before_its_time(house, wechat, li):
    cause = tell(house, li, "reminder", not_before=house.clock.now() + timedelta(hours=1))
    phone = house.citizen("li")
    work(house)
    assert (state(house, cause), phone.get("/me/notices").json) == ("pending", [])
    house.clock.advance(hours=1)
    work(house)
    assert state(house, cause) == "in_app"
    [seen] = phone.get("/me/notices").json
    assert seen["at"].startswith("2026-11-23T10:00:00")


def test_what_is_withdrawn_is_told_to_nobody(house, wechat, li):
    later = {"not_before": house.clock.now() + timedelta(hours=1)}
    causes = [
        tell(house, li, "reminder", cause=f"reminder:{of}:evening", **later) for of in ("1", "17")
    ]
    with house.app.app_context(), transaction():
        assert withdraw("reminder:1:", Act(house.clock.now(), SYSTEM)) == 1
    house.clock.advance(hours=1)
    work(house)
    assert [state(house, cause) for cause in causes] == ["withdrawn", "in_app"]
    assert len(house.citizen("li").get("/me/notices").json) == 1


def test_what_is_being_sent_is_not_withdrawn(house, wechat, li, slow):
    allow(house, wechat, "li", QUEUE)
    cause = tell(house, li)
    with slow.wechat():
        slow.until_asked(1)
        with house.app.app_context(), transaction():
            assert withdraw(cause, Act(house.clock.now(), SYSTEM)) == 0
    assert state(house, cause) == "sent"


def test_a_cause_is_told_once(house, wechat, li):
    allow(house, wechat, "li", QUEUE, times=2)
    for _ in range(2):
        tell(house, li, cause="call:7")
        work(house)
    assert len(wechat.sent()) == 1


def test_who_waits_in_the_hall_comes_first(house, wechat, li):
    house.clock.advance(seconds=-1)
    tell(house, li, "booked", cause="test:earlier")
    house.clock.advance(seconds=1)
    tell(house, li, "called", cause="test:called")
    with house.app.app_context(), transaction():
        assert _take(house.clock.now()).cause == "test:called"


def test_a_worker_that_was_thought_dead_may_still_answer(house, wechat, li):
    """Its answer makes what was unknown known."""
    allow(house, wechat, "li", QUEUE)
    cause = tell(house, li)
    with house.app.app_context():
        begun = begin_next(house.clock.now())
        house.clock.at += LEASE
        assert begin_next(house.clock.now()) is None
        assert state(house, cause) == "unknown"
        with transaction():
            record(begun.attempt, Answer(Outcome.SENT), house.clock.now())
    assert state(house, cause) == "sent"
    assert row(house, cause).due_at is None


# A licence that ends: whom it reaches, by which way first, and when

AT_WORK = OfficeHours(time(9), time(18), working_days=True)
A_LICENCE = FACTS | {"item": "食品经营许可证", "when": "2027年1月22日", "note": "还有两个月"}


def remind(house, citizen, cause="reminder-of-licence:1", **more):
    return tell(house, citizen, "expiring", cause, facts=A_LICENCE, **more)


def test_whoever_has_no_account_is_told_by_phone_alone(house, wechat):
    cause = remind(house, None, phone=PHONE)
    work(house)
    [text] = texts(house)
    assert (text["phone"], attempts(house, cause)) == (PHONE, [("sms", "sent", None)])
    assert "“食品经营许可证”2027年1月22日到期：还有两个月" in text["words"]
    assert (state(house, cause), wechat.calls(SEND)) == ("sent", [])
    kept = row(house, cause)
    assert kept.citizen_id is None
    assert PHONE.encode() not in kept.phone_sealed


def test_who_has_neither_account_nor_a_phone_that_answers_was_not_told(house, monkeypatch):
    parts = house.app.extensions["parts"]
    monkeypatch.setitem(house.app.extensions, "parts", replace(parts, sms=None))
    cause = remind(house, None, phone=PHONE)
    work(house)
    assert (state(house, cause), attempts(house, cause)) == ("failed", [])


def test_a_notice_for_nobody_is_none(house):
    with pytest.raises(ValueError, match="for an account or for a phone"):
        remind(house, None)


@pytest.mark.parametrize(("own", "reached"), [(PHONE, PHONE), (None, "13900000009")])
def test_an_account_is_told_on_its_own_phone_before_any_other(house, wechat, li, own, reached):
    if own:
        house.citizen("li").put("/me/phone", {"code": f"phone:{own}"})
    remind(house, li, phone="13900000009")
    work(house)
    assert [text["phone"] for text in texts(house)] == [reached]


def test_ways_are_tried_in_the_order_of_the_plan(house, wechat, with_phone):
    allow(house, wechat, "li", REMINDER, times=2)
    causes = [
        remind(house, with_phone, f"reminder-of-licence:{n}", ways=ways)
        for n, ways in enumerate((["sms", "wechat"], ["wechat"], ["wechat"]))
    ]
    wechat.fail(SEND, times=None, errcode=40037)
    work(house)
    assert [attempts(house, cause) for cause in causes] == [
        [("sms", "sent", None)],
        [("wechat", "refused", "40037")],
        [("wechat", "refused", "40037")],
    ]


def test_the_last_day_of_a_licence_stands_in_a_field_of_times(house, wechat, li):
    allow(house, wechat, "li", REMINDER)
    remind(house, li)
    work(house)
    [sent] = wechat.sent("li")
    assert (sent["data"]["time2"], sent["data"]["thing5"]) == ("2027年1月22日 23:59", "还有两个月")


@pytest.mark.parametrize(
    ("now", "sent_at"),
    [
        ("2026-09-30T08:59", "2026-09-30T09:00"),
        ("2026-09-30T17:59", "2026-09-30T17:59"),
        ("2026-09-30T18:00", "2026-10-08T09:00"),  # after the week of the National Day
        ("2026-10-09T18:00", "2026-10-10T09:00"),  # a Saturday on which the country works
        ("2026-10-16T20:00", "2026-10-19T09:00"),  # a weekend
    ],
)
def test_it_is_sent_in_working_hours_of_the_hall(house, wechat, li, now, sent_at):
    week = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    week |= {"sat": [], "sun": []}
    house.within(lambda: seed_calendar([2026]))
    house.reload(lambda file: file["hall"].update(hours=week, closed_on_holidays=True))
    at(house, now)
    cause = remind(house, li, hours=AT_WORK)
    work(house)
    if now != sent_at:
        assert (state(house, cause), row(house, cause).due_at) == ("pending", moment(sent_at))
    at(house, sent_at)
    work(house)
    assert state(house, cause) == "in_app"


def test_what_is_told_once_has_one_id(house, li):
    def again():
        act = Act(house.clock.now(), SYSTEM)
        return notify(li, "expiring", "提醒", "reminder-of-licence:7", act, facts=A_LICENCE)

    first, second = (house.within(again) for _ in range(2))
    assert (row(house, "reminder-of-licence:7").id, second) == (first, None)
