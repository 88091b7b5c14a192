"""A courier that is away, slow, or talks nonsense; and workers that die over an order."""

import socket
from datetime import timedelta

import pytest

from app.core.handover import CourierAway, CourierRefuses, CourierUnread
from app.deliveries import parcels
from app.deliveries.courier import HttpCourier
from config.handover import courier_service
from tests.deliveries.hall import HASTY, HOME
from tests.house import refused
from tests.stores import each_store_once


def nobody() -> str:
    """The address of a server that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def parcel(results, courier):
    return parcel_of(results, courier)


def parcel_of(results, courier):
    """A parcel that waits for the courier: its owner, its id."""
    li = results.house.citizen("li").verify()
    id = results.begin(li, "courier")
    results.made(id)
    results.courier(courier.url)
    return li, id


@each_store_once
@pytest.mark.parametrize("dies", ["took", "asked", "recorded"])
def test_ordered_once_although_a_worker_dies_at_any_step(every_results, courier, dies):
    results = every_results
    _, id = parcel_of(results, courier)
    results.work_step(dies)
    assert results.work() == 0  # another looks at it no sooner than the first is taken for dead
    for _ in range(4):
        results.house.clock.advance(minutes=3)
        results.work()
    assert results.state(id) == "on_its_way"
    assert [order["order_no"] for order in courier.orders] == [id]
    assert courier.orders[0]["to"] == {
        "name": HOME.name,
        "phone": HOME.phone,
        "region": HOME.region,
        "street": HOME.street,
    }
    assert len(results.told(id)) == 1


@pytest.mark.parametrize(
    ("manner", "orders"), [("drop", 1), ("slow", 1), ("broken", 0), ("nonsense", 0)]
)
def test_an_order_without_an_answer_is_asked_for_and_not_made_twice(
    results, courier, parcel, manner, orders
):
    _, id = parcel
    courier.manner = manner
    assert results.work() == 1
    assert results.state(id) == "made"
    assert len(courier.orders) == orders
    results.house.clock.advance(minutes=2)
    results.work()  # it still does not say what came of it: so nothing is ordered either
    assert len(courier.orders) == orders
    courier.manner = "ok"
    results.house.clock.advance(minutes=10)
    results.work()
    assert (results.state(id), len(courier.orders)) == ("on_its_way", 1)


def test_a_courier_that_is_away_is_asked_again_ever_more_rarely(results, courier, parcel):
    _, id = parcel
    results.courier(nobody())
    asked = 0
    for _ in range(60):
        asked += results.work()
        results.house.clock.advance(minutes=1)
    assert asked == 4  # at once, after one, five, and fifteen minutes; then once an hour
    results.courier(courier.url)
    results.house.clock.advance(hours=1)
    results.work()
    assert (results.state(id), len(courier.orders)) == ("on_its_way", 1)


def test_an_address_the_courier_refuses_comes_to_the_counter(results, courier, parcel):
    li, id = parcel
    courier.manner = "refuse"
    results.work()
    seen = results.see(li, id)
    assert (seen["state"], seen["way"]) == ("ready", "counter")
    assert results.told(id) == [
        "快递无法送到您填写的地址，李*明的《食品经营许可证》已留在测试大厅，请带身份证取号领取。"
    ]
    results.house.clock.advance(hours=5)
    assert results.work() == 0


def test_what_nobody_took_comes_back_to_the_counter(results, courier, parcel):
    li, id = parcel
    results.work()
    at = results.house.clock.now()
    courier.events = [event(at, each) for each in ("collected", "turned_back", "returned")]
    results.house.clock.advance(minutes=31)
    results.work()
    seen = results.see(li, id)
    assert (seen["state"], seen["way"]) == ("ready", "counter")
    assert results.told(id)[-1].startswith("快件没有送达、已经退回")


@pytest.mark.parametrize(
    ("movements", "state"),
    [
        (("collected", "out", "signed"), "handed_over"),
        (("signed", "moved"), "handed_over"),
        (("collected", "signed", "turned_back"), "on_its_way"),
        (("signed", "turned_back", "returned"), "ready"),
        (("turned_back", "out", "signed"), "ready"),  # who signed is the hall it came back to
        (("turned_back", "returned", "signed"), "ready"),
        (("turned_back", "moved"), "on_its_way"),
    ],
)
def test_whose_signature_it_is_follows_from_the_order(results, courier, parcel, movements, state):
    _, id = parcel
    results.work()
    at = results.house.clock.now()
    courier.events = [event(at + timedelta(minutes=n), each) for n, each in enumerate(movements)]
    courier.events.reverse()
    results.house.clock.advance(minutes=31)
    results.work()
    assert results.state(id) == state


def test_one_moment_that_cannot_be_does_not_hide_the_others(results, courier, parcel, caplog):
    li, id = parcel
    results.work()
    at = results.house.clock.now()
    courier.events = [
        event(at - timedelta(days=300), "moved"),
        event(at, "collected"),
        event(at + timedelta(hours=2), "signed"),
    ]
    results.house.clock.advance(minutes=31)
    results.work()
    assert [each["text"] for each in results.see(li, id)["parcel"]["events"]] == ["快递已揽收"]
    assert f"delivery {id}: 2 moments" in caplog.text
    results.house.clock.advance(hours=2)
    results.work()
    assert results.state(id) == "handed_over"


def test_what_travels_cannot_be_taken_back(results, parcel):
    _, id = parcel
    results.work()
    back = results.staff("POST", f"/deliveries/{id}/take-back", {})
    assert refused(back, 409, "delivery_elsewhere")["state"] == "on_its_way"
    assert len(results.told(id)) == 1


def test_a_refusal_that_comes_late_stops_no_parcel(results, courier, parcel):
    _, id = parcel
    with results.house.app.app_context():
        slow = results.house.within(lambda: parcels.take_next(results.act.now))
        results.house.clock.advance(minutes=3)
        assert results.work() == 1  # taken for dead: another ordered it
        results.house.within(lambda: parcels.record(slow, CourierRefuses("late"), results.act))
    assert results.state(id) == "on_its_way"


NONSENSE = [
    "none",
    [{"at": "2026-11-23T09:10:00+08:00", "movement": "signed"}],
    [{"at": "today", "movement": "signed", "station": "", "text": ""}],
    [{"at": "2026-11-23T09:10:00", "movement": "signed", "station": "", "text": ""}],
    [{"at": "2026-11-23T09:10:00+08:00", "movement": "eaten", "station": "", "text": ""}],
    [{"at": "2026-11-23T09:10:00+08:00", "movement": "signed", "station": 1, "text": ""}],
    [{"at": "2027-11-23T09:10:00+08:00", "movement": "signed", "station": "", "text": ""}],
    [{"at": "2026-11-22T09:10:00+08:00", "movement": "signed", "station": "", "text": ""}],
]


def test_nonsense_about_a_parcel_hands_nothing_over(results, courier, parcel):
    li, id = parcel
    results.work()
    for events in NONSENSE:
        courier.events = events
        results.house.clock.advance(minutes=31)
        assert results.work() == 1
        assert results.see(li, id)["parcel"]["events"] == [], events
    at = results.house.clock.now()
    courier.events = [event(at, "signed")]
    results.house.clock.advance(minutes=31)
    results.work()
    assert results.state(id) == "handed_over"


def test_it_says_yes_or_no_where_it_goes(results, courier):
    asked = HttpCourier(courier.url, "a key", "邮政速递", HASTY)
    assert asked.serves("北京市海淀区")
    assert not asked.serves("海南省三沙市")
    courier.manner = "nonsense"
    with pytest.raises(CourierUnread):
        asked.serves("北京市海淀区")
    with pytest.raises(CourierAway):
        HttpCourier(nobody(), "a key", "邮政速递", HASTY).serves("北京市海淀区")


def test_half_a_setting_is_named_before_anything_starts():
    def faults(production: bool, **environ: str) -> list[str]:
        found: list[str] = []
        courier_service(environ, production=production, faults=found)
        return found

    whole = {"COURIER_URL": "https://courier.example", "COURIER_KEY": "a key"}
    assert faults(True) == faults(True, **whole) == []
    assert faults(True, COURIER_KEY="a key") == ["COURIER_KEY is set without COURIER_URL."]
    assert faults(True, COURIER_URL="http://courier.example") == [
        "COURIER_URL is set without COURIER_KEY.",
        "COURIER_URL must be an https:// address.",
    ]
    assert faults(False, **whole) == ["COURIER_URL is set, but a demo sends nobody a parcel."]


def event(at, movement, text="") -> dict[str, str]:
    moment = (at + timedelta(minutes=1)).isoformat()
    return {"at": moment, "movement": movement, "station": "海淀营业部", "text": text}
