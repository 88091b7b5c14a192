"""What is told of a renewal lies in the clear: it names no person in full."""

from __future__ import annotations

from sqlalchemy import update

from app.core.acts import Act, Actor
from app.core.db import db
from app.notices.queries import TABLE as NOTICES
from app.renewals import service
from app.renewals.queries import TABLE
from app.renewals.stored import opened, sealed_in
from tests.clear_text import columns_saying
from tests.crowd import rows
from tests.house import HALL


def test_a_person_s_name_is_masked_where_anybody_may_read_it(shop):
    shop.person_decides()
    id = shop.tapped()["id"]
    with shop.house.app.app_context():
        shown = opened(shop.row(id), "shown")
    shown["values"]["holder_name"] = "欧阳小明"
    is_person = {"holder_kind": "person", **shop.house.within(lambda: sealed_in(id, shown=shown))}
    whose = update(TABLE).where(TABLE.c.id == id).values(is_person)
    shop.house.within(lambda: db.session.execute(whose))
    act = Act(shop.house.clock.now(), Actor("staff", "a1", hall=HALL))
    shop.house.within(lambda: service.decide(id, False, "场地已经退租", act))
    [notice] = [each for each in rows(shop.house, NOTICES) if each.kind == "renewal"]
    assert notice.facts["name"] == "欧**明"
    assert columns_saying(shop.house, "欧阳小明") == set()
