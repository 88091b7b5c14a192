"""A file of kinds: taken wholly, or refused with every fault and its line."""

import re

import pytest

from app.commands.licences import licences_group
from app.core.acts import SYSTEM, Act
from app.licences import queries, service
from app.licences.errors import KindsBroken
from app.licences.kinds import HolderKind, definition_of, kind_of, parse_kinds
from tests.licences.conftest import DEFINER, KINDS_FILE

FAULTS = [
    ("type_code: D001", "type_code: D00", "第 1 项 › type_code", "21 位"),
    ("type_code: D001", "type_code: 11100000MB03271698001", "第 1 项 › type_code", "信用代码"),
    ("type_code: D002", "type_code: D001", "第 2 项 › type_code", "与第 1 项相同"),
    ("code: residence-permit", "code: business-licence", "第 2 项 › code", "与第 1 项相同"),
    ("holder: person", "holder: nobody", "第 2 项 › holder", "只能是"),
    ("{years: 1}", "{years: 1, none: true}", "第 2 项 › validity", "中的一种"),
    ("from: 1 month,", "from: soon,", "第 2 项 › renewal › from", "90 days"),
    ("name: since", "name: address", "第 2 项 › fields", "写了 2 次"),
    ("name: since", "name: valid_until", "第 2 项 › fields", "每本证照都有"),
    ("type: date", "type: day", "第 2 项 › fields 第 2 项 › type", "只能是"),
    ("ve: representative_id_number", "ve: capital", "第 1 项 › names_representative", "id-number"),
    ("holder: firm", "holder: either", "第 1 项 › names_representative", "只有企业"),
    ("sensitive: true", "secret: true", "第 3 项 › secret", "不认识的键"),
]


def test_a_file_is_read_and_what_is_kept_of_it_says_the_same():
    kinds = parse_kinds(KINDS_FILE)
    assert [kind_of(definition_of(kind)) for kind in kinds] == list(kinds)
    firm, permit, _ = kinds
    assert (firm.holder, firm.names_representative) == (HolderKind.FIRM, "representative_id_number")
    assert (permit.validity.months, permit.renewal.earliest.unit) == (12, "months")
    assert permit.field("address").personal


@pytest.mark.parametrize(("there", "instead", "place", "words"), FAULTS)
def test_a_fault_is_named_with_its_place(there, instead, place, words):
    there, instead = (
        re.sub("D(?=0)", DEFINER, text) if "type_code" in text else text
        for text in (there, instead)
    )
    assert there in KINDS_FILE
    broken = KINDS_FILE.replace(there, instead, 1)
    with pytest.raises(KindsBroken) as error:
        parse_kinds(broken)
    [fault] = error.value.faults
    assert fault[0].endswith(f"kinds {place}")
    assert words in fault[1]
    line = int(re.match(r"第 (\d+) 行", fault[0])[1])
    assert place.rpartition(" ")[2] in broken.splitlines()[line - 1]


@pytest.mark.parametrize("text", ["", "kinds:", "kinds: []", "- 1", "a: [", "kinds: [x]"])
def test_what_is_no_file_of_kinds(text):
    with pytest.raises(KindsBroken):
        parse_kinds(text)


def test_kinds_are_read_anew_when_one_changed_and_others_stay(library):
    house, act = library.house, Act(library.house.clock.now(), SYSTEM)
    with house.app.app_context():
        before = queries.kinds()
        assert queries.kinds() is before
    changed = parse_kinds(KINDS_FILE.replace("营业执照", "营业执照（正本）"))
    assert [kind.code for kind in house.within(lambda: service.load_kinds(changed[:1], act))] == [
        "business-licence"
    ]
    assert house.within(lambda: service.load_kinds(changed, act)) == []
    with house.app.app_context():
        assert queries.kinds()["business-licence"].name == "营业执照（正本）"
        assert queries.kinds().keys() == before.keys()


def test_a_clerk_takes_a_file_or_is_told_what_is_wrong(house, tmp_path):
    file, runner = tmp_path / "kinds.yaml", house.app.test_cli_runner()
    file.write_text(KINDS_FILE.replace("holder: person", "holder: nobody"))
    wrong = runner.invoke(licences_group, ["kinds", str(file)])
    assert wrong.exit_code == 1
    assert "kinds 第 2 项 › holder：只能是" in wrong.output
    assert "2 处错误，什么都没有载入" in wrong.output
    file.write_text(KINDS_FILE)
    for changed in (3, 0):
        taken = runner.invoke(licences_group, ["kinds", str(file)])
        assert f"新增或变动 {changed} 种" in taken.output
