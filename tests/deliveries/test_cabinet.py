"""The smart cabinet: codes, cards, doors, what nobody fetches, and what people lay in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.commands.cabinets import cabinet_group
from app.core.db import db
from app.core.handover import CabinetAway, CabinetUnread
from app.deliveries import boxes
from app.deliveries.doors import HttpCabinet
from app.deliveries.queries import USES
from app.staff.queries import DEVICES
from tests.clear_text import columns_saying
from tests.deliveries.hall import CABINET_TOKEN, CONTENTS, HASTY
from tests.house import KIOSK_TOKEN, id_number, refused
from tests.notices.outbox import texts, work
from tests.raw_server import Raw
from tests.stores import each_store_once


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@each_store_once
def test_from_the_hands_of_staff_to_those_of_whom_it_is_for(every_results):
    results = every_results
    li = results.house.citizen("li").verify()
    id = results.begin(li, "cabinet")
    refused(results.deposit(id), 409, "delivery_elsewhere")  # nobody has made it yet
    results.made(id)
    box = results.deposit(id).json["box"]
    assert results.doors() == {"01": "open", "02": "free"}
    assert results.see(li, id)["box"]["code"] is None  # it does not lie there yet
    results.cabinet("/closed", {"box": box})
    seen = results.see(li, id)
    code = seen["box"]["code"]
    assert (seen["state"], seen["box"]["no"], len(code)) == ("in_box", "01", 6)
    assert seen["box"]["expires_at"] == "2026-11-30T09:00:00.000+08:00"
    assert results.doors() == {"01": "taken", "02": "free"}
    told = results.told(id)
    assert told == [
        "李*明的《食品经营许可证》已存入一楼大厅东侧的文件柜 01 号箱，取件码 "
        "******，请在11月30日09:00前领取，也可以刷身份证。"
    ]
    listed = results.staff("GET", "/staff/deliveries?state=in_box").json
    assert [(each["id"], each["box"]["code"]) for each in listed] == [(id, None)]
    taken = results.cabinet("/collect", {"code": code}, key="k")
    assert taken.json["contents"] == CONTENTS
    assert results.doors()["01"] == "open"
    assert results.state(id) == "handed_over"
    assert results.cabinet("/collect", {"code": code}, key="k").json == taken.json
    refused(results.cabinet("/collect", {"code": code}), 404, "box_code_wrong")
    assert results.cabinet("/closed", {"box": "01"}).json == {"state": "over"}
    assert results.cabinet("/closed", {"box": "01"}).json == {"state": None}
    refused(results.cabinet("/collect", {"code": code}), 404, "box_code_wrong")
    assert results.doors() == {"01": "free", "02": "free"}


def test_the_code_is_its_owner_s_and_nobody_reads_it_over_their_shoulder(results):
    li = results.house.citizen("li").verify()
    _, box = results.in_box(li)
    work(results.house)
    [told] = li.get("/me/notices").json
    assert told["text"].startswith("李小明的《食品经营许可证》")
    assert f"取件码 {box['code']}，" in told["text"]
    assert f"Your code is {box['code']}" in li.get("/me/notices?lang=en").json[0]["text"]
    [sent] = texts(results.house)
    assert f"取件码{box['code']}，11月30日09:00前取" in sent["words"]
    outbox = results.house.app.test_client().get(
        "/office/outbox",
        headers={"Authorization": f"Bearer {results.house.sign_in('supervisor')}"},
    )
    assert "取件码 ******，" in outbox.text
    assert box["code"] not in outbox.text
    assert columns_saying(results.house, box["code"]) == set()
    assert columns_saying(results.house, "李小明") == set()


def test_whoever_guesses_is_stopped_for_a_while(results):
    li = results.house.citizen("li").verify()
    id, box = results.in_box(li)
    for _ in range(10):
        refused(results.cabinet("/collect", {"code": wrong(box["code"])}), 404, "box_code_wrong")
        results.house.clock.advance(seconds=6)
    right = results.cabinet("/collect", {"code": box["code"]})
    told = refused(right, 429, "too_many_cabinet_tries")
    assert told["again_at"] == "2026-11-23T09:10:00.000+08:00"
    assert "请在09:10以后再试" in told["detail"]
    assert results.state(id) == "in_box"
    results.house.clock.advance(minutes=9)
    assert results.cabinet("/collect", {"code": box["code"]}).status_code == 200


def test_cards_that_find_nothing_are_no_guesses(results):
    li = results.house.citizen("li").verify()
    _, box = results.in_box(li)
    for day in range(10, 22):
        stranger = {"id_number": id_number(f"198001{day}"), "read": True}
        refused(results.cabinet("/collect", stranger), 404, "nothing_for_card")
    assert results.cabinet("/collect", {"code": box["code"]}).status_code == 200


def test_whoever_has_their_card_needs_not_wait_for_those_who_guessed(results):
    li = results.house.citizen("li").verify()
    _, box = results.in_box(li)
    for _ in range(11):
        last = results.cabinet("/collect", {"code": wrong(box["code"])})
    refused(last, 429, "too_many_cabinet_tries")
    read = {"id_number": li.id_number, "read": True}
    assert results.cabinet("/collect", read).status_code == 200


def test_a_card_that_was_read_opens_and_a_number_that_was_typed_does_not(results):
    li = results.house.citizen("li").verify()
    results.in_box(li)
    results.in_box(li)
    number = {"id_number": li.id_number}
    refused(results.cabinet("/collect", number), 409, "card_not_read")
    stranger = {"id_number": id_number("19800101"), "read": True}
    refused(results.cabinet("/collect", stranger), 404, "nothing_for_card")
    refused(results.cabinet("/collect", {"id_number": "1", "read": True}), 422, "id_number_wrong")
    refused(results.cabinet("/collect", {}), 422, "invalid")
    first = results.cabinet("/collect", {**number, "read": True}).json
    assert (first["box"], first["more"]) == ("01", 1)
    second = results.cabinet("/collect", {**number, "read": True}).json
    assert (second["box"], second["more"]) == ("02", 0)
    refused(results.cabinet("/collect", {**number, "read": True}), 404, "nothing_for_card")


def test_a_machine_without_a_reader_reads_no_cards(results):
    li = results.house.citizen("li").verify()
    results.in_box(li)
    results.house.within(lambda: db.session.execute(DEVICES.update().values(reader=False)))
    read = {"id_number": li.id_number, "read": True}
    refused(results.cabinet("/collect", read), 409, "card_not_read")


def test_only_the_cabinet_s_own_screen_may_ask(results):
    for token in (KIOSK_TOKEN, results.house.sign_in("supervisor"), None):
        answer = results.house.post("/cabinet/collect", token, {"code": "123456"})
        assert answer.status_code in (401, 403)
    assert results.house.get("/cabinet", CABINET_TOKEN).status_code == 200


def test_what_nobody_fetched_in_time_goes_back_to_the_counter(results):
    li = results.house.citizen("li").verify()
    id, box = results.in_box(li)
    results.house.clock.advance(days=6, hours=23)
    results.work()
    assert results.state(id) == "in_box"
    results.house.clock.advance(hours=1)
    # also before the schedule has seen it
    refused(results.cabinet("/collect", {"code": box["code"]}), 409, "box_overdue")
    results.work()
    assert results.state(id) == "overdue"
    refused(results.cabinet("/collect", {"code": box["code"]}), 409, "box_overdue")
    taken = results.staff("POST", f"/deliveries/{id}/take-back", {}).json
    assert (taken["box"], results.doors()["01"]) == ("01", "open")
    seen = results.see(li, id)
    assert (seen["state"], seen["way"], seen["handed_over_at"]) == ("ready", "counter", None)
    assert results.told(id)[-1].endswith("已转到测试大厅窗口，请带身份证取号领取。")
    results.cabinet("/closed", {"box": "01"})
    assert results.doors()["01"] == "free"
    assert results.state(id) == "ready"


def test_a_full_cabinet_says_so_and_a_box_that_is_left_open_stays_its_own(results):
    li = results.house.citizen("li").verify()
    ids = [results.begin(li, "cabinet") for _ in range(3)]
    for id in ids:
        results.made(id)
    assert [results.deposit(id).json["box"] for id in ids[:2]] == ["01", "02"]
    assert results.deposit(ids[0]).json["box"] == "01"
    refused(results.deposit(ids[2]), 409, "no_box_free")
    listed = results.staff("GET", "/staff/cabinets").json
    assert [(each["code"], each["free"]) for each in listed] == [("c1", 0)]


def test_papers_laid_in_by_a_code_and_taken_out_by_the_hall(results):
    li = results.house.citizen("li").verify()
    body = {"hall": "t", "contents": ["场地平面图", "租赁合同"], "about": "R12345"}
    given = li.post("/me/drop-offs", body).json
    assert (given["state"], given["contents"]) == ("invited", ["场地平面图", "租赁合同"])
    refused(results.cabinet("/collect", {"code": given["code"]}), 404, "box_code_wrong")
    opened = results.cabinet("/deposit", {"code": given["code"]}).json
    assert (opened["box"], opened["contents"]) == ("01", ["场地平面图", "租赁合同"])
    refused(results.cabinet("/deposit", {"code": given["code"]}), 404, "box_code_wrong")
    assert results.cabinet("/closed", {"box": "01"}).json == {"state": "in"}
    refused(results.cabinet("/collect", {"code": given["code"]}), 404, "box_code_wrong")
    [lies] = li.get("/me/drop-offs").json
    assert (lies["state"], lies["box"], lies["code"]) == ("in", "01", None)
    [listed] = results.staff("GET", "/staff/drop-offs").json
    assert (listed["about"], listed["contents"]) == ("R12345", body["contents"])
    assert results.staff("POST", f"/staff/drop-offs/{lies['id']}/take-out", {}).json["box"] == "01"
    results.cabinet("/closed", {"box": "01"})
    assert results.staff("GET", "/staff/drop-offs").json == []
    again = results.staff("POST", f"/staff/drop-offs/{lies['id']}/take-out", {})
    refused(again, 404, "drop_off_not_found")


def test_codes_to_lay_something_in_are_few_and_end(results):
    li = results.house.citizen("li").verify()
    body = {"hall": "t", "contents": ["合同"]}
    first, *_ = [li.post("/me/drop-offs", body).json for _ in range(3)]
    refused(li.post("/me/drop-offs", body), 409, "too_many_drop_offs")
    results.house.clock.advance(days=7)
    refused(results.cabinet("/deposit", {"code": first["code"]}), 404, "box_code_wrong")
    results.work()
    assert {each["state"] for each in li.get("/me/drop-offs").json} == {"over"}
    assert li.post("/me/drop-offs", body).status_code == 201


# Doors that do not open


class Doors:
    """Doors that do as they are told, once `fault` is gone."""

    def __init__(self, fault=None):
        self.fault, self.opened = fault, []

    def open(self, cabinet: str, box: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.opened.append(box)


def test_a_door_that_stays_shut_may_be_opened_again_by_the_same_code(results):
    li = results.house.citizen("li").verify()
    id, box = results.in_box(li)
    doors = Doors(CabinetAway("stuck"))
    results.wire(cabinet=doors)
    refused(results.cabinet("/collect", {"code": box["code"]}, key="k"), 503, "door_stuck")
    assert results.state(id) == "in_box"
    doors.fault = None
    assert results.cabinet("/collect", {"code": box["code"]}, key="k").status_code == 200
    assert (results.state(id), doors.opened) == ("handed_over", ["01"])
    assert results.cabinet("/collect", {"code": box["code"]}, key="k").status_code == 200
    assert doors.opened == ["01"]


def test_a_door_nobody_knows_of_is_somebody_s_to_look_at(results):
    li = results.house.citizen("li").verify()
    id, box = results.in_box(li)
    doors = Doors(CabinetUnread("no answer"))
    results.wire(cabinet=doors)
    told = refused(results.cabinet("/collect", {"code": box["code"]}), 503, "door_unclear")
    assert told["box"] == "01"
    assert results.state(id) == "in_box"
    refused(results.cabinet("/collect", {"code": box["code"]}), 404, "box_code_wrong")
    results.house.clock.advance(seconds=31)
    doors.fault = None
    assert results.cabinet("/collect", {"code": box["code"]}).status_code == 200
    assert results.state(id) == "handed_over"


def test_a_door_that_opened_unheard_tells_so_when_it_is_shut(results):
    li = results.house.citizen("li").verify()
    id, box = results.in_box(li)
    results.wire(cabinet=Doors(CabinetUnread("no answer")))
    refused(results.cabinet("/collect", {"code": box["code"]}), 503, "door_unclear")
    results.cabinet("/closed", {"box": "01"})
    assert results.state(id) == "handed_over"


@pytest.fixture
def stuck(results):
    """Doors that surely stay shut."""
    doors = Doors(CabinetAway("stuck"))
    results.wire(cabinet=doors)
    return doors


def dropped_off(results, status):
    """Somebody types their code to lay something in, and is answered so; the code."""
    given = results.house.citizen("li").post("/me/drop-offs", {"hall": "t", "contents": ["合同"]})
    assert results.cabinet("/deposit", {"code": given.json["code"]}).status_code == status
    return given.json["code"]


def take_out(results):
    [listed] = results.staff("GET", "/staff/drop-offs").json
    return results.staff("POST", f"/staff/drop-offs/{listed['id']}/take-out", {})


def test_a_box_that_never_opened_for_papers_is_free_once_their_code_is_over(results, stuck):
    code = dropped_off(results, 503)
    results.house.clock.advance(days=6, hours=23)
    results.work()
    assert results.doors()["01"] == "taken"  # the same code may be typed again
    results.house.clock.advance(hours=1)
    refused(results.cabinet("/deposit", {"code": code}), 404, "box_code_wrong")
    results.look_after()
    results.work()
    assert results.doors()["01"] == "free"
    assert results.house.citizen("li").get("/me/drop-offs").json[0]["state"] == "over"


@pytest.mark.parametrize(("fault", "status"), [(CabinetUnread("no answer"), 503), (None, 200)])
def test_the_hall_looks_behind_a_door_that_nobody_ever_shut(results, fault, status):
    """What lies there, nobody knows: so the box is not given to others by itself."""
    results.wire(cabinet=Doors(fault))
    dropped_off(results, status)
    refused(take_out(results), 409, "box_being_filled")
    results.house.clock.advance(days=8)
    results.work()
    results.wire(cabinet=Doors())
    assert results.doors()["01"] != "free"
    assert take_out(results).json["box"] == "01"
    assert results.cabinet("/closed", {"box": "01"}).json == {"state": "over"}
    assert results.doors()["01"] == "free"


def test_a_box_that_never_opened_for_a_result_is_free_once_it_goes_to_the_counter(results, stuck):
    li = results.house.citizen("li").verify()
    id = results.begin(li, "cabinet")
    results.made(id)
    refused(results.deposit(id), 503, "door_stuck")
    kept = results.staff("POST", f"/deliveries/{id}/take-back", {})
    assert kept.json == {"use": None, "box": None}
    assert (results.state(id), results.doors()["01"]) == ("ready", "free")


def test_behind_a_door_that_stayed_shut_it_lies_on_until_it_is_overdue(results, stuck):
    li = results.house.citizen("li").verify()
    stuck.fault = None
    id, box = results.in_box(li)
    stuck.fault = CabinetAway("stuck")
    refused(results.cabinet("/collect", {"code": box["code"]}), 503, "door_stuck")
    assert results.see(li, id)["box"]["code"] == box["code"]  # good for another try
    results.house.clock.advance(days=7)
    refused(results.cabinet("/collect", {"code": box["code"]}), 409, "box_overdue")
    results.look_after()
    results.work()
    assert results.state(id) == "overdue"
    stuck.fault = None
    assert results.staff("POST", f"/deliveries/{id}/take-back", {}).json["box"] == "01"
    results.cabinet("/closed", {"box": "01"})
    assert (results.state(id), results.doors()["01"]) == ("ready", "free")


def test_a_door_that_surely_stayed_shut_cannot_be_shut(results, stuck):
    li = results.house.citizen("li").verify()
    id = results.begin(li, "cabinet")
    results.made(id)
    refused(results.deposit(id), 503, "door_stuck")
    assert results.cabinet("/closed", {"box": "01"}).json == {"state": None}
    assert (results.state(id), results.told(id)) == ("made", [])
    stuck.fault = None
    other, box = results.in_box(li)
    stuck.fault = CabinetAway("stuck")
    refused(results.cabinet("/collect", {"code": box["code"]}, key="k"), 503, "door_stuck")
    assert results.cabinet("/closed", {"box": box["no"]}).json == {"state": None}
    assert results.state(other) == "in_box"
    stuck.fault = CabinetUnread("no answer")  # the same request again: now it may have opened
    refused(results.cabinet("/collect", {"code": box["code"]}, key="k"), 503, "door_unclear")
    assert results.cabinet("/closed", {"box": box["no"]}).json == {"state": "over"}
    assert results.state(other) == "handed_over"


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"open": true}', None),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"open": false}', CabinetAway),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", CabinetUnread),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", CabinetUnread),
        (b"", CabinetUnread),
    ],
)
def test_what_a_maker_of_cabinets_answers(reply, fault):
    server = Raw(lambda client: client.sendall(reply))
    cabinet = HttpCabinet(f"http://127.0.0.1:{server.port}", "a key", HASTY)
    if fault is None:
        cabinet.open("c1", "01")
    else:
        with pytest.raises(fault):
            cabinet.open("c1", "01")
    server.close()


# Two at once


def at_once(deeds):
    with ThreadPoolExecutor(len(deeds)) as pool:
        return [done.result() for done in [pool.submit(deed) for deed in deeds]]


def race_for_a_code(results, times: int = 6) -> tuple[list[int], list[str]]:
    """A code typed by several at once; what each was answered, and which doors opened."""
    _, box = results.in_box(results.house.citizen("li").verify())
    doors = Doors()
    results.wire(cabinet=doors)
    answers = at_once([lambda: results.cabinet("/collect", {"code": box["code"]})] * times)
    return sorted(each.status_code for each in answers), doors.opened


def test_of_those_who_type_one_code_at_once_one_opens_the_box(results):
    codes, opened = race_for_a_code(results)
    assert (codes, opened) == ([200, *[404] * 5], ["01"])


def test_without_the_condition_on_what_is_updated_several_would(results, monkeypatch):
    """The control: whether it lies there is looked at first, and then it is taken."""

    def take(bears, act):
        found = db.session.execute(
            select(*USES.c).where(bears, boxes._can_be_taken(act.now))
        ).one_or_none()
        if found is not None:
            db.session.execute(select(func.pg_sleep(0.2)))
            values = {"state": "emptying", "opened_at": None}
            db.session.execute(USES.update().where(USES.c.id == found.id).values(**values))
        return found

    monkeypatch.setattr(boxes, "_take", take)
    codes, _ = race_for_a_code(results)
    assert codes.count(200) > 1


def race_for_a_box(results) -> tuple[list[str], list[str]]:
    """Two parcels, and one box left: which boxes were given, and why none was."""
    li = results.house.citizen("li").verify()
    ids = [results.begin(li, "cabinet") for _ in range(3)]
    for id in ids:
        results.made(id)
    assert results.deposit(ids[0]).status_code == 200
    answers = at_once([lambda id=id: results.deposit(id) for id in ids[1:]])
    taken = [each.json["box"] for each in answers if each.status_code == 200]
    return taken, [each.json["code"] for each in answers if each.status_code != 200]


def test_two_parcels_never_get_one_box(results):
    assert race_for_a_box(results) == (["02"], ["no_box_free"])


def test_without_the_hold_both_choose_the_same_and_the_table_refuses_one(results, monkeypatch):
    def slow_hold(name, *, alone):
        if name.startswith("cabinet:"):
            db.session.execute(select(func.pg_sleep(0.3)))

    choose = boxes._free_box

    def chosen(cabinet):
        box = choose(cabinet)
        db.session.execute(select(func.pg_sleep(0.3)))
        return box

    monkeypatch.setattr(boxes, "hold", slow_hold)
    monkeypatch.setattr(boxes, "_free_box", chosen)
    assert race_for_a_box(results) == (["02"], ["conflict"])


def test_a_cabinet_is_put_by_hand_and_keeps_the_boxes_in_use(results):
    def run(*words: str):
        return results.house.app.test_cli_runner().invoke(cabinet_group, words)

    put = ("put", "c2", "--hall", "t", "--name", "二号柜", "--place", "门厅")
    told = run(*put, "--column", "1,2", "--column", "3")
    assert "3 个箱" in told.output
    token = told.output.split("屏幕令牌：")[1].split()[0]
    shown = results.house.get("/cabinet", token).json
    assert [(box["no"], box["column"], box["height"]) for box in shown["boxes"]] == [
        ("01", 1, 1),
        ("02", 1, 2),
        ("03", 2, 3),
    ]
    assert "c2\t3\t二号柜" in run("list", "t").output
    assert "屏幕令牌" not in run(*put, "--column", "1").output
    assert run(*put, "--column", "1;2").exit_code == 2
    li = results.house.citizen("li").verify()
    for _ in range(2):
        results.in_box(li)
    fewer = run("put", "c1", "--hall", "t", "--name", "柜", "--place", "厅", "--column", "1")
    assert "有物品的箱不能从文件柜里去掉" in fewer.output
