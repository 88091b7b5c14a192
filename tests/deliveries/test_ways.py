"""Each way of handing a result over, from its beginning to its end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.handover import Address
from app.deliveries import queries, service
from app.deliveries.errors import AddressMissing, AddressNotServed, UnknownCabinet, WayNotOffered
from app.deliveries.stored import Names
from app.deliveries.view import ways_out
from tests.deliveries.hall import CONTENTS, HOME, LICENCE
from tests.house import HALL, refused
from tests.licences.conftest import firm, stocked
from tests.stores import each_store_once


def test_what_is_electronic_is_there_at_once(results):
    li = results.house.citizen("li").verify()
    seen = results.see(li, results.begin(li, "electronic"))
    assert (seen["state"], seen["way_text"]) == ("handed_over", "电子证照")
    assert seen["handed_over_at"] is not None
    assert [step["text"] for step in seen["progress"]] == ["已发放"]


@each_store_once
def test_a_parcel_from_the_press_to_the_signature(every_results):
    results = every_results
    li = results.house.citizen("li").verify()
    id = results.begin(li, "courier")
    assert results.work() == 0  # nobody has made it yet
    label = results.made(id).json["label"]
    assert label == {
        "name": "李小明",
        "phone": "13812341234",
        "region": "北京市海淀区",
        "street": HOME.street,
    }
    assert results.work() == 1
    seen = results.see(li, id)
    assert (seen["state"], seen["parcel"]["events"]) == ("on_its_way", [])
    assert seen["to"]["phone"] == "138****1234"
    for _ in range(30):
        results.house.clock.advance(seconds=6)
        results.work()
    seen = results.see(li, id)
    assert seen["state"] == "handed_over"
    assert [event["text"] for event in seen["parcel"]["events"]][-1] == "本人已签收，感谢使用"
    assert len(seen["parcel"]["events"]) == 5  # however often they were asked for
    assert [step["text"] for step in seen["progress"]][:3] == [
        "大厅开始制作",
        "已制作并封装",
        "已交快递下单",
    ]
    waybill = seen["parcel"]["waybill"]
    sent = f"李*明的《食品经营许可证》已交邮政速递（演示）寄出，运单号 {waybill}。"
    assert results.told(id) == [sent]


@each_store_once
def test_fetched_at_the_counter_by_a_number_of_its_own_and_once(every_results):
    results = every_results
    house, li = results.house, results.house.citizen("li").verify()
    first, second = results.begin(li, "counter"), results.begin(li, "counter")
    for id in (first, second):
        assert results.made(id).json["state"] == "ready"
    to_do = results.see(li, first)["counter"]["text"]
    assert to_do == "到测试大厅取“领取办理结果”的号，凭身份证领取。"
    assert "李*明的《食品经营许可证》已备好，请带身份证到测试大厅取号领取。" in results.told(first)
    house.take("collect-results", id_number=li.id_number)
    clerk = house.clerk("1")
    ticket = clerk.next()["ticket"]
    listed = house.get(f"/tickets/{ticket['id']}/deliveries", clerk.token).json
    assert [each["id"] for each in listed] == [first, second]
    assert house.get(f"/tickets/{ticket['id']}/deliveries", house.clerk("2").token).json == []
    assert (listed[0]["holder_name"], listed[0]["contents"]) == ("李小明", CONTENTS)
    body = {"ticket": ticket["id"]}
    done = house.post(f"/deliveries/{first}/hand-over", clerk.token, body, "k")
    assert (done.status_code, done.json["state"]) == (200, "handed_over")
    again = house.post(f"/deliveries/{first}/hand-over", clerk.token, body, "k")
    assert again.json == done.json
    twice = house.post(f"/deliveries/{first}/hand-over", clerk.token, body)
    assert refused(twice, 409, "delivery_elsewhere")["state"] == "handed_over"
    listed = house.get(f"/tickets/{ticket['id']}/deliveries", clerk.token).json
    assert [each["id"] for each in listed] == [second]


def test_the_name_of_a_firm_is_public(results):
    li = results.house.citizen("li").verify()
    stocked(results.house).put(firm(representative=li.id_number))
    [held] = [each["id"] for each in li.get("/me/holders").json if each["kind"] == "firm"]
    named = Names(LICENCE.result, "清河豆腐店")
    id = results.begin(li, "counter", firm=held, names=named)
    results.made(id)
    [told] = results.told(id)
    assert told.startswith("清河豆腐店的《食品经营许可证》已备好")


def test_nobody_else_is_handed_it(results):
    house, li = results.house, results.house.citizen("li").verify()
    id = results.begin(li, "counter")
    results.made(id)
    wang = house.citizen("wang").verify("王大力")
    refused(wang.get(f"/me/deliveries/{id}"), 404, "delivery_not_found")
    house.take("collect-results", id_number=wang.id_number)
    clerk = house.clerk("1")
    ticket = clerk.next()["ticket"]
    assert house.get(f"/tickets/{ticket['id']}/deliveries", clerk.token).json == []
    given = house.post(f"/deliveries/{id}/hand-over", clerk.token, {"ticket": ticket["id"]})
    refused(given, 404, "delivery_not_theirs")
    # nor by a counter that has not called them
    other = house.clerk("2")
    given = house.post(f"/deliveries/{id}/hand-over", other.token, {"ticket": ticket["id"]})
    refused(given, 404, "ticket_not_found")
    assert results.state(id) == "ready"


def test_a_result_is_handed_over_once_however_often_it_is_begun(results):
    li = results.house.citizen("li").verify()
    id = results.begin(li, "courier", "the renewal")
    assert results.begin(li, "counter", "the renewal") == id
    with results.house.app.app_context():
        found = queries.of("renewal", "the renewal")
        assert (found.id, found.way) == (id, "courier")
        assert queries.of("renewal", "another") is None
        states = queries.states_of("renewal", ["the renewal", "x"])
        assert states == {"the renewal": ("making", None)}
    assert results.made(id).status_code == 200
    refused(results.made(id), 409, "delivery_elsewhere")


def test_which_ways_a_hall_offers(results):
    house = results.house
    offered = house.get(f"/halls/{HALL}/delivery-ways").json
    can = {each["code"]: each["available"] for each in offered}
    assert can == dict.fromkeys(("electronic", "courier", "counter", "cabinet"), True)
    far = house.get(f"/halls/{HALL}/delivery-ways?region=海南省三沙市").json
    why_not = {each["code"]: each["why_not"] for each in far}
    assert why_not["courier"] == "快递暂时送不到这个地址。"
    house.reload(lambda file: file["items"].pop())
    results.wire(courier=None)
    with house.app.app_context():
        there = {each["code"]: each["why_not"] for each in ways_out(HALL)}
    assert there["counter"] == "本大厅暂不提供窗口领取。"
    assert there["courier"] == "本大厅暂不提供邮寄。"


def test_a_way_is_refused_before_it_is_chosen(results):
    far = Address("李小明", "13812341234", "海南省三沙市", "永兴岛")
    with results.house.app.app_context():
        service.refuse_way(HALL, "courier", HOME, None)
        service.refuse_way(HALL, "cabinet", None, "c1")
        with pytest.raises(AddressNotServed):
            service.refuse_way(HALL, "courier", far, None)
        with pytest.raises(AddressMissing):
            service.refuse_way(HALL, "courier", None, None)
        for part in ("name", "phone", "region", "street"):
            with pytest.raises(AddressMissing):
                service.refuse_way(HALL, "courier", replace(HOME, **{part: " "}), None)
        with pytest.raises(UnknownCabinet):
            service.refuse_way(HALL, "cabinet", None, "c9")
        with pytest.raises(WayNotOffered) as problem:
            service.refuse_way(HALL, "pigeon", None, None)
    assert problem.value.more["ways"] == ["electronic", "courier", "counter", "cabinet"]


def test_a_parcel_may_be_kept_for_the_counter_until_it_is_sent(results):
    li = results.house.citizen("li").verify()
    id = results.begin(li, "courier")
    results.made(id)
    kept = results.staff("POST", f"/deliveries/{id}/take-back", {})
    assert kept.json == {"use": None, "box": None}
    assert results.work() == 0
    seen = results.see(li, id)
    assert (seen["state"], seen["way"], seen["parcel"]) == ("ready", "counter", None)
    results.house.clock.advance(seconds=timedelta(hours=1).total_seconds())
    assert results.work() == 0
