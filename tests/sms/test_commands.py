"""What an operator tries by hand before going live."""

from app.commands import commands
from tests.notices.outbox import texts
from tests.wechat_server import CODE_IMAGE

GROUPS = {command.name: command for command in commands}


def run(house, group: str, *words: str):
    """What `flask group words` answers."""
    return house.app.test_cli_runner().invoke(GROUPS[group], words)


def test_the_texts_to_register(house):
    said = run(house, "sms", "templates").output
    assert "签名：顺号政务大厅" in said
    assert "called\tdemo-called\t请{1}号到{2}号窗口办理。地点：{3}。" in said


def test_one_message_to_try(house):
    answer = run(house, "sms", "try", "13800001234", "freed")
    assert answer.exit_code == 0, answer.output
    (sent,) = texts(house)
    assert sent["words"] in answer.output
    assert sent["id"] in answer.output


def test_wechat_is_asked_and_what_fails_is_named(house, wechat):
    good = run(house, "wechat", "check")
    assert good.exit_code == 0, good.output
    assert "链接：http" in good.output
    assert "模板 booking：" in good.output
    wechat.fail(CODE_IMAGE, errcode=40164)
    bad = run(house, "wechat", "check")
    assert bad.exit_code == 1
    assert "小程序码：Misconfigured 40164" in bad.output
