"""Papers that a person asks for come into the hall by its cabinet, or to its counter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.deliveries.hall import Results, furnish
from tests.house import refused
from tests.licences.conftest import sure
from tests.renewals.renewing import Shop

PAPERS = ["平面图", "租赁合同"]


@pytest.fixture
def results(shop: Shop) -> Results:
    """The shop's hall has a cabinet."""
    return furnish(shop.house)


@pytest.fixture
def waiting(shop: Shop) -> str:
    shop.person_decides()
    return shop.tapped()["id"]


def ask(shop: Shop, id: str, papers: Any = PAPERS, **more: Any) -> None:
    body = {"words": "请补材料", "papers": papers, **more}
    answer = shop.house.post(f"/staff/renewals/{id}/ask-for", shop.approver(), body)
    assert answer.status_code == 200, answer.text


def drop_off(shop: Shop, id: str, whose: Any = None) -> Any:
    return (whose or shop.owner).post(f"/me/renewals/{id}/drop-off", {})


def case(shop: Shop, id: str) -> dict[str, Any]:
    return shop.house.get(f"/staff/renewals/{id}", shop.approver()).json


def texts(said: list[dict[str, Any]]) -> list[str]:
    return [each["text"] for each in said]


def test_from_the_phone_into_a_box_and_into_the_hands_of_who_asked(shop, waiting, results):
    assert shop.see(waiting)["papers"] is None
    ask(shop, waiting)
    place = {"name": "智能文件柜", "place": "一楼大厅东侧"}
    assert shop.see(waiting)["papers"] == {"cabinets": [place], "drop_offs": [], "brought": False}
    assert case(shop, waiting)["waits_for_applicant"]
    answer = drop_off(shop, waiting)
    assert answer.status_code == 200, answer.text
    [given] = answer.json["papers"]["drop_offs"]
    assert (given["state"], given["contents"], given["cabinets"]) == ("invited", PAPERS, [place])
    assert given["expires_at"] == "2026-11-30T09:00:00.000+08:00"
    [again] = drop_off(shop, waiting).json["papers"]["drop_offs"]
    assert again == given, "the same code while it is good"
    box = results.cabinet("/deposit", {"code": given["code"]}).json["box"]
    results.cabinet("/closed", {"box": box})
    seen = shop.see(waiting)
    [lies] = seen["papers"]["drop_offs"]
    assert (lies["state"], lies["box"], lies["code"]) == ("in", box, None)
    assert seen["papers"]["brought"]
    assert texts(seen["progress"])[-2:] == ["工作人员要求补充", f"材料已放入文件柜 {box} 号箱"]
    found = case(shop, waiting)
    assert not found["waits_for_applicant"]
    assert [each["id"] for each in found["drop_offs"]] == [lies["id"]]
    told = {key: found["history"][-1][key] for key in ("who", "text")}
    assert told == {"who": "申请人", "text": f"材料已放入文件柜 {box} 号箱"}
    taken = shop.house.post(f"/staff/drop-offs/{lies['id']}/take-out", shop.approver(), {})
    assert taken.json["box"] == box
    results.cabinet("/closed", {"box": box})
    found = case(shop, waiting)
    assert (found["drop_offs"], found["waits_for_applicant"]) == ([], False)
    assert found["history"][-1]["text"] == "工作人员已取出材料"
    assert found["history"][-1]["who"] == "approver"
    assert shop.see(waiting)["papers"]["drop_offs"] == []


def test_what_is_asked_for_once_more_has_a_code_of_its_own(shop, waiting, results):
    ask(shop, waiting)
    [first] = drop_off(shop, waiting).json["papers"]["drop_offs"]
    shop.house.clock.advance(minutes=1)
    ask(shop, waiting, ["健康证"])
    assert shop.see(waiting)["papers"] == shop.see(waiting)["papers"] | {"drop_offs": []}
    [second] = drop_off(shop, waiting).json["papers"]["drop_offs"]
    assert (second["contents"], second["id"] == first["id"]) == ([*PAPERS, "健康证"], False)


def test_a_code_that_is_over_is_followed_by_another(shop, waiting, results):
    ask(shop, waiting)
    [first] = drop_off(shop, waiting).json["papers"]["drop_offs"]
    shop.on("2026-12-01")
    assert shop.see(waiting)["papers"]["drop_offs"] == []
    [second] = drop_off(shop, waiting).json["papers"]["drop_offs"]
    assert second["code"] != first["code"]


def test_without_a_cabinet_there_is_no_code(shop, waiting):
    ask(shop, waiting)
    assert shop.see(waiting)["papers"] == {"cabinets": [], "drop_offs": [], "brought": False}
    refused(drop_off(shop, waiting), 409, "no_cabinet")


def test_nobody_lays_in_what_was_not_asked_for_nor_for_somebody_else(shop, waiting, results):
    refused(drop_off(shop, waiting), 409, "no_papers_asked_for")
    ask(shop, waiting, [], visit=True)
    refused(drop_off(shop, waiting), 409, "no_papers_asked_for")
    ask(shop, waiting)
    refused(drop_off(shop, waiting, sure(shop.house, "zhang")), 404, "renewal_not_found")
    body = {"granted": False, "reason": "场所已拆除。"}
    shop.house.post(f"/staff/renewals/{waiting}/decide", shop.approver(), body)
    refused(drop_off(shop, waiting), 409, "no_papers_asked_for")
    assert shop.see(waiting)["papers"] is None


def test_papers_about_a_renewal_that_anybody_names_are_not_its_own(shop, waiting, results):
    ask(shop, waiting)
    zhang = sure(shop.house, "zhang")
    code = shop.see(waiting)["code"]
    given = zhang.post("/me/drop-offs", {"hall": "t", "contents": PAPERS, "about": code}).json
    results.cabinet("/deposit", {"code": given["code"]})
    results.cabinet("/closed", {"box": "01"})
    assert case(shop, waiting)["drop_offs"] == []
    [listed] = results.staff("GET", "/staff/drop-offs").json
    assert (listed["about"], listed["code"]) == (code, None)
