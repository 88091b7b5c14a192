"""Keys of other systems: scoped, told once, ended in time; older tokens, that went over to them."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app.commands import commands
from app.core.auth import hash_of
from app.core.db import db
from app.factory import create_app
from app.staff.queries import KEYS, actor_of_token
from tests.house import HALL, refused
from tests.stores import each_store_once

IMPORTS = "/licences/imports"
BOTH = ["licences:import", "licences:progress"]
BROUGHT = {"records": [{}]}
[GROUP] = [command for command in commands if command.name == "key"]


@pytest.fixture
def security(house):
    return house.sign_in("security")


def add(house, token, **more):
    return house.post("/staff/keys", token, {"name": "市场监管", "scopes": BOTH, **more})


def listed(house, token):
    return {one["id"]: one for one in house.get("/staff/keys", token).json}


def test_a_key_does_what_it_is_for_and_nothing_else(house, security):
    importing = add(house, security, scopes=["licences:import"]).json["key"]
    watching = add(house, security, scopes=["licences:progress"]).json["key"]
    assert house.post(IMPORTS, importing, BROUGHT).status_code == 201
    assert house.get(IMPORTS, watching).json == []
    refused(house.get(IMPORTS, importing), 403, "scope_missing")
    refused(house.post(IMPORTS, watching, BROUGHT), 403, "scope_missing")
    refused(house.get("/staff/devices", importing), 403, "forbidden")
    refused(house.post("/staff/keys", importing, {"name": "x", "scopes": BOTH}), 403, "forbidden")


def test_a_key_is_told_once_and_kept_as_a_hash(house, security):
    added = add(house, security).json
    shown = listed(house, security)[added["id"]]
    assert added["key"].startswith(shown["prefix"])
    assert len(shown["prefix"]) < 12
    assert added["key"] not in house.get("/staff/keys", security).get_data(as_text=True)
    with house.app.app_context():
        [row] = db.session.execute(db.select(*KEYS.c)).all()
    assert row.key_hash == hash_of(added["key"])


def test_only_the_security_administrator_has_to_do_with_keys(house, security):
    key = add(house, security).json["id"]
    for who in ("administrator", "supervisor", "auditor", "clerk1"):
        token = house.sign_in(who)
        refused(house.get("/staff/keys", token), 403, "forbidden")
        refused(add(house, token), 403, "forbidden")
        for verb in ("rotate", "revoke"):
            refused(house.post(f"/staff/keys/{key}/{verb}", token), 403, "forbidden")


def test_a_key_ends_by_itself(house, security):
    key = add(house, security, days=1).json
    assert house.get(IMPORTS, key["key"]).status_code == 200
    house.clock.advance(days=1)
    refused(house.get(IMPORTS, key["key"]), 401, "unauthenticated")
    assert listed(house, house.sign_in("security"))[key["id"]]["state"] == "expired"


def test_a_key_that_follows_another_is_the_same_system(house, security):
    old = add(house, security).json
    brought = house.post(IMPORTS, old["key"], BROUGHT).json["id"]
    new = house.post(f"/staff/keys/{old['id']}/rotate", security, {"overlap_days": 2}).json
    assert new["system"] == old["system"]
    for key in (old["key"], new["key"]):  # both, for two days
        assert house.get(f"{IMPORTS}/{brought}", key).json["by"] == "市场监管"
    refused(house.post(f"/staff/keys/{old['id']}/rotate", security), 409, "key_replaced")
    assert listed(house, security)[old["id"]]["state"] == "being_replaced"
    house.clock.advance(days=2)
    refused(house.get(IMPORTS, old["key"]), 401, "unauthenticated")
    assert house.get(f"{IMPORTS}/{brought}", new["key"]).status_code == 200


def test_a_revoked_key_holds_no_longer(house, security):
    key = add(house, security).json
    answer = house.post(f"/staff/keys/{key['id']}/revoke", security)
    assert answer.json[0]["state"] == "revoked"
    refused(house.get(IMPORTS, key["key"]), 401, "unauthenticated")
    for verb in ("rotate", "revoke"):
        refused(house.post(f"/staff/keys/{key['id']}/{verb}", security), 404, "unknown_key")
    deeds = [deed["deed"] for deed in house.get("/staff/keys/deeds", security).json]
    assert deeds == ["key_revoked", "key_added"]


def test_what_is_no_scope_is_refused(house, security):
    for scopes in ([], ["licences:read"], [*BOTH, "all"]):
        refused(add(house, security, scopes=scopes), 422, "invalid")
    refused(add(house, security, days=400), 422, "invalid")


def test_when_a_key_was_last_used_is_known(house, security):
    key = add(house, security).json
    assert listed(house, security)[key["id"]]["last_used_at"] is None
    house.clock.advance(minutes=1)
    house.get(IMPORTS, key["key"])
    assert listed(house, security)[key["id"]]["last_used_at"].startswith("2026-11-23T09:01")


def test_keys_by_the_command_line(house):
    def run(*words):
        return house.app.test_cli_runner().invoke(GROUP, words)

    told = run("add", "--hall", HALL, "--name", "公安", "--scope", "licences:progress").output
    first = dict(line.split("：") for line in told.splitlines()[:2])
    assert house.get(IMPORTS, first["密钥"]).status_code == 200
    second = dict(
        line.split("：")
        for line in run("rotate", first["编号"], "--overlap", "0").output.splitlines()[:2]
    )
    refused(house.get(IMPORTS, first["密钥"]), 401, "unauthenticated")
    assert house.get(IMPORTS, second["密钥"]).status_code == 200
    assert run("revoke", second["编号"]).exit_code == 0
    refused(house.get(IMPORTS, second["密钥"]), 401, "unauthenticated")
    states = [line.split("\t")[5] for line in run("list").output.splitlines()]
    assert sorted(states) == ["expired", "revoked"]
    assert run("revoke", second["编号"]).output == "Error: 没有这个在用的接口密钥，请核对。\n"


@each_store_once
def test_tokens_of_before_go_on_as_keys(every_settings):
    """Over the migration, and back: what their systems bring is still theirs."""
    app = create_app(every_settings)
    with app.app_context():
        downgrade(revision="0032")
        row = (
            "INSERT INTO devices (id, token_hash, kind, hall, name, created_at)"
            " VALUES ('s', :hash, 'system', 't', '市场监管', '2026-01-01 00:00:00+00:00')"
        )
        with db.engine.begin() as connection:
            connection.execute(text(row), {"hash": hash_of("a token of before")})
        upgrade()
        with db.engine.begin() as connection:
            [key] = connection.execute(db.select(*KEYS.c))
            assert (key.id, key.system, key.prefix, key.expires_at) == ("s", "s", "", None)
            assert (key.scopes, key.name) == (BOTH, "市场监管")
            kept = connection.execute(text("SELECT id FROM devices")).scalars().all()
            assert kept == ["s"]  # for a web of the version before, while it is exchanged
        asker = actor_of_token("a token of before")
        assert (str(asker), asker.scopes) == ("system:s", frozenset(BOTH))
        db.session.remove()
        downgrade(revision="0032")
        with db.engine.begin() as connection:
            kept = connection.execute(text("SELECT id, token_hash, kind FROM devices"))
            assert [tuple(row) for row in kept] == [("s", hash_of("a token of before"), "system")]
        upgrade()
        db.session.remove()
        db.engine.dispose()
