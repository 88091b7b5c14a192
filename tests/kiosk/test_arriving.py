"""What the machine does for whom it knows: firms, printing again, giving a booking up."""

from __future__ import annotations

import pytest

from app.core.events import history
from tests.house import KIOSK_TOKEN, credit_code, id_number, refused


def reprint(house, token=KIOSK_TOKEN, **shown):
    return house.post("/kiosk/reprints", token, shown)


def kinds(house, ticket):
    with house.app.app_context():
        return [row["kind"] for row in history(ticket["id"])]


def test_a_firm_checks_in_by_its_credit_code(house):
    li = house.citizen("li").identify()
    firm = li.add("清河豆腐店", credit_code=credit_code())
    li.book(house.slot("09:30", date="2026-11-23"), person=firm["id"])
    ticket = house.check_in_by(credit_code=credit_code(), priority="disabled").json
    assert ticket["why"]["text"] == "依法优先"
    assert reprint(house, credit_code=credit_code()).json["number"] == ticket["number"]
    refused(house.check_in_by(credit_code="91110105MA0000000X"), 422, "credit_code_wrong")


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
    more = {"gives_up": told["appointment"]} if gives_up else {}
    answer = house.post("/kiosk/tickets", KIOSK_TOKEN, {"items": told["items"], **more})
    assert answer.status_code == 201
    state = li.get(f"/appointments/{booked['id']}").json["state"]
    assert state == ("cancelled" if gives_up else "booked")


def test_a_booking_is_not_given_up_where_no_number_is_given(house):
    li = house.citizen("li").identify()
    booked = li.book(house.slot("15:00", date="2026-11-23"))
    house.reload(lambda file: file["lanes"][0].update(walk_in_quota=0))
    body = {"item": "id-card", "gives_up": booked["id"]}
    refused(house.post("/kiosk/tickets", KIOSK_TOKEN, body), 409, "quota_used_up")
    assert li.get(f"/appointments/{booked['id']}").json["state"] == "booked"
