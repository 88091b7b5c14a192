"""Keeping people, and finding them again."""

from __future__ import annotations

from sqlalchemy import select, update

from app.citizens.models import PersonRow
from app.citizens.rules import IdNumber
from app.core.acts import Act
from app.core.db import db, insert_into
from app.core.parts import parts

TABLE = PersonRow.__table__
ID_NUMBER = "people.id_number"
PHONE = "people.phone"


def person_of(number: IdNumber, phone: str | None, act: Act) -> str:
    """The person's id, kept from now on if they are new here; a phone given is the one to use."""
    seal = parts().seal
    index = seal.find(ID_NUMBER, number.value)
    db.session.execute(
        insert_into(TABLE)
        .values(
            id=act.new_id(),
            id_number_sealed=seal.seal(ID_NUMBER, number.value),
            id_number_index=index,
            created_at=act.now,
        )
        .on_conflict_do_nothing(index_elements=["id_number_index"])
    )
    if phone:
        db.session.execute(
            update(TABLE)
            .where(TABLE.c.id_number_index == index)
            .values(phone_sealed=seal.seal(PHONE, phone), phone_index=seal.find(PHONE, phone))
        )
    found: str = db.session.execute(
        select(TABLE.c.id).where(TABLE.c.id_number_index == index)
    ).scalar_one()
    return found


def lock_person(person: str) -> None:
    """Until this transaction ends, nobody else decides about this person."""
    db.session.execute(select(TABLE.c.id).where(TABLE.c.id == person).with_for_update())
