"""Who booked and never came: recorded by the night, told once, and free to book again."""

from app.appointments.jobs import CLOSE_BOOKINGS
from tests.appointments.desk import TODAY, TOMORROW, at, everything, miscounted, schedule_round
from tests.house import refused


def night(house):
    """The jobs of the night, as the worker runs them: name -> how many it was about."""
    queue = schedule_round(house)
    with house.app.app_context():
        return {job.id.split("-")[0]: (job.func(*job.args), job.delete())[0] for job in queue.jobs}


def test_recorded_once_and_told_once(house):
    house.clock.advance(minutes=-5)
    night(house)  # today's: nobody was booked for yesterday
    li, wang = house.citizen("li").identify(), house.citizen("wang").identify()
    gone, come = (
        li.book(house.slot("10:00", date=TODAY)),
        wang.book(house.slot("09:30", date=TODAY)),
    )
    house.check_in_by(code=come["code"])
    at(house, "2026-11-24T02:59:59")
    assert night(house) == {}
    at(house, "2026-11-24T03:00:00")
    assert night(house)[CLOSE_BOOKINGS] == 1
    assert li.get(f"/appointments/{gone['id']}").json["state"] == "missed"
    assert wang.get(f"/appointments/{come['id']}").json["state"] == "checked_in"
    told = [notice for notice in li.get("/me/notices").json if notice["kind"] == "missed"]
    assert [notice["text"] for notice in told] == [
        "李小明 11 月 23 日（周一）10:00–10:30 在测试大厅的“身份证”预约未签到，已按爽约记录。"
    ]
    before = everything(house)
    assert night(house) == {}
    assert everything(house) == before
    assert miscounted(house) == []


def test_two_schedules_put_the_job_once_and_two_runs_record_once(house):
    li = house.citizen("li").identify()
    li.book(house.slot("10:00", date=TODAY))
    at(house, "2026-11-24T03:00:05")
    queue = schedule_round(house)
    schedule_round(house)
    jobs = [job for job in queue.get_jobs() if job.id.startswith(CLOSE_BOOKINGS)]
    assert len(jobs) == 1
    with house.app.app_context():
        assert [jobs[0].func(*jobs[0].args) for _ in range(2)] == [1, 0]
    assert len([n for n in li.get("/me/notices").json if n["kind"] == "missed"]) == 1


def test_afterwards_another_booking_is_fine_and_this_one_is_over(house):
    li = house.citizen("li").identify()
    booked = [li.book(house.slot("10:00", date=f"2026-11-{day}")) for day in range(23, 28)]
    slot = house.slot("10:00", date="2026-11-28")
    refused(li.post("/appointments", {"slot": slot, "item": "id-card"}), 409, "too_many_bookings")
    at(house, "2026-11-24T03:00:05")
    night(house)
    refused(house.check_in_by(code=booked[0]["code"]), 409, "appointment_missed")
    li.book(slot)
    listed = li.get("/appointments").json
    assert [one["state"] for one in listed] == ["booked"] * 5 + ["missed"]
    # the card finds the booking of the day, and not the one that was missed
    at(house, f"{TOMORROW}T09:30")
    assert house.check_in_by(id_number=li.id_number).status_code == 201


def test_a_booking_of_an_item_that_has_left_is_recorded_all_the_same(house):
    li = house.citizen("li").identify()
    li.book(house.slot("10:00", "passport", TODAY), "passport")
    house.reload(lambda file: file["items"].pop(1))
    at(house, "2026-11-24T03:00:05")
    assert night(house)[CLOSE_BOOKINGS] == 1
    assert "护照" in li.get("/me/notices").json[0]["text"]


def test_who_was_booked_by_staff_is_recorded_and_nobody_told(house, desk):
    desk.book(desk.slot("10:00", "staff", day=TODAY), id_number=house.citizen("li").id_number)
    at(house, "2026-11-24T03:00:05")
    assert night(house)[CLOSE_BOOKINGS] == 1
    assert everything(house)["notices"] == []
