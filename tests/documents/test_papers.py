"""Papers read as what was filled in says, whatever that is, and look as they should."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pypdfium2 as pdfium
import pytest
import segno

from app.core.codes import code_of, code_read
from app.documents import contents
from app.documents.fonts import missing
from app.documents.rules import CODE_LENGTH, in_groups, rows_of
from app.submissions.printing import PrintedCorrection, PrintedField, PrintedGroup
from tests.documents.samples import ADDRESS, CODE, GAPS, NINE, PROMISE, fields, pdf_as, printable

MM = 6 * 72 / 25.4
"""Pixels of a page rendered six times as large as it is."""
MARKUP = '#panic("x") *粗* _斜_ $x^2$ `code` @ref <lab> [x] // c \\n #sys.inputs "'


@cache
def pages(pdf: bytes) -> list[str]:
    """The text of each page, as somebody would copy it from there."""
    document = pdfium.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def text_of(pdf: bytes) -> str:
    """All of it, without its spaces and line ends."""
    return re.sub(r"\s", "", "".join(pages(pdf)))


def test_an_application_says_everything():
    pdf, lacking = pdf_as(contents.application(printable()))
    text = text_of(pdf)
    for said in (
        *("测试大厅", "食品经营许可变更申请书", "表单第2版", "8K3M2P9QXZ"),
        *("2026年11月23日09:05", "经营者名称清河豆腐店", "法定代表人王䶮"),
        *("1营业执照免提交电子证照，2023年5月8日发证", "2场所使用证明告知承诺／"),
        *("3管理制度已存档2025年3月1日提交", "4平面图需携带／", f"场所使用证明{PROMISE}"),
        *("本单位承诺：以上所填内容真实", "法定代表人或经办人（签名、盖章）", "年月日"),
    ):
        assert said in text
    assert lacking == ()
    assert not [words for words in ("手写", "food-licence", "更正") if words in text]


def test_what_a_counter_corrected_stands_above_the_signature():
    fixed = (PrintedCorrection("经营面积", "3", NINE), PrintedCorrection("住所", "5", NINE))
    text = text_of(pdf_as(contents.application(printable(corrections=fixed)))[0])
    assert "窗口更正2处更正的栏目窗口时间经营面积3号窗口2026年11月23日09:05住所5号窗口" in text
    assert text.index("窗口更正") < text.index("声明与签署")


def test_a_sheet_of_gaps_lists_all_of_them():
    pdf, lacking = pdf_as(contents.gaps(GAPS))
    text = text_of(pdf)
    for said in (
        *("一次性告知书", "王〔U+20BB7〕：", "您于2026年11月23日在测试大厅3号窗口（号码A012）"),
        *("“食品经营许可变更”，所填为《食品经营许可变更申请书》（填报编号8K3M2P9QXZ）"),
        *("1管理制度请加盖公章", "2平面图／", "1经营面积与房产证不一致", "备齐后可直接到3号窗口。"),
        *("不再要求您补充其他材料", "申请人（签名）"),
    ):
        assert said in text
    assert lacking == ("𠮷",)


def test_what_looks_like_markup_is_text():
    group = PrintedGroup(MARKUP, fields(**{MARKUP: MARKUP}))
    paper = contents.application(printable(group, form_name=MARKUP, person_name=MARKUP))
    pdf, _ = pdf_as(paper)
    assert text_of(pdf).count(MARKUP.replace(" ", "")) >= 5


def test_what_the_font_lacks_is_told_and_never_a_box():
    named = PrintedGroup("申请人", fields(姓名="王𠮷", 别名="䶮龘㛃", 附言="甲\u202e乙\x07𠮷"))
    pdf, lacking = pdf_as(contents.application(printable(named)))
    text = text_of(pdf)
    assert lacking == ("𠮷", "\u202e", "\x07")
    assert missing("王𠮷\u202e𠮷") == "𠮷\u202e"
    assert missing("王䶮 No. 1\n阿卜杜拉·买买提") == ""
    assert "王〔U+20BB7〕" in text
    assert "䶮龘㛃" in text
    assert "甲〔U+202E〕乙〔U+0007〕〔U+20BB7〕" in text
    assert "字形缺失，请手写" in text
    assert "〔U+20BB7〕、〔U+202E〕、〔U+0007〕之处" in text


def test_it_is_pdf_a_and_the_same_bytes_each_time():
    paper = contents.application(printable())
    pdf, _ = pdf_as(paper)
    metadata = pdf[pdf.index(b"<?xpacket begin") :]
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    told = pdfium.PdfDocument(pdf).get_metadata_dict()
    assert told["Title"] == "食品经营许可变更申请书"
    assert told["CreationDate"].startswith("D:20261123010500")  # nine in Shanghai
    others = [printable(person_name=f"清河豆腐店{n}") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:  # as the threads of a web process do
        again = list(pool.map(pdf_as, [paper, *map(contents.application, others)] * 3))
    assert {made for made, _ in again[::9]} == {pdf}
    assert len({made for made, _ in again}) == 9


def test_every_page_can_be_verified():
    groups = [
        PrintedGroup(f"第{n}组", tuple(PrintedField(f"栏目{n}{m}", "内容" * 9) for m in range(10)))
        for n in range(5)
    ]
    pdf, _ = pdf_as(contents.application(printable(*groups)))
    shown = [re.sub(r"\s", "", page) for page in pages(pdf)]
    assert len(shown) > 1
    for n, page in enumerate(shown, 1):
        assert f"第{n}页共{len(shown)}页" in page
        assert in_groups(CODE) in page
        assert "8K3M2P9QXZ" in page
    assert all(f"栏目{n}{m}" in "".join(shown) for n in range(5) for m in range(10))
    for page in pdfium.PdfDocument(pdf):
        assert (qr_on(page) == np.array(segno.make(ADDRESS, error="m", micro=False).matrix)).all()


def qr_on(page: pdfium.PdfPage) -> np.ndarray:
    """The modules of the code at the foot of a page, as a camera sees them."""
    modules = segno.make(ADDRESS, error="m", micro=False).symbol_size(border=0)[0]
    grey = page.render(scale=6, grayscale=True).to_numpy()
    corner = grey[int(270 * MM) :, : int(37.3 * MM)] < 128  # below the line, left of the words
    rows, columns = np.flatnonzero(corner.any(axis=1)), np.flatnonzero(corner.any(axis=0))
    top, left = rows[0], columns[0]
    size = (rows[-1] + 1 - top) / modules
    centres = ((np.arange(modules) + 0.5) * size).astype(int)
    return corner[np.ix_(top + centres, left + centres)]


def test_long_values_stay_in_their_cells_and_are_copied_as_they_are():
    number, address = "92110105MA0000017K", "https://shop.example/" + "a1" * 60
    group = PrintedGroup("网店", fields(信用代码=number, 网址=address, 说明="一\n二\r\n\n四\t五"))
    pdf, lacking = pdf_as(contents.application(printable(group)))
    (page,) = pages(pdf)
    assert number in page
    assert address in text_of(pdf).replace("\u200b", "")
    assert "一\r\n二\r\n" in page
    assert lacking == ()
    black = pdfium.PdfDocument(pdf)[0].render(scale=1, grayscale=True).to_numpy() < 128
    margins = int(20 / 25.4 * 72)
    assert not black[:, -margins:].any()


def test_short_fields_share_a_row():
    named = fields(甲="1", 乙="2", 丙="长" * 13, 丁="3", 戊="4\n5", 己="6", 庚="")
    rows = [[field.title for field in row] for row in rows_of(named)]
    assert rows == [["甲", "乙"], ["丙"], ["丁"], ["戊"], ["己", "庚"]]


@pytest.mark.parametrize("typed", ["8k3m-2p9q-xz8k-3m2p", " 8K3M 2P9Q XZ8K 3M2P ", CODE])
def test_a_code_is_read_as_people_type_it(typed):
    assert code_read(typed) == CODE


def test_codes_are_long_and_of_letters_nobody_takes_for_others():
    codes = {code_of(f"{n:032x}", CODE_LENGTH) for n in range(2**12)}
    assert len(codes) == 2**12
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert code_read("OIL0") == "0110"


@pytest.mark.parametrize("count", range(18, 28))
def test_no_heading_is_left_alone_at_the_foot_of_a_page(count):
    group = PrintedGroup("情况", tuple(PrintedField(f"栏目{n}", "长" * 20) for n in range(count)))
    pdf, _ = pdf_as(contents.application(printable(group)))
    first = re.sub(r"\s", "", pages(pdf)[0])
    assert ("材料清单" in first) == ("1营业执照" in first)
    assert ("声明与签署" in first) == ("法定代表人或经办人" in first)


def test_a_form_with_a_promise_and_a_rare_character_fits_one_page():
    """As long as most are: nobody signs on a page of its own."""
    applicant = fields(
        **{
            "姓名": "赵𠮷行",
            "曾用名": "",
            "性别": "女",
            "民族": "汉族",
            "出生日期": "1997年2月3日",
        },
        **{"居民身份证号码": "410000199702033446", "常住户口所在地": "河南省洛川市涧河镇南村 3 组"},
        **{"文化程度": "大学本科", "婚姻状况": "未婚", "手机号码": "13900130004"},
    )
    home = fields(
        **{"居住地住址": "清河县幸福里小区 3 号楼 2 单元 501 室", "住所类型": "租赁房屋"},
        **{"房主姓名": "白雪棠", "租期届满日期": "2027年5月1日", "居住起始日期": "2026年5月1日"},
    )
    ground = fields(申领依据="合法稳定就业", 用人单位="清河豆腐店", 入职日期="2026年3月1日")
    groups = [PrintedGroup("申领人", applicant), PrintedGroup("居住情况", home)]
    submitted = printable(*groups, PrintedGroup("申领依据", ground), person_kind="person")
    pdf, lacking = pdf_as(contents.application(submitted))
    assert lacking == ("𠮷",)
    (page,) = pages(pdf)
    said = ("告知承诺", "字形缺失", "申请人（签名）", "窗口核对（签名）")
    assert [words for words in said if words not in page] == []
