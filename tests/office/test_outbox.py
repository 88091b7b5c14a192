"""What the hall told people, as who leads it sees it; and the code for its door."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.notices.sending import begin_next
from app.notices.service import withdraw
from sms.file import SmsFile
from tests.house import HALL, House
from tests.notices.outbox import LEASE, account, tell, texts, work
from tests.wechat_server import CODE_IMAGE, URL_LINK

CODE = "/office/mini-program-code"


def look(house: House, path: str, who: str = "supervisor"):
    headers = {"Authorization": f"Bearer {house.sign_in(who)}"}
    return house.app.test_client().get(path, headers=headers)


def words(answer, status: int = 200) -> str:
    """What the page says, on one line."""
    assert answer.status_code == status, answer.text
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture
def li(house: House) -> str:
    """Somebody with a name and a telephone."""
    phone = house.citizen("li").identify("李小明")
    assert phone.put("/me/phone", {"code": "phone:13800001234"}).status_code == 200
    return account(house)


def test_each_notice_says_to_whom_by_which_way_and_how_it_went(house, wechat, li):
    wechat.fail(URL_LINK, errcode=40164, times=None)
    for kind in ("called", "freed"):
        tell(house, li, kind)
    work(house)
    page = words(look(house, "/office/outbox"))
    assert "结果不明 0 发送失败 0 待发送 0 已发送 2 仅站内消息 0" in page
    assert "李*明 138****1234" in page
    assert "13800001234" not in page
    (called,) = (sent for sent in texts(house) if "到3号窗口" in sent["words"])
    assert f"短信 · 已发送 {called['words']}" in page
    assert (
        "短信 · 已发送 链接没有做成，短信里没有链接：本机地址不在微信的 IP 白名单中 (40164)" in page
    )


def test_what_was_never_answered_is_unknown_and_comes_first(house, li):
    tell(house, li)
    with house.app.app_context():
        assert begin_next(house.clock.now())  # and its worker dies
    house.clock.advance(seconds=LEASE.total_seconds())
    work(house)
    page = words(look(house, "/office/outbox"))
    assert "全部 1 结果不明 1" in page
    assert "没有收到对方的答复，可能已经发出 (unanswered)" in page


def test_a_day_without_unknown_ones_leads_to_the_last_that_has_some(house, li):
    tell(house, li)
    with house.app.app_context():
        assert begin_next(house.clock.now())  # and its worker dies
    house.clock.advance(seconds=LEASE.total_seconds())
    work(house)
    assert "最近一次" not in look(house, "/office/outbox").text
    house.clock.advance(days=2)
    page = look(house, "/office/outbox")
    assert "最近一次结果不明的通知在 2026-11-23" in words(page)
    assert 'href="?date=2026-11-23&amp;state=unknown"' in page.text
    assert "最近一次" not in look(house, "/office/outbox?date=2026-11-22").text


def test_what_is_withdrawn_before_its_time_stands_where_it_was(house, li):
    tell(house, li, "reminder", "reminder:1:", not_before=house.clock.now() + timedelta(hours=2))
    house.clock.advance(minutes=1)
    with house.app.app_context(), transaction():
        withdraw("reminder:1:", Act(house.clock.now(), SYSTEM))
    house.clock.advance(minutes=1)
    tell(house, li)
    page = words(look(house, "/office/outbox"))
    assert page.index("09:02:00") < page.index("09:01:00")
    assert "11:00:00" not in page


def test_chosen_by_state_kind_and_day(house, li):
    told = {kind: f"test:{kind}" for kind in ("called", "passed", "missed")}
    for kind, cause in told.items():
        tell(house, li, kind, cause)
    tell(house, li, "called", "test:elsewhere", hall=None)
    work(house)

    def kinds(query: str) -> list[str]:
        return re.findall(r"<td><b>([^<]+)</b>", look(house, f"/office/outbox?{query}").text)

    assert sorted(kinds("")) == ["已过号", "请到窗口办理", "预约未签到"]
    assert kinds("kind=passed&state=sent") == ["已过号"]
    assert kinds("state=failed") == kinds("date=2026-11-22") == []
    assert len(kinds("kind=nonsense&state=&date=x&page=-1")) == 3


def test_long_lists_are_turned_over(house, li, monkeypatch):
    monkeypatch.setattr("app.office.outbox_pages.A_PAGE", 2)
    for n in range(5):
        tell(house, li, "called", f"test:{n}")
    pages = [look(house, f"/office/outbox?page={n}") for n in (1, 2, 3)]
    assert [page.text.count('data-state="pending">\n') for page in pages] == [2, 2, 1]
    assert ["下一页" in page.text for page in pages] == [True, True, False]


def test_only_who_leads_the_hall_reads_it(house, li):
    tell(house, li)
    for path in ("/office/outbox", CODE):
        page = words(look(house, path, "guide"), 403)
        assert "李*明" not in page
        assert "扫一扫" not in page
    assert look(house, f"{CODE}.png", "guide").status_code == 403


def test_the_code_is_asked_of_wechat_once_and_kept(house, wechat):
    assert "微信扫一扫" in words(look(house, CODE))
    answers = [look(house, f"{CODE}.png") for _ in range(2)]
    assert {answer.mimetype for answer in answers} == {"image/png"}
    assert answers[0].data == answers[1].data != b""
    (asked,) = wechat.calls(CODE_IMAGE)
    assert asked["body"]["scene"] == f"h={HALL}"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"cut": "before"}, "现在连不上微信"),
        ({"errcode": -1}, "现在连不上微信"),
        ({"errcode": 41030}, "微信没有给出小程序码（错误 41030）"),
    ],
)
def test_without_wechat_it_says_so_and_asks_again_later(house, wechat, fault, said):
    wechat.fail(CODE_IMAGE, times=2, **fault)
    assert said in words(look(house, CODE))
    assert look(house, f"{CODE}.png").status_code == 503
    assert "微信扫一扫" in words(look(house, CODE))


def test_a_long_file_of_texts_is_read_from_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr("sms.file.READ_AT_MOST", 300)
    path = tmp_path / "sms.jsonl"
    file = SmsFile(path, lambda: None, lambda: "")
    assert file.words_of({"1"}) == {}
    path.write_text("".join(f'{{"id": "{n}", "words": "{n}号"}}\n' for n in range(100)))
    assert file.words_of({"1", "99", "100"}) == {"99": "99号"}
