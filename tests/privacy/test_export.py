"""A copy of what is kept about somebody: all of it, readable, and nobody else's."""

import io
import json
import zipfile

import pytest

from tests.house import id_number, refused
from tests.submissions.library import bring, permit, stock, submitted

MOTHER = id_number("19580308")


@pytest.fixture
def hall(house):
    return stock(house)


def copy_of(li):
    answer = li.get("/me/export")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def table(files, name):
    return json.loads(files[f"信息/{name}.json"])


def test_everything_in_words_one_can_read(hall):
    li = hall.citizen("li").verify()
    bring(hall, permit(li.id_number))
    form = submitted(li)
    booked = li.book(hall.slot("10:00"))
    files = copy_of(li)
    assert table(files, "账号")[0]["手机号"] == li.phone
    assert table(files, "证件号码")[0]["证件号码"] == li.id_number
    assert table(files, "预约记录")[0]["预约码"] == booked["code"]
    [of_form] = table(files, "提交的表单")
    assert (of_form["编号"], of_form["填写内容"]["姓名"]) == (form["code"], "李小明")
    assert table(files, "证照")[0]["状态"] == "有效"
    assert table(files, "登录记录")
    readme = files["说明.txt"].decode()
    assert "提交的表单：1 条" in readme
    papers = [name for name in files if name.startswith("文书/")]
    li.get(f"/submissions/{form['id']}/application")
    assert papers or [name for name in copy_of(li) if name.startswith("文书/")]


def test_nothing_of_anybody_else(hall):
    li, wang = hall.citizen("li").verify(), hall.citizen("wang").verify("王大力")
    li.add("李奶奶", id_number=MOTHER)
    bring(hall, permit(wang.id_number))
    wang.book(hall.slot("10:30"))
    submitted(wang)
    text = b"".join(copy_of(li).values()).decode(errors="replace")
    for other in (wang.id_number, wang.phone, "王大力", MOTHER, "李奶奶"):
        assert other not in text


def test_only_whom_it_surely_is(hall):
    li = hall.citizen("li").identify()
    refused(li.get("/me/export"), 403, "export_unverified")
    refused(hall.get("/me/export", None), 401, "unauthenticated")
