"""Vendors believe what we sign, and each answer of theirs becomes one of ours."""

import itertools
import json
import time
import traceback
from datetime import UTC, datetime

import pytest

from sms import aliyun, asking, tencent
from sms.aliyun import Aliyun
from sms.errors import SmsAway, SmsBusy, SmsRefused, SmsUnread
from sms.gateway import SmsText
from sms.tencent import Tencent
from tests.raw_server import damage, drip
from tests.sms.vendor import KEY, KEY_ID, vendor
from wire import Limits

NOW = datetime(2027, 1, 15, 23, 59, 59, tzinfo=UTC)
TEXT = SmsText("1001", ("A012", "3号 + *~窗口"), "【顺号】请A012号到3号 + *~窗口")
PHONE = "13800001234"
VENDORS = ("tencent", "aliyun")
HASTY = Limits(connect=0.5, read=0.3, total=0.6)


def gateway(name: str, url: str, key: str = KEY):
    now, ids = (lambda: NOW), itertools.count()
    if name == "tencent":
        return Tencent(key_id=KEY_ID, key=key, app="1400006666", sign="顺号", now=now, url=url)
    return Aliyun(
        key_id=KEY_ID, key=key, sign="顺号", now=now, new_id=lambda: f"nonce{next(ids)}", url=url
    )


def test_tencents_own_example_of_its_signature():
    """Of its page "签名方法 v3"; also recomputed with openssl."""
    body = (
        rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    )
    assert tencent.authorization(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
        "cvm",
        "cvm.tencentcloudapi.com",
        body,
        datetime.fromtimestamp(1551113065, UTC),
    ) == (
        "TC3-HMAC-SHA256"
        " Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request,"
        " SignedHeaders=content-type;host,"
        " Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def test_alibabas_own_example_of_its_signature():
    """Of its page "V3版本请求体&签名机制"; also recomputed with openssl."""
    assert aliyun.authorization(
        "YourAccessKeyId",
        "YourAccessKeySecret",
        {
            "RegionId": "cn-shanghai",
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        },
        {
            "x-acs-version": "2014-05-26",
            "x-acs-date": "2023-10-26T10:22:32Z",
            "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
            "x-acs-content-sha256": aliyun.EMPTY,
            "x-acs-action": "RunInstances",
            "host": "ecs.cn-shanghai.aliyuncs.com",
        },
    ) == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_tencent_is_asked_for_this_message_to_this_number():
    with vendor("tencent") as server:
        assert gateway("tencent", server.url).send(PHONE, TEXT) == "2028:1"
    assert server.asked == [
        {
            "PhoneNumberSet": ["+8613800001234"],
            "SmsSdkAppId": "1400006666",
            "SignName": "顺号",
            "TemplateId": "1001",
            "TemplateParamSet": ["A012", "3号 + *~窗口"],
        }
    ]


def test_alibaba_is_asked_for_this_message_to_this_number():
    with vendor("aliyun") as server:
        assert gateway("aliyun", server.url).send("+85261234567", TEXT) == "9006^0"
    (asked,) = server.asked
    assert json.loads(asked.pop("TemplateParam")) == {"p1": "A012", "p2": "3号 + *~窗口"}
    assert asked == {"PhoneNumbers": "85261234567", "SignName": "顺号", "TemplateCode": "1001"}


@pytest.mark.parametrize("name", VENDORS)
def test_another_key_is_not_believed(name):
    with vendor(name) as server, pytest.raises(SmsRefused) as told:
        gateway(name, server.url, key="another").send(PHONE, TEXT)
    assert "Signature" in told.value.errcode
    assert server.asked == []


REPLIES = {
    "tencent": {
        "LimitExceeded.PhoneNumberThirtySecondLimit": SmsBusy,
        "LimitExceeded.DeliveryFrequencyLimit": SmsBusy,
        "RequestLimitExceeded": SmsBusy,
        "LimitExceeded.PhoneNumberDailyLimit": SmsRefused,
        "FailedOperation.PhoneNumberInBlacklist": SmsRefused,
        "FailedOperation.InsufficientBalanceInSmsPackage": SmsRefused,
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": SmsRefused,
        "UnauthorizedOperation.SdkAppIdIsDisabled": SmsRefused,
        "InternalError.SendAndRecvFail": SmsUnread,
    },
    "aliyun": {
        "isv.BUSINESS_LIMIT_CONTROL": SmsBusy,
        "Throttling.User": SmsBusy,
        "isv.DAY_LIMIT_CONTROL": SmsRefused,
        "isv.MOBILE_NUMBER_ILLEGAL": SmsRefused,
        "isv.PARAM_NOT_SUPPORT_URL": SmsRefused,
        "InvalidAccessKeyId.NotFound": SmsRefused,
        "isp.RAM_PERMISSION_DENY": SmsRefused,
        "isp.SYSTEM_ERROR": SmsUnread,
        "ServiceUnavailable": SmsUnread,
    },
}


def replies(name: str, code: str) -> list:
    """This code in each place where the vendor says it."""
    told = {"Code": code, "Message": "why"}
    if name == "aliyun":
        return [told]
    return [{"Response": {"SendStatusSet": [told]}}, {"Response": {"Error": told}}]


@pytest.mark.parametrize("name", VENDORS)
def test_each_answer_says_what_may_be_done_next(name):
    with vendor(name) as server:
        for code, kind in REPLIES[name].items():
            for server.answer in replies(name, code):
                with pytest.raises(kind, match="why") as told:
                    gateway(name, server.url).send(PHONE, TEXT)
                assert told.value.errcode == code
                assert told.value.what_next == ("retry" if kind is SmsBusy else "give_up")


@pytest.mark.parametrize("name", VENDORS)
def test_without_an_answer_that_tells_it_may_have_been_sent(name, monkeypatch):
    monkeypatch.setattr(asking, "LIMITS", HASTY)
    faults = [
        {"status": 502, "answer": b"<html>Bad Gateway</html>"},
        {"status": 307, "answer": b""},
        {"answer": b'{"Response": {"SendStatusSet": [{"Co'},
        {"answer": []},
        {"answer": {}},
        {"answer": {"Response": {"SendStatusSet": []}}},
        {"cut": True},
        {"after_s": 0.6},
    ]
    with vendor(name) as server:
        for fault in faults:
            vars(server).update({"status": 200, "answer": None} | fault)
            with pytest.raises(SmsUnread) as told:
                gateway(name, server.url).send(PHONE, TEXT)
            assert told.value.what_next == "give_up"


@pytest.mark.parametrize("name", VENDORS)
def test_who_is_not_reached_sent_nothing(name):
    with vendor(name) as server:
        told = [f"https://{server.url.removeprefix('http://')}"]  # speaks no TLS
    told += [server.url, "https://sms.invalid"]  # gone by now; a name nobody has
    for url in told:
        with pytest.raises(SmsAway) as away:
            gateway(name, url).send(PHONE, TEXT)
        assert away.value.what_next == "retry"


@pytest.mark.parametrize("manner", [damage, drip], ids=["damage", "drip"])
@pytest.mark.parametrize("name", VENDORS)
def test_behind_tls_it_may_have_been_sent_as_well(name, manner, raw, tls, monkeypatch):
    monkeypatch.setattr(asking, "LIMITS", HASTY)
    server = raw(manner, tls)
    began = time.monotonic()
    with pytest.raises(SmsUnread):
        gateway(name, f"https://localhost:{server.port}").send(PHONE, TEXT)
    assert time.monotonic() - began < 2
    assert b"SendSms" in server.told


@pytest.mark.parametrize("name", VENDORS)
def test_no_error_and_no_log_tells_a_number(name, caplog):
    caplog.set_level("DEBUG")
    with vendor(name) as server:
        server.cut = True
        for url, kind in ((server.url, SmsUnread), ("http://127.0.0.1:1", SmsAway)):
            with pytest.raises(kind) as told:
                gateway(name, url).send(PHONE, TEXT)
            assert PHONE not in "".join(traceback.format_exception(told.value))
    assert PHONE not in caplog.text
