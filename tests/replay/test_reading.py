"""Files that are no queue files, told apart in words, with exit 2 and nothing written."""

import pytest
from click.testing import CliRunner

from app.commands.replay import replay

HEADER = "day,joined_s,lane,priority,outcome,waited_s,served_s,server"
GOOD = "1999-02-01,100,PS,0,served,20,60,ANAT"
TABLE = f"{HEADER}\n{GOOD}\n"


@pytest.fixture
def refused(tmp_path):
    """What the command says to a file that holds this, with these options."""

    def run(content: str | bytes, *options: str) -> str:
        file, out = tmp_path / "in.csv", tmp_path / "out.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        result = CliRunner().invoke(replay, [str(file), "--out", str(out), *options])
        assert result.exit_code == 2, result.output
        assert not out.exists()
        return result.output

    return run


def test_another_table(refused):
    said = refused("case,channel,department\n1,Internet,General\n")
    assert "不是排队记录：第 1 行表头缺少 day、joined_s、lane" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("", "不是排队记录"), ("\n\n", "不是排队记录"), (b"\xff\xfe\x00", "不是 UTF-8")],
)
def test_no_table_at_all(refused, content, sentence):
    assert sentence in refused(content)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (HEADER + ",slots", "多余的列：slots"),
        (HEADER + ",lane", "多余的列：lane"),
        (HEADER.replace("joined_s,", ""), "缺少 joined_s"),
    ],
)
def test_a_wrong_header(refused, header, sentence):
    assert sentence in refused(f"{header}\n")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("1999-02-30,100,PS,0,served,20,60,ANAT", "day 是“1999-02-30”，应为日期"),
        ("19990201,100,PS,0,served,20,60,ANAT", "day 是“19990201”，应为日期"),
        ("1999-02-01,1.5,PS,0,served,20,60,ANAT", "joined_s 是“1.5”，应为不超过六位的整数秒"),
        ("1999-02-01,,PS,0,served,20,60,ANAT", "joined_s 是“”"),
        ("1999-02-01,100,,0,served,20,60,ANAT", "lane 是“”，应为非空文字"),
        ("1999-02-01,100,PS,3,served,20,60,ANAT", "priority 是“3”，应为 0 或 1 或 2"),
        ("1999-02-01,100,PS,0,gone,20,60,ANAT", "outcome 是“gone”，应为 served 或 left"),
        ("1999-02-01,100,PS,0,served,-2,60,ANAT", "waited_s 是“-2”"),
        ("1999-02-01,100,PS,0,served,20,,ANAT", "outcome 是 served，served_s 不能为空"),
        ("1999-02-01,100,PS,0,served,20,60,", "outcome 是 served，server 不能为空"),
        ("1999-02-01,100,PS,0,served,20,60", "有 7 列，表头有 8 列"),
        ('1999-02-01,100,"P"S,0,served,20,60,ANAT', "不是 CSV"),
    ],
)
def test_a_wrong_row_with_its_line(refused, row, sentence):
    said = refused(f"{TABLE}\n{row}\n")
    assert f"第 4 行：{sentence}" in said
    assert said.count("\n") == 1


def test_every_fault_is_named(refused):
    said = refused(f"{HEADER}\n1999-02-01,x,PS,9,served,20,60,ANAT\n{GOOD}\n,1,PS,0,left,5,,\n")
    assert [line.split("：")[1] for line in said.splitlines()] == ["第 2 行"] * 2 + ["第 4 行"]


def test_a_table_full_of_faults_is_cut_short(refused):
    said = refused(HEADER + "\n" + "x,1,PS,0,left,5,,\n" * 50)
    assert said.count("\n") == 21
    assert "共 50 处错误" in said


@pytest.mark.parametrize("stretch", ["0", "-1", "nan", "inf", "quick"])
def test_a_wrong_stretch(refused, stretch):
    assert stretch in refused(TABLE, "--stretch", stretch)


def test_a_file_that_is_not_there(tmp_path):
    out = tmp_path / "out.csv"
    result = CliRunner().invoke(replay, [str(tmp_path / "none.csv"), "--out", str(out)])
    assert (result.exit_code, out.exists()) == (2, False)
    assert "读不到文件" in result.output


def test_a_directory_that_is_not_there(refused, tmp_path):
    assert "没有目录" in refused(TABLE, "--out", str(tmp_path / "no" / "out.csv"))
