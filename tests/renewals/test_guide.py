"""docs/renewals.md: what it shows can be loaded, and it names every word there is; and the demo's
own plans are whole."""

import os
import re

import pytest
from ruamel.yaml import YAML

from app.catalog.hall_file import read_hall_file
from app.deliveries.rules import Way
from app.demo import CONFIG
from app.demo_people import read_people, records
from app.licences.kinds import parse_kinds
from app.renewals.checks import CHECKS
from app.renewals.dates import any_day, steps_due, window
from app.renewals.plan_file import PLACES, OneTapPart, PlanPart, StepPart, parse_plans
from app.renewals.plans import Decider, Event, SiteCheck, TermFrom
from config.relays import DEMO_REGISTER
from config.settings import ROOT
from tests.house import MORNING

GUIDE = (ROOT / "docs/renewals.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, flags=re.S)
[FIRST] = (block for block in BLOCKS if block.startswith("kinds:"))
EXAMPLES = [block for block in BLOCKS if block.startswith("plans:")]
LICENCES = [block for block in BLOCKS if "接在 key:" in block]
[RECORD] = (block for block in BLOCKS if "no_penalty" in block and block.startswith('  "'))
KINDS = {kind.code: kind for kind in parse_kinds((CONFIG / "licence-kinds.yaml").read_bytes())}
HALLS = {
    hall.plan.code: hall.plan.items
    for hall in map(read_hall_file, sorted((CONFIG / "halls").glob("*.yaml")))
}
PLANS = parse_plans((CONFIG / "renewal-plans.yaml").read_bytes(), KINDS, HALLS)


def test_the_kind_of_the_guide_may_stand_beside_those_of_the_library():
    [kind] = parse_kinds(FIRST)
    assert kind.code not in KINDS
    assert kind.type_code not in {each.type_code for each in KINDS.values()}


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_guides_plans_can_be_loaded(example):
    kinds = {**KINDS, **{kind.code: kind for kind in parse_kinds(FIRST)}}
    assert parse_plans(example, kinds, HALLS)


def test_the_guide_names_every_word_there_is():
    keys = {
        field.data_key or name
        for part in (PlanPart, StepPart, OneTapPart)
        for name, field in part().fields.items()
    }
    values = {str(each) for kind in (Event, Decider, SiteCheck, TermFrom, Way) for each in kind}
    words = keys | values | {*CHECKS, *(f"{{{place}}}" for place in PLACES)}
    assert {word for word in words if word not in GUIDE} == set()


def test_the_demo_s_plans_cover_what_a_hall_meets():
    taps = [plan for plan in PLANS if plan.one_tap]
    assert len({plan.kind for plan in taps}) >= 8
    assert {plan.event for plan in PLANS} == set(Event)
    assert {plan.one_tap.decider for plan in taps} == set(Decider)
    assert {plan.one_tap.site_check for plan in taps} == set(SiteCheck)
    assert {plan.one_tap.term.counted_from for plan in taps} == set(TermFrom)


def test_whoever_is_merely_reminded_is_not_told_that_the_application_is_written():
    told = [step.text for plan in PLANS if not plan.one_tap for step in plan.steps]
    assert told
    assert not [text for text in told if "申请表" in text or "确认" in text]


def test_whoever_may_tap_is_told_that_the_application_is_written():
    """Of what the law lets them ask for: behind its last day another sentence is said."""
    mute = [
        (plan.kind, step.code)
        for plan in PLANS
        if plan.one_tap and plan.one_tap.published_on
        for step in plan.steps
        if "点开" not in step.text or "确认" not in step.text
    ]
    assert mute == []


def test_the_guides_licences_may_be_renewed_with_one_tap_on_the_day_they_come_in(tmp_path):
    """As it says to do: at the end of the licences of the firms it names."""
    today, text = MORNING.date(), DEMO_REGISTER.read_text()
    for block in LICENCES:
        [key] = re.findall(r"接在 key: (\w+)", block)
        text = re.sub(rf"(  - key: {key}\n    name: .*?\n)\n", rf"\1{block}\n", text, flags=re.S)
    file = tmp_path / "people.yaml"
    file.write_text(text)
    [kind] = parse_kinds(FIRST)
    people, known = read_people(file), {**KINDS, kind.code: kind}
    brought = list(records(people, known, MORNING))
    added = [each for each in brought if each.kind == kind.code]
    [tap] = (plan for text in EXAMPLES for plan in parse_plans(text, known, HALLS) if plan.one_tap)
    begins, ends = window(kind, added[0].valid_until, any_day)
    assert begins <= today <= ends
    assert tap.one_tap.published_on <= today
    assert steps_due(tap, added[0].valid_until, today, any_day).step
    of = {each.holder_number: each for each in brought if each.kind == "business-licence"}
    accounts = {each.number for each in people.persons() if each.account}
    for licence in added:
        business = of[licence.holder_number].data
        assert licence.data["station_address"] == business["address"]
        assert business["representative_id_number"] in accounts
    assert list(YAML(typ="safe").load(RECORD)) == [added[1].holder_number]


def test_nothing_is_said_of_the_demos_people_as_of_a_later_moment(tmp_path):
    file = tmp_path / "people.yaml"
    file.write_text(DEMO_REGISTER.read_text())
    os.utime(file, (MORNING.timestamp() + 3600,) * 2)
    assert {each.as_of for each in records(read_people(file), KINDS, MORNING)} == {MORNING}
