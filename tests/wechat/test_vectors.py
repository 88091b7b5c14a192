"""WeChat's own examples, from its documentation and from the tests of wechatpy.

They judge our code where we have some, and else the versions of wechatpy and cryptography that are
pinned here: an upgrade that computes something else is seen."""

import json

import pytest
from wechatpy.crypto import PrpCrypto, WeChatCrypto, WeChatWxaCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_wxa_signature

from wechat.pushes import PushForged, opened, verified_echo
from wechat.sandbox import crypto

TOKEN = "AAAAA"
KEY = "A" * 43
APP_ID = "wxba5fad812f8e6fb9"

ECHO = {
    "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
    "echostr": "4375120948345356249",
    "timestamp": "1714036504",
    "nonce": "1514711492",
}
PLAIN = {
    "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
    "timestamp": "1714037059",
    "nonce": "486452656",
}
SAFE = {
    "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
    "timestamp": "1714112445",
    "nonce": "415670741",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
}
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqz"
    "DpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede"
    "2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAl"
    "r7F9mFUPAJGj04="
)


def test_the_address_is_tried():
    assert verified_echo(TOKEN, ECHO) == ECHO["echostr"]
    for name in ("signature", "timestamp", "nonce"):
        with pytest.raises(PushForged):
            verified_echo(TOKEN, ECHO | {name: "1"})
    with pytest.raises(PushForged):
        verified_echo("BBBBB", ECHO)


def test_a_plain_push():
    body = {"FromUserName": "o", "MsgType": "event", "CreateTime": 1714037059, "Event": "debug"}
    push = opened(TOKEN, "", APP_ID, PLAIN, json.dumps(body).encode())
    assert (push.openid, push.kind, push.event) == ("o", "event", "debug")
    with pytest.raises(PushForged):
        opened(TOKEN, "", APP_ID, PLAIN | {"nonce": "1"}, json.dumps(body).encode())


def test_a_push_in_safe_mode():
    body = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": SEALED}).encode()
    push = opened(TOKEN, KEY, APP_ID, SAFE, body)
    text = WeChatCrypto(TOKEN, KEY, APP_ID).decrypt_message(
        {"Encrypt": SEALED}, SAFE["msg_signature"], SAFE["timestamp"], SAFE["nonce"]
    )
    assert len(text) == 167
    assert push.content == json.loads(text)
    assert push.kind == "event"
    assert crypto.sealed(KEY, APP_ID, text, b"a8eedb185eb2fecf") == SEALED


def test_an_answer_in_safe_mode():
    sealed = crypto.sealed(KEY, APP_ID, '{"demo_resp":"good luck"}', b"707722b803182950")
    assert sealed == (
        "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    )
    mark = crypto.signature(TOKEN, "1713424427", "415670741", sealed)
    assert mark == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
    assert PrpCrypto(bytes(32)).decrypt(sealed, APP_ID) == '{"demo_resp":"good luck"}'


XML_TOKEN = "123456"
XML_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
XML_APP_ID = "wx49f0ab532d5d035a"
XML = """<xml><ToUserName><![CDATA[wx49f0ab532d5d035a]]></ToUserName>
<Encrypt><![CDATA[{}]]></Encrypt>
<AgentID><![CDATA[1]]></AgentID>
</xml>""".format(
    "RgqEoJj5A4EMYlLvWO1F86ioRjZfaex/gePD0gOXTxpsq5Yj4GNglrBb8I2BAJVODGajiFnXBu7mCPatfjsu6IHCrsTyeDXz"
    "F6Bv283dGymzxh6ydJRvZsryDyZbLTE7rhnus50qGPMfp2wASFlzEgMW9z1ef/RD8XzaFYgm7iTdaXpXaG4+BiYyolBug/gY"
    "Nx410cvkKR2/nPwBiT+P4hIiOAQqGp/TywZBtDh1yCF2KOd0gpiMZ5jSw3e29mTvmUHzkVQiMS6td7vXUaWOMZnYZlF3So2S"
    "jHnwh4jYFxdgpkHHqIrH/54SNdshoQgWYEvccTKe7FS709/5t6NMxuGhcUGAPOQipvWTT4dShyqio7mlsl5noTrb++x6En74"
    "9zCpQVhDpbV6GDnTbcX2e8K9QaNWHp91eBdCRxthuL0="
)
XML_QUERY = {
    "msg_signature": "74d92dfeb87ba7c714f89d98870ae5eb62dff26d",
    "timestamp": "1411525903",
    "nonce": "461056294",
}


def test_a_push_in_xml():
    push = opened(XML_TOKEN, XML_KEY, XML_APP_ID, XML_QUERY, XML.encode())
    assert (push.openid, push.kind, push.content["Content"]) == ("messense", "text", "test")


def test_an_answer_in_xml():
    reply = """<xml>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[test]]></Content>
<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>
<ToUserName><![CDATA[messense]]></ToUserName>
<AgentID>1</AgentID>
<CreateTime>1411525903</CreateTime>
</xml>"""
    sealed = crypto.sealed(XML_KEY, XML_APP_ID, reply, b"1234567890123456")
    mark = crypto.signature(XML_TOKEN, "1411525903", "461056294", sealed)
    assert mark == "407518b7649e86ef23978113f92d27afa9296533"


def test_an_echo_in_xml_s_days():
    sealed = (
        "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="
    )
    mark = crypto.signature(XML_TOKEN, "1411443780", "437374425", sealed)
    assert mark == "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96"


def test_encrypted_data():
    data = (
        "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdb"
        "B+3hVbJSRgv+4lGOETKUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1"
        "zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQa"
        "Qx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLI"
        "VWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsy"
        "l7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew=="
    )
    key, iv = "tiihtNczf5v6AKRyjwEUhQ==", "r7BXXKkLb8qrSNn05n0qiA=="
    told = WeChatWxaCrypto(key, iv, "wx4f4bc4dec97d474b").decrypt_message(data)
    assert (told["openId"], told["nickName"]) == ("oGZUI0egBJY1zhBYw2KhdUfwVJJE", "Band")
    assert told["watermark"]["timestamp"] == 1477314187
    with pytest.raises(InvalidAppIdException):
        WeChatWxaCrypto(key, iv, "wx0123").decrypt_message(data)


def test_raw_data():
    raw = (
        '{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong",'
        '"country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w'
        '7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}'
    )
    key, mark = "HyVFkGl5F5OQWJZZaNzBBg==", "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
    check_wxa_signature(key, raw, mark)
    with pytest.raises(InvalidSignatureException):
        check_wxa_signature(key, raw + " ", mark)
