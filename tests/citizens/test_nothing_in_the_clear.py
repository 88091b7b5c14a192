"""What people tell about themselves lies nowhere in the clear, and is written to no log."""

import logging

import pytest
from redis import Redis
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.db import db
from tests.crowd import rows
from tests.house import credit_code, id_number
from tests.stores import each_store_once
from wechat.sandbox import SANDBOX_SECRET
from wechat.sandbox.people import openid_of


@pytest.fixture
def house(every_settings):
    from tests.house import open_house

    house = open_house(every_settings)
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


def told(value):
    """A value of a row, as whoever reads the disk sees it."""
    return value if isinstance(value, bytes) else str(value).encode()


@each_store_once
def test_nothing_is_found_by_looking(house, every_redis, caplog):
    caplog.set_level(logging.DEBUG)
    li = house.citizen("小明").identify("李小明")
    openid = openid_of("小明")
    secrets = ["李小明", li.id_number, openid, li.token, "王秀芳", id_number("19580308")]
    secrets += ["13812345678", SANDBOX_SECRET]
    li.put("/me/phone", {"code": "phone:13812345678"})
    secrets += ["清河豆腐店", credit_code()]
    li.add("王秀芳", id_number=id_number("19580308"))
    li.add("清河豆腐店", credit_code=credit_code())
    li.put("/me/identity", {"name": "王秀芳", "id_number": id_number("19580308")})
    li.post("/me/people", {"name": "王秀芳", "id_number": id_number("19580308")})
    li.get("/me/people")
    li.take_from_afar()
    li.book(house.slot("09:00"))

    values = [
        told(value)
        for table in db.metadata.tables.values()
        for row in rows(house, table)
        for value in row
    ]
    with Redis.from_url(every_redis.url) as redis:
        values += redis.scan_iter()
    values.append(caplog.text.encode())
    assert len(values) > 100
    found = [secret for secret in secrets if any(secret.encode() in value for value in values)]
    assert found == []


@each_store_once
def test_an_error_of_the_database_does_not_tell_what_it_was_given(house):
    secret = "the text of a notice"
    with house.app.app_context(), pytest.raises(DBAPIError) as raised:
        db.session.execute(text("SELECT :told FROM no_such_table"), {"told": secret})
    assert "no_such_table" in str(raised.value)
    assert secret not in str(raised.value)


@each_store_once
def test_looking_would_find_it(house):
    """The scan above sees what lies in the clear: here, a hall's name."""
    assert "测试大厅".encode() in b"".join(
        told(value) for row in rows(house, db.metadata.tables["halls"]) for value in row
    )
