"""What is sent to a printer, read again as the printer does."""

import pytest

from app.printing.drivers import bytes_of, picture
from app.printing.paper import Paper
from app.printing.rules import DOTS, Mode, Printer
from tests.printing.printer import read, read_code, whole

ADDRESS = "https://hall.example.cn/t/0123456789abcdef0123456789abcdef"
PAPER = Paper(
    hall="清河县政务服务中心",
    lane="A 户籍",
    number="A1012",
    lines=("身份证、护照", "前面还有 3 人", "，㐀𠀀——"),  # rare ones, and one of no letters
    address=ADDRESS,
    foot=("请记住号码。", "2026-11-23 09:00"),
)


def printer(mode, paper_mm=80):
    return Printer("127.0.0.1", 9100, mode, paper_mm, answers=True)


def test_as_text_each_line_can_be_read_the_number_is_big_and_the_paper_is_cut_off():
    made = read(bytes_of(PAPER, printer(Mode.TEXT)))
    assert made.lines == [PAPER.hall, PAPER.lane, PAPER.number, *PAPER.lines, *PAPER.foot]
    assert made.sizes[PAPER.number] == 4
    assert {made.sizes[line] for line in made.lines if line != PAPER.number} == {1}
    assert (made.codes, made.images, made.cuts) == ([ADDRESS], [], 1)


def test_a_command_in_a_name_is_no_command():
    odd = Paper("大厅\x1bp\x00\x10\x14", "A", "A001", ("一\n二\x1dV\x00",), None, ())
    made = read(bytes_of(odd, printer(Mode.TEXT)))
    assert made.lines == ["大厅p", "A", "A001", "一二V"]
    assert (made.codes, made.cuts) == ([], 1)


@pytest.mark.parametrize("paper_mm", DOTS)
def test_as_dots_it_is_the_picture_and_its_code_can_be_read(paper_mm):
    made = read(bytes_of(PAPER, printer(Mode.RASTER, paper_mm)))
    shown = whole(made.images)
    assert shown.tobytes() == picture(PAPER, DOTS[paper_mm]).tobytes()
    assert shown.width == DOTS[paper_mm]
    assert read_code(shown) == ADDRESS
    assert (made.lines, made.codes, made.cuts) == ([], [], 1)


def test_a_long_name_is_wrapped():
    short, long = (picture(Paper("厅" * n, "A", "A001", (), None, ()), DOTS[58]) for n in (1, 60))
    assert long.height - short.height >= 2 * DOTS[58] // 18  # 18 characters a line, 60 of them
