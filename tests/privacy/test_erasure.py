"""An account comes to its end: what goes, what stays, and when that has to wait."""

import pytest
from sqlalchemy import select

from app.appointments.queries import TABLE as APPOINTMENTS
from app.citizens.queries import ACTS_FOR, CITIZENS, PEOPLE
from app.core.audit import TABLE as AUDIT
from app.core.db import db
from app.notices.queries import TABLE as NOTICES
from app.privacy.erasing import ERASURES
from app.submissions.models import SubmissionRow
from app.tickets.models import TicketRow
from tests.crowd import rows
from tests.house import id_number, refused
from tests.stores import each_store_once
from tests.submissions.library import begin, bring, permit, stock, submitted

SUBMISSIONS = SubmissionRow.__table__
TICKETS = TicketRow.__table__
YES = {"confirm": True}
MOTHER = id_number("19580308")


@pytest.fixture
def hall(house):
    return stock(house)


def visit(hall, li):
    """A number taken on the phone, served and finished."""
    ticket = li.take_from_afar()
    hall.check_in({"token": ticket["token"]})
    clerk = hall.clerk("1")
    assert clerk.next()["ticket"]["id"] == ticket["id"]
    clerk.handle(ticket, "start")
    clerk.handle(ticket, "finish")
    return ticket


def test_what_goes_and_what_stays(hall):
    li = hall.citizen("li").verify()
    li.add("李奶奶", id_number=MOTHER)
    bring(hall, permit(li.id_number))
    kept = submitted(li)
    begin(li)
    ticket = visit(hall, li)
    li.post(f"/tickets/{ticket['id']}/rating", {"grade": "very_satisfied"})
    booked = li.book(hall.slot("10:00"))
    li.appointment(booked, "cancel")

    told = li.get("/me/erasure").json
    assert told["hindrances"] == []
    assert {"账号", "取号记录", "预约记录", "本人、家人和代办企业"} <= {
        each["name"] for each in told["goes"]
    }
    assert {"提交的表单", "证照"} <= {each["name"] for each in told["stays"]}
    assert all(each["why"] for each in told["stays"])

    assert li.post("/me/erasure", YES).status_code == 204
    refused(li.get("/me"), 401, "unauthenticated")

    [account] = rows(hall, CITIZENS)
    assert (account.person_id, account.openid_index, account.phone_sealed) == (None, None, None)
    assert rows(hall, ACTS_FOR) == []
    assert rows(hall, NOTICES, citizen_id=account.id) == []
    [of_ticket] = rows(hall, TICKETS, id=ticket["id"])
    assert (of_ticket.person_id, of_ticket.citizen_id, of_ticket.state) == (None, None, "finished")
    [of_booking] = rows(hall, APPOINTMENTS)
    assert (of_booking.person_id, of_booking.name_sealed, of_booking.state) == (
        *(None, None, "cancelled"),
    )
    assert [row.id for row in rows(hall, SUBMISSIONS)] == [kept["id"]]
    assert len(rows(hall, PEOPLE)) >= 1  # a licence and a file point at the number
    [erasure] = rows(hall, ERASURES)
    assert (erasure.citizen_id, erasure.counts["tickets"]) == (account.id, 1)
    with hall.app.app_context():
        deeds = db.session.scalars(select(AUDIT.c.deed)).all()
    assert "personal_data_erased" in deeds


def test_who_comes_again_is_new_and_finds_what_the_law_has_kept(hall):
    li = hall.citizen("li").verify()
    bring(hall, permit(li.id_number))
    kept = submitted(li)
    assert li.post("/me/erasure", YES).status_code == 204
    anew = hall.citizen("li")
    assert anew.get("/me").json["has_identity"] is False
    anew.verify()
    assert anew.get(f"/submissions/{kept['id']}").json["id"] == kept["id"]


def test_what_is_under_way_comes_first(hall):
    li = hall.citizen("li").verify()
    booked = li.book(hall.slot("10:00"))
    told = refused(li.post("/me/erasure", YES), 409, "erasure_under_way")
    assert "预约" in told["detail"]
    assert li.get("/me").json["has_identity"] is True
    li.appointment(booked, "cancel")
    ticket = li.take_from_afar()
    assert "号" in refused(li.post("/me/erasure", YES), 409, "erasure_under_way")["detail"]
    li.post(f"/tickets/{ticket['id']}/leave")
    assert li.post("/me/erasure", YES).status_code == 204


def test_it_is_asked_whether_one_means_it(hall):
    li = hall.citizen("li").verify()
    refused(li.post("/me/erasure", {"confirm": False}), 422, "erasure_not_confirmed")
    refused(li.post("/me/erasure", {}), 422, "invalid")
    assert li.get("/me").status_code == 200


def test_who_only_said_to_be_somebody_takes_nothing_of_theirs(hall):
    li = hall.citizen("li").verify()
    visit(hall, li)
    stranger = hall.citizen("stranger")
    name = {"name": "李小明", "id_number": li.id_number}
    hall.register.clear()
    assert stranger.put("/me/identity", name).status_code == 200
    assert stranger.post("/me/erasure", YES).status_code == 204
    assert li.get("/me").json["has_identity"] is True
    assert rows(hall, TICKETS)[0].person_id is not None


def test_of_the_family_nothing_goes(hall):
    li, mother = hall.citizen("li").verify(), hall.citizen("mother")
    person = li.add("李奶奶", id_number=mother.id_number)
    own = mother.verify("李奶奶")
    bring(hall, permit(mother.id_number))
    kept = submitted(own)
    booked = own.book(hall.slot("10:00"))
    own.appointment(booked, "cancel")
    assert li.post("/me/erasure", YES).status_code == 204
    assert [row.id for row in rows(hall, SUBMISSIONS)] == [kept["id"]]
    assert rows(hall, APPOINTMENTS)[0].person_id == person["id"]


@each_store_once
def test_on_each_database(every_settings):
    from tests.house import open_house

    hall = stock(open_house(every_settings))
    li = hall.citizen("li").verify()
    visit(hall, li)
    assert li.post("/me/erasure", YES).status_code == 204
    [account] = rows(hall, CITIZENS)
    assert account.openid_sealed is None
