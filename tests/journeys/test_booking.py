"""Somebody books on the phone, comes, shows the code to the machine, and is called by the slot."""

from tests.house import refused


def test_from_the_phone_to_the_counter(house):
    li = house.citizen("li").identify()
    booked = li.book(house.slot("09:30", date="2026-11-23"))
    assert (booked["state"], booked["person"]["name"]) == ("booked", "李小明")
    assert booked["slot"]["starts_at"] == "2026-11-23T09:30:00.000+08:00"
    assert li.get("/appointments").json == [booked]
    assert li.get("/me/notices").json[0]["text"].endswith(f"预约码 {booked['code']}。")

    walk_in = house.take()  # 09:00, due 09:30
    house.clock.advance(minutes=20)
    ticket = house.check_in_by(code=booked["code"]).json
    assert ticket["why"] == {"code": "appointment", "text": "预约 09:30–10:00，09:20 签到"}
    assert ticket["due_at"] == "2026-11-23T09:30:00.000+08:00"
    assert ticket["ahead"] == 1  # due at the same moment, the number before was taken earlier

    clerk = house.clerk()
    assert clerk.next()["ticket"]["number"] == walk_in["number"]
    assert clerk.next()["ticket"]["number"] == ticket["number"]
    seen = li.get(f"/appointments/{booked['id']}").json
    assert seen["ticket"] == {"id": ticket["id"], "number": ticket["number"], "state": "called"}
    assert li.get(f"/tickets/{ticket['id']}").json["state"] == "called"


def test_a_place_given_up_is_free_again(house):
    li, wang = house.citizen("li").identify(), house.citizen("wang").identify()
    slot = house.slot("10:00")
    left = next(s["left"] for s in house.slots() if s["id"] == slot)
    booking = li.book(slot)
    assert next(s["left"] for s in house.slots() if s["id"] == slot) == left - 1
    refused(li.post("/appointments", {"slot": slot, "item": "id-card"}), 409, "second_booking")
    assert li.appointment(booking, "cancel").json["state"] == "cancelled"
    refused(li.appointment(booking, "cancel"), 409, "appointment_cancelled")
    assert next(s["left"] for s in house.slots() if s["id"] == slot) == left
    wang.book(slot)
    li.book(slot)


def test_two_matters_in_one_visit(house):
    li = house.citizen("li").identify()
    slots = house.get("/halls/t/slots?item=id-card&item=passport&date=2026-11-23").json
    body = {"slot": slots[0]["id"], "items": ["id-card", "passport"]}
    booked = li.post("/appointments", body).json
    assert booked["items"] == ["id-card", "passport"]
    ticket = house.check_in_by(id_number=li.id_number).json
    clerk = house.clerk()
    called = clerk.next()["ticket"]
    assert (called["item"], called["items"]) == ("id-card", ["id-card", "passport"])
    clerk.handle(called, "start")
    moved = clerk.handle(called, "transfer", {"item": "passport"}).json
    assert (moved["state"], moved["item"]) == ("waiting", "passport")
    assert moved["due_at"] == ticket["due_at"]
    refused(clerk.handle(moved, "transfer", {"item": "passport"}), 409, "action_not_allowed")
    again = clerk.next()["ticket"]
    refused(clerk.handle(again, "transfer", {"item": "pension"}), 409, "item_not_of_visit")
    assert clerk.handle(again, "finish").json["state"] == "finished"
