"""What is told at each field, what is kept of what was written, and how it reads."""

from __future__ import annotations

import ast
import re
from datetime import date
from decimal import Decimal

import pytest
from babel.messages.pofile import read_po

from app.core.language import FOLDER, tell
from app.forms.definition import parse
from app.forms.materials import KeptMaterial, materials_of, months_after
from app.forms.prefill import LicenceFacts
from app.forms.validation import judge, kept, text_of, visible
from config.settings import ROOT
from tests.forms.sample import FORM, TODAY, written

RIGHT = {"firm_name": "老𠮷饭店", "phone": "13800138000", "kind": "sell", "agreed": True}


def problems(**values):
    return {p.field: (p.code, str(p.words)) for p in judge(FORM, {**RIGHT, **values}, TODAY)}


def test_a_right_form_has_no_problems():
    assert problems() == {}
    assert problems(area=Decimal("1.5"), goods=["hot", "cold"], owner="440524188001010014") == {}


@pytest.mark.parametrize(
    ("values", "field", "code", "words"),
    [
        ({"firm_name": None}, "firm_name", "required", "请填写经营者名称。"),
        ({"firm_name": " \u3000"}, "firm_name", "required", "请填写经营者名称。"),
        ({"kind": None}, "kind", "required", "请选择类别。"),
        ({"kind": "drink"}, "kind", "enum", "请从列出的选项里选择类别。"),
        ({"kind": 1}, "kind", "type", "类别请填写文字。"),
        ({"agreed": None}, "agreed", "required", "请选择以上属实。"),
        ({"agreed": False}, "agreed", "const", "请勾选“以上属实”。"),
        ({"agreed": "true"}, "agreed", "type", "以上属实请选择“是”或“否”。"),
        ({"firm_name": 12}, "firm_name", "type", "经营者名称请填写文字。"),
        (
            {"firm_name": "𠮷" * 11},
            "firm_name",
            "maxLength",
            "经营者名称最多 10 个字，现在有 11 个。",
        ),
        ({"address": "路" * 201}, "address", "maxLength", "地址最多 200 个字，现在有 201 个。"),
        ({"note": "好"}, "note", "minLength", "说明至少 2 个字，现在有 1 个。"),
        ({"plate": "十二号"}, "plate", "pattern", "门牌写成 12号 这样。"),
        (
            {"owner": "440524188001010015"},
            "owner",
            "format",
            "请核对经营者身份证号码：身份证号码是 18 位，最后一位可以是 X，现在有写错的地方。",
        ),
        (
            {"code": "91350100M000100Y44"},
            "code",
            "format",
            "请核对信用代码：营业执照上的信用代码是 18 位，现在有写错的地方。",
        ),
        (
            {"phone": "1380013800"},
            "phone",
            "format",
            "请核对电话：手机号填 11 位，座机填区号和号码，例如 020-83201234。",
        ),
        ({"post": "51000"}, "post", "format", "邮编请填 6 位数字的邮政编码。"),
        ({"begins": "2026-02-30"}, "begins", "format", "开始日期请填写日期，例如 2026-05-01。"),
        (
            {"kind": "eat", "area": "80", "goods": ["hot"]},
            "area",
            "type",
            "面积请填数字，例如 12.5。",
        ),
        (
            {"kind": "eat", "area": Decimal("1.234"), "goods": ["hot"]},
            "area",
            "multipleOf",
            "面积最多保留 2 位小数。",
        ),
        (
            {"kind": "eat", "area": -1, "goods": ["hot"]},
            "area",
            "minimum",
            "面积不能小于 0 平方米。",
        ),
        (
            {"kind": "eat", "area": Decimal("1e40"), "goods": ["hot"]},
            "area",
            "maximum",
            "面积的数字太大，请核对。",
        ),
        (
            {"kind": "eat", "area": 9, "seats": Decimal("1.5"), "goods": ["hot"]},
            "seats",
            "type",
            "座位请填整数，例如 12。",
        ),
        (
            {"kind": "eat", "area": 9, "seats": 0, "goods": ["hot"]},
            "seats",
            "exclusiveMinimum",
            "座位应大于 0。",
        ),
        (
            {"kind": "eat", "area": 9, "seats": 501, "goods": ["hot"]},
            "seats",
            "maximum",
            "座位不能大于 500。",
        ),
        ({"goods": ["hot", "hot"]}, "goods", "uniqueItems", "项目里有重复的选择，请去掉一个。"),
        ({"goods": ["hot", "cold", "raw"]}, "goods", "maxItems", "项目最多选 2 项。"),
        ({"goods": ["soup"]}, "goods", "enum", "请从列出的选项里选择项目。"),
        ({"goods": "hot"}, "goods", "type", "请从列出的选项里选择项目。"),
        ({"kind": "eat"}, "goods", "check", "餐饮店请至少选一个项目。"),
        (
            {"begins": "2026-05-01", "ends": "2026-05-01"},
            "ends",
            "check",
            "结束日期应晚于开始日期。",
        ),
        ({"secret": 1}, "secret", "unknown_field", "这张表里没有“secret”这一栏。"),
        *(
            (
                {"address": f"东街{odd}1号"},
                "address",
                "character",
                "地址里有看不见的控制字符，请删去后重新输入。",
            )
            for odd in ("\x00", "\n", "\x1b", "\ud842", "\u202e", "\ufffe")
        ),
    ],
)
def test_each_problem_is_one_sentence_at_its_field(values, field, code, words):
    assert problems(**values) == {field: (code, words)}


@pytest.mark.parametrize(
    "phone",
    [
        "13800138000",
        "020-83201234",
        "02083201234",
        "83201234",
        "0757-6320123-8",
        "400-800-1234",
        "4008001234",
    ],
)
def test_mobiles_and_landlines_are_phones(phone):
    assert problems(phone=phone) == {}


@pytest.mark.parametrize(
    "phone", ["12800138000", "138001380001", "020-0320123", "+8613800138000", "1a"]
)
def test_what_nobody_can_be_called_by_is_no_phone(phone):
    assert problems(phone=phone)["phone"][0] == "format"


def test_several_lines_may_be_written_where_there_is_room_for_them():
    assert problems(note="第一行\n第二行") == {}


def test_rare_characters_are_kept_as_they_are():
    rare = "𠮷䶮\ue863\uf900㛃󠄀"  # extension B, a new one, private use, compatibility, a variant
    assert kept(FORM, {**RIGHT, "address": rare}, TODAY)["address"] == rare
    assert problems(address=rare) == {}


def test_numbers_stay_exact_and_letters_of_numbers_become_capitals():
    values = {**RIGHT, "kind": "eat", "area": 0.1, "owner": " 11010519491231002x "}
    shaped = kept(FORM, values, TODAY)
    assert (shaped["area"], shaped["owner"]) == (Decimal("0.1"), "11010519491231002X")


def test_what_is_hidden_counts_as_not_filled_and_is_not_kept():
    values = {**RIGHT, "area": 80, "seats": -5}
    assert not {"area", "seats"} & visible(FORM, values, TODAY)
    assert problems(area=80, seats=-5) == {}
    assert kept(FORM, values, TODAY) == RIGHT
    shown = {**values, "kind": "eat"}
    assert {"area", "seats"} <= visible(FORM, shown, TODAY)


def test_a_rule_waits_until_what_it_compares_is_there_and_right():
    assert problems(begins="2026-05-01") == {}
    assert problems(begins="2026-05-32", ends="2026-05-01").keys() == {"begins"}


def test_nothing_is_asked_of_a_field_that_is_hidden():
    def change(made):
        made["checks"].append(
            {"then": {"field": "area", "filled": True}, "at": ["area"], "say": "填"}
        )

    form = parse(written(change))
    assert judge(form, RIGHT, TODAY) == []
    eats = {**RIGHT, "kind": "eat", "goods": ["hot"]}
    assert [problem.field for problem in judge(form, eats, TODAY)] == ["area"]


def test_values_read_as_people_say_them():
    def text(field, value):
        return text_of(FORM, field, value)

    assert text("area", Decimal("80.50")) == "80.5 平方米"
    assert text("area", Decimal("1E+3")) == "1000 平方米"
    assert text("seats", 0) == "0"
    assert text("kind", "eat") == "餐饮"
    assert text("kind", "gone") == "gone"
    assert text("goods", ["hot", "raw"]) == "热食、生食"
    assert text("agreed", False) == "否"
    assert text("begins", "2026-05-01") == "2026年5月1日"
    assert text("begins", "soon") == "soon"
    assert text("note", None) == ""


def test_in_english_where_the_form_has_it(house):
    with house.app.test_request_context("/?lang=en"):
        house.app.preprocess_request()
        assert text_of(FORM, "kind", "eat") == "Restaurant"
        assert text_of(FORM, "area", 80) == "80 m²"
        found = {p.field: tell(p.words) for p in judge(FORM, {"kind": "eat", "plate": "x"}, TODAY)}
        wrong = {p.field: tell(p.words) for p in judge(FORM, {"phone": "1"}, TODAY)}
    assert wrong["kind"] == "Kind: please choose."
    assert wrong["phone"].startswith("电话: please check it. Enter 11 digits")
    assert found["goods"] == "A restaurant must choose at least one."
    assert found["plate"] == "Write the plate as 12号."
    assert found["phone"] == "电话: please fill in."


# The papers

DEED = LicenceFacts("7", "real-estate", "不动产权证书", date(2020, 2, 29), True, {})
OLD = LicenceFacts("6", "real-estate", "不动产权证书", date(2024, 1, 1), False, {})


def paper(licences=(), seen=None, promised=(), **values):
    states = materials_of(
        FORM, values, TODAY, {"real-estate": licences}, {"lease": seen} if seen else {}, promised
    )
    return {each.code: each for each in states}


def test_a_valid_licence_stands_for_a_paper_and_an_expired_one_does_not():
    lease = paper([OLD, DEED])["lease"]
    assert (lease.state, lease.licence) == ("licence", "7")
    assert tell(lease.evidence_text) == "已有电子证照：不动产权证书（2020-02-29 签发）"
    assert paper([OLD])["lease"].state == "bring"


def test_a_paper_seen_before_is_good_for_its_months():
    seen = KeptMaterial(date(2025, 11, 23), "旧表")
    assert paper(seen=seen)["lease"].state == "archive"
    assert paper(seen=KeptMaterial(date(2025, 11, 22), "旧表"))["lease"].state == "bring"
    assert months_after(date(2025, 8, 31), 6) == date(2026, 2, 28)


def test_what_may_be_promised_can_be_until_it_is():
    lease = paper()["lease"]
    assert (lease.state, lease.can_promise, lease.promised) == ("bring", True, False)
    assert tell(lease.promise_text) == "承诺场所合法使用。"
    lease = paper(promised=["lease"])["lease"]
    assert (lease.state, lease.can_promise, lease.promised) == ("promise", True, True)


def test_a_paper_is_asked_for_only_when_its_condition_holds():
    assert "plan" not in paper(kind="sell", area=80)
    assert paper(kind="eat", area=80)["plan"].state == "bring"


# In English


def _sentences():
    """Every Chinese text of the modules that speak to citizens."""
    for module in ("materials", "prefill", "validation", "values"):
        tree = ast.parse((ROOT / f"app/forms/{module}.py").read_text())
        docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
        yield from (
            str(node.value)
            for node in texts
            if node not in docstrings and re.search("[\u4e00-\u9fff]{2}", str(node.value))
        )


def test_whatever_a_form_says_can_be_read_in_english():
    with (FOLDER / "en" / "forms.po").open("rb") as lines:
        english = {message.id for message in read_po(lines) if message.string}
    assert set(_sentences()) - english == set()
