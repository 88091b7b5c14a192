"""Licences brought in by command; what the office reads of their uses; what is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.commands import commands
from app.core.acts import Act, Actor
from app.core.db import db
from app.licences import shares
from app.licences.importing.jobs import look_after_imports
from app.licences.importing.queries import IMPORTS
from app.licences.importing.rules import FILE_AWAITED, KEPT
from app.licences.queries import LICENCES as HELD
from app.licences.queries import licences_of
from tests.house import HALL, House, id_number
from tests.licences.conftest import record, stocked
from tests.licences.imports import brought, with_kinds
from tests.licences.register import csv_of, register

LICENCES = next(command for command in commands if command.name == "licences")


@pytest.fixture
def house(shared_house):
    return with_kinds(shared_house)


def run(house: House, *words: str):
    """What `flask licences words` answers."""
    return house.app.test_cli_runner().invoke(LICENCES, words)


def test_a_file_comes_in_by_command(house, tmp_path):
    file, errors = tmp_path / "食品.csv", tmp_path / "errors.csv"
    rows = list(register(30))
    for one in rows:
        del one["as_of"]
    rows[4]["place"] = "青禾"
    file.write_bytes(csv_of(rows, "gb18030"))
    told = run(house, "import", str(file), "--as-of", "2026-11-01", "--errors", str(errors))
    assert told.exit_code == 0, told.output
    assert "30 行：新 29，更新 0，相同 0，较旧 0，有误 1" in told.output
    assert "6," in errors.read_text(encoding="utf-8")
    again = run(house, "import", str(file), "--as-of", "2026-11-01")
    assert "30 行：新 0，更新 0，相同 29，较旧 0，有误 1" in again.output
    number = again.output.split("import-errors ")[1].strip()
    assert run(house, "import-errors", number).output == errors.read_text(encoding="utf-8")


def test_what_is_no_such_file_is_told_by_command(house, tmp_path):
    file = tmp_path / "r.csv"
    file.write_text("甲,乙\n")
    told = run(house, "import", str(file))
    assert told.exit_code == 1
    assert "第一行不是表头" in told.output


def test_what_is_over_is_forgotten_in_its_time(house):
    done = brought(house, csv_of(register(3)))["id"]
    token = house.sign_in("administrator")
    awaits = house.post("/licences/imports", token, {"name": "r.csv"}).json["id"]
    began = house.clock.at
    for after, left in ((FILE_AWAITED, {done: "done", awaits: "cancelled"}), (KEPT, {})):
        house.clock.at = began + after + timedelta(seconds=1)
        with house.app.app_context():
            look_after_imports()
            rows = db.session.execute(IMPORTS.select())
            assert {row.id: row.state for row in rows} == left
    house.clock.at = began


def test_the_log_of_uses_tells_who_read_what_and_of_nobody_too_much(shared_house):
    library = stocked(shared_house)
    house, now = shared_house, shared_house.clock.now()
    for nth in range(2):
        library.put(record(serial=str(nth), holder=id_number(series=nth + 1)))
    with house.app.app_context():
        holders = db.session.execute(select(HELD.c.holder_id).distinct()).scalars().all()
        found = (licences_of(holder, ["residence-permit"]) for holder in holders)
        licences = [one for of_holder in found for one in of_holder]
    clerk, citizen = Actor("staff", "s1", HALL), Actor("citizen", "c1")
    elsewhere = Actor("staff", "s2", "elsewhere")
    for who, purpose in ((clerk, "=办理居住证"), (citizen, "填写《社保卡》"), (elsewhere, "看看")):
        act = Act(now, who)
        house.within(lambda a=act, p=purpose: shares.share(licences, p, ["address", "number"], a))
    token = house.sign_in("administrator")
    page = house.app.test_client().get(
        "/office/licences/shares.csv", headers={"Authorization": f"Bearer {token}"}
    )
    header, *lines = page.text.removeprefix("\ufeff").splitlines()
    assert header.startswith("时间,谁,用途,证照类型,字段,证照数")
    assert len(lines) == 2
    assert all(",居住证,居住地住址、证照编号,2," in line for line in lines)
    assert {line.split(",")[2] for line in lines} == {"'=办理居住证", "填写《社保卡》"}
    assert "1101**********" in page.text
    assert id_number(series=1) not in page.text
