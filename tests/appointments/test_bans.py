"""Who missed or cancelled too often books nothing for a while: what counts, for how long, for whom,
and what they are told before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.appointments.bans import Count, Mark, standing
from app.appointments.queries import marks_of
from app.catalog.plan import Ban, Booking
from app.core.db import db
from tests.appointments.desk import TODAY, TOMORROW, Desk, at, load_binhe, schedule_round
from tests.house import KIOSK_TOKEN, MORNING, id_number, refused

MISSED, CANCELLED = Booking().bans


def marks(what, *days):
    """So many days before now."""
    return [Mark(what, MORNING - timedelta(days=each)) for each in days]


# rule, days ago, what is counted, days until the ban is over
CASES = [
    (MISSED, (), 0, None),
    (MISSED, (900, 400), 2, None),
    (MISSED, (900, 400, 29), 3, 1),
    (MISSED, (900, 400, 30), 0, None),  # served, and forgotten
    (MISSED, (900, 400, 50, 20, 2), 2, None),
    (MISSED, (900, 400, 50, 20, 2, 1), 3, 29),
    (CANCELLED, (31, 3, 2, 1, 0), 4, None),
    (CANCELLED, (30, 3, 2, 1, 0), 4, None),  # thirty days are over
    (CANCELLED, (29.9, 3, 2, 1, 0), 5, 30),
    (CANCELLED, (40, 39, 38, 37, 36), 0, None),
    (CANCELLED, (40, 39, 38, 37, 29), 5, 1),
    (CANCELLED, (0, 0, 0, 0, 0), 5, 30),
]


@pytest.mark.parametrize(("rule", "ago", "count", "left"), CASES)
def test_what_a_rule_makes_of_what_is_remembered(rule, ago, count, left):
    found = standing([rule], marks(rule.what, *ago), MORNING)
    assert found.counts == (Count(rule, count),)
    assert (found.ban and found.ban.until - MORNING) == (left and timedelta(days=left))


def test_only_what_it_is_about_counts_and_the_longest_ban_is_told():
    both = sorted([*marks("missed", 3, 2), *marks("cancelled", 1)], key=lambda mark: mark.at)
    found = standing([MISSED, CANCELLED], both, MORNING)
    assert [each.count for each in found.counts] == [2, 1]
    assert (found.near("missed").rule, found.near("cancelled")) == (MISSED, None)
    short, long = Ban("missed", 2, 7), Ban("missed", 1, 90)
    assert standing([short, long], marks("missed", 3, 2), MORNING).ban.rule == long


def cancels(house, citizen, times):
    """Books and cancels so often, a minute each."""
    for _ in range(times):
        booking = citizen.book(house.slot("10:00"))
        assert citizen.appointment(booking, "cancel").status_code == 200
        house.clock.advance(minutes=1)


def misses(house, citizen, *days):
    """Books these days and never comes; the night after each."""
    for day in days:
        citizen.book(house.slot("10:00", date=f"2026-11-{day}"))
    for day in days:
        at(house, f"2026-11-{day + 1}T03:00:05")
        queue = schedule_round(house)
        with house.app.app_context():
            for job in queue.jobs:
                job.func(*job.args)
                job.delete()


def book(citizen, slot, **more):
    return citizen.post("/appointments", {"slot": slot, "item": "id-card", **more})


def test_three_missed_and_nobody_books_for_them_but_staff(house):
    li = house.citizen("li").identify()
    misses(house, li, 23, 24, 25)
    slot = house.slot("10:00", date="2026-11-27")
    told = refused(book(li, slot), 409, "booking_banned")
    assert told["until"] == "2026-12-26T03:00:05.000+08:00"
    assert told["detail"] == "您累计爽约 3 次，2026-12-26 03:00 前不能自行预约，可到大厅取号。"
    son = house.citizen("son").identify()
    his = son.add("李小明", id_number=li.id_number)
    for_him = refused(book(son, slot, person=his["id"]), 409, "booking_banned")
    assert for_him["detail"].startswith("李小明累计爽约 3 次")
    standing_his = son.get(f"/me/standing?person={his['id']}").json
    assert standing_his["reason"] == for_him["detail"]
    load_binhe(house)
    elsewhere = house.get("/halls/binhe/slots?item=sb-01&date=2026-11-27").json[0]["id"]
    away = li.post("/appointments", {"slot": elsewhere, "item": "sb-01"})
    refused(away, 409, "booking_banned")
    assert book(son, slot).status_code == 201
    assert house.take(id_number=li.id_number)["state"] == "waiting"
    desk = Desk(house, house.sign_in("clerk1"))
    booked = desk.book(slot, id_number=li.id_number)
    assert booked.status_code == 201
    assert booked.json["warning"] == told["detail"].replace("您", "办事人")
    at(house, "2026-12-26T03:00:05")
    li = house.citizen("li")  # a session lasts no longer than the ban
    assert book(li, house.slot("10:00", date="2026-12-28")).status_code == 201


def test_told_before_it_bites_and_after(house):
    li = house.citizen("li").identify()
    none = li.get("/me/standing").json
    assert (none["banned_until"], none["reason"], none["warning"]) == (None, None, None)
    assert [(c["what"], c["count"], c["limit"]) for c in none["counts"]] == [
        ("missed", 0, 3),
        ("cancelled", 0, 5),
    ]
    cancels(house, li, 3)
    booking = li.book(house.slot("11:00"))
    assert booking["warning"] is None
    li.appointment(booking, "cancel")
    standing_now = li.get("/me/standing?hall=t").json
    assert standing_now["warning"] == "您 30 天内已取消 4 次预约，满 5 次将 30 天不能自行预约。"
    booking = li.book(house.slot("11:00"))
    assert booking["warning"] == standing_now["warning"]
    (listed,) = [one for one in li.get("/appointments").json if one["state"] == "booked"]
    assert listed["warning"] == booking["warning"]
    last = "这是 30 天内第 5 次取消，取消后 30 天不能自行预约。"
    assert (booking["cancel_warning"], listed["cancel_warning"]) == (last, last)
    moved = li.appointment(booking, "reschedule", {"slot": house.slot("11:30")}).json
    assert moved["warning"] == booking["warning"]  # moving counts as nothing
    assert li.appointment(booking, "cancel").json["warning"] is None
    banned = li.get("/me/standing").json
    assert banned["banned_until"] == "2026-12-23T09:03:00.000+08:00"
    assert banned["reason"].startswith("您 30 天内取消预约 5 次，2026-12-23 09:03 前")
    assert (banned["counts"][1]["count"], banned["warning"]) == (5, None)
    english = li.get("/me/standing?lang=en").json["reason"]
    assert english.startswith("After 5 cancelled bookings within 30 days, you cannot book")
    refused(li.get("/me/standing?person=nobody"), 404, "person_not_found")
    refused(li.get("/me/standing?hall=nowhere"), 404, "unknown_hall")
    refused(house.citizen("new").get("/me/standing"), 409, "identity_needed")


def test_what_the_hall_does_counts_against_nobody(house, desk):
    house.reload(
        lambda file: file["hall"]["booking"].update(
            bans=[{"what": "cancelled", "count": 2, "ban_days": 7}]
        )
    )
    li = house.citizen("li").identify()
    li.book(house.slot("10:00"))
    day = {"date": TOMORROW, "closed": True, "reason": "停电"}
    house.reload(lambda file: file["hall"].update(exceptions=[day]))
    settled = desk.post("appointments/settle", {"action": "cancel", "reason": "停电"}).json
    assert len(settled["cancelled"]) == 1
    early = li.book(house.slot("15:00", date=TODAY))
    given_up = {"item": "id-card", "gives_up": {"code": early["code"]}}
    assert house.post("/kiosk/tickets", KIOSK_TOKEN, given_up).status_code == 201
    assert li.get(f"/appointments/{early['id']}").json["note"] == "改取现场号"
    assert li.get("/me/standing").json["counts"][0]["count"] == 0
    # by telephone is the person's own wish, and at the desk, too
    wang = {"id_number": id_number()}
    for clock in ("10:00", "11:00"):
        booking = desk.book(desk.slot(clock, "staff", day="2026-11-25"), **wang).json
        assert desk.appointment(booking, "cancel").status_code == 200
    last = desk.book(desk.slot("12:00", "staff", day="2026-11-25"), **wang).json
    assert "累计取消预约 2 次" in last["warning"]


def test_counting_reads_the_persons_bookings_by_their_index(house):
    """One statement, whatever the size of the tables."""
    li = house.citizen("li").identify()
    cancels(house, li, 1)
    sent = []
    with house.app.app_context():
        note = lambda *args: sent.append((args[2], args[3]))  # noqa: E731 (removed by identity)
        event.listen(db.engine, "before_cursor_execute", note)
        person = li.people()[0]["id"]
        del sent[:]
        assert [mark.what for mark in marks_of([person])[person]] == ["cancelled"]
        event.remove(db.engine, "before_cursor_execute", note)
        ((statement, values),) = sent
        raw = db.session.connection().connection.cursor()
        raw.execute("SET LOCAL enable_seqscan = off")
        raw.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(row[0] for row in raw.fetchall())
        db.session.rollback()
    assert "ix_appointments_person_id" in plan, plan
    assert "ix_appointment_events_appointment_id" in plan, plan
