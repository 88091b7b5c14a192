"""What fills a form: only what is known, each value with its source, the same in any order."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.language import tell
from app.forms.conditions import same
from app.forms.definition import parse
from app.forms.form import Kind
from app.forms.prefill import (
    Confidence,
    FirmFacts,
    Known,
    LicenceFacts,
    Past,
    PersonFacts,
    plain,
    prefill,
)
from app.forms.validation import judge
from app.forms.values import fitted
from tests.forms.sample import FORM, TODAY, written

DAY = date(2023, 5, 1)
CODE = "91350100M000100Y43"


def licence(kind="business-licence", id="1", on: date | None = DAY, valid=True, **values):
    return LicenceFacts(
        id, kind, {"business-licence": "营业执照"}.get(kind, kind), on, valid, values
    )


def known(*licences, **more):
    held: dict[str, list[LicenceFacts]] = {}
    for each in licences:
        held.setdefault(each.kind, []).append(each)
    return Known(licences=held, **more)


def test_a_licence_fills_and_says_which_one_of_which_day():
    filled = prefill(FORM, known(licence(holder_name="老𠮷饭店")), TODAY)["firm_name"]
    assert (filled.value, filled.confidence, filled.editable) == (
        "老𠮷饭店",
        Confidence.VERIFIED,
        False,
    )
    assert filled.source is not None
    assert (filled.source.kind, filled.source.licence, filled.source.on) == (Kind.LICENCE, "1", DAY)
    assert tell(filled.source.text) == "营业执照（2023-05-01 签发）"
    assert filled.others == ()


def test_sources_that_differ_are_a_conflict_and_those_that_agree_are_none():
    facts = known(licence(address="东街1号"), licence("food-licence", "2", address="西街2号"))
    (other,) = prefill(FORM, facts, TODAY)["address"].others
    assert (other.value, other.source.licence) == ("西街2号", "2")
    agree = known(licence(address="东街1号"), licence("food-licence", "2", address="东街1号"))
    assert prefill(FORM, agree, TODAY)["address"].others == ()


def test_an_expired_licence_is_a_guess_where_it_may_be_looked_at_and_else_nothing():
    facts = known(licence("food-licence", valid=False, address="西街2号", area=Decimal(80)))
    filled = prefill(FORM, facts, TODAY)
    assert (filled["address"].value, filled["address"].confidence) == (
        "西街2号",
        Confidence.GUESSED,
    )
    assert tell(filled["address"].source.text) == "food-licence（2023-05-01 签发，已过有效期）"
    assert "area" not in filled


def test_what_does_not_fit_the_field_is_told_and_not_filled():
    long = "一二三四五六七八九十饭店"
    both = known(licence(holder_name=long), firm=FirmFacts("小店", CODE))
    filled = prefill(FORM, both, TODAY)["firm_name"]
    assert (filled.value, filled.confidence) == ("小店", Confidence.DECLARED)
    assert [(each.value, each.source.kind) for each in filled.others] == [(long, Kind.LICENCE)]
    alone = prefill(FORM, known(licence(holder_name=long)), TODAY)["firm_name"]
    assert (alone.value, alone.source, alone.editable) == (None, None, True)
    assert [each.value for each in alone.others] == [long]


def test_a_licences_words_become_the_forms_options():
    facts = known(licence("food-licence", business_form="餐饮", area=Decimal("80.5")))
    filled = prefill(FORM, facts, TODAY)
    assert (filled["kind"].value, filled["area"].value) == ("eat", Decimal("80.5"))
    assert judge(FORM, {"area": Decimal("80.5"), "kind": "eat"}, TODAY)[0].field == "firm_name"


def test_a_condition_asks_what_was_filled_or_written_meanwhile():
    nothing = Known(firm=FirmFacts("小店"))
    assert "kind" not in prefill(FORM, nothing, TODAY)
    filled = prefill(FORM, nothing, TODAY, {"address": "东街1号"})
    assert (filled["kind"].value, filled["kind"].confidence) == ("eat", Confidence.GUESSED)
    assert "address" not in filled


def test_what_was_written_last_comes_before_the_archive_and_the_account():
    past = Past("020-83201234", date(2026, 3, 1), "旧表")
    facts = Known(
        person=PersonFacts(phone="13800138000", verified=True),
        archive={"contact_phone": [past]},
        last={"phone": Past("13900139000", date(2026, 4, 1), "本表")},
    )
    phone = prefill(FORM, facts, TODAY)["phone"]
    assert (phone.value, phone.confidence) == ("13900139000", Confidence.DECLARED)
    assert [tell(each.source.text) for each in phone.others] == [
        "2026-03-01 填报《旧表》时填写",
        "本人留的手机号",
    ]
    assert phone.others[1].confidence is Confidence.DECLARED


def test_a_lock_holds_for_what_is_verified_only():
    declared = Known(firm=FirmFacts("小店", CODE, verified=False))
    assert prefill(FORM, declared, TODAY)["code"].editable
    verified = Known(firm=FirmFacts("小店", CODE, verified=True))
    assert not prefill(FORM, verified, TODAY)["code"].editable


def test_a_person_fills_what_identity_tells():
    form = parse(
        written(
            lambda made: made.update(
                {
                    "for": "either",
                    "prefill": {
                        "begins": [{"from": "person.birthday"}],
                        "owner": [{"from": "person.id_number", "lock": True}],
                    },
                }
            )
        )
    )
    person = PersonFacts("李四", "440524188001010014", "女", date(1880, 1, 1), verified=True)
    filled = prefill(form, Known(person=person), TODAY)
    assert (filled["begins"].value, filled["owner"].value) == ("1880-01-01", "440524188001010014")
    assert tell(filled["owner"].source.text) == "本人实名信息"


# Whatever is known

few = settings(max_examples=60)

texts = st.sampled_from(
    ["东街1号", "西街2号", "老𠮷饭店", "一二三四五六七八九十饭店", "餐饮", " ", "", "x\x00y"]
)
numbers = st.sampled_from([Decimal("80.5"), Decimal("-1"), Decimal("1.234"), "80", "八十", True])
days = st.dates(date(2020, 1, 1), TODAY)
phones = st.sampled_from(["13800138000", "020-83201234", "110", "", None])
licences = st.builds(
    LicenceFacts,
    id=st.uuids().map(lambda each: each.hex),
    kind=st.sampled_from(["business-licence", "food-licence"]),
    kind_name=st.just("证照"),
    issued_on=st.none() | days,
    valid=st.booleans(),
    values=st.fixed_dictionaries(
        {},
        optional={
            "holder_name": texts,
            "address": texts,
            "business_form": texts,
            "area": numbers,
        },
    ),
)
past = st.builds(Past, value=texts | phones, on=days, form_name=st.sampled_from(["旧表", "新表"]))
facts = st.builds(
    lambda held, archive, **more: Known(
        licences={
            kind: [each for each in held if each.kind == kind]
            for kind in ("business-licence", "food-licence")
        },
        archive=archive,
        **more,
    ),
    held=st.lists(licences, max_size=6),
    archive=st.dictionaries(
        st.sampled_from(["contact_phone", "business_address"]), st.lists(past, max_size=4)
    ),
    person=st.none() | st.builds(PersonFacts, name=texts, phone=phones, verified=st.booleans()),
    firm=st.none()
    | st.builds(
        FirmFacts, name=texts, credit_code=st.sampled_from([CODE, "x"]), verified=st.booleans()
    ),
    last=st.dictionaries(st.sampled_from(["phone", "kind"]), past),
)


def known_values(name: str, all_known: Known):
    """Every fact the field could have, found without the rules of `prefill`."""
    for origin in FORM.prefill[name]:
        match origin.kind:
            case Kind.LICENCE:
                for each in all_known.licences[origin.licence]:
                    yield each.values.get(origin.name)
            case Kind.ARCHIVE:
                yield from (each.value for each in all_known.archive.get(origin.name, ()))
            case Kind.LAST:
                yield from (
                    each.value for key, each in all_known.last.items() if key == origin.name
                )
            case Kind.CONSTANT:
                yield origin.value
            case kind:
                yield getattr(getattr(all_known, kind), origin.name, None)


@few
@given(facts)
def test_no_value_without_a_source_and_none_that_nobody_knows(all_known):
    for name, filled in prefill(FORM, all_known, TODAY).items():
        known_here = [plain(each) for each in known_values(name, all_known)]
        shaped = [fitted(FORM.fields[name], each, TODAY) for each in known_here]
        assert (filled.value is None) == (filled.source is None) == (filled.confidence is None)
        if filled.value is not None:
            assert any(same(filled.value, each) for each in shaped)
            assert [
                p
                for p in judge(FORM, {name: filled.value}, TODAY)
                if p.field == name and p.code != "check"
            ] == []
        for other in filled.others:
            assert any(same(other.value, each) for each in [*known_here, *shaped])
            assert not same(other.value, filled.value)
        if filled.source and filled.source.licence:
            held = {
                each.id
                for each in (
                    *all_known.licences["business-licence"],
                    *all_known.licences["food-licence"],
                )
            }
            assert filled.source.licence in held


@few
@given(facts)
def test_what_is_locked_was_verified_and_a_guess_can_be_changed(all_known):
    for filled in prefill(FORM, all_known, TODAY).values():
        assert filled.editable or filled.confidence is Confidence.VERIFIED


@few
@given(facts, st.randoms(use_true_random=False))
def test_the_order_of_imports_and_of_the_archive_changes_nothing(all_known, chance):
    def shuffled(groups):
        return {key: chance.sample(list(each), len(each)) for key, each in groups.items()}

    other = Known(
        person=all_known.person,
        firm=all_known.firm,
        licences=shuffled(all_known.licences),
        archive=shuffled(all_known.archive),
        last=dict(reversed(all_known.last.items())),
    )
    assert prefill(FORM, other, TODAY) == prefill(FORM, all_known, TODAY)


@given(st.permutations([DAY, DAY + timedelta(1), None]), st.permutations([True, True, False]))
def test_the_valid_come_first_and_then_the_newest(issued, valid):
    held = [
        licence("food-licence", str(n), on, ok, address=f"{n}号")
        for n, (on, ok) in enumerate(zip(issued, valid, strict=True))
    ]
    best = max(held, key=lambda each: (each.valid, each.issued_on or date.min))
    assert prefill(FORM, known(*held), TODAY)["address"].source.licence == best.id
