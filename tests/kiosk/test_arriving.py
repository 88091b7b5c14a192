"""What the machine does for whom it knows: firms, printing again, giving a booking up."""

from __future__ import annotations

import pytest

from app.core.events import history
from tests.house import KIOSK_TOKEN, credit_code, id_number, refused


def reprint(house, token=KIOSK_TOKEN, **shown):
    return house.post("/kiosk/reprints", token, shown)


def kinds(house, ticket):
    taken_at = house.row(ticket)["taken_at"]
    with house.app.app_context():
        return [row["kind"] for row in history(ticket["id"], taken_at)]


def test_a_firm_checks_in_by_its_credit_code(house):
    li = house.citizen("li").identify()
    firm = li.add("清河豆腐店", credit_code=credit_code())
    li.book(house.slot("09:30", date="2026-11-23"), person=firm["id"])
    guide = house.sign_in("guide")
    shown = {"credit_code": credit_code()}
    body = {**shown, "priority": "disabled"}
    ticket = house.post("/kiosk/check-ins", guide, body).json
    assert ticket["why"]["text"] == "依法优先"
    assert reprint(house, guide, **shown).json["number"] == ticket["number"]
    wrong = {"credit_code": "91110105MA0000000X"}
    refused(house.post("/kiosk/check-ins", guide, wrong), 422, "credit_code_wrong")


def test_what_anybody_can_look_up_opens_nothing_where_nobody_looks(house):
    li = house.citizen("li").identify()
    firm = li.add("清河豆腐店", credit_code=credit_code())
    booked = li.book(house.slot("09:30", date="2026-11-23"), person=firm["id"])
    told = refused(house.check_in_by(credit_code=credit_code()), 422, "credit_code_no_proof")
    assert told["detail"] == "单位预约请出示预约码，或到导办台签到。"
    never_here = refused(house.check_in_by(credit_code=credit_code(2)), 422, "credit_code_no_proof")
    assert never_here["detail"] == told["detail"]
    assert house.check_in_by(code=booked["code"]).status_code == 201
    told = refused(reprint(house, credit_code=credit_code()), 422, "credit_code_no_proof")
    assert told["detail"] == "单位补打号票，请出示预约码或原号票，或到导办台补打。"
    assert reprint(house, code=booked["code"]).status_code == 200


def test_a_clerk_lets_people_in_and_is_given_no_tickets_token(house):
    clerk = house.clerk("1")
    li, wang = house.citizen("li").identify(), house.citizen("wang").identify()
    for each in (li, wang):
        each.book(house.slot("09:30", date="2026-11-23"))
    first = house.post("/kiosk/check-ins", clerk.token, {"id_number": li.id_number}).json
    bookings = house.get("/staff/appointments?date=2026-11-23", clerk.token).json
    other = next(each for each in bookings if each["state"] == "booked")
    second = house.post(f"/staff/appointments/{other['id']}/check-in", clerk.token).json
    for ticket in (first, second):
        assert ticket["token"] is None
        assert house.get(f"/tickets/{ticket['id']}", clerk.token).json["token"] is None
    assert clerk.next()["ticket"]["token"] is None
    refused(reprint(house, clerk.token, number=first["number"]), 403, "forbidden")
    token = house.row(first)["token"]
    everything = [
        house.get(path, clerk.token).get_data(as_text=True)
        for path in (
            "/counters/1",
            "/staff/hall",
            "/staff/appointments?date=2026-11-23",
            f"/staff/ticket-log?number={first['number']}",
        )
    ]
    assert token not in "".join(everything)


def test_a_reprint_is_the_same_number_by_every_proof(house):
    li = house.citizen("li").identify()
    booked = li.book(house.slot("09:30", date="2026-11-23"))
    refused(reprint(house, code=booked["code"]), 409, "not_checked_in")
    ticket = house.check_in_by(code=booked["code"]).json
    row = house.row(ticket)
    for shown in ({"code": booked["code"]}, {"id_number": li.id_number}, {"ticket": row["token"]}):
        again = reprint(house, **shown).json
        assert (again["number"], again["token"]) == (ticket["number"], row["token"])
    assert reprint(house, house.sign_in("guide"), number="a001").json["token"] == row["token"]
    assert house.row(ticket) == row
    assert kinds(house, ticket) == ["taken", *["reprinted"] * 4]
    assert house.waiting() == [ticket["number"]]


def test_its_owner_prints_it_again(house):
    ticket = house.take()
    assert house.post(f"/tickets/{ticket['id']}/reprint", ticket["token"]).status_code == 200
    assert kinds(house, ticket) == ["taken", "reprinted"]
    house.clerk("1").next()
    house.clerk("1").do("call-next")
    refused(
        house.post(f"/tickets/{ticket['id']}/reprint", ticket["token"]), 409, "action_not_allowed"
    )


def test_the_machine_asks_for_more_than_a_number(house):
    house.take()
    refused(reprint(house, number="A001"), 409, "proof_needed")
    refused(reprint(house, id_number=id_number()), 404, "ticket_not_found")
    refused(reprint(house, ticket="0" * 32), 404, "ticket_not_found")


def test_of_several_numbers_one_is_chosen(house):
    numbers = [house.take(item, id_number=id_number())["number"] for item in ("id-card", "pension")]
    told = refused(reprint(house, id_number=id_number()), 409, "several_tickets")
    assert told["numbers"] == numbers
    assert reprint(house, id_number=id_number(), number="B001").json["number"] == "B001"


@pytest.mark.parametrize("gives_up", [True, False])
def test_who_comes_too_early_keeps_the_booking_or_gives_it_up(house, gives_up):
    li = house.citizen("li").identify()
    booked = li.book(house.slot("15:00", date="2026-11-23"))
    told = refused(house.check_in_by(code=booked["code"]), 409, "check_in_too_early")
    more = {"gives_up": {"code": booked["code"]}} if gives_up else {}
    answer = house.post("/kiosk/tickets", KIOSK_TOKEN, {"items": told["items"], **more})
    assert answer.status_code == 201
    state = li.get(f"/appointments/{booked['id']}").json["state"]
    assert state == ("cancelled" if gives_up else "booked")


def test_a_booking_is_not_given_up_where_no_number_is_given(house):
    li = house.citizen("li").identify()
    booked = li.book(house.slot("15:00", date="2026-11-23"))
    house.reload(lambda file: file["lanes"][0].update(walk_in_quota=0))
    body = {"item": "id-card", "gives_up": {"code": booked["code"]}}
    refused(house.post("/kiosk/tickets", KIOSK_TOKEN, body), 409, "quota_used_up")
    assert li.get(f"/appointments/{booked['id']}").json["state"] == "booked"


def test_a_booking_is_given_up_by_who_shows_it_and_on_its_day(house):
    li = house.citizen("li").identify()
    firm = li.add("清河豆腐店", credit_code=credit_code())
    today = li.book(house.slot("15:00", date="2026-11-23"))
    later = li.book(house.slot("15:00"))
    firms = li.book(house.slot("15:00", date="2026-11-23"), person=firm["id"])

    def give_up(shown, token=KIOSK_TOKEN):
        return house.post("/kiosk/tickets", token, {"item": "id-card", "gives_up": shown})

    def states():
        return [
            li.get(f"/appointments/{each['id']}").json["state"] for each in (today, later, firms)
        ]

    refused(give_up(today["id"]), 422, "invalid")
    refused(give_up({}), 422, "invalid")
    refused(give_up({"ticket": house.take()["token"]}), 422, "invalid")
    refused(give_up({"code": "0000000000"}), 404, "booking_not_found")
    refused(give_up({"code": later["code"]}), 409, "booking_of_another_day")
    refused(give_up({"credit_code": credit_code()}), 422, "credit_code_no_proof")
    assert states() == ["booked"] * 3
    assert give_up({"id_number": li.id_number}).status_code == 201
    assert states() == ["cancelled", "booked", "booked"]
    refused(give_up({"id_number": li.id_number}), 409, "appointment_cancelled")
    assert give_up({"credit_code": credit_code()}, house.sign_in("guide")).status_code == 201
    assert states() == ["cancelled", "booked", "cancelled"]
