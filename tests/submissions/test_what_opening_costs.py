"""What opening a form costs the database: each table is asked once, whatever is filled from it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from app.core.acts import SYSTEM, Act, Actor
from app.core.db import db, transaction
from app.licences.kinds import parse_kinds
from app.licences.queries import kinds
from app.licences.service import load_kinds
from app.licences.shares import TABLE as SHARES
from app.submissions import beginning
from app.submissions.gathering import by_card
from app.submissions.models import SubmissionRow
from tests.asked import statements
from tests.house import HALL
from tests.submissions.library import (
    KINDS,
    bring,
    card,
    licence,
    permit,
    publish,
    submitted,
    sure,
)

WHO = {"people": 1, "licences": 1}
"""Whose card it is, before the use case begins: a service elsewhere may have to be asked."""
FILLING = {"people": 1, "form_versions": 1, "submissions": 1, "licence_kinds": 1, "licences": 1}
KEEPING = 2
"""The draft; what was used, however many licences it was."""
PLAIN = """
form: plain-form
name: 便条
name_en: Note
for: person
schema:
  type: object
  required: [words]
  properties:
    words: {type: string, title: 内容, title_en: Words, maxLength: 50}
layout: [{group: 内容, group_en: Words, fields: [words]}]
document: application
"""


@pytest.fixture
def li(hall):
    """Somebody with licences of three kinds, who has submitted the form before."""
    li = sure(hall)
    bring(
        hall,
        permit(li.id_number),
        licence("id-card", li.id_number, data={"address": "南宁市青秀区民族大道 1 号"}),
        licence("disability", li.id_number, data={"grade": "三级"}),
    )
    submitted(li, job="木工", renting=True, landlord="王五")
    return li


@pytest.fixture
def plan(hall):
    return hall.plan


def open_form(hall, plan, person):
    """The use case at the desk."""
    shown = card(person)
    with hall.app.app_context():
        act = Act(hall.clock.now(), Actor("kiosk", "desk", HALL, reader=True))
        there = beginning.card_of(shown["id_number"], shown["name"], True, act)
        with transaction():
            filling = by_card(there.who, there.read, None, act)
            return beginning.begin(filling, plan, "id-card", act)


def read(sent):
    """Table -> how often it was read."""
    return Counter(
        re.search(r"FROM (\w+)", each)[1] for each in sent if each.startswith("SELECT")
    )


def test_a_form_at_the_desk(hall, plan, li):
    open_form(hall, plan, li)  # kinds and definitions are read once
    with statements(hall) as sent:
        made = open_form(hall, plan, li)
    assert len(made.values) == 9  # all but whether they rent, which nobody knows
    assert read(sent) <= Counter(WHO) + Counter(FILLING), sent
    assert len(sent) <= sum(WHO.values()) + sum(FILLING.values()) + KEEPING, sent


def test_each_licence_used_is_written_down_though_it_is_asked_for_once(hall, plan, li):
    made = open_form(hall, plan, li)
    with hall.app.app_context():
        uses = db.session.execute(SHARES.select().where(SHARES.c.submission_id == made.id)).all()
    assert sorted(tuple(each.fields) for each in uses) == [
        ("address",), ("address", "rooms", "since"), ("grade",),
    ]  # fmt: skip


def test_more_of_the_past_is_no_more_to_ask(hall, plan, li):
    open_form(hall, plan, li)
    for job in ("瓦工", "油漆工", "电工"):
        hall.clock.advance(days=1)
        submitted(li, job=job, renting=False)
    with statements(hall) as sent:
        made = open_form(hall, plan, li)
    assert made.values["job"] == "电工"
    assert [each.value for each in made.fills["job"].others] == ["油漆工", "瓦工", "木工"]
    assert read(sent) <= Counter(WHO) + Counter(FILLING), sent


def test_the_last_of_a_form_may_be_older_than_twenty_others(hall, plan, li):
    publish(hall, PLAIN)
    table = SubmissionRow.__table__

    def write_notes():
        [form] = db.session.execute(table.select().where(table.c.state == "submitted"))
        for n in range(20):
            note = {"id": f"{n:032}", "code": f"NOTE{n:06}", "form": "plain-form", "version": 1}
            later = {"submitted_at": hall.clock.now(), "sources_sealed": b"-"}
            db.session.execute(table.insert().values({**form._mapping, **note, **later}))

    hall.clock.advance(hours=1)
    hall.within(write_notes)
    with statements(hall) as sent:
        made = open_form(hall, plan, li)
    assert made.values["landlord"] == "王五"  # from the form's last
    assert "job" not in made.values  # the archive is the latest twenty
    assert read(sent)["submissions"] == 2


def test_a_use_case_goes_by_the_kinds_it_has_read_until_it_changes_them(hall):
    act = Act(hall.clock.now(), SYSTEM)
    renamed = parse_kinds(KINDS.replace("name: 居住证\n", "name: 新居住证\n"))

    def change():
        before = kinds()["permit"].name
        load_kinds(renamed, act)
        return before, kinds()["permit"].name

    assert hall.within(change) == ("居住证", "新居住证")
    with statements(hall) as sent:
        assert hall.within(lambda: [kinds()["permit"].name for _ in range(3)]) == ["新居住证"] * 3
    assert len(sent) == 1
    with statements(hall) as sent, hall.app.app_context():
        assert [kinds()["permit"].name for _ in range(2)] == ["新居住证"] * 2
    assert len(sent) == 2  # nothing holds them still
