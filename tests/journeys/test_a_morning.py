"""What a person does first: takes a number, is called, is served, goes."""


def test_a_number_is_taken_called_served_and_done(house):
    ticket = house.take("id-card")
    assert ticket["number"] == "A001"
    assert ticket["state"] == "waiting"
    assert ticket["ahead"] == 0

    clerk = house.clerk("1")
    called = clerk.next()
    assert called["ticket"]["number"] == "A001"
    assert called["ticket"]["counter"] == "1"
    assert called["why"]["code"] == "walk_in"

    assert clerk.handle(called["ticket"], "start").json["state"] == "serving"
    assert clerk.handle(called["ticket"], "finish").json["state"] == "finished"
    assert clerk.next() is None
    assert house.ticket(ticket)["state"] == "finished"


def test_the_board_shows_who_was_called_where_and_who_is_next(house):
    first, second = house.take("id-card"), house.take("pension")
    house.clerk("3").next()
    board = house.get("/halls/t/board").json
    assert [(call["number"], call["counter"]) for call in board["calls"]] == [
        (first["number"], "3")
    ]
    assert [one["number"] for one in board["next"]] == [second["number"]]
    assert {lane["lane"]: lane["waiting"] for lane in board["lanes"]} == {"A": 0, "B": 1, "J": 0}
