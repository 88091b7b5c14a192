"""Who sees a delivery, is told of it and gets it: whoever may act for its holder now, and not
whoever once chose its way."""

import pytest
from sqlalchemy import select

from app.core.db import db
from app.notices.queries import TABLE as NOTICES
from tests.house import Citizen, refused
from tests.stores import each_store_once


def agent_of(results) -> tuple[Citizen, Citizen, str]:
    """Aunt, who authorised li; and the authorisation."""
    aunt, li = (results.house.citizen(name).verify() for name in ("aunt", "li"))
    body = {"name": "李小明", "id_number": li.id_number, "until": "2026-12-01"}
    given = aunt.post("/me/authorisations", body)
    assert given.status_code == 201
    return aunt, li, given.json["id"]


def begun_by(results, agent: Citizen, holder: Citizen, way: str) -> str:
    """A result of the holder's, whose way their agent chose."""
    _, account = results.ids(agent)
    return results.begin(holder, way, account=account)


def whom_told(results, id: str) -> list[str]:
    """The accounts that were told of it."""
    with results.house.app.app_context():
        theirs = NOTICES.c.cause.startswith(f"delivery:{id}:")
        query = select(NOTICES.c.citizen_id).where(theirs).order_by(NOTICES.c.at)
        return list(db.session.scalars(query))


@each_store_once
def test_an_agent_sees_it_while_they_are_one(every_results):
    results = every_results
    aunt, li, authorisation = agent_of(results)
    id = begun_by(results, li, aunt, "cabinet")
    results.made(id)
    results.cabinet("/closed", {"box": results.deposit(id).json["box"]})
    assert results.see(li, id)["box"]["code"] == results.see(aunt, id)["box"]["code"]
    assert [each["id"] for each in li.get("/me/deliveries").json] == [id]
    assert aunt.post(f"/me/authorisations/{authorisation}/end").status_code == 200
    refused(li.get(f"/me/deliveries/{id}"), 404, "delivery_not_found")
    assert li.get("/me/deliveries").json == []
    assert [each["id"] for each in aunt.get("/me/deliveries").json] == [id]
    read = {"id_number": li.id_number, "read": True}
    refused(results.cabinet("/collect", read), 404, "nothing_for_card")


@pytest.mark.parametrize("ends", ["by its holder", "by itself"])
def test_who_was_an_agent_is_told_nothing_more(results, ends):
    aunt, li, authorisation = agent_of(results)
    accounts = [results.ids(each)[1] for each in (li, aunt)]
    ids = [begun_by(results, li, aunt, "counter") for _ in range(2)]
    results.made(ids[0])
    if ends == "by its holder":
        aunt.post(f"/me/authorisations/{authorisation}/end")
    else:
        results.house.clock.advance(days=9)
    results.made(ids[1])
    assert [whom_told(results, id) for id in ids] == [[account] for account in accounts]


def test_who_was_an_agent_fetches_nothing_more(results):
    house = results.house
    aunt, li, authorisation = agent_of(results)
    id = begun_by(results, li, aunt, "counter")
    results.made(id)
    house.check_in(li.take_from_afar("collect-results"))
    clerk = house.clerk("1")
    ticket = clerk.next()["ticket"]["id"]
    [listed] = house.get(f"/tickets/{ticket}/deliveries", clerk.token).json
    assert listed["id"] == id
    aunt.post(f"/me/authorisations/{authorisation}/end")
    assert house.get(f"/tickets/{ticket}/deliveries", clerk.token).json == []
    given = house.post(f"/deliveries/{id}/hand-over", clerk.token, {"ticket": ticket})
    refused(given, 404, "delivery_not_theirs")
    assert results.state(id) == "ready"
