"""What fits into a field is what the sandbox takes, by its own table; the rest is shortened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat.fields import KINDS, DoesNotFit, fits, fitted
from wechat.sandbox import fields as sandbox

FITTING = [
    ("thing1", "身份证"),
    ("thing12", "身" * 20),
    ("number1", "12.5"),
    ("letter1", "ABC"),
    ("symbol1", "+-"),
    ("character_string1", "A012"),
    ("time1", "15:01"),
    ("time1", "2026年11月24日 09:30"),
    ("time1", "2026年11月24日 09:30~10:00"),
    ("date1", "2019年10月1日"),
    ("date1", "2019年10月1日 15:01"),
    ("amount1", "¥100.5元"),
    ("phone_number1", "+86-0766-66888866"),
    ("car_number1", "粤A8Z888挂"),
    ("name1", "李小明"),
    ("name1", "Zhang San"),
    ("phrase1", "配送中"),
]
NOT_FITTING = [
    ("thing1", ""),
    ("thing1", " "),
    ("thing1", "身" * 21),
    ("thing1", "一\n二"),
    ("number1", "A012"),
    ("number1", "1" * 33),
    ("letter1", "A1"),
    ("character_string1", "窗口3"),
    ("character_string1", "A" * 33),
    ("time1", "25:01"),
    ("time1", "明天"),
    ("date1", "2026-11-24"),
    ("date1", "2026年13月1日"),
    ("amount1", "一百元"),
    ("phone_number1", "1" * 18),
    ("name1", "买买提·阿卜杜热合曼江"),
    ("name1", "A" * 21),
    ("name1", "李1"),
    ("phrase1", "已经叫到了号"),
    ("phrase1", "OK"),
    ("unknown1", "身份证"),
]


@pytest.mark.parametrize(("field", "value"), FITTING)
def test_what_fits(field, value):
    assert fits(field, value)
    assert sandbox.fits(field, value)
    assert fitted(field, value) == value


@pytest.mark.parametrize(("field", "value"), NOT_FITTING)
def test_what_does_not_fit(field, value):
    assert not fits(field, value)


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("thing1", "身" * 21, "身" * 19 + "…"),
        ("thing1", "𠮷" * 30, "𠮷" * 19 + "…"),
        ("thing1", " 身份证\n首次申领 ", "身份证 首次申领"),
        ("thing1", "", "无"),
        ("name1", "买买提·阿卜杜热合曼江", "买买提·阿卜杜热合曼"),
        ("name1", "李小明 (Li)", "李小明"),
        ("name1", "007", "无"),
        ("phrase1", "已经叫到了号", "已经叫到了"),
        ("phrase1", "A1", "无"),
        ("character_string1", "3号窗口", "3"),
        ("character_string1", "", "-"),
    ],
)
def test_what_can_be_shortened_is(field, text, told):
    assert fitted(field, text) == told
    assert sandbox.fits(field, told)


@pytest.mark.parametrize("field", ["time1", "date1", "number1", "amount1", "unknown1"])
def test_half_a_date_is_another_date(field):
    with pytest.raises(DoesNotFit):
        fitted(field, "2026年11月24日上午")


@given(field=st.sampled_from(sorted(KINDS)), text=st.text(max_size=40))
def test_whatever_is_made_to_fit_reaches_the_phone(field, text):
    try:
        told = fitted(f"{field}1", text)
    except DoesNotFit:
        assert field not in ("thing", "name", "phrase", "character_string")
    else:
        assert fits(f"{field}1", told)
        assert sandbox.fits(f"{field}1", told)
