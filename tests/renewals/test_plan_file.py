"""The file of plans: what it may say, and every fault by its line."""

from __future__ import annotations

import json
from datetime import date, time

import pytest

from app.licences.kinds import Span, parse_kinds
from app.renewals.plan_file import NOTE_AT_MOST, PLACES, PlansBroken, parse_plans
from app.renewals.plan_stored import definition_of, plan_of
from app.renewals.plans import Cycle, Decider, SiteCheck, TermFrom
from sms.templates import LONGEST
from tests.licences.register import KINDS as WITHOUT_WINDOWS

KINDS = {
    kind.code: kind
    for kind in parse_kinds(
        WITHOUT_WINDOWS.replace(
            "    validity: {years: 5}\n",
            "    validity: {years: 5}\n"
            "    renewal: {from: 90 days, until: 15 days, days: working}\n",
        ).replace(
            "{name: area,",
            "{name: contact_phone, title: 联系电话, type: phone}\n      - {name: area,",
        )
    )
}
HALLS = {"t": ["passport", "permit"]}

WHOLE = """
plans:
  - kind: food-licence
    event: renewal
    hall: t
    item: permit
    contact: contact_phone
    steps:
      - {before: 15 days, note: 尽快, text: "{licence}还有{days}天", text_en: "{days} days"}
      - {before: 2 months, note: 安排, note_en: Plan, text: "{number}最迟{ask_by}，{hall}，{until}"}
    late: {note: 迟了, text: "请到{hall}"}
    channels: [sms]
    hours: {from: "08:30", until: "17:00", days: all}
    one_tap:
      published: 2026-01-01
      decide: rule
      checks: [published, state_valid, in_window, unchanged]
      term: {from: decision, months: 36 months}
      site_check: if_changed
      same_as: {business-licence: {premises: address}}
      ways: [electronic, courier]
"""
SHORT = """
plans:
  - {kind: food-licence, event: renewal, hall: t}
  - kind: business-licence
    event: annual_check
    hall: t
    yearly: "06-30"
    counted_from: valid_from
  - {kind: food-licence, event: inspection, hall: t, every: 24 months, steps: default}
"""


def parsed(text):
    return parse_plans(text, KINDS, HALLS)


def faults(text):
    with pytest.raises(PlansBroken) as caught:
        parsed(text)
    return caught.value.faults


def test_all_that_may_be_said():
    (plan,) = parsed(WHOLE)
    assert (plan.kind, plan.event, plan.hall, plan.item) == (
        "food-licence",
        "renewal",
        "t",
        "permit",
    )
    assert [(step.code, step.before) for step in plan.steps] == [
        ("2-months", Span(2, "months")),
        ("15-days", Span(15, "days")),
    ]
    assert plan.steps[0].note_en == "Plan"
    assert plan.late is not None
    assert plan.late.text == "请到{hall}"
    assert plan.channels == ("sms",)
    assert (plan.hours.begin, plan.hours.end) == (time(8, 30), time(17))
    assert not plan.hours.working_days
    assert plan.contact == "contact_phone"
    tap = plan.one_tap
    assert tap is not None
    assert tap.published_on == date(2026, 1, 1)
    assert tap.decider is Decider.RULE
    assert tap.checks == ("published", "state_valid", "in_window", "unchanged")
    assert (tap.term.counted_from, tap.term.months) == (TermFrom.DECISION, 36)
    assert tap.site_check is SiteCheck.IF_CHANGED
    assert tap.same_as == {"business-licence": {"premises": "address"}}
    assert tap.ways == ("electronic", "courier")


def test_what_is_left_out_is_as_usual():
    renewal, annual, inspection = parsed(SHORT)
    assert [step.code for step in renewal.steps] == ["2-months", "1-months", "15-days"]
    assert renewal.late is not None
    assert renewal.one_tap is None
    assert renewal.channels == ("wechat", "sms")
    assert (renewal.hours.begin, renewal.hours.end) == (time(9), time(18))
    assert renewal.hours.working_days
    assert annual.cycle == Cycle(yearly=(6, 30), counted_from="valid_from")
    assert annual.late is None
    assert inspection.cycle == Cycle(months=24)


def test_the_usual_words_fit_and_say_everything():
    given = dict.fromkeys(PLACES, "十二三四五六七八")
    for plan in parsed(SHORT):
        for step in (*plan.steps, *filter(None, [plan.late])):
            assert len(step.note) <= min(NOTE_AT_MOST, LONGEST)
            assert {name for name in PLACES if f"{{{name}}}" in step.text} == {
                name for name in PLACES if f"{{{name}}}" in step.text_en
            }
            assert "{" not in step.text.format_map(given)


@pytest.mark.parametrize("text", [WHOLE, SHORT])
def test_a_plan_is_kept_as_it_is(text):
    for plan in parsed(text):
        assert plan_of(json.loads(json.dumps(definition_of(plan)))) == plan


ONE = "  - {kind: food-licence, event: renewal, hall: t"
TAP = "one_tap: {decide: rule, checks: [published], term: {from: decision}, site_check: never, "


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{event: renewal, hall: t}", "缺少这一项"),
        ("{kind: unknown, event: renewal, hall: t}", "没有证照类型 unknown"),
        ("{kind: food-licence, event: renewals, hall: t}", "只能是 renewal、annual_check"),
        ("{kind: food-licence, event: renewal, hall: u}", "没有大厅 u"),
        ("{kind: food-licence, event: renewal, hall: t, item: x}", "大厅 t 没有事项 x"),
        ("{kind: food-licence, event: renewal, hall: t, colour: red}", "不认识的键"),
        (
            "{kind: food-licence, event: renewal, hall: t, contact: area}",
            "应是这种证照的一个 phone",
        ),
        ("{kind: food-licence, event: renewal, hall: t, yearly: '06-30'}", "不写 yearly 或 every"),
        ("{kind: food-licence, event: inspection, hall: t}", "只写一个"),
        (
            "{kind: food-licence, event: inspection, hall: t, yearly: '06-30', every: 1 month}",
            "只写一个",
        ),
        ("{kind: food-licence, event: inspection, hall: t, yearly: '02-30'}", "06-30 这样"),
        ("{kind: food-licence, event: inspection, hall: t, every: 30 days}", "24 months 这样"),
        ("{kind: food-licence, event: inspection, hall: t, every: 0 months}", "24 months 这样"),
        ("{kind: food-licence, event: renewal, hall: t, channels: [fax]}", "wechat、sms"),
        ("{kind: food-licence, event: renewal, hall: t, channels: [sms, sms]}", "有重复的"),
        ("{kind: food-licence, event: renewal, hall: t, hours: {from: '19:00'}}", "应晚于 from"),
        ("{kind: food-licence, event: renewal, hall: t, steps: []}", "至少要有 1 条"),
        (
            "{kind: food-licence, event: renewal, hall: t,"
            " steps: [{before: 1 week, note: 近, text: 近了}]}",
            "90 days 或 3 months",
        ),
        (
            "{kind: food-licence, event: renewal, hall: t,"
            " steps: [{before: 1 month, note: 近, text: '{holder}'}]}",
            "不认识 {holder}",
        ),
        (
            "{kind: food-licence, event: renewal, hall: t,"
            " steps: [{before: 1 month, note: 近, text: '{days.real}'}]}",
            "不认识 {days.real}",
        ),
        (
            "{kind: food-licence, event: renewal, hall: t,"
            " steps: [{before: 1 month, note: 近, text: '还有{days'}]}",
            "花括号没有成对",
        ),
        (
            "{kind: food-licence, event: renewal, hall: t, steps: [{before: 1 month, note: "
            + "长" * 21
            + ", text: 近了}]}",
            "最多 20 个字",
        ),
        (
            "{kind: food-licence, event: renewal, hall: t, steps: ["
            "{before: 1 month, note: 近, text: 近}, {before: 1 months, note: 近, text: 近}]}",
            "同一时间",
        ),
        (
            f"{{kind: id-card, event: renewal, hall: t, {TAP} ways: [electronic]}}}}",
            "没有写明申请延续",
        ),
        (
            f"{{kind: food-licence, event: annual_check, hall: t, yearly: '06-30', {TAP}"
            " ways: [electronic]}}",
            "只有到期延续",
        ),
        (f"{{kind: food-licence, event: renewal, hall: t, {TAP} ways: [pigeon]}}}}", "electronic"),
        (f"{{kind: food-licence, event: renewal, hall: t, {TAP} ways: []}}}}", "至少要有 1 条"),
        (
            f"{{kind: food-licence, event: renewal, hall: t, {TAP} ways: [courier],"
            " same_as: {business-licence: {premises: street}}}}",
            "营业执照没有字段 street",
        ),
        (
            f"{{kind: food-licence, event: renewal, hall: t, {TAP} ways: [courier],"
            " same_as: {passport: {premises: address}}}}",
            "没有证照类型 passport",
        ),
    ],
)
def test_each_fault_is_told_with_its_line(entry, said):
    found = faults(
        f"plans:\n  - {{kind: business-licence, event: renewal, hall: t}}\n  - {entry}\n"
    )
    assert [place for place, words in found if said in words], found
    assert all(place.startswith("第 3 行") for place, _ in found), found


def test_all_faults_are_told_at_once():
    found = faults(
        f"plans:\n{ONE}, item: x}}\n{ONE}, colour: red}}\n{ONE}}}\n"
        "  - {kind: business-licence, event: renewal, hall: u}\n"
    )
    assert [place.split(" 行")[0] for place, _ in found] == ["第 2", "第 3", "第 4", "第 5"]
    assert "已经写在第 1 项" in found[2][1]


def test_what_has_no_shape_is_still_asked_for_what_it_names():
    [*found] = faults(
        "plans:\n"
        "  - kind: unknown\n"
        "    event: inspection\n"
        "    hall: nowhere\n"
        "  - kind: food-licence\n"
        "    event: renewal\n"
        "    hall: t\n"
        "    item: x\n"
        "    contact: area\n"
        "    colour: red\n"
    )
    assert [(place.split(" 行")[0], words.split("；")[0]) for place, words in found] == [
        ("第 2", "没有证照类型 unknown"),
        ("第 3", "年检和复核要写 yearly（每年哪一天）或 every（每隔几个月），只写一个"),
        ("第 4", "没有大厅 nowhere"),
        ("第 8", "大厅 t 没有事项 x"),
        ("第 9", "area 应是这种证照的一个 phone 字段"),
        ("第 10", "不认识的键"),
    ]


@pytest.mark.parametrize("text", ["", "plans: []", "- 1", "plans: [1", "plans: 3"])
def test_what_is_no_file_of_plans(text):
    assert faults(text)
