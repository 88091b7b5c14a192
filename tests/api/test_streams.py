"""What screens are told: by either program, as it happens, without loss and never twice."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from urllib.request import Request, urlopen

import pytest

from app.core import streams
from queueing.errors import SequenceAway
from queueing.events import RedisEvents
from tests.house import open_house, refused


class Stream:
    """One screen's open event stream."""

    def __init__(self, server, last_event_id=None):
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        request = Request(f"{server}/api/v1/halls/t/events", headers=headers)  # noqa: S310
        self._answer = urlopen(request, timeout=15)  # noqa: S310 (our own server)
        assert self._answer.headers["Content-Type"].startswith("text/event-stream")

    def next(self):
        """The next message: (event, id, data); comments are passed over."""
        while not (message := self._read()):
            pass
        return message

    def until(self, kind):
        """The next message of this kind."""
        while (message := self.next())[0] != kind:
            pass
        return message

    def _read(self):
        lines = iter(lambda: self._answer.readline().decode().rstrip("\n"), "")
        said = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
        return said and (said["event"], said["id"], json.loads(said["data"]))

    def close(self):
        self._answer.close()


@pytest.fixture(scope="module")
def hall(shared_house):
    """The house, at this very moment: the server's clock goes on by itself."""
    shared_house.clock.at = datetime.now(UTC)
    shared_house.stand_at_noon()
    return shared_house


@pytest.fixture(scope="module", params=["web", "streams"])
def server(request):
    """Either program that serves event streams."""
    if request.param == "web":
        return request.getfixturevalue("shared_live_server")
    return request.getfixturevalue("shared_streams").url


@pytest.fixture
def listen(server):
    opened = []

    def open_stream(last_event_id=None):
        opened.append(Stream(server, last_event_id))
        return opened[-1]

    yield open_stream
    for stream in opened:
        stream.close()


def events(hall):
    return hall.app.extensions["parts"].events("t")


def test_the_first_message_is_the_present(hall, listen):
    hall.take()
    called = hall.clerk().next()
    event, last, board = listen().next()
    assert event == "resync"
    generation = events(hall).ensure_generation("another")
    assert re.fullmatch(rf"{generation}:[0-9]+-[0-9]+", last)
    assert board["calls"][0]["call_id"] == called["call_id"]
    assert datetime.fromisoformat(board["server_time"]).tzinfo


def test_a_call_and_its_recall_arrive(hall, listen):
    screen = listen()
    screen.next()
    hall.take()
    called = hall.clerk().next()
    ticket = called["ticket"]
    _, _, call = screen.until("called")
    assert (call["number"], call["counter"], call["nth"]) == (ticket["number"], "1", 1)
    assert call["call_id"] == called["call_id"]
    assert datetime.fromisoformat(call["server_time"]).tzinfo
    hall.clock.advance(seconds=20)
    hall.clerk().handle(ticket, "recall")
    _, _, recall = screen.until("recalled")
    assert (recall["call_id"], recall["nth"]) == (call["call_id"], 2)


def test_nobody_is_named(hall, listen):
    screen = listen()
    screen.next()
    hall.take(priority="disabled")
    _, _, taken = screen.until("taken")
    assert taken.keys() == {
        *("event", "id", "at", "number", "counter", "call_id", "nth", "server_time")
    }


def test_a_screen_that_was_away_goes_on_where_it_was(hall, listen):
    screen = listen()
    _, last, _ = screen.next()
    hall.take()
    _, last, first = screen.until("taken")
    screen.close()
    missed = [hall.take()["number"] for _ in range(3)]
    again = listen(last)
    assert [again.until("taken")[2]["number"] for _ in missed] == missed
    assert first["number"] not in missed
    following = hall.take()["number"]
    assert again.next()[2]["number"] == following


@pytest.mark.parametrize(
    "last",
    [
        "0123abcd:{id}",  # another generation
        "{generation}:1-1",  # too old: what came since is not kept
        "{generation}",
        "{generation}:",
        "{generation}:x-y",
        "{generation}:99999999999999999999999-0",
        "{generation}:" + "9" * 5000,
        "：：",
    ],
)
def test_an_id_that_cannot_be_continued_gets_the_present(hall, listen, last):
    hall.take()
    known = {"generation": events(hall).ensure_generation("x"), "id": events(hall).last_id()}
    said = last.format(**known).encode().decode("latin-1")
    assert listen(said).next()[0] == "resync"


def test_an_emptied_redis_begins_another_generation(hall, listen):
    screen = listen()
    _, before, _ = screen.next()
    hall.take()
    hall.app.extensions["parts"].redis.flushall()
    _, after, board = screen.until("resync")
    assert before.split(":")[0] != after.split(":")[0]
    assert board["next"]
    called = hall.clerk().next()
    _, later, call = screen.until("called")
    assert call["call_id"] == called["call_id"]
    assert later.split(":")[0] == after.split(":")[0]


def test_an_event_that_was_not_copied_is_copied_once_by_the_sweep(hall, listen, monkeypatch):
    screen = listen()
    screen.next()

    def away(*_):
        raise SequenceAway("not now")

    with monkeypatch.context() as patch:
        patch.setattr(RedisEvents, "copy", away)
        lost = hall.take()["number"]
    copied = [json.loads(event.payload)["number"] for event in events(hall).read("0-0", 0, 1000)]
    assert lost not in copied
    for _ in range(2):
        hall.sweep()
    copied = [json.loads(event.payload)["number"] for event in events(hall).read("0-0", 0, 1000)]
    assert copied.count(lost) == 1
    while screen.until("taken")[2]["number"] != lost:
        pass


def test_a_ticket_is_told_to_its_owner_only(hall, server):
    ticket = hall.take()
    refused(
        hall.get(f"/tickets/{ticket['id']}/events", hall.take()["token"]), 404, "ticket_not_found"
    )
    refused(hall.get(f"/tickets/{ticket['id']}/events"), 401, "unauthenticated")
    request = Request(  # noqa: S310
        f"{server}/api/v1/tickets/{ticket['id']}/events",
        headers={"Authorization": f"Bearer {ticket['token']}"},
    )
    with urlopen(request, timeout=15) as answer:  # noqa: S310
        told = states(answer)
        assert next(told) == "waiting"
        hall.own(ticket, "leave")
        assert next(told) == "left"


def test_a_ticket_s_events_have_ids_and_who_comes_back_is_told_the_present(house, monkeypatch):
    """A phone that slept, whatever it heard last."""
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(streams, "GATHERED_S", 0.01)
    ticket = house.take()
    before = ticket_event(house, ticket)
    assert re.fullmatch(r"[0-9a-f]+:[0-9]+-[0-9]+", before["id"])
    assert (before["data"]["state"], before["data"]["call_id"]) == ("waiting", None)
    called = house.clerk().next()
    house.clock.advance(seconds=20)
    house.clerk().handle(ticket, "recall")
    for last in (before["id"], "nonsense", None):
        now = ticket_event(house, ticket, last)
        told = now["data"]
        assert now["id"] != before["id"]
        assert (told["state"], told["call_id"], told["nth"]) == ("called", called["call_id"], 2)
        assert told["called_at"] == "2026-11-23T09:00:20.000+08:00"
        assert datetime.fromisoformat(told["server_time"]).tzinfo
    assert house.as_owner(ticket)["nth"] == 2  # who has no stream asks


def ticket_event(house, ticket, last=None):
    """The first event of a ticket's stream."""
    headers = {"Last-Event-ID": last} if last else {}
    path = f"/tickets/{ticket['id']}/events"
    answer = house.request("GET", path, ticket["token"], headers=headers)
    lines = next(answer.response).decode().splitlines()
    answer.close()
    told = dict(line.split(": ", 1) for line in lines if line)
    assert told["event"] == "ticket"
    return {"id": told["id"], "data": json.loads(told["data"])}


@pytest.mark.parametrize("how", ["signed out", "expired"])
def test_a_stream_ends_with_the_sign_in_it_was_opened_under(house, monkeypatch, how):
    """The phone comes back, is refused, and signs in again."""
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(streams, "GATHERED_S", 0.01)
    li = house.citizen("li").identify()
    path = f"/tickets/{li.take_from_afar()['id']}/events"
    stream = li.get(path)
    assert b"expected" in next(stream.response)
    assert next(stream.response) == b": still here\n\n"
    if how == "expired":
        house.clock.advance(days=365)
    else:
        assert li.delete("/session").status_code == 204
    assert len(list(islice(stream.response, 10))) < 10, "the stream goes on"
    refused(li.get(path), 401, "unauthenticated")


def states(answer):
    for line in answer:
        if line.startswith(b"data: "):
            yield json.loads(line[6:])["state"]


# What is not worth waiting fifteen seconds for


def test_silence_is_filled_with_comments(house, monkeypatch):
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.05)
    answer = house.app.test_client().get("/api/v1/halls/t/events")
    told = [next(answer.response) for _ in range(4)]
    answer.close()
    assert b"resync" in told[1]
    assert [one.startswith(b": ") for one in told] == [True, False, True, True]


def test_a_house_full_of_screens_says_so(settings):
    house = open_house(replace(settings, event_streams=1))
    first = house.app.test_client().get("/api/v1/halls/t/events")
    answer = house.get("/halls/t/events")
    refused(answer, 503, "too_many_streams")
    assert answer.headers["Retry-After"] == "10"
    first.close()
    again = house.app.test_client().get("/api/v1/halls/t/events")
    assert again.status_code == 200
    again.close()
