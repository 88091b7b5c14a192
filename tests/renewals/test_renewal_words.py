"""What people are told of a renewal that stopped, came too late, is asked for more, or is made by
an agent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.notices.queries import TABLE as NOTICES
from app.renewals import service
from app.renewals.finding import Overtaken
from app.renewals.loading import load_plans
from app.renewals.plans import Late
from tests.crowd import rows
from tests.house import credit_code, refused
from tests.licences.conftest import firm, sure
from tests.renewals.renewing import food


@pytest.fixture
def waiting(shop):
    """A renewal that a person has to decide; its id."""
    shop.person_decides()
    return shop.tapped()["id"]


def overtake(shop, why):
    assert shop.house.within(lambda: service.overtake(shop.licence, why, shop.act())) == 1


def texts(said):
    return [each["text"] for each in said]


def staff(shop, id, deed, body):
    return shop.house.post(f"/staff/renewals/{id}/{deed}", shop.approver(), body)


def case(shop, id):
    return shop.house.get(f"/staff/renewals/{id}", shop.approver()).json


# It stopped


def test_what_was_revoked_says_so_wherever_it_is_met(shop):
    shop.person_decides()
    seen = shop.open(shop.due())
    shop.became(state="revoked")
    overtake(shop, Overtaken.ENDED)
    page = shop.see(seen["id"])
    assert page["state_text"] == "证照已失效"
    assert texts(page["progress"])[-1] == "证照已失效，延续停止"
    assert (page["why"], page["qualifies"]) == ([], "closed")
    way = page["ordinary_way"]
    assert (way["item"], way["text"]) == (None, "请到测试大厅咨询。")
    for answer in (shop.owner.post(f"/me/renewals/{seen['id']}/open", {}), shop.tap(seen)):
        told = refused(answer, 409, "renewal_over")
        assert told["detail"] == "这本证照现在是“已撤销”，这项延续已经停止。请到测试大厅咨询。"
    assert case(shop, seen["id"])["history"][-1]["text"] == "证照已失效，延续停止"


def test_what_was_renewed_elsewhere_points_to_the_new_one(shop):
    id = shop.due()
    overtake(shop, Overtaken.RENEWED)
    page = shop.see(id)
    assert page["state_text"] == "证照已更新"
    assert "在“我的证照”里查看" in page["ordinary_way"]["text"]


def test_what_changed_hands_is_the_new_holders_to_renew(shop):
    """Its former holder sees it still: they own the shop's firm."""
    id = shop.due()
    now = shop.house.clock.now().isoformat()
    shop.library.put(food(credit_code(2), holder_name="新东家", as_of=now))
    overtake(shop, Overtaken.MOVED)
    page = shop.see(id)
    assert page["state_text"] == "持证人已变更"
    assert "由新的持证人办理" in page["ordinary_way"]["text"]
    told = refused(shop.owner.post(f"/me/renewals/{id}/open", {}), 409, "renewal_over")
    assert "持证人" in told["detail"]


# It came too late


def later(shop, item):
    """From now on, who is late is sent to this item."""
    with shop.house.app.app_context():
        plan = shop.plan()
    late = replace(plan.late or Late("late", None, "", "", "", ""), item=item)
    shop.house.within(lambda: load_plans([replace(plan, late=late)], shop.act()))


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (None, "请到测试大厅咨询办理。"),
        ("passport", "可在测试大厅办理“护照”，可以先预约时间。"),
    ],
)
def test_after_the_last_day_to_ask_it_is_applied_for_anew(shop, item, words):
    later(shop, item)
    id = shop.due()
    shop.on("2026-12-12")
    page = shop.see(id)
    assert (page["state_text"], page["qualifies"]) == ("不能一键延续", "closed")
    assert (page["ordinary_way"]["item"], page["ordinary_way"]["text"]) == (item, words)
    told = refused(shop.owner.post(f"/me/renewals/{id}/open", {}), 409, "renewal_too_late")
    assert (told["item"], told["detail"].endswith(words)) == (item, True)
    shop.on("2027-01-11")
    shop.house.within(lambda: service.expire(shop.licence, shop.act()))
    page = shop.see(id)
    assert (page["why"], page["ordinary_way"]["item"]) == ([], item)


# More is asked for


def test_what_is_asked_for_again_adds_to_the_first(shop, waiting):
    staff(shop, waiting, "ask-for", {"words": "请交清罚款", "papers": ["缴款凭证"], "visit": True})
    more = {"words": "还要身份证", "papers": ["身份证复印件", "缴款凭证"]}
    staff(shop, waiting, "ask-for", more)
    asked = shop.see(waiting)["asked_for"]
    assert asked["words"] == "请交清罚款\n还要身份证"
    assert asked["papers"] == ["缴款凭证", "身份证复印件"]
    assert asked["visit"]
    assert asked["at"] == "2026-11-23T09:00:00.000+08:00"
    zeros = shop.see(waiting)["zeros"]
    assert (zeros["files_uploaded"], zeros["trips"]) == (0, 0), "nothing was brought yet"


def test_only_what_was_received_counts_and_then_nothing_is_waited_for(shop, waiting):
    papers = ["缴款凭证", "身份证复印件"]
    staff(shop, waiting, "ask-for", {"words": "请补", "papers": papers, "visit": True})
    body = {"papers": ["缴款凭证"]}
    first = staff(shop, waiting, "received", body).json
    assert (first["waits_for_applicant"], first["asked_for"]["received"]) == (True, body["papers"])
    refused(staff(shop, waiting, "received", body), 409, "renewal_not_asked_for")
    refused(staff(shop, waiting, "received", {}), 409, "renewal_not_asked_for")
    last = staff(shop, waiting, "received", {"papers": papers[1:], "came": True}).json
    assert not last["waits_for_applicant"]
    assert "received" not in last["may"]
    seen = shop.see(waiting)
    assert (seen["zeros"]["files_uploaded"], seen["zeros"]["trips"]) == (2, 1)
    assert texts(seen["progress"])[-1] == "工作人员已收到补充"


# An agent made it


@pytest.fixture
def agent(shop):
    found = sure(shop.house, "wang")
    body = {"name": "李小明", "id_number": found.id_number, "until": "2027-10-31"}
    holder = shop.see(shop.due())["holder"]["id"]
    answer = shop.owner.post("/me/authorisations", {"holder": holder, **body})
    assert answer.status_code == 201, answer.text
    return found


def told(shop, citizen):
    return texts(each for each in citizen.get("/me/notices").json if each["kind"] == "renewal")


def test_the_holder_hears_what_an_agent_does_and_the_application_names_it(shop, agent):
    shop.person_decides()
    id = shop.due()
    seen = agent.post(f"/me/renewals/{id}/open", {}).json
    assert {"title": "代办人", "text": "李小明"} in seen["application"]["fields"]
    path, _, body = shop.tapping(seen)
    assert shop.house.post(path, agent.token, body).json["state"] == "confirmed"
    assert told(shop, agent) == []
    assert told(shop, shop.owner) == [
        "您授权的代办人已申请延续《食品经营许可证》。不是您的意思的，请及时撤回。"
    ]
    staff(shop, id, "decide", {"granted": True})
    granted = "延续已准予，新的《食品经营许可证》已经生效。"
    assert told(shop, agent) == [granted]
    assert granted in told(shop, shop.owner)


def test_what_the_rule_grants_an_agent_the_holder_hears_once(shop, agent):
    seen = agent.post(f"/me/renewals/{shop.due()}/open", {}).json
    path, _, body = shop.tapping(seen)
    assert shop.house.post(path, agent.token, body).json["decision"]["by"] == "rule"
    assert told(shop, shop.owner) == ["延续已准予，新的《食品经营许可证》已经生效。"]
    assert told(shop, agent) == [], "it is on the screen before them"
    assert len([row for row in rows(shop.house, NOTICES) if row.kind == "renewal"]) == 1


# It is not offered, or not any more


def test_what_has_no_end_needs_no_renewal(shop):
    endless = shop.library.put(firm(shop.owner.id_number, shop.code))
    answer = shop.owner.post(f"/me/licences/{endless}/renewal", {})
    told = refused(answer, 409, "renewal_not_offered")
    assert told["detail"] == "这本证照没有有效期限，不用延续。"


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("permit", "这类证照还不能一键延续。可在测试大厅办理“施工许可”，可以先预约时间。"),
        (None, "这类证照不能一键延续。怎样办理，到期提醒里会告诉您。"),
    ],
)
def test_what_is_only_reminded_of_says_where_it_is_done(shop, item, words):
    with shop.house.app.app_context():
        plan = replace(shop.plan(), one_tap=None, item=item)
    shop.house.within(lambda: load_plans([plan], shop.act()))
    answer = shop.owner.post(f"/me/licences/{shop.licence}/renewal", {})
    assert refused(answer, 409, "renewal_not_offered")["detail"] == words


def test_what_was_granted_is_not_taken_back(shop):
    id = shop.tapped()["id"]
    told = refused(shop.owner.post(f"/me/renewals/{id}/decline", {}), 409, "renewal_over")
    assert told["detail"] == "延续已经准予、新证已经生效，不能撤回。"


def test_nothing_is_confirmed_that_nobody_opened(shop):
    id = shop.due()
    body = {"revision": 1, "sha256": "0" * 64, "consent": True, "way": "electronic"}
    answer = shop.owner.post(f"/me/renewals/{id}/confirm", body)
    assert "还没有打开核对" in refused(answer, 409, "application_changed")["detail"]


def test_who_decides_hears_what_came_before_and_what_is_not_theirs(shop, waiting):
    shop.owner.post(f"/me/renewals/{waiting}/decline", {})
    told = refused(staff(shop, waiting, "decide", {"granted": True}), 409, "renewal_decided")
    assert told["detail"] == "申请人已撤回申请，不用再作决定。"
    told = refused(
        staff(shop, "0" * 32, "decide", {"granted": True}), 404, "renewal_not_of_this_hall"
    )
    assert told["detail"] == "本大厅没有这项延续，请刷新后查看。"


def test_who_may_not_see_it_hears_why_that_may_be(shop):
    other = sure(shop.house, "zhang")
    told = refused(other.get(f"/me/renewals/{shop.due()}"), 404, "renewal_not_found")
    assert "法定代表人（负责人）已变更" in told["detail"]
