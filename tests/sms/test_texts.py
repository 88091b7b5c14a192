"""What messages say, as data; and where they go in the demo."""

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from ruamel.yaml import YAML

from app.appointments.words import note_of
from app.tickets.rules import told_near, told_passed
from app.tickets.states import State
from config.settings import SettingsError, load_settings
from config.sms import TEMPLATES
from sms.errors import SmsAway, SmsRefused
from sms.file import SmsFile
from sms.gateway import SmsText
from sms.templates import KINDS, registered
from tests.config.test_settings import PRODUCTION
from tests.processes import CONTEXT

TENCENT = PRODUCTION | {
    "SMS_VENDOR": "tencent",
    "SMS_KEY_ID": "AKID1",
    "SMS_KEY_SECRET": "hidden from all",
    "SMS_SIGN": "滨河政务",
    "SMS_TEMPLATES": str(TEMPLATES),
    "SMS_APP_ID": "1400006666",
}
ALIYUN = {name: value for name, value in TENCENT.items() if name != "SMS_APP_ID"} | {
    "SMS_VENDOR": "aliyun"
}
TOLD = {
    "item": "居民身份证补领",
    "hall": "滨河政务大厅",
    "when": "2027年1月15日 09:00",
    "number": "A012",
    "ahead": "3",
    "counter": "12",
    "code": "A7K2M9",
    "name": "李*明",
    "note": "1月14日 18:00 前接受有效",
}
A027 = SimpleNamespace(number="A027", state=State.WAITING)
LINK = "https://wxaurl.cn/Ab3dE7xYz12"
WITH_LINK = {"changed", "reminder", "freed", "gaps", "expiring", "renewal", "collect"}


@pytest.fixture(scope="module")
def templates():
    return load_settings(TENCENT).sms.templates


def faults(environ) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return "\n".join(caught.value.faults)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told_in_one_message_or_two_where_it_has_a_link(templates, kind):
    for link in {"", LINK if templates.wants_link(kind) else ""}:
        text = templates.text(kind, TOLD, link)
        assert text.words.startswith("【滨河政务】")
        assert len(text.words) <= (134 if link else 70)
        assert not re.search(r"[{}]", text.words)
        assert all(param in text.words and "http" not in param for param in text.params)


def said(templates, kind: str, **facts: str) -> str:
    """What arrives, without the signature."""
    return templates.text(kind, TOLD | facts).words.removeprefix("【滨河政务】")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.WAITING, "号码A027已过号：请重新排队，不必重新取号。地点：滨河政务大厅。"),
        (State.CLOSED, "号码A027已过号：多次过号，已作废，请重新取号。地点：滨河政务大厅。"),
    ],
)
def test_who_is_passed_for_the_last_time_is_not_sent_to_line_up_again(templates, state, words):
    ticket = SimpleNamespace(number="A027", state=state)
    assert said(templates, "passed", number="A027", note=told_passed(ticket).note) == words


def test_nobody_ahead_is_not_zero_people(templates):
    near = {ahead: told_near(A027, ahead).note for ahead in (0, 3)}
    assert [said(templates, "near", number="A027", note=note) for note in near.values()] == [
        "号码A027快到了：已排在最前面，请到大厅留意叫号。地点：滨河政务大厅。",
        "号码A027快到了：前面还有3人，请到大厅等候。地点：滨河政务大厅。",
    ]


def test_a_hall_that_cancels_or_moves_says_why(templates):
    assert said(templates, "cancelled", note=note_of("cancelled", "停电检修")) == (
        "李*明于1月15日 09:00到滨河政务大厅办理“居民身份证补领”：预约已取消，因停电检修。"
    )
    assert said(templates, "changed", note=note_of("moved", "停电检修")) == (
        "李*明在滨河政务大厅办理“居民身份证补领”：预约已改期，因停电检修。新时间1月15日 09:00。"
    )


def test_an_offer_that_is_taken_back_was_no_booking(templates):
    words = said(templates, "cancelled", note="候补名额已取消，次序不变")
    assert words.endswith("：候补名额已取消，次序不变。")
    assert "预约" not in words


def test_two_people_booked_by_one_account_get_two_texts(templates):
    for kind in ("booked", "changed", "cancelled", "missed", "reminder", "freed", "waiting"):
        assert "李*明" in said(templates, kind)
        assert said(templates, kind) != said(templates, kind, name="王*")


def test_a_link_opens_whatever_makes_it(templates):
    text = templates.text("freed", TOLD, LINK)
    assert text.words.endswith(f"：{LINK}")
    assert text.params[-1] == "Ab3dE7xYz12"
    sandbox = templates.text("freed", TOLD, "http://127.0.0.1:9000/l/1")
    assert sandbox.words.endswith("：http://127.0.0.1:9000/l/1")


def test_a_value_is_as_vendors_take_it(templates):
    told = TOLD | {
        "item": "【变更】\n企业名称、住所、法定代表人、注册资本、经营范围及股东出资方式等事项登记"
    }
    _, when, _, value, _ = templates.text("booked", told).params
    assert when == "1月15日 09:00"
    assert value.startswith("(变更) 企业名称")
    assert len(value) == 35
    assert value.endswith("…")


@pytest.mark.parametrize("told", [{}, {"code": " "}])
def test_without_a_fact_it_needs_nothing_is_sent(templates, told):
    some = {name: value for name, value in TOLD.items() if name != "code"} | told
    with pytest.raises(SmsRefused, match="code") as refused:
        templates.text("booked", some)
    assert refused.value.errcode == "fact_missing"


def test_a_text_as_each_vendor_registers_it(templates):
    near = templates.of["near"]
    assert registered(near, "{{{}}}".format) == "号码{1}快到了：{2}。地点：{3}。"
    assert registered(near, "${{p{}}}".format) == "号码${p1}快到了：${p2}。地点：${p3}。"


def test_no_two_placeholders_touch(templates):
    """A vendor could not tell where one ends."""
    for template in (*templates.of.values(), *templates.without_link.values()):
        assert "}{" not in template.text


def test_where_no_link_can_be_made_the_text_does_without(templates):
    with_link = {kind for kind in KINDS if templates.wants_link(kind)}
    assert templates.without_link.keys() == with_link == WITH_LINK
    for kind in with_link:
        text = templates.text(kind, TOLD)
        assert text.template == templates.without_link[kind].id
        assert "://" not in text.words
        assert "wxaurl" not in text.words


def test_vendors_are_read_with_their_keys_which_are_not_shown():
    for environ, url in (
        (TENCENT, "https://sms.tencentcloudapi.com"),
        (ALIYUN, "https://dysmsapi.aliyuncs.com"),
    ):
        vendor = load_settings(environ).sms
        assert (vendor.name, vendor.key, vendor.url) == (
            environ["SMS_VENDOR"],
            "hidden from all",
            url,
        )
        assert vendor.templates.sign == "滨河政务"
        assert "hidden" not in repr(vendor)
    assert load_settings(PRODUCTION).sms is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"SMS_VENDOR": "pigeon"}, "SMS_VENDOR is 'pigeon'"),
        ({"SMS_VENDOR": "file"}, "production needs a vendor"),
        ({"SMS_KEY_SECRET": "", "SMS_APP_ID": ""}, "SMS_KEY_SECRET is missing; SMS_VENDOR=tencent"),
        ({"SMS_KEY_SECRET": "", "SMS_APP_ID": ""}, "SMS_APP_ID is missing; SMS_VENDOR=tencent"),
        ({"SMS_TEMPLATES": ""}, "SMS_TEMPLATES is missing"),
        ({"SMS_TEMPLATES": "/nowhere.yaml"}, "/nowhere.yaml cannot be read"),
        ({"SMS_API_URL": "relay:80"}, "SMS_API_URL must be"),
        ({"SMS_API_URL": "http://relay"}, "SMS_API_URL must be an https:// address"),
    ],
)
def test_a_half_made_vendor_is_refused_in_words(change, fault):
    assert fault in faults(TENCENT | change)


def test_a_demo_sends_nothing_to_real_telephones(tmp_path):
    demo = {"SHUNHAO_MODE": "demo", "INSTANCE_PATH": str(tmp_path)}
    assert load_settings(demo).sms.name == "file"
    assert "nothing to real telephones" in faults(demo | {"SMS_VENDOR": "aliyun"})


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"booked": {"id": "1"}}, "booked: `id` and `text` are needed"),
        ({"called": {"id": "1", "text": "请{number到窗口"}}, "called: the text's placeholders"),
        ({"called": {"id": "1", "text": "{seat}"}}, "called: {seat} is told by no notice"),
        ({"freed": {"id": "1", "text": "见{link}"}}, "freed: {link} must follow `link`"),
        (
            {"freed": {"id": "1", "text": "见https://wxaurl.cn/{link}"}},
            "freed: without_link: `id` and `text` are needed",
        ),
        (
            {"booked": {"id": "1", "text": "好", "without_link": {"id": "2", "text": "好"}}},
            "booked: without_link: the text has no link to be without",
        ),
    ],
)
def test_texts_that_could_not_be_sent_are_refused_in_words(tmp_path, change, fault):
    own = YAML(typ="safe").load(TEMPLATES.read_text())
    own["templates"].update(change)
    path = tmp_path / "own.yaml"
    YAML(typ="safe").dump(own, path)
    assert fault in faults(TENCENT | {"SMS_TEMPLATES": str(path)})


def write_some(path, who: str) -> None:
    ids = iter(range(100))
    file = SmsFile(path, lambda: datetime(2027, 1, 15, tzinfo=UTC), lambda: f"{who}{next(ids)}")
    for _ in range(100):
        file.send("13800001234", SmsText("demo", ("值",), "【顺号】" + "值" * 2000))


def test_processes_write_whole_lines_into_one_file(tmp_path):
    path = tmp_path / "instance" / "sms.jsonl"
    writers = [CONTEXT.Process(target=write_some, args=(path, who)) for who in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {line["id"] for line in lines} == {f"{who}{n}" for who in "abc" for n in range(100)}
    assert {(line["phone"], line["at"]) for line in lines} == {
        ("13800001234", "2027-01-15T00:00:00.000+00:00")
    }
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_a_vendor_that_is_away(tmp_path):
    (tmp_path / "in-the-way").write_text("")
    with pytest.raises(SmsAway):
        write_some(tmp_path / "in-the-way" / "sms.jsonl", "a")


def test_a_result_has_its_own_quotation_marks(templates):
    words = said(templates, "collect", item="《食品经营许可证》", note="已备好，请到窗口领取")
    assert words.startswith("李*明的《食品经营许可证》：已备好，请到窗口领取。")
