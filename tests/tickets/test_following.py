"""Somebody else's phone follows a ticket by a link: it sees and hears all, and does nothing."""

import json
from itertools import islice

import pytest

from app.core import streams
from tests.house import refused
from tests.tickets.test_telling import a_round, called, in_line, kinds, told


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(streams, "GATHERED_S", 0.01)


def share(house, ticket, token=None):
    """The link's token, given by the ticket's owner."""
    answer = house.post(f"/tickets/{ticket['id']}/follow-link", token or ticket["token"])
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.json["token"]


def link(house, ticket):
    return house.get(f"/tickets/{ticket['id']}/follow-link", ticket["token"]).json


def test_a_daughter_hears_what_her_father_is_told(house):
    for _ in range(4):
        house.take()
    father, ticket = in_line(house, "father")
    daughter = house.citizen("daughter")
    token = share(house, ticket)
    assert daughter.put(f"/me/following/{token}", {}).status_code == 200
    house.clerk().next()
    a_round(house)
    assert told(daughter) == [("near", "您关注的号码 A005 前面还有 3 人，请提醒本人到大厅等候。")]
    called(house, ticket)
    words = "您关注的号码 A005 已叫号，请提醒本人到 1 号窗口办理。"
    assert told(daughter) == [("called", words)]
    house.clerk().handle(ticket, "pass")
    house.clock.advance(minutes=2)
    words = "您关注的号码 A005 已过号，请提醒本人重新排队，不必重新取号。"
    assert told(daughter) == [("passed", words)]
    assert kinds(father) == ["passed"]


def test_a_number_on_paper_is_followed_too(house):
    ticket, daughter = house.take(), house.citizen("daughter")
    daughter.put(f"/me/following/{share(house, ticket)}", {})
    called(house, ticket)
    assert kinds(daughter) == ["called"]


def test_who_follows_sees_the_ticket_and_nothing_to_act_with(house):
    father, ticket = in_line(house, "father")
    token = share(house, ticket, father.token)
    seen = house.get(f"/followed/{token}").json
    assert seen == {
        "number": "A001",
        "state": "waiting",
        "lane": "A",
        "item": "id-card",
        "item_name": "身份证",
        "ahead": 0,
        "estimate": {"p50_s": None, "p90_s": None},
        "counter": None,
        "nth": None,
        "hall": "t",
        "hall_name": "测试大厅",
        "name": "李*明",
    }
    assert ticket["id"] not in json.dumps(seen)
    called(house, ticket)
    seen = house.get(f"/followed/{token}").json
    assert (seen["state"], seen["counter"], seen["nth"]) == ("called", "1", 1)
    refused(house.get(f"/tickets/{ticket['id']}", token), 401, "unauthenticated")
    refused(house.get(f"/followed/{ticket['token']}"), 404, "follow_link_over")
    refused(house.post(f"/tickets/{ticket['id']}/leave", token), 401, "unauthenticated")


def test_a_link_is_given_by_the_owner_only_once_and_while_there_is_something_to_follow(house):
    ticket, stranger = house.take(), house.citizen("stranger")
    path = f"/tickets/{ticket['id']}/follow-link"
    assert link(house, ticket) == {"token": None, "url": None, "followers": 0}
    for method in ("GET", "POST", "DELETE"):
        refused(house.request(method, path, stranger.token), 404, "ticket_not_found")
    token = share(house, ticket)
    assert share(house, ticket) == token
    told = link(house, ticket)
    assert told["token"] == token
    assert told["url"].endswith(f"/m/#/pages/follow/index?token={token}")
    other = house.take()
    house.own(other, "leave")
    answer = house.post(f"/tickets/{other['id']}/follow-link", other["token"])
    refused(answer, 409, "nothing_to_follow")


def test_five_follow_and_the_owner_sees_how_many(house):
    father, ticket = in_line(house, "father")
    token = share(house, ticket)
    refused(father.put(f"/me/following/{token}", {}), 409, "own_ticket")
    family = [house.citizen(f"child-{n}") for n in range(5)]
    for child in (*family, family[0]):
        assert child.put(f"/me/following/{token}", {}).status_code == 200
    assert link(house, ticket)["followers"] == 5
    late = house.citizen("neighbour")
    assert (
        "5 人" in refused(late.put(f"/me/following/{token}", {}), 409, "followers_full")["detail"]
    )
    for _ in range(2):
        assert family[0].delete(f"/me/following/{token}").status_code == 204
    assert late.put(f"/me/following/{token}", {}).status_code == 200
    called(house, ticket)
    assert [kinds(child) for child in (family[0], family[1], late)] == [[], ["called"], ["called"]]


def test_it_ends_when_its_owner_ends_it(house):
    _, ticket = in_line(house, "father")
    daughter, token = house.citizen("daughter"), share(house, ticket)
    daughter.put(f"/me/following/{token}", {})
    assert [one["token"] for one in daughter.get("/me/following").json] == [token]
    stream = house.get(f"/followed/{token}/events")
    assert b"A001" in next(stream.response)
    path = f"/tickets/{ticket['id']}/follow-link"
    assert house.request("DELETE", path, ticket["token"]).status_code == 204
    rest = list(islice(stream.response, 10))
    assert all(one.startswith(b":") for one in rest)
    assert len(rest) < 10, "the stream goes on"
    assert daughter.get("/me/following").json == []
    refused(house.get(f"/followed/{token}"), 404, "follow_link_over")
    refused(house.get(f"/followed/{token}/events"), 404, "follow_link_over")
    refused(daughter.put(f"/me/following/{token}", {}), 404, "follow_link_over")
    called(house, ticket)
    assert told(daughter) == []
    assert share(house, ticket) != token


def test_it_ends_with_the_halls_day_and_the_night_forgets_who_followed(house):
    _, ticket = in_line(house, "father")
    daughter, token = house.citizen("daughter"), share(house, ticket)
    daughter.put(f"/me/following/{token}", {})
    house.clock.advance(days=1)
    refused(house.get(f"/followed/{token}"), 404, "follow_link_over")
    assert daughter.get("/me/following").json == []
    house.close_night()
    assert house.row(ticket)["follow_token"] is None
    assert link(house, ticket)["followers"] == 0
