"""Each check of a renewal, on each of its boundary days; what follows from them together."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from chinese_calendar import is_workday
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.language import FOLDER
from app.core.public_records import Answer, Question, Silence, Truth, unknown
from app.core.said import Both, Said
from app.licences.fields import Field, FieldType
from app.licences.identifier import identifier_of
from app.licences.kinds import HolderKind, Kind, Renewal, Span, Validity
from app.licences.queries import Licence
from app.licences.rules import State
from app.notices.rules import OfficeHours
from app.renewals import checks
from app.renewals.checks import (
    ALWAYS,
    CHECKS,
    Facts,
    Judgement,
    Outcome,
    evidence_said,
    judge,
    next_ask,
)
from app.renewals.dates import window
from app.renewals.plans import (
    Decider,
    Event,
    OneTap,
    Plan,
    SiteCheck,
    Term,
    TermFrom,
)

DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
TYPE = "11100000MB03271699001"
ISSUER = "11430000006122244L"
TEXT = {"type": FieldType.TEXT, "unit": "", "required": False, "personal": True}
KIND = Kind(
    code="food-licence",
    name="食品经营许可证",
    name_en="Food licence",
    type_code=TYPE,
    definer="",
    holder=HolderKind.FIRM,
    sensitive=False,
    replaces_paper=True,
    names_representative=None,
    validity=Validity(60),
    renewal=Renewal(Span(90, "days"), Span(15, "days"), "working"),
    fields=(
        Field("premises", "经营场所", "Premises", **TEXT),
        Field("scope", "经营项目", "Scope", **TEXT),
    ),
)
ONE_TAP = OneTap(
    published_on=date(2026, 1, 1),
    decider=Decider.RULE,
    checks=tuple(CHECKS),
    term=Term(TermFrom.DECISION, None),
    site_check=SiteCheck.IF_CHANGED,
    same_as={"business-licence": {"premises": "address", "holder_name": "holder_name"}},
    ways=("electronic",),
)
PLAN = Plan(
    kind="food-licence",
    event=Event.RENEWAL,
    hall="main",
    item="food-licence",
    steps=(),
    late=None,
    channels=("wechat", "sms"),
    hours=OfficeHours(time(9), time(18), working_days=True),
    cycle=None,
    one_tap=ONE_TAP,
)
FINE = Answer(Truth.YES, "公共信用信息平台", as_of=NOON)


def licence(kind: str = "food-licence", serial: str = "1", version: str = "001", **said: Any):
    """A food licence, or the business licence that says the same."""
    data = {"premises": "清河县槐荫路 9 号（临街）", "scope": "预包装食品销售"}
    if kind == "business-licence":
        data = {"address": "清河县槐荫路9号(临街)"}
    whole: dict[str, Any] = {
        "id": f"{kind}-{serial}-{version}",
        "kind": kind,
        "holder_id": "tofu",
        "identifier": str(identifier_of(TYPE, ISSUER, serial, version)),
        "number": f"JY{kind}{serial}",
        "holder_name": "清河豆腐店",
        "issuer_name": "清河县市场监督管理局",
        "issuer": ISSUER,
        "issued_on": date(2022, 1, 1),
        "valid_from": date(2022, 1, 1),
        "valid_until": date(2026, 12, 31),
        "state": State.VALID,
        "version": version,
        "place": None,
        "data": data,
        "representative_id": None,
        "holder_kind": "firm",
    }
    return Licence(**{**whole, **said})


BUSINESS = licence("business-licence", valid_until=None)


def facts(**said: Any) -> Facts:
    """Nothing speaks against the renewal, but for what is said."""
    whole: dict[str, Any] = {
        "licence": licence(),
        "kind": KIND,
        "plan": PLAN,
        "today": TODAY,
        "window": (date(2026, 8, 24), date(2026, 12, 9)),
        "others": [licence(), BUSINESS],
        "names": {"business-licence": Both("营业执照", "Business licence")},
        "register": dict.fromkeys(Question, FINE),
    }
    return Facts(**{**whole, **said})


def judged(**said: Any) -> Judgement:
    found = facts(**said)
    return judge(found.plan, found)


def plan(**one_tap: Any) -> Plan:
    return replace(PLAN, one_tap=replace(ONE_TAP, **one_tap))


def told(judgement: Judgement, name: str) -> tuple[Truth, str]:
    found = judgement.findings[name]
    return found.answer, str(found.reason)


def test_where_nothing_speaks_against_it_it_qualifies():
    judgement = judged()
    assert judgement.outcome is Outcome.QUALIFIES
    assert judgement.doubts == {}
    assert set(judgement.findings) == set(CHECKS)
    assert told(judgement, "unchanged")[1] == "经营场所、持证人与其他证照核对一致。"


# One check each


@pytest.mark.parametrize(
    ("today", "outcome"),
    [
        (date(2026, 8, 23), Outcome.CLOSED),
        (date(2026, 8, 24), Outcome.QUALIFIES),
        (date(2026, 12, 9), Outcome.QUALIFIES),
        (date(2026, 12, 10), Outcome.CLOSED),
    ],
)
def test_it_may_be_asked_for_from_the_first_day_to_the_last(today, outcome):
    fresh = datetime.combine(today, time(4), UTC)
    register = dict.fromkeys(Question, replace(FINE, as_of=fresh))
    assert judged(today=today, register=register).outcome is outcome


def test_a_window_in_working_days_over_the_spring_festival():
    """2026: nobody works from Sunday 15 to Monday 23 February, all do on Saturdays 14 and 28."""
    first, last = window(KIND, date(2026, 3, 13), is_workday)
    assert last == date(2026, 2, 14)
    assert window(KIND, date(2026, 3, 16), is_workday)[1] == date(2026, 2, 24)
    mine = {"licence": licence(valid_until=date(2026, 3, 13)), "window": (first, last)}
    for today, answer in {
        first - DAY: Truth.NO,
        first: Truth.YES,
        last: Truth.YES,
        last + DAY: Truth.NO,
    }.items():
        assert judged(today=today, **mine).findings["in_window"].answer is answer
    late = told(judged(today=last + DAY, **mine), "in_window")[1]
    assert late == "申请延续的最后一天是2026年2月14日，已经过了，请按通常的方式办理。"


def test_who_asked_in_time_has_done_so_whenever_a_register_answers():
    asked = date(2026, 12, 9)
    for today in (asked, asked + DAY, date(2026, 12, 31), date(2027, 1, 2)):
        register = dict.fromkeys(
            Question, replace(FINE, as_of=datetime.combine(today, time(), UTC))
        )
        judgement = judged(today=today, asked_on=asked, register=register)
        assert judgement.outcome is Outcome.QUALIFIES


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"licence": licence(state=State.WITHDRAWN)}, Truth.NO),
        ({"licence": licence(state=State.EXPIRED)}, Truth.UNKNOWN),  # its register said so
        ({"plan": plan(published_on=None)}, Truth.NO),
        ({"asked_on": date(2026, 12, 10)}, Truth.NO),
    ],
)
def test_who_has_applied_is_not_sent_another_way(said, answer):
    judgement = judged(**{"today": date(2027, 1, 4), "asked_on": TODAY, **said})
    assert judgement.outcome is Outcome.PERSON
    assert set(judgement.findings) == set(CHECKS)  # that person sees everything
    assert next(iter(judgement.doubts.values())).answer is answer


def test_a_kind_without_a_window_is_for_a_person():
    judgement = judged(window=None)
    assert judgement.outcome is Outcome.PERSON
    assert judgement.findings["in_window"].answer is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("said", "answer", "words"),
    [
        ({"valid_until": TODAY}, Truth.YES, "证照有效，有效期至2026年11月23日。"),
        ({"valid_until": TODAY - DAY}, Truth.NO, "已过期"),
        ({"valid_from": TODAY}, Truth.YES, "有效期至"),
        ({"valid_from": TODAY + DAY}, Truth.NO, "尚未生效"),
        ({"valid_until": None}, Truth.YES, "没有截止日期"),
        ({"state": State.REVOKED}, Truth.NO, "已撤销"),
        ({"state": State.CANCELLED}, Truth.NO, "已注销"),
        ({"state": State.EXPIRED}, Truth.NO, "已失效"),
        ({"state": State.MOVED}, Truth.NO, "已转出"),
        ({"state": State.WITHDRAWN}, Truth.NO, "已吊销"),
        ({"state": State.OTHER}, Truth.UNKNOWN, "待核实"),
    ],
)
def test_only_what_holds_is_renewed_with_one_tap(said, answer, words):
    judgement = judged(licence=licence(**said))
    found = told(judgement, "state_valid")
    assert found[0] is answer
    assert words in found[1]
    outcome = {Truth.YES: Outcome.QUALIFIES, Truth.NO: Outcome.CLOSED}
    assert judgement.outcome is outcome.get(answer, Outcome.PERSON)


@pytest.mark.parametrize(
    ("newer", "answer"),
    [
        (licence(version="002", issued_on=TODAY, number="another"), Truth.NO),
        (licence(serial="2", issued_on=TODAY, number=licence().number), Truth.NO),
        (licence(serial="2", issued_on=TODAY), Truth.YES),  # of other premises
        (licence(version="000", issued_on=date(2017, 1, 1)), Truth.YES),
        (licence("business-licence", issued_on=TODAY, number=licence().number), Truth.YES),
    ],
)
def test_what_was_renewed_elsewhere_is_not_renewed_again(newer, answer):
    judgement = judged(others=[newer, licence(), BUSINESS])
    assert judgement.findings["state_valid"].answer is answer


@pytest.mark.parametrize(
    ("published_on", "answer"),
    [(TODAY - DAY, Truth.YES), (TODAY, Truth.YES), (TODAY + DAY, Truth.NO), (None, Truth.NO)],
)
def test_nobody_is_offered_one_tap_before_it_is_published(published_on, answer):
    judgement = judged(plan=plan(published_on=published_on))
    assert judgement.findings["published"].answer is answer
    assert (judgement.outcome is Outcome.CLOSED) == (answer is Truth.NO)


def test_a_plan_without_one_tap_is_closed_and_leaves_the_ordinary_way():
    judgement = judged(plan=replace(PLAN, one_tap=None))
    assert judgement.outcome is Outcome.CLOSED
    assert set(judgement.findings) == set(ALWAYS)
    assert "请按通常的方式办理" in told(judgement, "published")[1]


def test_another_open_case_is_for_a_person():
    judgement = judged(open_cases=["BJ202611230002", "BJ202611230001"])
    assert judgement.outcome is Outcome.PERSON
    assert told(judgement, "no_open_case")[1].startswith("这本证照另有 2 件")
    evidence = judgement.findings["no_open_case"].evidence
    assert evidence["cases"] == ["BJ202611230001", "BJ202611230002"]


@pytest.mark.parametrize("question", Question)
@pytest.mark.parametrize(
    ("answer", "truth", "outcome"),
    [
        (FINE, Truth.YES, Outcome.QUALIFIES),
        (
            replace(FINE, truth=Truth.NO, reference="清市监罚〔2026〕12 号"),
            Truth.NO,
            Outcome.PERSON,
        ),
        (unknown(Silence.NOT_ANSWERED), Truth.UNKNOWN, Outcome.RETRY),
        (unknown(Silence.NOT_UNDERSTOOD), Truth.UNKNOWN, Outcome.RETRY),
        (None, Truth.UNKNOWN, Outcome.RETRY),  # nobody asked yet
        (unknown(Silence.NOT_KNOWN, "平台"), Truth.UNKNOWN, Outcome.PERSON),
        (unknown(Silence.NOT_CONNECTED), Truth.UNKNOWN, Outcome.PERSON),
        # of what nobody can know, and of long ago
        (replace(FINE, as_of=None), Truth.UNKNOWN, Outcome.RETRY),
        (replace(FINE, as_of=NOON + 2 * DAY), Truth.UNKNOWN, Outcome.RETRY),
        (replace(FINE, as_of=NOON + DAY), Truth.YES, Outcome.QUALIFIES),
        (replace(FINE, as_of=NOON - 30 * DAY), Truth.YES, Outcome.QUALIFIES),
        (replace(FINE, as_of=NOON - 31 * DAY), Truth.UNKNOWN, Outcome.PERSON),
        (Answer(Truth.UNKNOWN), Truth.UNKNOWN, Outcome.PERSON),
    ],
)
def test_what_a_register_says(question, answer, truth, outcome):
    register = {each: FINE for each in Question if each is not question}
    judgement = judged(register=register | ({question: answer} if answer else {}))
    assert judgement.findings[question].answer is truth
    assert judgement.outcome is outcome


def test_what_speaks_against_it_is_not_kept_waiting_for_what_is_unknown():
    away = unknown(Silence.NOT_ANSWERED)
    against = replace(FINE, truth=Truth.NO)
    register = {Question.NO_PENALTY: against, Question.HOLDER_ACTIVE: away}
    assert judged(register=register).outcome is Outcome.PERSON


@pytest.mark.parametrize(
    ("business", "answer", "words"),
    [
        (BUSINESS, Truth.YES, "核对一致"),
        (
            replace(BUSINESS, data={"address": "清河县柳荫路9号"}),
            Truth.NO,
            "经营场所与营业执照上的不同",
        ),
        (replace(BUSINESS, holder_name="清河豆腐有限公司"), Truth.NO, "持证人与营业执照上的不同"),
        (replace(BUSINESS, data={}), Truth.UNKNOWN, "没有能够核对"),
        (replace(BUSINESS, state=State.WITHDRAWN), Truth.UNKNOWN, "没有能够核对"),
        (None, Truth.UNKNOWN, "没有能够核对"),
    ],
)
def test_whether_anything_changed_since_it_was_issued(business, answer, words):
    judgement = judged(others=[business] if business else [])
    found = told(judgement, "unchanged")
    assert found[0] is answer
    assert words in found[1]
    # by the plan, somebody must go and see what changed
    assert judgement.findings["no_site_check"].answer is answer
    assert judgement.outcome is (Outcome.QUALIFIES if answer is Truth.YES else Outcome.PERSON)


def test_of_several_business_licences_the_newest_counts():
    moved = replace(BUSINESS, issued_on=TODAY, data={"address": "清河县柳荫路9号"}, version="002")
    judgement = judged(others=[BUSINESS, moved])
    assert judgement.findings["unchanged"].answer is Truth.NO
    gone = replace(moved, state=State.CANCELLED)
    assert judgement.findings["unchanged"].evidence["different"] == {
        "business-licence": {"premises": "address"}
    }
    assert judged(others=[BUSINESS, gone]).findings["unchanged"].answer is Truth.UNKNOWN


def test_with_nothing_to_compare_no_machine_says_that_nothing_changed():
    judgement = judged(plan=plan(same_as={}))
    assert judgement.findings["unchanged"].answer is Truth.UNKNOWN
    assert judgement.outcome is Outcome.PERSON


@pytest.mark.parametrize(
    ("site_check", "answer"),
    [
        (SiteCheck.NEVER, Truth.YES),
        (SiteCheck.IF_CHANGED, Truth.YES),
        (SiteCheck.ALWAYS, Truth.NO),
    ],
)
def test_whether_somebody_must_go_and_see(site_check, answer):
    judgement = judged(plan=plan(site_check=site_check))
    assert judgement.findings["no_site_check"].answer is answer
    assert judgement.outcome is (Outcome.PERSON if answer is Truth.NO else Outcome.QUALIFIES)


# All together


def test_no_plan_leaves_out_what_the_law_asks_of_every_renewal():
    bare = plan(checks=())
    assert set(judged(plan=bare).findings) == set(ALWAYS)
    assert judged(plan=bare, licence=licence(state=State.REVOKED)).outcome is Outcome.CLOSED


def test_before_anybody_is_asked_it_is_known_whether_that_is_needed():
    early = judged(today=date(2026, 8, 1), register={})
    assert early.outcome is Outcome.CLOSED
    assert set(early.findings) == set(ALWAYS)  # nor is anything said of what was not looked at
    assert judged(register={}).outcome is Outcome.RETRY


ANSWERS = st.one_of(
    st.none(),
    st.sampled_from([FINE, replace(FINE, truth=Truth.NO), *map(unknown, Silence)]),
)


@settings(max_examples=60)
@given(
    state=st.sampled_from(State),
    today=st.dates(date(2026, 7, 1), date(2027, 2, 1)),
    asked=st.booleans(),
    cases=st.lists(st.sampled_from(["1", "2"]), unique=True),
    site=st.sampled_from(SiteCheck),
    answers=st.fixed_dictionaries(dict.fromkeys(Question, ANSWERS)),
    others=st.lists(
        st.sampled_from([licence(), BUSINESS, licence(version="002", issued_on=TODAY)])
    ),
    names=st.lists(st.sampled_from(sorted(CHECKS)), unique=True),
)
def test_whatever_is_found_nobody_is_refused_by_a_machine(
    state, today, asked, cases, site, answers, others, names
):
    found = judged(
        plan=plan(site_check=site, checks=tuple(names)),
        licence=licence(state=state),
        today=today,
        asked_on=TODAY if asked else None,
        open_cases=cases,
        others=others,
        register={question: answer for question, answer in answers.items() if answer},
    )
    doubts = found.doubts
    assert (found.outcome is Outcome.QUALIFIES) == (not doubts)
    if found.outcome is Outcome.CLOSED:  # before anybody applied, and the way that is open is told
        assert not asked
        assert set(doubts) <= set(ALWAYS)
        said = " ".join(str(each.reason) for each in doubts.values())
        assert "请按通常的方式办理" in said or "请看新证" in said or "起可以申请" in said
    if found.outcome is Outcome.RETRY:
        assert all(each.may_pass for each in doubts.values())
    for finding in found.findings.values():
        kept = json.loads(json.dumps([asdict(finding.reason), finding.evidence]))
        assert str(Said.kept(kept[0])) == str(finding.reason)
        assert str(evidence_said(kept[1])) == str(evidence_said(finding.evidence))
        values = ("槐荫", "豆腐", "预包装", licence().number)
        assert not [value for value in values if value in json.dumps(kept, ensure_ascii=False)]


def test_what_was_looked_at_is_told_with_where_and_when():
    penalty = replace(FINE, truth=Truth.NO, reference="清市监罚〔2026〕12 号")
    register = {
        Question.NO_PENALTY: penalty,
        Question.HOLDER_ACTIVE: FINE,
        Question.NOT_DISHONEST: unknown(Silence.NOT_ANSWERED),
    }
    judgement = judged(register=register)
    said = {name: str(evidence_said(each.evidence)) for name, each in judgement.findings.items()}
    assert said == {
        "published": "2026年11月23日查一键延续清单",
        "state_valid": "2026年11月23日查电子证照库",
        "in_window": "2026年11月23日按这类证照的申请期限核对",
        "no_open_case": "2026年11月23日查本系统的在办事项",
        "holder_active": "2026年11月23日查公共信用信息平台，数据截至2026年11月23日",
        "not_dishonest": "2026年11月23日查询，没有得到能用的答复",
        "no_penalty": "2026年11月23日查公共信用信息平台，数据截至2026年11月23日，"
        "文号清市监罚〔2026〕12 号",
        "unchanged": "2026年11月23日与电子证照库中的其他证照核对",
        "no_site_check": "2026年11月23日与电子证照库中的其他证照核对",
    }
    assert judgement.findings["unchanged"].evidence["with_licences"] == {
        "business-licence": BUSINESS.id
    }


def test_registers_are_asked_again_thrice_and_then_a_person():
    minutes = [next_ask(times, NOON) - NOON for times in (1, 2, 3)]
    assert minutes == [timedelta(minutes=n) for n in (1, 5, 30)]
    assert next_ask(4, NOON) is None
    assert next_ask(400, NOON) is None


def test_everything_they_say_is_said_in_english_too():
    with (FOLDER / "en" / "words.po").open("rb") as lines:
        known = {message.id for message in read_po(lines) if message.string}
    said = {
        node.value
        for node in ast.walk(ast.parse(Path(checks.__file__).read_text()))
        if isinstance(node, ast.Constant) and re.search("[\u4e00-\u9fff]", str(node.value))
    }
    assert {check.title for check in CHECKS.values()} <= said
    assert said - {"年", "月", "日"} <= known
