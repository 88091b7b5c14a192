"""Numbers taken on a phone, and who sees which."""

import json
from itertools import islice

import pytest

from tests.house import KIOSK_TOKEN, refused


def test_another_s_ticket_is_not_found(house):
    li, wang = house.citizen("li").identify(), house.citizen("wang").identify()
    ticket = li.take_from_afar()
    path = f"/tickets/{ticket['id']}"
    refused(wang.get(path), 404, "ticket_not_found")
    refused(wang.get(f"{path}/events"), 404, "ticket_not_found")
    for action in ("leave", "rejoin"):
        refused(wang.post(f"{path}/{action}"), 404, "ticket_not_found")
    assert wang.get("/me/tickets").json == []
    assert house.row(ticket)["state"] == "expected"


def test_whoever_types_anothers_number_sees_nothing_of_theirs(house):
    """A number that was merely declared opens nothing."""
    li = house.citizen("li").identify()
    at_machine = house.take(id_number=li.id_number)
    afar = li.take_from_afar("pension")
    thief = house.citizen("thief")
    thief.put("/me/identity", {"name": "李小明", "id_number": li.id_number})
    assert thief.people()[0]["id"] == li.people()[0]["id"]
    for ticket in (at_machine, afar):
        refused(thief.get(f"/tickets/{ticket['id']}"), 404, "ticket_not_found")
    assert thief.get("/me/tickets").json == []
    refused(li.get(f"/tickets/{at_machine['id']}"), 404, "ticket_not_found")
    assert [one["id"] for one in li.get("/me/tickets").json] == [afar["id"]]


def test_who_is_verified_has_the_numbers_taken_with_their_card(house):
    li = house.citizen("li").verify()
    ticket = house.take(id_number=li.id_number)
    assert [one["id"] for one in li.get("/me/tickets").json] == [ticket["id"]]
    assert li.get(f"/tickets/{ticket['id']}").json["token"] == ticket["token"]
    assert li.post(f"/tickets/{ticket['id']}/leave").status_code == 200
    stranger = house.take()
    refused(li.get(f"/tickets/{stranger['id']}"), 404, "ticket_not_found")


def test_mine_are_those_of_today_that_are_not_done_with(house):
    li = house.citizen("li").identify()
    first, second = li.take_from_afar(), li.take_from_afar("pension")
    assert [one["number"] for one in li.get("/me/tickets").json] == ["A001", "B001"]
    li.post(f"/tickets/{first['id']}/leave")
    assert [one["id"] for one in li.get("/me/tickets").json] == [second["id"]]
    house.clock.advance(days=1)
    assert li.get("/me/tickets").json == []


def test_its_changes_are_told(house):
    li = house.citizen("li").identify()
    ticket = li.take_from_afar()
    answer = li.get(f"/tickets/{ticket['id']}/events")
    first, *_ = islice(answer.iter_encoded(), 1)
    answer.close()
    assert answer.mimetype == "text/event-stream"
    told = json.loads(first.decode().split("data: ")[1])
    assert told.items() >= ticket.items()


def test_one_key_gives_one_number(house):
    li = house.citizen("li").identify()
    answers = [li.post("/halls/t/tickets", {"item": "id-card"}, key="once") for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(li.get("/me/tickets").json) == 1


def test_a_hall_that_gives_no_numbers_from_afar(house):
    house.reload(lambda file: file["hall"]["rules"].update(numbers_from_afar=False))
    li = house.citizen("li").identify()
    refused(li.post("/halls/t/tickets", {"item": "id-card"}), 409, "numbers_on_site_only")


def test_one_live_number_a_person(house):
    house.reload(lambda file: file["hall"]["rules"].update(one_live_ticket="per_hall"))
    li = house.citizen("li").identify()
    ticket = li.take_from_afar()
    told = refused(li.post("/halls/t/tickets", {"item": "pension"}), 409, "live_ticket_held")
    assert told["number"] == "A001"
    li.post(f"/tickets/{ticket['id']}/leave")
    assert li.take_from_afar("pension")["number"] == "B001"


def test_a_phone_takes_one_number_of_a_lane(house):
    """Else one phone takes all there are."""
    li = house.citizen("li").identify()
    ticket = li.take_from_afar()
    told = refused(li.post("/halls/t/tickets", {"item": "passport"}), 409, "live_ticket_held")
    assert told["detail"] == "您已取号 A001，请先办完或放弃后再取。"
    li.post(f"/tickets/{ticket['id']}/leave")
    assert li.take_from_afar("passport")["number"] == "A002"


@pytest.mark.parametrize(
    ("hall", "body", "status", "code"),
    [
        ("nowhere", {"item": "id-card"}, 404, "unknown_hall"),
        ("t", {"item": "nothing"}, 404, "unknown_item"),
        ("t", {"items": ["id-card", "pension"]}, 422, "items_of_several_lanes"),
        ("t", {}, 422, "invalid"),
        ("t", {"item": "id-card", "priority": "elderly"}, 422, "invalid"),
    ],
)
def test_numbers_nobody_can_take(shared_house, hall, body, status, code):
    li = shared_house.citizen("li").identify()
    refused(li.post(f"/halls/{hall}/tickets", body), status, code)


def test_two_items_of_a_lane(house):
    li = house.citizen("li").identify()
    taken = li.post("/halls/t/tickets", {"items": ["id-card", "passport"]})
    assert taken.json["items"] == ["id-card", "passport"]


def test_the_machine_takes_no_numbers_from_afar(shared_house):
    answer = shared_house.post("/halls/t/tickets", KIOSK_TOKEN, {"item": "id-card"})
    refused(answer, 403, "forbidden")
