"""The daily watch: who is told what and when, once; and when nobody is told any more."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from rq import Queue
from sqlalchemy import delete, func, select, update

from app.catalog.calendar import seed_calendar
from app.citizens.queries import CITIZENS
from app.citizens.rules import BEIJING
from app.core.db import db
from app.licences.identifier import identifier_of
from app.licences.queries import LICENCES
from app.licences.shares import uses_of
from app.notices.queries import ATTEMPTS
from app.notices.queries import TABLE as NOTICES
from app.renewals import queries
from app.renewals.records import EVENTS
from app.renewals.records import TABLE as RENEWALS
from app.renewals.watch.jobs import WATCH_LICENCES, watch_licences
from app.renewals.watch.reaching import STOPS
from app.renewals.watch.reminding import REMINDERS, forget_reminders
from app.renewals.watch.watching import is_owed
from app.worker import one_round
from tests.house import MORNING, id_number
from tests.licences.conftest import DEFINER, ISSUER, sure
from tests.notices.outbox import work
from tests.renewals.watched import PLANS, Watched, serials, stocked_and_watched

CLOSED_ON_WEEKENDS = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def watched(shared_house):
    """One library for all of the module; nobody was told anything yet, and its hall is what it was
    before each test."""
    shared_house.clock.at = MORNING
    watched = stocked_and_watched(shared_house)

    def forget() -> None:
        for table in (REMINDERS, STOPS, EVENTS, RENEWALS, ATTEMPTS, NOTICES):
            db.session.execute(delete(table))
        db.session.execute(update(LICENCES).values(watch_on=None))
        db.session.execute(update(queries.PLANS).values(spread_to=None))  # by the test before

    shared_house.within(forget)
    with shared_house.hall_put_back():
        yield watched


@pytest.fixture
def li(watched):
    return sure(watched.house, "li")


def steps(watched: Watched, licence: str) -> list[str]:
    return [step for _, step, *_ in watched.told(licence)]


# What is said


def test_each_step_is_said_on_its_day_once(watched, li):
    permit = watched.permit(li.id_number, "2027-03-31")
    seen = {}
    for day in ("2026-11-23", "2027-01-30", "2027-01-31", "2027-02-01", "2027-02-28", "2027-03-16"):
        watched.on(day)
        before = len(watched.told(permit))
        for _ in range(2):
            watched.look()
        seen[day] = steps(watched, permit)[before:]
    assert seen == {
        "2026-11-23": [],
        "2027-01-30": [],
        "2027-01-31": ["2-months"],
        "2027-02-01": [],
        "2027-02-28": ["1-months"],  # there is no 31st
        "2027-03-16": ["15-days"],
    }
    assert watched.look_on(permit) == date(2027, 4, 1)
    watched.on("2027-04-01")
    assert watched.look() == 1
    assert watched.look_on(permit) is None
    assert len(watched.told(permit)) == 3


def test_a_day_costs_what_is_due_on_it(watched, li):
    for n in range(30):
        watched.permit(id_number(series=n + 1), "2029-03-31")
    permit = watched.permit(li.id_number, "2027-03-31")
    assert watched.look() == 31
    watched.on("2027-01-31")
    assert watched.look() == 1
    assert steps(watched, permit) == ["2-months"]


def test_what_the_phone_shows(watched, li):
    permit = watched.permit(li.id_number, "2027-01-31", number="清居00123456")
    watched.on("2026-12-31")
    watched.look()
    (renewal,) = watched.renewals(permit)
    (notice,) = watched.notices(permit)
    assert renewal.state == "reminded"
    assert notice.kind == "expiring"
    assert notice.link == {"page": "pages/renewal/index", "query": {"id": renewal.id}}
    assert notice.text == (
        "您的居住证（尾号3456）还有 31 天到期（2027年1月31日）。"
        "延续最迟2027年1月31日申请，请尽快办理。"
    )
    assert notice.facts == {
        "item": "居住证",
        "hall": "测试大厅",
        "when": "2027年1月31日",
        "note": "请尽快申请延续",
        "name": "李*明",
    }
    assert notice.office_hours == {"from": "09:00", "until": "18:00", "working": True}
    assert notice.ways == ["wechat", "sms"]
    assert "00123456" not in str(dict(notice._mapping))


def test_who_reads_english_is_told_in_it(watched, li):
    watched.permit(li.id_number, "2026-12-20", number="清居00123456")
    watched.look()
    (notice,) = watched.notices_seen(li, "en")
    assert notice["text"] == (
        "Your Residence permit (ending in 3456) expires in 27 days, on December 20, 2026. Please"
        " ask for its renewal soon, by December 20, 2026 at the latest."
    )


def test_who_is_late_hears_what_can_still_be_done(watched, li):
    # nobody wrote a window for this kind: thirty days by the law
    card = watched.put("disability", li.id_number, "2026-12-20")
    watched.look()
    (notice,) = watched.notices(card)
    assert "期限（2026年11月20日）已经过了" in notice.text
    assert notice.link == {"page": "pages/licence/index", "query": {"id": card}}
    assert watched.renewals(card) == []


def test_nothing_goes_out_when_what_it_says_is_over(watched, li):
    """However long the outbox was down: by when to ask, until that day is over."""
    card = watched.put("disability", li.id_number, "2027-03-31")
    for day in ("2027-02-28", "2027-03-16"):
        watched.on(day)
        watched.look()
    in_time, late = watched.notices(card)
    assert "2027年3月1日" in in_time.text
    assert in_time.not_after == datetime(2027, 3, 2, tzinfo=BEIJING)
    assert late.not_after == datetime(2027, 4, 1, tzinfo=BEIJING)


def test_what_goes_out_after_a_weekend_says_what_is_true_then(watched, li):
    watched.house.reload(lambda file: file["hall"].update(hours=CLOSED_ON_WEEKENDS))
    watched.on("2027-02-27")  # a Saturday
    in_time = watched.put("disability", li.id_number, "2027-03-31")
    too_late = watched.put("disability", li.id_number, "2027-03-30")
    watched.look()
    for licence, words in ((in_time, "还有 30 天"), (too_late, "期限（2027年2月28日）已经过了")):
        (notice,) = watched.notices(licence)
        assert words in notice.text
    assert notice.not_after == datetime(2027, 3, 15, tzinfo=BEIJING)


def test_what_is_found_on_its_last_day_counts_no_days_behind_it(watched, li):
    watched.house.reload(lambda file: file["hall"].update(hours=CLOSED_ON_WEEKENDS))
    watched.on("2027-02-27")  # a Saturday
    permit = watched.permit(li.id_number, "2027-02-27")
    watched.look()
    (notice,) = watched.notices(permit)
    assert "只剩 0 天到期" in notice.text
    assert notice.not_after == datetime(2027, 2, 28, tzinfo=BEIJING)


def test_missed_steps_are_not_caught_up(watched, li):
    permit = watched.permit(li.id_number, "2026-12-01")
    watched.look()
    assert steps(watched, permit) == ["15-days"]


@pytest.mark.parametrize(
    ("kind", "until"), [("fishing-licence", ""), ("residence-permit", "2026-11-22")]
)
def test_what_does_not_end_or_has_ended_is_looked_at_once(watched, li, kind, until):
    licence = watched.put(kind, li.id_number, until, data={})
    assert watched.look() == 1
    assert watched.look_on(licence) is None
    assert watched.told(licence) == []
    assert watched.renewals(licence) == []


def test_on_its_last_day_it_is_still_said(watched, li):
    permit = watched.permit(li.id_number, "2026-11-23")
    watched.look()
    assert steps(watched, permit) == ["15-days"]
    assert watched.look_on(permit) == date(2026, 11, 24)


def test_a_check_comes_again_each_year(watched, li):
    watched.firm(li.id_number)
    with watched.house.app.app_context():
        query = select(LICENCES.c.id).where(LICENCES.c.watch_on == date(2026, 11, 23))
        licence = db.session.scalars(query).one()
    days = ("2026-11-23", "2027-04-30", "2027-05-30", "2027-06-15", "2027-07-01", "2028-04-30")
    for day in days:
        watched.on(day)
        watched.look()
    said = watched.told(licence)
    assert [(event, step) for event, step, *_ in said] == [
        ("annual_check", "2-months"),
        ("annual_check", "1-months"),
        ("annual_check", "15-days"),
        ("annual_check", "2-months"),
    ]
    assert watched.renewals(licence) == []
    assert "营业执照年检" in str(watched.notices(licence)[0].facts)


def test_a_holiday_moves_a_step_earlier(watched, li):
    def on_working_days(file):
        file["hall"] |= {
            "closed_on_holidays": True,
            "hours": CLOSED_ON_WEEKENDS,
        }

    watched.house.within(lambda: seed_calendar([2025, 2026]))
    watched.house.reload(on_working_days)
    watched.on("2026-01-05")
    permit = watched.permit(li.id_number, "2026-04-20", issued_on="2025-04-20")
    watched.look()
    # 20 February is Spring Festival, which begins on the 15th; the Saturday before is worked
    assert watched.look_on(permit) == date(2026, 2, 14)
    watched.on("2026-02-14")
    watched.look()
    assert steps(watched, permit) == ["2-months"]


# Whom


def test_a_firm_s_representative_is_told(watched, li):
    code = watched.firm(li.id_number)
    licence = watched.put("food-licence", code, "2026-12-20", data={})
    watched.look()
    assert [by for *_, by in watched.told(licence)] == ["account"]
    (notice,) = watched.notices(licence)
    assert notice.citizen_id == li.get("/me").json["id"]
    assert notice.facts["name"] == "李小明"


def test_of_two_accounts_the_one_used_last(watched, li):
    code = watched.firm(li.id_number)
    watched.house.clock.advance(hours=-1)
    phone = watched.house.citizen("wang")
    phone.put("/me/phone", {"code": f"phone:{li.phone}"})
    assert (
        phone.put("/me/identity", {"name": "李小明", "id_number": li.id_number}).status_code == 200
    )
    watched.house.clock.advance(hours=2)
    again = watched.house.citizen("li")
    licence = watched.put("food-licence", code, "2026-12-20", data={})
    watched.look()
    (notice,) = watched.notices(licence)
    assert notice.citizen_id == again.get("/me").json["id"]


def test_without_an_account_of_theirs_whom_they_authorised_is(watched, li):
    zhang, sun = (sure(watched.house, name) for name in ("zhang", "sun"))
    agent = {"name": "李小明", "id_number": zhang.id_number, "until": "2027-11-01"}
    assert sun.post("/me/authorisations", agent).status_code == 201
    declared = update(CITIZENS).where(CITIZENS.c.id == sun.get("/me").json["id"])
    watched.house.within(lambda: db.session.execute(declared.values(identity_level="declared")))
    permit = watched.permit(sun.id_number, "2026-12-20")
    watched.look()
    (notice,) = watched.notices(permit)
    assert notice.citizen_id == zhang.get("/me").json["id"]


def test_without_any_account_the_phone_on_the_licence(watched):
    code = watched.firm(id_number(series=77))
    phoned = watched.put("food-licence", code, "2026-12-20", data={"contact_phone": "13800138000"})
    landline = watched.put(
        "food-licence", code, "2026-12-20", data={"contact_phone": "01012345678"}
    )
    watched.look()
    assert [by for *_, by in watched.told(phoned)] == ["phone"]
    assert watched.told(landline) == [("renewal", "1-months", "unreachable", "nobody")]
    approver = watched.house.sign_in("approver")
    (found,) = watched.house.get("/staff/renewals/reminders", approver).json["reminders"]
    assert (found["licence"], found["to_do"]) == (landline, "telephone")
    assert found["to_do_text"] == "请打电话告知：01012345678"
    (use,) = watched.house.within(lambda: uses_of(landline))
    assert (use.purpose.words, use.fields) == ("电话告知证照到期", ("contact_phone",))
    (notice,) = watched.notices(phoned)
    assert notice.citizen_id is None
    assert "13800138000" not in str(dict(notice._mapping))


# When nobody is told any more


@pytest.fixture
def serial():
    """Of the permit below, and of no other test's."""
    return str(next(serials))


@pytest.fixture
def reminded(watched, li, serial):
    """A permit of which a reminder waits to be sent: it is before nine."""
    permit = watched.permit(li.id_number, "2027-01-31", serial=serial)
    watched.on("2026-12-31")
    watched.look()
    assert watched.told(permit) == [("renewal", "1-months", "pending", "account")]
    return permit


@pytest.fixture
def again(watched, li, serial):
    """Its register says something else of it."""

    def said(holder=li.id_number, until="2027-01-31", **else_):
        watched.house.clock.advance(minutes=5)
        return watched.permit(holder, until, serial=serial, **else_)

    return said


def test_a_licence_that_was_revoked(watched, again, reminded):
    again(state="revoked")
    watched.look()
    assert watched.told(reminded) == [("renewal", "1-months", "withdrawn", "account")]
    assert [notice.state for notice in watched.notices(reminded)] == ["withdrawn"]
    assert [one.state for one in watched.renewals(reminded)] == ["overtaken"]
    assert watched.look_on(reminded) is None


def test_a_licence_that_changed_hands(watched, again, reminded):
    zhang = sure(watched.house, "zhang")
    again(holder=zhang.id_number)
    watched.look()
    assert watched.told(reminded)[0][2] == "withdrawn"
    before, now = sorted(watched.renewals(reminded), key=lambda one: one.found_at)
    assert before.state == "overtaken"
    assert now.state == "reminded", "what the one before let pass is none of the new holder's"
    assert now.holder_id != before.holder_id


def test_a_licence_whose_last_day_was_moved(watched, again, reminded):
    again(until="2028-01-31")
    watched.look()
    assert watched.told(reminded) == [("renewal", "1-months", "withdrawn", "account")]
    assert watched.renewals(reminded)[0].state == "overtaken"
    assert watched.look_on(reminded) == date(2027, 11, 30)


def successor_of(serial):
    named = identifier_of(f"{DEFINER}002", ISSUER, serial)
    return {"predecessor": str(named), "until": "2028-01-31", "issued_on": "2026-12-31"}


def test_a_licence_whose_place_another_took(watched, li, serial, reminded):
    watched.permit(li.id_number, **successor_of(serial))
    watched.look()
    assert watched.told(reminded)[0][2] == "withdrawn"
    assert watched.renewals(reminded)[0].state == "overtaken"
    watched.on("2027-01-16")
    watched.look()
    assert len(watched.told(reminded)) == 1


def test_a_successor_that_came_in_first(watched, li, serial):
    watched.on("2026-12-31")
    watched.permit(li.id_number, **successor_of(serial))
    watched.look()
    old = watched.permit(li.id_number, "2027-01-31", serial=serial)
    watched.look()
    assert watched.told(old) == []
    assert watched.look_on(old) is None


@pytest.mark.parametrize("state", ["confirmed", "declined"])
def test_who_has_answered_is_not_asked_again(watched, reminded, state):
    watched.house.within(
        lambda: (
            db.session.execute(update(RENEWALS).values(state=state)),
            forget_reminders(reminded, watched.act),
        )
    )
    assert watched.told(reminded)[0][2] == "withdrawn"
    watched.on("2027-01-16")
    watched.look()
    assert len(watched.told(reminded)) == 1
    watched.on("2027-02-01")
    watched.look()
    # who asked in time waits for their answer; who declined did not ask
    expected = {"confirmed": "confirmed", "declined": "expired"}[state]
    assert watched.renewals(reminded)[0].state == expected


def test_what_nobody_asked_for_expires_with_its_last_day(watched, li, reminded):
    watched.on("2027-01-31")
    watched.look()
    assert watched.renewals(reminded)[0].state == "reminded"
    watched.on("2027-02-01")
    watched.look()
    assert watched.renewals(reminded)[0].state == "expired"
    assert watched.look_on(reminded) is None


def test_a_register_that_ends_what_ran_out_harms_nobody_who_asked(watched, again, reminded):
    watched.house.within(lambda: db.session.execute(update(RENEWALS).values(state="confirmed")))
    watched.on("2027-02-01")
    again(state="expired")
    watched.look()
    assert watched.renewals(reminded)[0].state == "confirmed"


# Plans


def test_a_plan_that_changed_is_followed_from_now_on(watched, li):
    permit = watched.permit(li.id_number, "2027-03-31")
    watched.look()
    assert watched.look_on(permit) == date(2027, 1, 31)
    steps_of_a_year = "steps: [{before: 12 months, note: 一年, text: '还有{days}天'}]"
    watched.plans(PLANS.replace("one_tap:", f"{steps_of_a_year}\n    one_tap:", 1))
    watched.look()
    assert steps(watched, permit) == ["12-months"]
    assert watched.notices(permit)[0].text == "还有128天"


def test_a_plan_that_went_is_followed_no_more(watched, li, reminded):
    kept = (
        PLANS[: PLANS.index("  - kind: residence-permit")] + PLANS[PLANS.index("  - {kind: food") :]
    )
    watched.plans(kept)
    assert watched.told(reminded)[0][2] == "withdrawn"
    watched.on("2027-01-16")
    watched.look()
    assert len(watched.told(reminded)) == 1


def test_the_same_file_again_changes_nothing(watched, li):
    permit = watched.permit(li.id_number, "2027-03-31")
    watched.look()
    watched.plans()
    assert watched.look() == 0
    assert watched.look_on(permit) == date(2027, 1, 31)


# Its rounds


def test_one_that_cannot_be_read_keeps_no_other_from_being_told(watched, li, caplog):
    broken = watched.permit(li.id_number, "2026-12-20")
    fine = watched.permit(li.id_number, "2026-12-20")
    watched.house.within(
        lambda: db.session.execute(
            update(LICENCES).where(LICENCES.c.id == broken).values(content_sealed=b"nothing")
        )
    )
    watched.look()
    assert f"licence {broken} cannot be watched" in caplog.text
    assert watched.told(broken) == []
    assert watched.renewals(broken) == []
    assert steps(watched, fine) == ["1-months"]
    assert watched.look_on(broken) == date(2026, 11, 24)


def test_the_schedule_has_it_done_from_half_past_eight(watched, li):
    permit = watched.permit(li.id_number, "2027-01-31")
    queue = Queue("default", connection=watched.house.app.extensions["parts"].rq)
    watched.on("2026-12-31", "08:29")
    with watched.house.app.app_context():
        assert not is_owed(watched.house.clock.now())
        one_round(queue)
        assert WATCH_LICENCES not in queue.job_ids
        watched.on("2026-12-31")
        for _ in range(2):
            one_round(queue)
        assert queue.job_ids.count(WATCH_LICENCES) == 1
        assert watch_licences() == 1
        assert not is_owed(watched.house.clock.now())
    assert steps(watched, permit) == ["1-months"]


def test_what_became_of_it_is_written_down(watched, li, reminded):
    watched.on("2026-12-31", "09:00")
    work(watched.house)
    with watched.house.app.app_context():
        assert is_owed(watched.house.clock.now())
        watch_licences()
        assert not is_owed(watched.house.clock.now())
        (state,) = db.session.scalars(select(NOTICES.c.state))
        assert db.session.scalar(select(func.count()).select_from(REMINDERS)) == 1
    assert state in ("sent", "in_app")
    assert watched.told(reminded) == [("renewal", "1-months", state, "account")]
