"""The sandbox takes and refuses login codes as WeChat does."""

import pytest
from redis import Redis

from wechat.errors import LoginCodeWrong, WechatAway
from wechat.gateway import NoGateway
from wechat.sandbox import Sandbox


@pytest.fixture
def sandbox(redis_server):
    with Redis.from_url(redis_server.url) as redis:
        yield Sandbox(redis)


def test_a_name_is_always_the_same_person_and_two_are_two(sandbox):
    li, again, wang = (sandbox.login(f"sandbox:{name}") for name in ("li", "li", "王"))
    assert li == again
    assert li.openid != wang.openid
    assert {len(one.openid) for one in (li, wang)} == {28}
    assert "li" not in li.openid


def test_a_code_of_wechats_works_once(sandbox):
    first = sandbox.login("sandbox-once:li")
    assert first == sandbox.login("sandbox:li")
    with pytest.raises(LoginCodeWrong):
        sandbox.login("sandbox-once:li")
    assert sandbox.login("sandbox-once:wang") != first


def test_it_is_used_for_every_process_on_this_redis(sandbox, redis_server):
    sandbox.login("sandbox-once:li")
    with Redis.from_url(redis_server.url) as other, pytest.raises(LoginCodeWrong):
        Sandbox(other).login("sandbox-once:li")


@pytest.mark.parametrize("kind", ["sandbox", "sandbox-once"])
@pytest.mark.parametrize("name", ["x", "陈", "a" * 64, "!~"])
def test_names_of_1_to_64_visible_characters(sandbox, kind, name):
    assert sandbox.login(f"{kind}:{name}").openid


WRONG = ["", "sandbox", "sandbox:", "sandbox-once:", "sandbox: ", "sandbox:a b", "sandbox:a\n"]
WRONG += ["sandbox:\x07", "sandbox:\u200b", "sandbox:" + "a" * 65, " sandbox:li", "Sandbox:li"]
WRONG += ["0a1b2c3d4e5f", "sandbox-twice:li"]


@pytest.mark.parametrize("code", WRONG)
def test_any_other_code_is_wrong(sandbox, code):
    with pytest.raises(LoginCodeWrong):
        sandbox.login(code)


def test_without_redis_nobody_knows_whether_a_code_was_used():
    nowhere = Sandbox(Redis.from_url("redis://127.0.0.1:1"))
    assert nowhere.login("sandbox:li")
    with pytest.raises(WechatAway):
        nowhere.login("sandbox-once:li")


def test_beside_a_real_app_id_no_code_of_the_sandbox_is_taken():
    with pytest.raises(WechatAway):
        NoGateway().login("sandbox:li")
