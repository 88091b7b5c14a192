"""What no rule decides goes to a person; what nobody decides in time, the law grants."""

from __future__ import annotations

from datetime import date, timedelta

import pypdfium2 as pdfium
import pytest
from rq import Queue
from sqlalchemy import update

from app.citizens.rules import masked_name
from app.core.acts import Act, Actor
from app.core.db import db
from app.core.parts import parts
from app.licences.queries import LICENCES
from app.licences.rules import State
from app.notices.queries import TABLE as NOTICES
from app.renewals import errors, service
from app.renewals.finding import Overtaken
from app.renewals.queries import TABLE
from app.renewals.records import change
from app.renewals.stored import opened, sealed_in
from app.renewals.sweep_jobs import SWEEP_RENEWALS
from app.worker import one_round
from tests.clear_text import columns_saying
from tests.crowd import rows
from tests.house import HALL, refused
from tests.renewals.renewing import ADDRESS

APPROVER = Actor("staff", "a1", hall=HALL)


def decided(shop, id, granted, reason=""):
    act = Act(shop.house.clock.now(), APPROVER)
    return shop.house.within(lambda: service.decide(id, granted, reason, act))


def told(shop):
    return [row.text for row in rows(shop.house, NOTICES) if row.kind == "renewal"]


@pytest.fixture
def waiting(shop):
    """A renewal that a person has to decide; its id."""
    shop.person_decides()
    seen = shop.tapped()
    assert (seen["state"], seen["decide_by"]) == ("confirmed", "person")
    return seen["id"]


def test_a_person_s_name_is_masked_where_anybody_may_read_it(shop, waiting):
    row = shop.row(waiting)
    with shop.house.app.app_context():
        shown = opened(row, "shown")
        shown["holder_kind"], shown["values"]["holder_name"] = "person", "欧阳小明"
        changed = update(TABLE).where(TABLE.c.id == waiting)
        changed = changed.values(holder_kind="person", **sealed_in(waiting, shown=shown))
    shop.house.within(lambda: db.session.execute(changed))
    decided(shop, waiting, False, "场地已经退租")
    [notice] = [row for row in rows(shop.house, NOTICES) if row.kind == "renewal"]
    assert notice.facts["name"] == "欧**明"
    assert columns_saying(shop.house, "欧阳小明") == set()


# To a person


def test_what_speaks_against_it_is_for_a_person_and_never_a_refusal(shop):
    shop.house.records[shop.code] = {"no_penalty": False, "reference": "清市监罚〔2026〕7 号"}
    seen = shop.open(shop.due())
    assert seen["qualifies"] == "person"
    penalty = next(one for one in seen["why"] if one["name"] == "no_penalty")
    assert penalty["answer"] == "no"
    assert "清市监罚" in penalty["evidence_text"]
    done = shop.tap(seen).json
    assert (done["state"], done["decision"]) == ("confirmed", None)
    row = shop.row(done["id"])
    assert (row.needs_person, row.person_why) == (True, "checks")
    decided(shop, done["id"], True)
    assert shop.see(done["id"])["decision"]["by"] == "person"
    assert len(shop.editions()) == 2
    assert told(shop) == ["延续已准予，新的《食品经营许可证》已经生效。"]


def test_a_refusal_says_why_and_what_can_be_done(shop, waiting):
    with pytest.raises(errors.ReasonMissing):
        decided(shop, waiting, False, " ")
    decided(shop, waiting, False, "经营场所已拆除。")
    seen = shop.see(waiting)
    assert (seen["state"], seen["state_text"], seen["contestable"]) == ("closed", "不予延续", False)
    assert seen["decision"]["reason"] == "经营场所已拆除。"
    paper = shop.owner.get(seen["decision"]["url"].removeprefix("/api/v1"))
    text = pdfium.PdfDocument(paper.data)[0].get_textpage().get_text_bounded()
    assert "经营场所已拆除" in text
    assert "行政复议" in text
    assert "行政诉讼" in text
    assert len(shop.editions()) == 1
    with pytest.raises(errors.AlreadyDecided):
        decided(shop, waiting, True)


def test_what_was_looked_at_names_nobody_who_is_still_to_look(shop):
    shop.house.records[shop.code] = {"no_penalty": False}
    done = shop.tapped()
    decided(shop, done["id"], False, "罚款没有缴清。")
    (penalty,) = (one for one in shop.see(done["id"])["why"] if one["name"] == "no_penalty")
    assert penalty["reason"] == "记录显示持证人有尚未履行的行政处罚。"


def test_until_it_is_decided_they_see_how_they_wanted_it(shop):
    shop.person_decides()
    seen = shop.open(shop.due())
    assert seen["chosen"] is None
    done = shop.tap(seen, way="courier", address=ADDRESS).json
    assert shop.see(done["id"])["chosen"] == {
        "way": "courier",
        "way_text": "邮寄到家",
        "to": {
            "name": "清河豆腐店",
            "phone": "138****1234",
            "address": "湖南省长沙市岳麓区清河路 1 号",
        },
        "cabinet": None,
    }
    decided(shop, done["id"], True)
    seen = shop.see(done["id"])
    assert (seen["chosen"], seen["delivery"]["way"]) == (None, "courier")


def test_a_person_of_another_hall_finds_nothing(shop, waiting):
    act = Act(shop.house.clock.now(), Actor("staff", "b", hall="other"))
    with pytest.raises(errors.RenewalNotFound):
        shop.house.within(lambda: service.decide(waiting, True, "", act))


def test_what_is_asked_for_is_told_and_counts_once_it_is_here(shop, waiting):
    act = Act(shop.house.clock.now(), APPROVER)
    shop.house.within(lambda: service.ask_for(waiting, "请补平面图", ["平面图"], True, act))
    seen = shop.see(waiting)
    assert seen["asked_for"]["papers"] == ["平面图"]
    assert (seen["zeros"]["files_uploaded"], seen["zeros"]["trips"]) == (0, 0)
    shop.house.within(lambda: service.received(waiting, ["平面图"], True, act))
    seen = shop.see(waiting)
    assert (seen["zeros"]["files_uploaded"], seen["zeros"]["trips"]) == (1, 1)
    assert told(shop) == ["《食品经营许可证》的延续需要补充，请查看工作人员的说明。"]


def test_what_phones_are_told_names_no_person_in_full(shop, waiting):
    shop.house.within(lambda: change(waiting, holder_kind="person"))
    decided(shop, waiting, True)
    [facts] = [row.facts for row in rows(shop.house, NOTICES) if row.kind == "renewal"]
    assert facts["name"] == masked_name("清河豆腐店")


# The law


def test_nobody_decides_until_its_last_day_is_over(shop, waiting):
    assert shop.see(waiting)["silence"] == {"granted_on": "2027-01-11", "days_left": 49}
    shop.on("2027-01-10", "23:59")
    shop.sweep()
    assert shop.see(waiting)["state"] == "confirmed"
    shop.on("2027-01-11", "00:30")
    shop.sweep()
    shop.sweep()
    seen = shop.see(waiting)
    assert seen["decision"]["by"] == "law"
    assert seen["decision"]["at"].startswith("2027-01-11T00:00:00")
    old, new = shop.editions()
    assert (old.state, new.valid_from, new.valid_until) == (
        State.EXPIRED,
        date(2027, 1, 11),
        date(2032, 1, 10),
    )
    assert told(shop) == ["《食品经营许可证》到期未作决定，依法视为准予延续，新证已经生效。"]


def test_a_register_that_says_it_ran_out_harms_nobody_who_asked_in_time(shop, waiting):
    shop.on("2027-01-11")
    shop.became(state="expired")
    shop.sweep()
    assert shop.see(waiting)["decision"]["by"] == "law"
    assert len(shop.editions()) == 2


def test_what_was_revoked_is_not_granted_by_silence(shop, waiting):
    shop.became(state="revoked")
    shop.on("2027-01-11")
    shop.sweep()
    assert shop.see(waiting)["state"] == "overtaken"
    assert len(shop.editions()) == 1


# Registers


def test_registers_that_are_away_are_asked_again_and_then_a_person(shop):
    shop.house.records[shop.code] = {"away": True}
    id = shop.tapped()["id"]
    asked = []
    for minutes in (1, 5, 30):
        asked.append(shop.row(id).ask_again_at - shop.house.clock.now())
        assert not shop.row(id).needs_person
        shop.house.clock.advance(minutes=minutes, seconds=-1)
        shop.sweep()
        shop.house.clock.advance(seconds=1)
        shop.sweep()
    assert asked == [timedelta(minutes=m) for m in (1, 5, 30)]
    row = shop.row(id)
    assert (row.state, row.needs_person, row.person_why) == ("confirmed", True, "sources")
    assert len(shop.editions()) == 1


def test_a_register_that_is_back_lets_the_rule_decide(shop):
    shop.house.records[shop.code] = {"away": True}
    id = shop.tapped()["id"]
    del shop.house.records[shop.code]
    shop.house.clock.advance(minutes=1)
    shop.sweep()
    seen = shop.see(id)
    assert (seen["state"], seen["decision"]["by"]) == ("closed", "rule")
    assert "asked_again" in shop.happened(id)


def test_what_cannot_be_judged_is_not_tried_for_ever(shop):
    """A person finds out why."""
    shop.house.records[shop.code] = {"away": True}
    id = shop.tapped()["id"]
    unreadable = update(LICENCES).where(LICENCES.c.id == shop.licence).values(content_sealed=b"?")
    shop.house.within(lambda: db.session.execute(unreadable))
    for minutes in (1, 1, 5, 30):
        assert not shop.row(id).needs_person
        shop.house.clock.advance(minutes=minutes)
        shop.sweep()
    row = shop.row(id)
    assert (row.needs_person, row.person_why, row.ask_again_at) == (True, "sources", None)


def test_the_schedule_waits_for_no_register(shop):
    """It has a worker ask, once, who then does."""
    shop.house.records[shop.code] = {"away": True}
    id = shop.tapped()["id"]
    del shop.house.records[shop.code]
    shop.house.clock.advance(minutes=1)
    with shop.house.app.app_context():
        queue = Queue("default", connection=parts().rq)
        for _ in range(2):
            one_round(queue)
            shop.house.clock.advance(minutes=1)
        assert shop.row(id).state == "confirmed"
        (job,) = [job for job in queue.jobs if job.id == SWEEP_RENEWALS]
        job.perform()
    assert shop.row(id).state == "closed"


# Against it


def test_whoever_declines_may_think_again_until_the_last_day(shop, waiting):
    assert shop.owner.post(f"/me/renewals/{waiting}/decline", {}).json["state"] == "declined"
    assert not shop.row(waiting).needs_person
    again = shop.open(waiting)
    assert again["state"] == "opened"
    assert shop.row(waiting).confirmed_at is None
    shop.owner.post(f"/me/renewals/{waiting}/decline", {})
    shop.on("2027-01-11")
    shop.sweep()
    problem = refused(shop.owner.post(f"/me/renewals/{waiting}/open", {}), 409, "renewal_over")
    assert problem["state"] == "expired"


def test_what_was_withdrawn_is_not_asked_in_time_any_more(shop, waiting):
    shop.owner.post(f"/me/renewals/{waiting}/decline", {})
    shop.on("2026-12-20")
    seen = shop.see(waiting)
    assert (seen["qualifies"], seen["zeros"]["days_waited"]) == ("closed", 0)
    refused(shop.owner.post(f"/me/renewals/{waiting}/open", {}), 409, "renewal_too_late")


def test_what_a_rule_said_can_be_contested_and_a_person_answers(shop):
    id = shop.tapped()["id"]
    assert shop.see(id)["contestable"]
    refused(shop.owner.post(f"/me/renewals/{id}/contest", {"words": " \n "}), 422, "invalid")
    contested = shop.owner.post(f"/me/renewals/{id}/contest", {"words": "面积写错了"})
    assert contested.json["contest"]["words"] == "面积写错了"
    assert (shop.row(id).needs_person, shop.row(id).person_why) == (True, "contest")
    again = shop.owner.post(f"/me/renewals/{id}/contest", {"words": "再来"})
    refused(again, 409, "renewal_not_contestable")
    act = Act(shop.house.clock.now(), APPROVER)
    shop.house.within(lambda: service.answer_contest(id, "已核对，面积无误。", act))
    assert shop.see(id)["contest"]["answer"] == "已核对，面积无误。"
    assert not shop.row(id).needs_person
    assert len(shop.editions()) == 2, "nothing that was given is taken away"


# Overtaken


def test_what_is_overtaken_can_neither_be_opened_nor_tapped(shop):
    seen = shop.open(shop.due())
    shop.house.within(lambda: service.overtake(shop.licence, Overtaken.RENEWED, shop.act()))
    shop.house.within(lambda: service.overtake(shop.licence, Overtaken.RENEWED, shop.act()))
    assert refused(shop.tap(seen), 409, "renewal_over")["state"] == "overtaken"
    assert shop.happened(seen["id"]).count("overtaken") == 1


def test_what_its_register_took_back_is_found_again(shop):
    id = shop.due()
    shop.became(state="revoked")
    shop.house.within(lambda: service.overtake(shop.licence, Overtaken.ENDED, shop.act()))
    shop.house.clock.advance(minutes=1)
    shop.became(state="valid")
    assert shop.due() == id
    assert shop.see(id)["state"] == "found"
    assert shop.tap(shop.open(id)).json["state"] == "closed"


def test_it_expires_once_its_last_day_is_over(shop):
    id = shop.due()
    assert shop.house.within(lambda: service.expire(shop.licence, shop.act())) == 0
    shop.on("2027-01-11")
    assert shop.house.within(lambda: service.expire(shop.licence, shop.act())) == 1
    assert shop.see(id)["state"] == "expired"
    assert shop.due() == id


def test_a_last_day_that_its_register_moved_makes_another_renewal(shop):
    first = shop.due()
    shop.became(valid_until="2028-01-10")
    assert shop.due() != first
