"""What was kept long enough goes, and nothing before its time."""

import pytest

from app.appointments.queries import TABLE as APPOINTMENTS
from app.citizens.queries import ACTS_FOR, CITIZENS, PEOPLE, SESSIONS
from app.privacy import service
from app.privacy.jobs import forget_personal_of
from app.ratings.queries import TABLE as RATINGS
from app.tickets.models import TicketRow
from tests.crowd import rows
from tests.house import HALL, open_house
from tests.ratings.visits import rate
from tests.stores import each_store_once

TICKETS = TicketRow.__table__
DAY_S = 24 * 3600
YEAR_S = 12 * 31 * DAY_S


def night(house):
    due = house.clock.now().isoformat()
    with house.app.app_context():
        return forget_personal_of(HALL, due)


@pytest.fixture
def hall(every_settings):
    return open_house(every_settings)


@each_store_once
def test_a_visit_says_for_a_year_whose_it_was(hall):
    li = hall.citizen("li").verify()
    ticket = li.take_from_afar()
    hall.check_in({"token": ticket["token"]})
    clerk = hall.clerk("1")
    assert clerk.next()["ticket"]["id"] == ticket["id"]
    clerk.handle(ticket, "finish")
    assert rate(hall, ticket, "satisfied", words="谢谢张三").status_code == 201
    booked = li.book(hall.slot("10:00"))
    li.appointment(booked, "cancel")
    waits = li.book(hall.slot("10:30"))

    hall.clock.advance(seconds=YEAR_S - DAY_S)
    night(hall)
    assert rows(hall, TICKETS)[0].person_id is not None
    assert rows(hall, SESSIONS) == []  # their sign-in is older than half a year

    hall.clock.advance(seconds=3 * DAY_S)
    with hall.app.app_context():
        told = service.due(hall.clock.now())
    assert told["tickets"] == 1
    assert night(hall) > 0
    assert (rows(hall, TICKETS)[0].person_id, rows(hall, TICKETS)[0].citizen_id) == (None, None)
    by_code = {row.code: row for row in rows(hall, APPOINTMENTS)}
    assert by_code[booked["code"]].person_id is None
    assert by_code[waits["code"]].person_id is not None  # nobody said what became of it
    assert rows(hall, RATINGS)[0].words_sealed is not None
    assert rows(hall, CITIZENS)[0].person_id is not None
    assert night(hall) == 0  # nothing is left to be done

    hall.clock.advance(seconds=YEAR_S)
    night(hall)
    [rating] = rows(hall, RATINGS)
    assert (rating.words_sealed, rating.grade) == (None, "satisfied")


def test_a_number_that_nothing_points_to_goes_after_a_year(house):
    li = house.citizen("li").verify()
    grandmother = li.add("李奶奶", id_number=house.citizen("mother").id_number)
    assert li.delete(f"/me/people/{grandmother['id']}").status_code == 204
    hall_people = {row.id for row in rows(house, PEOPLE)}
    assert grandmother["id"] in hall_people
    house.clock.advance(seconds=YEAR_S + DAY_S)
    night(house)
    own = rows(house, ACTS_FOR)[0].person_id
    assert {row.id for row in rows(house, PEOPLE)} == {own}


def test_the_commands(house, tmp_path):
    from app.commands.privacy import privacy_group

    run = house.app.test_cli_runner().invoke
    li = house.citizen("li").verify()
    assert "取号记录（tickets）：0" in run(privacy_group, ["due"]).output
    file = tmp_path / "copy.zip"
    given = ["--id-number", li.id_number, "--reason", "本人书面申请"]
    assert run(privacy_group, ["export", *given, str(file)]).exit_code == 0
    assert file.stat().st_mode & 0o077 == 0
    assert file.read_bytes()[:2] == b"PK"
    again = run(privacy_group, ["export", *given, str(file)])
    assert again.exit_code != 0  # nothing is written over
    wrong = run(privacy_group, ["erase", "--yes", *given[:1], "11010519", *given[2:]])
    assert "证件号码有误" in wrong.output
    assert run(privacy_group, ["erase", "--yes", *given]).exit_code == 0
    assert li.get("/me").status_code == 401
    assert rows(house, PEOPLE) == []
    assert "没有这个证件号码的记录" in run(privacy_group, ["erase", "--yes", *given]).output
