"""Identity numbers, credit codes and names: what is well formed, and what is shown of it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from app.citizens.errors import CreditCodeWrong, IdNumberWrong, NameWrong
from app.citizens.rules import (
    credit_code,
    firm_name,
    id_number,
    masked_name,
    masked_number,
    name,
)
from tests.house import id_number as number_of_nobody

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",  # the standard's own samples
        "440524188001010014",
        " 11010519491231002x ",
    ],
)
def test_identity_numbers(text):
    assert id_number(text, TODAY).value == text.strip().upper()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "110105194912310021",  # its check digit
        "110105202701010024",  # not born yet
        "11010519490231002X",  # no such day
        "1101054912310020",  # fifteen and sixteen digits
        "110105491231002",
        "１１０１０５１９４９１２３１００２Ｘ",
        "990105194912310020",
        "11010519491231002X\n1",
    ],
)
def test_what_is_no_identity_number(text):
    with pytest.raises(IdNumberWrong):
        id_number(text, TODAY)


def test_who_is_born_today_has_a_number():
    assert id_number(number_of_nobody("20261123"), TODAY).born == TODAY


# From catalogues and item lists that provinces published.
REAL_CODES = [
    "11100000000013338W",
    "11430000006122244L",
    "11330105002500287C",
    "11100000000013661B",
    "113700000045046442",
    "11100000MB03271699",
    "11220000013544541J",
    "11440232MB2D06811W",
    "91350100M000100Y43",
    "91110000600037341L",
]


@pytest.mark.parametrize("text", REAL_CODES)
def test_credit_codes(text):
    assert credit_code(f" {text.lower()}\t").value == text


def test_a_collective_of_the_countryside_has_a_code_that_begins_with_a_letter():
    digits = "N2330127MF1234567"
    code = digits + uscc.calc_check_digit(digits)
    assert credit_code(code).value == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "91110000600037341",
        "91110000600037341LL",
        "91110000600037341I",  # no letter of the standard
        "9111000060003734-L",
        "91A10000600037341L",
        "110105194912310021",
        "11010519491231002X",  # a person is no firm
        "９１１１００００６０００３７３４１Ｌ",
    ],
)
def test_what_is_no_credit_code(text):
    with pytest.raises(CreditCodeWrong):
        credit_code(text)


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.sampled_from(REAL_CODES), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_of_a_credit_code_is_noticed(code, place, character):
    """GB 32100: weights without a common factor with the prime 31."""
    changed = code[:place] + character + code[place + 1 :]
    if changed == code:
        return
    with pytest.raises(CreditCodeWrong):
        credit_code(changed)


@given(
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
    st.integers(0, 17),
    st.sampled_from("0123456789X"),
)
def test_one_wrong_digit_of_an_identity_number_is_noticed(born, series, place, digit):
    """GB 11643: weights without a common factor with the prime 11."""
    number = number_of_nobody(f"{born:%Y%m%d}", series)
    assert id_number(number, TODAY).value == number
    changed = number[:place] + digit + number[place + 1 :]
    if changed == number:
        return
    with pytest.raises(IdNumberWrong):
        id_number(changed, TODAY)


NAMES = ["张三", "欧阳修", "买买提·艾力", "Anna-Maria O'Neill", "𠮷", "〇", "ལྷམོ"]
NAMES += ["\U00030729", "\ue863", "葛\U000e0100", "李" * 50]


@pytest.mark.parametrize("text", NAMES)
def test_names_are_kept_as_they_are_written(text):
    assert name(f" {text}\t") == text


@pytest.mark.parametrize("text", ["李\u3000明", "李 明", " 李\u3000 明 "])
def test_a_blank_between_chinese_characters_is_no_part_of_a_name(text):
    assert name(text) == "李明"


NO_NAMES = [
    "",
    "  ",
    "李" * 51,
    "张\x00三",
    "张\n三",
    "张\u200b三",
    "张\u202e三",
    "张3",
    "·",
    "<b>",
]


@pytest.mark.parametrize("text", NO_NAMES)
def test_what_is_no_name(text):
    with pytest.raises(NameWrong):
        name(text)


def test_names_of_firms():
    assert firm_name(" 清河市第3建筑（集团）有限公司 ") == "清河市第3建筑（集团）有限公司"
    assert firm_name("司" * 100)
    for text in ("", "司" * 101, "公\x1b司", "公\u202e司"):
        with pytest.raises(NameWrong):
            firm_name(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("张三", "张*"), ("李小明", "李*明"), ("欧阳小明", "欧**明"), ("𠮷", "*")],
)
def test_what_is_shown_of_a_name(text, shown):
    assert masked_name(text) == shown


def test_what_is_shown_of_a_number():
    assert masked_number("11010519491231002X") == "1101**********002X"
    assert masked_number("91110000600037341L") == "9111**********341L"
