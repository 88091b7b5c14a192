"""A paper is made once, lies sealed, and tells whoever holds it that it is genuine."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import delete

from app.core.acts import SYSTEM, Act
from app.core.db import db, transaction
from app.documents import contents, service
from app.documents.queries import TABLE
from tests.crowd import rows
from tests.documents.samples import GAPS, printable
from tests.house import House, open_house, refused
from tests.processes import together
from tests.stores import each_store_once, on_sqlite


@pytest.fixture
def house(every_settings):
    house = open_house(every_settings)
    yield house
    with house.app.app_context():
        db.engine.dispose()


def make(house: House, of=None) -> tuple[str, str, str]:
    """The digest, the code and the file's own digest of a paper."""
    paper = contents.gaps(of or GAPS)
    with house.app.app_context():
        made = service.made_once(paper, Act(house.clock.now(), SYSTEM))
        db.session.remove()
    return made.sha256, made.code, hashlib.sha256(made.pdf).hexdigest()


def _made(house: House, go) -> tuple[str, str, str]:
    go()
    return make(house)


@each_store_once
def test_two_who_ask_at_once_hold_one_paper(house):
    settings = house.app.extensions["parts"].settings
    first, second = together(settings, (_made,), (_made,))
    assert first == second == make(house)
    assert first[0] == first[2]
    assert len(rows(house, TABLE)) == 1
    others = {make(house, replace(GAPS, notice="7" * 32))[1], make(house)[1]}
    assert len(others) == 2


@on_sqlite
def test_nothing_of_it_lies_in_the_clear(house):
    make(house)
    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for value in rows(house, TABLE)[0]
    )
    code = make(house)[1]
    for secret in ("王𠮷", "食品经营", "%PDF", code):
        assert secret.encode() not in kept


@on_sqlite
def test_what_a_restore_lost_is_made_again_as_it_was(house):
    before = make(house)
    with house.app.app_context(), transaction():
        db.session.execute(delete(TABLE))
    assert make(house) == before


@on_sqlite
def test_whoever_holds_it_sees_that_it_is_genuine(house):
    sha256, code, _ = make(house)
    typed = f" {code[:4]}-{code[4:8]} {code[8:]} ".lower().replace("0", "o")
    told = house.get(f"/verifications/{typed}").json
    assert told["what"] == "document"
    assert told["current"] is True
    assert told["document"] == {
        "title": "一次性告知书",
        "hall_name": "测试大厅",
        "item_name": "食品经营许可变更",
        "name": "王*",
        "at": "2026-11-23T09:05:00.000+08:00",
        "state": "current",
        "sha256": sha256,
    }
    page = house.app.test_client().get(f"/verify/{code}")
    assert page.status_code == 200
    shown = page.get_data(as_text=True)
    assert all(said in shown for said in ("文书属实", sha256, "王*", "2026-11-23 09:05"))
    assert "王𠮷" not in shown
    other = code[:-1] + ("0" if code[-1] != "0" else "1")
    refused(house.get(f"/verifications/{other}"), 404, "verification_not_found")
    assert house.app.test_client().get(f"/verify/{other}").status_code == 404


@on_sqlite
def test_a_paper_of_what_is_gone_counts_no_more(house):
    with house.app.app_context():
        paper = contents.application(printable())
        made = service.made_once(paper, Act(house.clock.now(), SYSTEM))
        db.session.remove()
    told = house.get(f"/verifications/{made.code}").json
    assert (told["current"], told["document"]["state"]) == (False, "withdrawn")
    assert told["document"]["name"] == "清河豆腐店", "a firm's name is public"
