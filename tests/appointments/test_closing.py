"""A day that closes or shrinks: whose bookings are hit, and what becomes of them, by the commands
and by the office."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.appointments import arriving, closing, service
from app.catalog.service import plan_of
from app.citizens.rules import id_number as parse_id
from app.citizens.service import person_of
from app.core.acts import Act, Actor
from tests.appointments.desk import TODAY, TOMORROW, Desk, at, everything, miscounted
from tests.crowd import until_somebody_waits
from tests.house import HALL, id_number, refused

POWER_CUT = {"date": TOMORROW, "closed": True, "reason": "停电"}
PHONE = "0311-8877665"
WEDNESDAY = "2026-11-25"


@pytest.fixture
def house(house):
    """Its hall is open by day only: a closed date is a whole hall day."""
    day = ["09:00-12:00", "13:30-17:00"]
    house.reload(
        lambda file: file["hall"].update(hours=dict.fromkeys(("mon", "tue", "wed", "thu"), day))
    )
    return house


def close_tomorrow(house):
    house.reload(lambda file: file["hall"].update(exceptions=[POWER_CUT]))


def only_counters(house, *kept):
    """Bookings are served by these counters alone from now on."""

    def change(file):
        for counter in file["counters"]:
            if counter["no"] not in kept:
                counter["exceptions"] = [{"date": TOMORROW, "closed": True, "reason": "培训"}]

    house.reload(change)


def somebody(house, name, clock="10:00", item="id-card", day=TOMORROW):
    citizen = house.citizen(name).identify()
    return citizen, citizen.book(house.slot(clock, item, day), item)


def hit(desk, **query):
    """Ids of the bookings that are hit, as the office shows them."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return [one["id"] for one in desk.get(f"appointments/hit?{asked}").json]


def settle(desk, action, reason="线路检修停电", **more):
    answer = desk.post("appointments/settle", {"action": action, "reason": reason, **more})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    done = answer.json
    assert done.pop("remaining") == 0
    return {name: [one["id"] for one in found] for name, found in done.items()}


# Who is hit


def test_nobody_is_hit_on_an_ordinary_day(house, desk, flask):
    somebody(house, "li")
    assert hit(desk) == []
    told = flask("appointments", "hit", HALL)
    assert (told.exit_code, told.output) == (0, "没有受影响的预约。\n")
    before = everything(house)
    assert settle(desk, "move") == {"moved": [], "cancelled": [], "left": []}
    assert settle(desk, "cancel") == {"moved": [], "cancelled": [], "left": []}
    assert everything(house) == before


def test_a_closed_day_hits_its_bookings_and_no_others(house, desk):
    _, tomorrow = somebody(house, "li")
    somebody(house, "wang", day=WEDNESDAY)
    gone, cancelled = somebody(house, "zhao")
    gone.appointment(cancelled, "cancel")
    close_tomorrow(house)
    assert hit(desk) == hit(desk, date=TOMORROW) == [tomorrow["id"]]
    assert hit(desk, date=WEDNESDAY) == hit(desk, date="2026-11-22") == []
    shown = {one["id"]: one["hit"] for one in desk.get(f"appointments?date={TOMORROW}").json}
    assert shown == {tomorrow["id"]: "停电", cancelled["id"]: None}


def test_counters_lost_hit_who_booked_last(house, desk):
    bookings = []
    for n in range(6):
        house.clock.advance(seconds=1)
        bookings.append(somebody(house, f"c{n}")[1])
    # three of eight: 3 × 0.35 × 30 × 0.375 is 11 minutes, room for two
    only_counters(house, "1", "2", "3", "9")
    assert sorted(hit(desk)) == sorted(booking["id"] for booking in bookings[2:])


def test_a_counter_that_leaves_the_file_too(house, desk):
    bookings = [somebody(house, f"c{n}")[1] for n in range(6)]
    house.reload(lambda file: file.update(counters=file["counters"][-6:]))
    assert len(hit(desk)) == 3  # five of eight have room for three
    assert set(hit(desk)) < {booking["id"] for booking in bookings}


def test_an_item_that_left_hits_its_bookings(house, desk):
    _, passport = somebody(house, "li", item="passport")
    somebody(house, "wang")
    house.reload(lambda file: file["items"].pop(1))
    assert hit(desk) == [passport["id"]]
    # nothing to move it to
    assert settle(desk, "move") == {"moved": [], "cancelled": [], "left": [passport["id"]]}
    assert settle(desk, "cancel")["cancelled"] == [passport["id"]]
    assert hit(desk) == []


def test_an_item_of_another_lane_hits_its_bookings(house, desk):
    _, passport = somebody(house, "li", item="passport")
    house.reload(lambda file: file["items"][1].update(lane="B"))
    assert hit(desk) == [passport["id"]]


def test_an_item_that_is_booked_at_other_times_now_hits_its_bookings(house, desk):
    _, card = somebody(house, "li")
    somebody(house, "wang", "11:00")
    somebody(house, "zhao", item="passport")
    late = [{"days": ["tue"], "hours": ["10:30-12:00"]}]
    house.reload(lambda file: file["items"][0].update(bookable=late))
    assert hit(desk) == [card["id"]]
    assert settle(desk, "move")["moved"] == [card["id"]]
    assert desk.get(f"appointments?date={TOMORROW}").json[0]["slot"]["starts_at"][11:16] == "10:00"
    assert (hit(desk), miscounted(house)) == ([], [])


def test_an_event_sells_an_item_that_is_booked_at_no_other_time(house, desk):
    event = {"code": "e", "name": "集中发放", "item": "passport", "dates": [TOMORROW],
             "hours": ["10:00-12:00"], "slot_minutes": 30, "places": 5}  # fmt: skip
    house.reload(lambda file: file["hall"]["booking"].update(events=[event]))
    house.reload(lambda file: file["items"][1].update(bookable=False))
    somebody(house, "li", item="passport")
    assert hit(desk) == []


def test_booking_alone_may_close_for_a_lane(house, desk):
    _, card = somebody(house, "li")
    somebody(house, "wang", item="pension")
    one_day = {"date": TOMORROW, "closed": True, "reason": "系统升级", "lanes": ["A"]}
    house.reload(lambda file: file["hall"]["booking"].update(exceptions=[one_day]))
    assert hit(desk) == [card["id"]]


def test_who_has_come_is_not_hit_and_keeps_the_place(house, desk):
    late = []
    for n in range(6):
        house.clock.advance(seconds=1)
        late.append(somebody(house, f"c{n}", day=TODAY)[1])
    house.check_in_by(code=late[5]["code"])
    closed = [{"date": TODAY, "closed": True, "reason": "培训"}]
    house.reload(
        lambda file: [counter.update(exceptions=closed) for counter in file["counters"][3:8]]
    )
    # room for two, one of them for the last, who stands in the hall
    assert sorted(hit(desk)) == sorted(booking["id"] for booking in late[1:5])


def test_a_time_that_is_over_is_not_hit(house, desk):
    _, booking = somebody(house, "li", clock="09:30", day=TODAY)
    shut = {"date": TODAY, "hours": ["10:00-12:00"], "reason": "晚开门"}
    house.reload(lambda file: file["hall"].update(exceptions=[shut]))
    at(house, f"{TODAY}T09:59:59")
    assert hit(desk) == [booking["id"]]
    at(house, f"{TODAY}T10:00:00")
    assert hit(desk) == []


# What becomes of them


def test_moved_to_the_next_day_at_the_same_time_and_told_why(house, desk):
    li, booking = somebody(house, "li", "10:30")
    close_tomorrow(house)
    house.clock.advance(minutes=1)
    assert settle(desk, "move")["moved"] == [booking["id"]]
    now = li.get(f"/appointments/{booking['id']}").json
    assert now["slot"]["starts_at"] == f"{WEDNESDAY}T10:30:00.000+08:00"
    assert (now["code"], now["note"], now["state"]) == (booking["code"], "线路检修停电", "booked")
    assert li.get("/me/notices").json[0]["text"] == (
        "因线路检修停电，李小明原定 11 月 24 日（周二）10:30–11:00 在测试大厅的“身份证”预约"
        f"已改到 11 月 25 日（周三）10:30–11:00，预约码 {booking['code']} 不变。"
    )
    assert (hit(desk), miscounted(house)) == ([], [])
    before = everything(house)
    assert settle(desk, "move") == {"moved": [], "cancelled": [], "left": []}
    assert everything(house) == before
    # who does not like it may still move it, and the reason goes
    moved = li.appointment(booking, "reschedule", {"slot": house.slot("11:00", date=WEDNESDAY)})
    assert moved.json["note"] is None


def test_moved_to_the_nearest_time_of_the_same_day(house, desk):
    bookings = []
    for n in range(6):
        house.clock.advance(seconds=1)
        bookings.append(somebody(house, f"c{n}")[1])
    only_counters(house, "1", "2", "3", "9")
    moved = desk.post("appointments/settle", {"action": "move", "reason": "窗口减少"}).json["moved"]
    # staff's pool of the same time has no room for five minutes; then half an hour either way
    times = sorted(one["slot"]["starts_at"][11:16] for one in moved)
    assert times == ["09:30", "09:30", "10:30", "10:30"]
    assert (hit(desk), miscounted(house)) == ([], [])


def test_moved_to_a_given_day(house, desk):
    li, booking = somebody(house, "li")
    close_tomorrow(house)
    assert settle(desk, "move", to="2026-11-26")["moved"] == [booking["id"]]
    assert li.get("/appointments").json[0]["date"] == "2026-11-26"


@pytest.mark.parametrize("to", [TOMORROW, "2026-11-22", "2026-12-24", "9999-12-31", "0001-01-01"])
def test_a_given_day_without_a_place_leaves_them(house, desk, to):
    _, booking = somebody(house, "li")
    close_tomorrow(house)
    before = everything(house)
    assert settle(desk, "move", to=to)["left"] == [booking["id"]]
    assert everything(house) == before


def test_when_the_next_day_is_full_the_day_after(house, desk):
    """Only one time a day can be booked, and the next day's is sold."""
    one_time = [{"days": ["tue", "wed", "thu"], "hours": ["10:00-10:30"]}]
    house.reload(lambda file: file["items"][0].update(bookable=one_time))
    li, _ = somebody(house, "li")
    for n in range(6):
        somebody(house, f"c{n}", day=WEDNESDAY)
    for series in (1, 2):
        staff_slot = desk.slot("10:00", "staff", day=WEDNESDAY)
        assert desk.book(staff_slot, id_number=id_number(series=series)).status_code == 201
    close_tomorrow(house)
    settle(desk, "move")
    assert li.get("/appointments").json[0]["date"] == "2026-11-26"
    assert miscounted(house) == []


def test_who_has_a_booking_on_the_next_day_goes_a_day_further(house, desk):
    li, booking = somebody(house, "li")
    li.book(house.slot("11:00", date=WEDNESDAY))
    close_tomorrow(house)
    assert settle(desk, "move")["moved"] == [booking["id"]]
    assert [one["date"] for one in li.get("/appointments").json] == [WEDNESDAY, "2026-11-26"]
    assert miscounted(house) == []


def test_the_given_day_on_which_they_come_anyway(house, desk):
    li, booking = somebody(house, "li")
    li.book(house.slot("11:00", date=WEDNESDAY))
    close_tomorrow(house)
    assert settle(desk, "move", to=WEDNESDAY)["left"] == [booking["id"]]
    assert miscounted(house) == []


def test_those_who_booked_first_get_the_nearer_times(house, desk):
    """Ten of one time: the next day has eight places there."""
    first = [somebody(house, f"c{n}")[1] for n in range(6)]
    second = [somebody(house, f"d{n}", "10:30")[1] for n in range(6)]
    close_tomorrow(house)
    settled = settle(desk, "move")
    assert sorted(settled["moved"]) == sorted(one["id"] for one in first + second)
    assert (hit(desk), miscounted(house)) == ([], [])
    dates = {one["date"] for one in desk.get(f"appointments?date={WEDNESDAY}").json}
    assert dates == {WEDNESDAY}


def test_cancelled_and_told_why(house, desk):
    li, booking = somebody(house, "li")
    close_tomorrow(house)
    house.clock.advance(minutes=1)
    assert settle(desk, "cancel") == {"moved": [], "cancelled": [booking["id"]], "left": []}
    assert li.get("/me/notices").json[0]["text"] == (
        "因线路检修停电，李小明在测试大厅 11 月 24 日（周二）10:00–10:30 的“身份证”预约已取消。"
    )
    assert li.get("/appointments").json[0]["note"] == "线路检修停电"
    assert (hit(desk), miscounted(house)) == ([], [])
    before = everything(house)
    assert settle(desk, "cancel") == {"moved": [], "cancelled": [], "left": []}
    assert everything(house) == before
    li.book(house.slot("10:00", date=WEDNESDAY))


def test_the_cut_off_binds_citizens_not_the_hall(house, desk):
    house.reload(lambda file: file["hall"]["booking"].update(cancel_until_minutes=10080))
    _, booking = somebody(house, "li")
    close_tomorrow(house)
    assert settle(desk, "move")["moved"] == [booking["id"]]


def test_only_the_day_that_is_named(house, desk):
    _, tomorrow = somebody(house, "li")
    _, later = somebody(house, "wang", day="2026-11-26")
    shut = [POWER_CUT, {"date": "2026-11-26", "closed": True, "reason": "停电"}]
    house.reload(lambda file: file["hall"].update(exceptions=shut))
    assert hit(desk) == [tomorrow["id"], later["id"]]
    assert settle(desk, "cancel", date="2026-11-26")["cancelled"] == [later["id"]]
    assert hit(desk) == [tomorrow["id"]]


def test_what_the_office_cannot_ask(house, desk):
    for body in (
        {"action": "move"},
        {"action": "close", "reason": "试"},
        {"action": "move", "reason": ""},
        {"action": "move", "reason": "长" * 101},
        {"action": "move", "reason": "试", "to": "tomorrow"},
    ):
        refused(desk.post("appointments/settle", body), 422, "invalid")


def test_one_click_settles_once(house, desk):
    somebody(house, "li")
    close_tomorrow(house)
    body = {"action": "move", "reason": "停电"}
    first, again = (desk.post("appointments/settle", body, key="once") for _ in range(2))
    assert again.json == first.json
    assert len(first.json["moved"]) == 1


def test_the_administrator_may_settle_too(house):
    _, booking = somebody(house, "li")
    close_tomorrow(house)
    desk = Desk(house, house.sign_in("administrator"))
    assert settle(desk, "cancel")["cancelled"] == [booking["id"]]


def test_the_longest_sentence_is_told(house, desk):
    """Ten items, and every name as long as a hall file may have it."""

    ten = [f"card-{n}" for n in range(10)]

    def rename(file):
        file["hall"]["name"] = "厅" * 60
        card = {**file["items"][0], "name": "身" * 60, "minutes": 1}
        file["items"] = [{**card, "code": code} for code in ten]

    house.reload(rename)
    li = house.citizen("li").identify()
    body = {"slot": house.slot("10:00", ten[0]), "items": ten}
    answer = li.post("/appointments", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    close_tomorrow(house)
    house.clock.advance(minutes=1)
    assert len(settle(desk, "move", "长" * 100)["moved"]) == 1
    told = li.get("/me/notices").json[0]["text"]
    assert f"“{'身' * 60}”等 10 项预约已改到 11 月 25 日" in told


@pytest.mark.parametrize("action", ["move", "cancel"])
def test_somebody_checks_in_while_the_day_is_settled(house, desk, action):
    """Who came is served; the others are settled all the same."""
    house.take()  # the day has its promises: nothing else keeps the two apart
    early, booking = somebody(house, "li", day=TODAY)
    _, other = somebody(house, "wang", "11:00", day=TODAY)
    shut = [{"date": TODAY, "hours": ["09:00-09:30"], "reason": "停电"}]
    house.reload(lambda file: file["hall"].update(exceptions=shut))
    came, may_commit = threading.Event(), threading.Event()

    def checks_in():
        act = Act(house.clock.now(), Actor("citizen", early.name))
        arriving.check_in(plan_of(HALL), booking["id"], act)
        came.set()
        may_commit.wait(30)

    with ThreadPoolExecutor(2) as people:
        in_hall = people.submit(house.within, checks_in)
        assert came.wait(30)
        body = {"action": action, "reason": "停电"}
        office = people.submit(desk.post, "appointments/settle", body)
        until_somebody_waits(house)  # it has read who is hit, and stands before the row
        may_commit.set()
        in_hall.result()
        settled = office.result()
    assert settled.status_code == 200, settled.get_data(as_text=True)
    done = settled.json["moved" if action == "move" else "cancelled"]
    assert [one["id"] for one in done] == [other["id"]]
    assert early.get("/appointments").json[0]["state"] == "checked_in"
    assert (hit(desk), miscounted(house)) == ([], [])


# A big day


CROWD = 120


@pytest.fixture
def crowd(house):
    """More people booked for tomorrow than one transaction settles, and then it closes."""
    house.reload(lambda file: file["hall"]["booking"].update(walk_in_share="0"))
    slots = [slot["id"] for slot in house.slots()]

    def books():
        act = Act(house.clock.now(), Actor("staff", "guide"))
        for n in range(CROWD):
            person = person_of(parse_id(id_number(series=n + 1), act.now.date()), None, act)
            service.book(slots[n % len(slots)], ["id-card"], person, act)

    house.within(books)
    close_tomorrow(house)
    return house


def part(desk, **more):
    body = {"action": "move", "reason": "停电", **more}
    answer = desk.post("appointments/settle", body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


@pytest.mark.parametrize(("action", "done"), [("move", "moved"), ("cancel", "cancelled")])
def test_a_big_day_is_settled_in_parts(crowd, desk, action, done):
    first = part(desk, action=action)
    assert (len(first[done]), first["remaining"]) == (100, CROWD - 100)
    second = part(desk, action=action)
    assert (len(second[done]), second["remaining"]) == (CROWD - 100, 0)
    assert (hit(desk), miscounted(crowd)) == ([], [])
    assert part(desk, action=action)["remaining"] == 0


def test_who_was_left_is_passed_over_by_the_next_part(crowd, desk):
    first = part(desk, to=TOMORROW)
    assert (len(first["left"]), first["remaining"]) == (100, CROWD - 100)
    second = part(desk, to=TOMORROW, after=first["left"][-1]["id"])
    assert (len(second["left"]), second["remaining"]) == (CROWD - 100, 0)
    assert {one["id"] for one in [*first["left"], *second["left"]]} == set(hit(desk))
    refused(
        desk.post("appointments/settle", {"action": "move", "reason": "停电", "after": "x"}),
        404,
        "appointment_not_found",
    )


def test_full_days_are_not_asked_for_every_booking(crowd, desk, monkeypatch):
    """The next days have no time at all for this item, and each is read once."""
    monday = [{"days": ["mon", "tue"], "hours": ["09:00-17:00"]}]
    crowd.reload(lambda file: file["items"][0].update(bookable=monday))
    read = []
    looked = closing.free_visits

    def look(plan, items, day, *rest, **more):
        read.append(f"{day}")
        return looked(plan, items, day, *rest, **more)

    monkeypatch.setattr(closing, "free_visits", look)
    assert len(part(desk)["moved"]) == 100
    assert read.count(WEDNESDAY) == 1
    assert read.count("2026-11-30") <= 100


def test_the_commands_go_on_until_none_remain(crowd, flask):
    told = flask("appointments", "move", HALL, "--reason", "停电", "--to", TOMORROW)
    assert told.exit_code == 1
    assert told.output.startswith(f"没有空余时段，仍待处理 {CROWD} 个：")
    told = flask("appointments", "move", HALL, "--reason", "停电")
    assert (told.exit_code, told.output.splitlines()[0]) == (0, f"已改期 {CROWD} 个：")
    close_tomorrow_and = [POWER_CUT, {**POWER_CUT, "date": WEDNESDAY}]
    crowd.reload(lambda file: file["hall"].update(exceptions=close_tomorrow_and))
    told = flask("appointments", "cancel", HALL, "--reason", "停电")
    assert (told.exit_code, told.output.splitlines()[0]) == (0, f"已取消 {CROWD} 个：")
    assert miscounted(crowd) == []


# By one command each


def test_the_commands(house, desk, flask):
    li, booking = somebody(house, "li")
    staffs = desk.book(desk.slot("11:00", "staff"), id_number=id_number(), phone=PHONE).json
    desk.book(desk.slot("11:30", "staff"), id_number=id_number(series=2))
    close_tomorrow(house)

    before = everything(house)
    told = flask("appointments", "hit", HALL)
    lines = told.output.splitlines()
    assert (told.exit_code, lines[0]) == (0, "受影响 3 个：")
    assert lines[1].split("\t") == [
        f"  {booking['code']}",
        "11 月 24 日（周二）10:00–10:30",
        "id-card",
    ]
    assert lines[2].endswith(f"\t请电话通知 {PHONE}")
    assert lines[3].endswith("\t请电话通知 （未留电话）")
    assert everything(house) == before
    assert flask("appointments", "hit", HALL, "--date", WEDNESDAY).output == "没有受影响的预约。\n"

    told = flask("appointments", "move", HALL, "--reason", "停电", "--to", WEDNESDAY)
    assert (told.exit_code, told.output.splitlines()[0]) == (0, "已改期 3 个：")
    assert "11 月 25 日（周三）10:00–10:30" in told.output
    assert f"{staffs['code']}\t11 月 25 日（周三）11:00–11:30\tid-card\t请电话通知" in told.output
    assert li.get("/appointments").json[0]["note"] == "停电"

    before = everything(house)
    told = flask("appointments", "move", HALL, "--reason", "停电")
    assert (told.exit_code, told.output) == (0, "没有受影响的预约。\n")
    assert everything(house) == before
    assert (miscounted(house), flask("appointments", "check", HALL).exit_code) == ([], 0)


def test_the_command_that_cancels(house, flask):
    li, _ = somebody(house, "li")
    close_tomorrow(house)
    told = flask("appointments", "cancel", HALL, "--reason", "停电", "--date", TOMORROW)
    assert (told.exit_code, told.output.splitlines()[0]) == (0, "已取消 1 个：")
    assert li.get("/appointments").json[0]["state"] == "cancelled"
    again = flask("appointments", "cancel", HALL, "--reason", "停电")
    assert (again.exit_code, again.output) == (0, "没有受影响的预约。\n")


def test_the_command_says_who_is_left(house, flask):
    _, booking = somebody(house, "li")
    close_tomorrow(house)
    told = flask("appointments", "move", HALL, "--reason", "停电", "--to", TOMORROW)
    assert told.exit_code == 1
    assert told.output.startswith("没有空余时段，仍待处理 1 个：")
    assert booking["code"] in told.output


COMMANDS = [
    (("hit", "nowhere"), 1, "没有这个大厅"),
    (("hit", HALL, "--date", "tomorrow"), 2, "不是 2026-11-23 这样的日期"),
    (("move", HALL), 2, "--reason"),
    (("move", HALL, "--reason", ""), 2, "1 到 100"),
    (("move", HALL, "--reason", "长" * 101), 2, "1 到 100"),
    (("cancel", HALL, "--reason", "  "), 2, "1 到 100"),
    (("move", HALL, "--reason", "停电", "--to", "24.11."), 2, "不是 2026-11-23 这样的日期"),
    (("cancel", "nowhere", "--reason", "停电"), 1, "没有这个大厅"),
    (("move", "nowhere", "--reason", "停电"), 1, "没有这个大厅"),
]


@pytest.mark.parametrize(("words", "status", "sentence"), COMMANDS)
def test_what_the_commands_refuse(house, flask, words, status, sentence):
    somebody(house, "li")
    close_tomorrow(house)
    before = everything(house)
    told = flask("appointments", *words)
    assert (told.exit_code, sentence in told.output) == (status, True), told.output
    assert everything(house) == before


@pytest.mark.parametrize("command", ["hit", "move", "cancel", "check"])
def test_each_command_says_what_it_does(flask, command):
    told = flask("appointments", command, "--help")
    assert told.exit_code == 0
    assert "HALL" in told.output.splitlines()[0]
    assert command in flask("appointments", "--help").output
