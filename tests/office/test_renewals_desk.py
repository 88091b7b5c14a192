"""The desk of who decides renewals: what comes to it and in what order, and what each deed does."""

from __future__ import annotations

from typing import Any

import pytest

from app.notices.queries import TABLE as NOTICES
from tests.crowd import rows
from tests.house import Citizen, House, refused
from tests.office.renewals import Due, due


@pytest.fixture
def library(house: House) -> Due:
    return due(house)


@pytest.fixture
def approver(house: House) -> str:
    return house.sign_in("approver")


def queue(house: House, token: str, query: str = "") -> dict[str, Any]:
    answer = house.get(f"/staff/renewals{query}", token)
    assert answer.status_code == 200, answer.text
    return answer.json


def see(house: House, token: str, renewal: dict[str, Any]) -> dict[str, Any]:
    answer = house.get(f"/staff/renewals/{renewal['id']}", token)
    assert answer.status_code == 200, answer.text
    return answer.json


def do(house: House, token: str, renewal: dict[str, Any], deed: str, body: Any = None) -> Any:
    return house.post(f"/staff/renewals/{renewal['id']}/{deed}", token, body or {})


def fined(library: Due, name: str = "wang") -> dict[str, Any]:
    """Somebody confirmed who owes a penalty."""
    number = library.citizen(name).id_number
    library.holders[number] = {"no_penalty": False, "reference": "罚字〔2026〕1号"}
    return library.confirmed(name)


def as_holder(phone: Citizen, renewal: dict[str, Any]) -> dict[str, Any]:
    return phone.get(f"/me/renewals/{renewal['id']}").json


def test_what_no_rule_decides_comes_to_a_person_with_all_that_is_known(house, library, approver):
    library.confirmed("li")  # the rule granted it: nobody is bothered
    renewal = fined(library)
    (line,) = queue(house, approver)["renewals"]
    assert (line["id"], line["holder_name"], line["state"]) == (renewal["id"], "王*红", "confirmed")
    found = see(house, approver, renewal)
    assert found["holder_name"] == "王小红"
    assert found["why"] == "有一项核对需要工作人员判断"
    (doubt,) = (each for each in found["checks"] if each["answer"] != "yes")
    assert (doubt["name"], doubt["answer"]) == ("no_penalty", "no")
    assert "罚字〔2026〕1号" in doubt["evidence_text"]
    licence = {each["title"]: each["text"] for each in found["licence"]}
    assert (licence["状态"], licence["经营场所"]) == ("有效", "青禾市人民路 8 号")
    asked = {each["title"]: each["text"] for each in found["application"]["fields"]}
    assert asked["申请的有效期"] == "2027年1月1日至2029年12月31日"
    assert asked["确认人"] == "持证人本人"
    paper = house.app.test_client().get(
        found["application"]["url"], headers={"Authorization": f"Bearer {approver}"}
    )
    assert paper.data.startswith(b"%PDF")
    assert [each["text"] for each in found["history"]][-2:] == [
        "已确认，申请已提交",
        "转由工作人员审查",
    ]
    assert found["may"] == ["grant", "refuse", "ask_for", "to_rule"]


def test_its_holder_sees_that_it_was_looked_at(house, library, approver):
    renewal = fined(library)
    see(house, approver, renewal)
    licence = library.citizen("wang").get(f"/me/licences/{renewal['licence']['id']}").json
    (use,) = licence["uses"]
    assert use["purpose"] == "审批延续"


def test_what_must_be_decided_first_stands_first(house, library):
    """Asked for on one day; eight days later one licence ends in two days, one in seven, and of
    the third only the law's twenty working days are left."""
    ends = {"li": "2026-12-31", "wang": "2026-12-08", "zhao": "2026-12-03"}
    for name, last in ends.items():
        library.confirm(name, library.opened(name, "guide", ends=last))
    house.clock.advance(days=8)
    told = queue(house, house.sign_in("approver"))
    clocks = [each["clock"] for each in told["renewals"]]
    assert [(each["level"], each["working_days"], each["decide_by"]) for each in clocks] == [
        ("red", 3, "2026-12-03"),
        ("yellow", 6, "2026-12-08"),
        ("none", 15, "2026-12-21"),
    ]
    assert [each["granted_on"] for each in clocks] == ["2026-12-04", "2026-12-09", "2027-01-01"]
    assert [each["text"] for each in clocks] == [
        "剩余工作日：3；2026-12-04起视为准予延续",
        "剩余工作日：6；2026-12-09起视为准予延续",
        "剩余工作日：15；法定期限到2026-12-21",
    ]
    assert told["counts"] == {"all": 3, "red": 1, "yellow": 1}


def test_of_this_hall_and_for_who_decides_alone(house, library, approver):
    renewal = fined(library)
    for who in ("clerk1", "guide", "administrator"):
        token = house.sign_in(who)
        refused(house.get("/staff/renewals", token), 403, "forbidden")
        refused(house.get(f"/staff/renewals/{renewal['id']}", token), 403, "forbidden")
        refused(do(house, token, renewal, "decide", {"granted": True}), 403, "forbidden")
    assert see(house, house.sign_in("supervisor"), renewal)["id"] == renewal["id"]
    refused(house.get("/staff/renewals/nobody", approver), 404, "renewal_not_of_this_hall")


def test_granted_by_a_person(house, library, approver):
    renewal = fined(library)
    decided = do(house, approver, renewal, "decide", {"granted": True})
    assert decided.status_code == 200, decided.text
    assert (decided.json["decision"]["granted"], decided.json["decision"]["by"]) == (True, "person")
    assert (decided.json["may"], decided.json["clock"]) == ([], None)
    outcome = {each["title"]: each["text"] for each in decided.json["outcome"]}
    assert (outcome["有效期止"], outcome["电子证照"]) == ("2029年12月31日", "已领取")
    assert queue(house, approver)["renewals"] == []
    assert as_holder(library.citizen("wang"), renewal)["new_licence"]["valid_until"] == "2029-12-31"
    again = do(house, approver, renewal, "decide", {"granted": False, "reason": "想错了"})
    refused(again, 409, "renewal_decided")


def test_refused_with_a_reason_and_not_without(house, library, approver):
    renewal = fined(library)
    without = do(house, approver, renewal, "decide", {"granted": False, "reason": "  "})
    refused(without, 422, "renewal_reason_missing")
    body = {"granted": False, "reason": "罚款尚未缴清"}
    decided = do(house, approver, renewal, "decide", body).json
    assert (decided["decision"]["granted"], decided["decision"]["reason"]) == (
        False,
        "罚款尚未缴清",
    )
    (line,) = queue(house, approver, "?queue=all")["renewals"]
    assert line["state_text"] == "不予延续", "it is not merely done"
    told = as_holder(library.citizen("wang"), renewal)
    assert (told["decision"]["reason"], told["new_licence"]) == ("罚款尚未缴清", None)
    assert told["licence"]["state_text"] == "有效", "the old one holds until its last day"


def test_what_is_told_of_it_names_no_person_in_the_clear(house, library, approver):
    do(house, approver, fined(library), "decide", {"granted": True})
    [facts] = [row.facts for row in rows(house, NOTICES) if row.kind == "renewal"]
    assert facts["name"] == "王*红"


def test_asked_for_more_and_the_clock_goes_on(house, library, approver):
    renewal = fined(library)
    before = see(house, approver, renewal)["clock"]
    body = {"words": "请提供缴清罚款的凭证", "papers": ["缴款凭证"], "visit": False}
    asked = do(house, approver, renewal, "ask-for", body).json
    assert (asked["asked_for"]["words"], asked["asked_for"]["papers"]) == (
        "请提供缴清罚款的凭证",
        ["缴款凭证"],
    )
    assert (asked["waits_for_applicant"], asked["clock"]) == (True, before)
    assert as_holder(library.citizen("wang"), renewal)["asked_for"]["papers"] == ["缴款凭证"]
    assert asked["asked_for"]["at"].endswith("+08:00"), "as every other time of the hall"
    refused(do(house, approver, renewal, "ask-for", {"words": " "}), 422, "invalid")


def test_who_is_visited_by_the_hall_makes_no_trip(house, library, approver):
    renewal = fined(library)
    body = {"words": "我们会上门核查经营场所", "site_check": True}
    asked = do(house, approver, renewal, "ask-for", body).json
    assert (asked["asked_for"]["visit"], asked["asked_for"]["site_check"]) == (False, True)
    assert asked["zeros"]["trips"] == 0


def test_what_differs_is_shown_as_both_licences_say_it(house, library, approver):
    library.compare("{guide: {holder_name: holder_name}}")
    library.licence("wang", "guide", holder_name="王晓红")
    case = see(house, approver, library.confirmed("wang"))
    (check,) = (each for each in case["checks"] if each["name"] == "unchanged")
    assert check["reason"] == "持证人与导游证上的不同。"
    (difference,) = check["differences"]
    assert (difference["title"], difference["licence"]) == ("持证人", "导游证")
    assert {difference["ours"], difference["theirs"]} == {"王小红", "王晓红"}


def test_back_to_the_rule_once_the_register_was_put_right(house, library, approver):
    renewal = fined(library)
    number = library.citizen("wang").id_number
    assert do(house, approver, renewal, "to-rule").status_code == 200
    assert queue(house, approver)["renewals"] == []
    library.sweep()
    (line,) = queue(house, approver)["renewals"]
    assert line["id"] == renewal["id"], "nothing changed: it is back"
    del library.holders[number]
    assert do(house, approver, renewal, "to-rule").status_code == 200
    refused(do(house, approver, renewal, "to-rule"), 409, "renewal_decided")
    library.sweep()
    found = see(house, approver, renewal)
    assert (found["decision"]["granted"], found["decision"]["by"]) == (True, "rule")


def test_nothing_goes_back_to_a_rule_that_never_decides(house, library, approver):
    renewal = library.confirmed("li", "guide")
    assert see(house, approver, renewal)["may"] == ["grant", "refuse", "ask_for"]
    refused(do(house, approver, renewal, "to-rule"), 409, "renewal_decided")


def test_an_objection_is_answered(house, library, approver):
    renewal = library.confirmed("li")
    phone = library.citizen("li")
    said = phone.post(f"/me/renewals/{renewal['id']}/contest", {"words": "有效期应当更长"})
    assert said.status_code == 200, said.text
    (line,) = queue(house, approver)["renewals"]
    assert (line["contested"], line["clock"]["granted_on"]) == (True, None)
    assert line["clock"]["text"] == "剩余工作日：21；请在2026-12-21以前答复"
    found = see(house, approver, renewal)
    assert (found["contest"]["words"], found["may"]) == ("有效期应当更长", ["answer"])
    answered = do(house, approver, renewal, "answer", {"words": "按规定为三年"})
    assert answered.json["contest"]["answer"] == "按规定为三年"
    assert queue(house, approver)["renewals"] == []
    assert as_holder(phone, renewal)["contest"]["answer"] == "按规定为三年"
    refused(do(house, approver, renewal, "answer", {"words": "又"}), 409, "nothing_contested")


def test_all_of_them_by_kind_and_state(house, library, approver):
    library.opened("li")
    library.confirmed("zhao", "guide")
    fined(library)

    def kinds(query: str) -> list[str]:
        return sorted(each["kind"] for each in queue(house, approver, query)["renewals"])

    assert kinds("?queue=all") == ["guide", "shop", "shop"]
    assert kinds("?queue=all&kind=shop") == ["shop", "shop"]
    assert kinds("?queue=all&state=opened") == ["shop"]
    assert kinds("?kind=guide") == ["guide"]
    told = queue(house, approver, "?kind=guide")
    assert told["counts"] == {"all": 2, "red": 0, "yellow": 0}, "whatever is chosen"
    assert kinds("?queue=all&page=2") == []


def test_red_ones_are_told_on_every_page_of_the_office(house, library):
    library.confirmed("li", "guide")

    def badge(who: str) -> bool:
        headers = {"Authorization": f"Bearer {house.sign_in(who)}"}
        return 'class="badge"' in house.app.test_client().get("/office/", headers=headers).text

    def warned(who: str) -> list[str]:
        told = house.get("/staff/hall", house.sign_in(who)).json["warnings"]
        return [each["text"] for each in told if each["kind"] == "renewals"]

    assert (badge("approver"), warned("approver")) == (False, [])
    house.clock.advance(days=25)
    assert badge("approver")
    assert badge("supervisor")
    assert warned("supervisor") == ["1 件证照延续紧急，逾期不作决定可能视为准予"]
    assert not badge("administrator")
    assert warned("clerk1") == []
