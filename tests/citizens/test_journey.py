"""A phone in the hand of Li Xiaoming: from signing in to a number, and home again."""

from datetime import datetime, timedelta

from tests.house import credit_code, id_number, refused


def test_from_signing_in_to_a_number_and_away(house):
    signed_in = house.post("/session", None, {"code": "sandbox:li"}).json
    assert signed_in["citizen"]["has_identity"] is False
    until = datetime.fromisoformat(signed_in["expires_at"])
    assert until - house.clock.now() == timedelta(days=30)

    li = house.citizen("li")
    assert li.get("/me").json == signed_in["citizen"]
    refused(li.post("/halls/t/tickets", {"item": "id-card"}), 409, "identity_needed")

    told = li.put("/me/identity", {"name": "李小明", "id_number": li.id_number})
    said = {"name": "李小明", "has_identity": True, "identity_level": "declared"}
    assert told.json == signed_in["citizen"] | said

    mother = li.add("王芳", id_number=id_number("19580308"))
    house.clock.advance(seconds=1)
    firm = li.add("清河市小明豆腐有限公司", credit_code=credit_code())
    assert [one["relation"] for one in li.people()] == ["self", "family", "firm"]
    assert (mother["name"], mother["number"]) == (
        "王芳",
        f"1101{'*' * 10}{id_number('19580308')[-4:]}",
    )
    assert (firm["kind"], firm["number"][:4]) == ("firm", "9111")

    ticket = li.take_from_afar()
    assert (ticket["state"], ticket["number"]) == ("expected", "A001")
    assert ticket["token"]
    assert li.get("/me/tickets").json == [ticket]
    assert li.get(f"/tickets/{ticket['id']}").json == ticket

    assert house.check_in(ticket).json["state"] == "waiting"
    clerk = house.clerk()
    clerk.handle(clerk.next()["ticket"], "pass")
    back = li.post(f"/tickets/{ticket['id']}/rejoin")
    assert back.json["state"] == "waiting"

    assert li.post(f"/tickets/{ticket['id']}/leave").json["state"] == "left"
    assert li.get("/me/tickets").json == []

    assert li.delete(f"/me/people/{mother['id']}").status_code == 204
    assert [one["relation"] for one in li.people()] == ["self", "firm"]

    assert li.delete("/session").status_code == 204
    refused(li.get("/me"), 401, "unauthenticated")


def test_the_same_phone_next_month_is_the_same_account(house):
    before = house.citizen("li").identify().get("/me").json
    house.clock.advance(days=31)
    assert house.citizen("li").get("/me").json == before
