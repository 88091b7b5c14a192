"""What cannot be right is refused in words, changes nothing, and never breaks the house."""

import json
import re
import uuid
from urllib.parse import quote, unquote_to_bytes

import pytest
from marshmallow import Schema, fields, validate

from app.core.faults import in_words
from tests.house import KIOSK_TOKEN, PASSWORD, refused


def send(house, path, body, token=KIOSK_TOKEN, content_type="application/json"):
    """A POST whose body is these very bytes."""
    return house.app.test_client().post(
        f"/api/v1{path}",
        data=body,
        content_type=content_type,
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex},
    )


BODIES = {
    "broken": (b'{"item": ', 400, "malformed_json"),
    "no JSON at all": (b"item=id-card", 400, "malformed_json"),
    "two values": (b"{}{}", 400, "malformed_json"),
    "not a number of JSON": (b'{"item": NaN}', 400, "malformed_json"),
    "a number of 5000 digits": (b'{"item": ' + b"1" * 5000 + b"}", 400, "malformed_json"),
    "nested too deep": (b"[" * 100_000, 400, "malformed_json"),
    "not UTF-8": (b'{"item": "\xb1\xed"}', 400, "malformed_json"),
    "UTF-16": ('{"item": "id-card"}'.encode("utf-16"), 400, "malformed_json"),
    "a list": (b"[]", 422, "invalid"),
    "null": (b"null", 422, "invalid"),
    "a text": (b'"id-card"', 422, "invalid"),
    "nothing": (b"", 422, "invalid"),
    "an empty object": (b"{}", 422, "invalid"),
    "an unknown field": (b'{"item": "id-card", "colour": "red"}', 422, "invalid"),
    "a wrong type": (b'{"item": 7}', 422, "invalid"),
    "a number beyond all numbers": (b'{"item": 1e400}', 400, "malformed_json"),
    "a list for a text": (b'{"item": ["id-card"]}', 422, "invalid"),
    "an unknown priority": (b'{"item": "id-card", "priority": "vip"}', 422, "invalid"),
    "an unknown item": (b'{"item": "nothing"}', 404, "unknown_item"),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies_that_make_no_ticket(shared_house, name):
    body, status, code = BODIES[name]
    before = len(shared_house.waiting())
    refused(send(shared_house, "/kiosk/tickets", body), status, code)
    assert len(shared_house.waiting()) == before


def test_each_fault_is_named_at_its_field(shared_house):
    body = b'{"item": 7, "priority": "vip", "colour": "red"}'
    problem = refused(send(shared_house, "/kiosk/tickets", body), 422, "invalid")
    assert problem["errors"]["json"].keys() == {"item", "priority", "colour"}


def test_faults_are_told_in_the_reader_s_language(shared_house):
    body = {"item": None, "priority": "vip", "colour": "red", "id_number": 7}

    answer = shared_house.post("/kiosk/tickets", KIOSK_TOKEN, body)
    chinese = refused(answer, 422, "invalid")["errors"]["json"]
    assert chinese["item"] == ["这一项不能为空。"]
    assert chinese["colour"] == ["没有这一项。"]
    assert chinese["priority"][0].startswith("只能是以下之一：")
    assert chinese["id_number"] == ["应是文字。"]
    answer = shared_house.post("/kiosk/tickets?lang=en", KIOSK_TOKEN, body)
    assert answer.status_code == 422
    english = answer.json["errors"]["json"]
    assert english["item"] == ["Field may not be null."]
    assert english["priority"][0].startswith("Must be one of: ")
    two = {"item": "id-card", "items": ["id-card"]}
    answer = shared_house.post("/kiosk/tickets?lang=en", KIOSK_TOKEN, two)
    assert "Give either item or items, and only one" in str(answer.json["errors"])


class Everything(Schema):
    text = fields.String(required=True)
    short = fields.String(validate=validate.Length(1, 3))
    brief = fields.String(validate=validate.Length(max=3))
    ample = fields.String(validate=validate.Length(min=3))
    exact = fields.String(validate=validate.Length(equal=3))
    shaped = fields.String(validate=validate.Regexp("a"))
    whole = fields.Integer()
    grade = fields.Integer(validate=validate.Range(1, 5))
    at_least = fields.Integer(validate=validate.Range(min=1))
    at_most = fields.Integer(validate=validate.Range(max=5))
    where = fields.Float()
    nowhere = fields.Float()
    sure = fields.Boolean()
    day = fields.Date()
    clock = fields.Time()
    moment = fields.AwareDateTime()
    naive = fields.AwareDateTime()
    many = fields.List(fields.Integer())
    more = fields.List(fields.Integer())
    by_name = fields.Dict()
    inner = fields.Nested(Schema)


def test_whatever_marshmallow_finds_is_said_in_chinese():
    wrong = {
        **dict.fromkeys(("short", "brief"), "\n" * 4),
        **dict.fromkeys(("ample", "exact", "shaped"), "b"),
        **dict.fromkeys(("whole", "sure", "day", "clock", "moment", "many", "where"), "x"),
        **dict.fromkeys(("grade", "at_most"), 9),
        **{"at_least": 0, "naive": "2026-10-01T09:30:00", "more": [1, "x"], "by_name": []},
        **{"nowhere": "nan", "inner": 7, "unknown": 1},
    }
    faults = Everything().validate(wrong)
    assert faults.keys() == {*Everything().fields, "unknown"}
    told = in_words(faults)
    assert told.keys() == faults.keys()
    assert re.findall("[A-Z][a-z ]+", json.dumps(told, ensure_ascii=False)) == []


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_must_say_that_it_is_json(shared_house, content_type):
    answer = send(shared_house, "/kiosk/tickets", b'{"item": "id-card"}', content_type=content_type)
    refused(answer, 415, "not_json")


def test_actions_that_need_no_body_take_none_and_nothing_else(shared_house):
    ticket, clerk = shared_house.take(), shared_house.clerk()
    for path, token in (
        (f"/tickets/{ticket['id']}/leave", ticket["token"]),
        (f"/tickets/{ticket['id']}/rejoin", ticket["token"]),
        (f"/kiosk/tickets/{ticket['id']}/rejoin", KIOSK_TOKEN),
        (f"/tickets/{ticket['id']}/recall", clerk.token),
        ("/counters/1/call-next", clerk.token),
    ):
        refused(send(shared_house, path, b"{", token), 400, "malformed_json")
        refused(send(shared_house, path, b'{"force": true}', token), 422, "invalid")
    assert send(shared_house, "/counters/1/open", b"{}", clerk.token).status_code == 200
    assert send(shared_house, "/counters/1/open", b"", clerk.token, None).status_code == 200


UNKNOWN = [
    ("GET", "/halls/nowhere", "unknown_hall"),
    ("GET", "/halls/nowhere/board", "unknown_hall"),
    ("GET", "/halls/nowhere/calls", "unknown_hall"),
    ("GET", "/halls/nowhere/items", "unknown_hall"),
    ("GET", "/halls/nowhere/rules", "unknown_hall"),
    ("GET", "/halls/nowhere/events", "unknown_hall"),
    ("GET", "/counters/99", "unknown_counter"),
    ("POST", "/counters/01/open", "unknown_counter"),
    ("GET", "/tickets/nobody", "ticket_not_found"),
    ("POST", "/tickets/nobody/recall", "ticket_not_found"),
    ("GET", "/nothing", "not_found"),
]


@pytest.mark.parametrize(("method", "path", "code"), UNKNOWN)
def test_what_is_not_there(shared_house, method, path, code):
    token = shared_house.clerk().token
    refused(shared_house.request(method, path, token), 404, code)


ODD = ["%00", "%FF", "%F0%9F%98%80", "%E2%80%AE", "a%2F..%2Fb", "..%2f..", "x" * 10_000, "'", "-1"]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:12])
def test_odd_characters_in_a_path_are_just_not_there(shared_house, odd):
    token = shared_house.clerk().token
    for path in (f"/halls/{odd}", f"/halls/{odd}/board", f"/counters/{odd}", f"/tickets/{odd}"):
        assert shared_house.get(path, token).status_code == 404
    for path in (f"/counters/{odd}/open", f"/tickets/{odd}/recall", f"/tickets/{odd}/rejoin"):
        assert shared_house.post(path, token).status_code == 404


@pytest.mark.parametrize("odd", ["%ED%A0%BD", "A%ED%B0%80", "%FF", "%C0%AF"])
def test_what_is_no_utf_8_is_no_text(shared_house, odd):
    refused(shared_house.get(f"/halls/t/items?q={odd}"), 422, "unfit_text")
    refused(shared_house.get(f"/halls/t/items?{odd}=a"), 422, "unfit_text")
    assert shared_house.get(f"/halls/t/items?q=%F0%9F%98%80+{quote('身')}").status_code == 200
    as_sent = {"PATH_INFO": unquote_to_bytes(f"/api/v1/halls/{odd}").decode("latin-1")}
    answer = shared_house.app.test_client().get("/", environ_overrides=as_sent)
    refused(answer, 404, "not_found")


def test_a_body_too_deep_to_be_read_is_no_json_where_it_would_say_why(shared_house):
    deep = b'{"number": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    token = shared_house.clerk().token
    refused(send(shared_house, "/counters/1/call", deep, token), 400, "malformed_json")


DATES = {
    "2026-11-23": 200,
    "0001-01-01": 200,
    "9999-12-31": 200,
    "10000-01-01": 422,
    "0000-00-00": 422,
    "2026-02-30": 422,
    "2026-11-23T00:00": 422,
    "20261123": 200,
    "": 422,
    "今天": 422,
    "%00": 422,
}


@pytest.mark.parametrize("date", DATES)
def test_dates(shared_house, date):
    answer = shared_house.get(f"/halls/t/calls?date={date}")
    assert answer.status_code == DATES[date]
    if answer.status_code != 200:
        refused(answer, 422, "unfit_text" if date == "%00" else "invalid")


# Every text field there is

NASTY = {
    "emoji": "👩‍🦽‍➡️",
    "written from the right": "‮321A",
    "NUL": "A\x00",
    "half a character": "\ud83d",
    "the other half": "A\udc00",
    "10,000 characters": "顺" * 10_000,
    "empty": "",
    "blank": " \t\r\n　",
    "SQL": "'; DROP TABLE tickets; --",
    "HTML": "<script>alert(1)</script>",
    "format": "%s{0}$(id)`id`",
    "rare": "𠮷𬭚\U0010ffff",
}
FIELDS = [
    ("kiosk", "/kiosk/tickets", {"item": ...}),
    ("kiosk", "/kiosk/tickets", {"items": [...]}),
    ("kiosk", "/kiosk/tickets", {"item": "id-card", "priority": ...}),
    ("kiosk", "/kiosk/tickets", {"item": "id-card", "id_number": ...}),
    (
        "kiosk",
        "/kiosk/tickets",
        {"item": "id-card", "id_number": "110105199004010017", "phone": ...},
    ),
    ("kiosk", "/kiosk/tickets", {"item": "id-card", ...: "x"}),
    ("kiosk", "/kiosk/check-ins", {"code": ...}),
    ("kiosk", "/kiosk/check-ins", {"id_number": ...}),
    ("kiosk", "/kiosk/check-ins", {"ticket": ...}),
    ("public", "/staff/session", {"username": ..., "password": PASSWORD}),
    ("public", "/staff/session", {"username": "guide", "password": ...}),
    ("public", "/staff/session", {"username": "guide", "password": PASSWORD, "counter": ...}),
    ("public", "/session", {"code": ...}),
    ("citizen", "/me/people", {"name": ..., "id_number": "110105199004010017"}),
    ("citizen", "/me/people", {"name": "王芳", "id_number": ...}),
    ("citizen", "/me/people", {"name": ..., "credit_code": "91110000600037341L"}),
    ("citizen", "/me/people", {"name": "豆腐店", "credit_code": ...}),
    ("citizen", "/halls/t/tickets", {"item": ...}),
    ("clerk", "/counters/1/call", {"number": ..., "reason": "试"}),
    ("clerk", "/counters/1/call", {"number": "{number}", "reason": ...}),
    ("clerk", "/tickets/{held}/transfer", {"lane": ..., "reason": "试"}),
    ("clerk", "/tickets/{held}/transfer", {"counter": ..., "reason": "试"}),
    ("clerk", "/tickets/{held}/transfer", {"when": ..., "reason": "试"}),
    ("clerk", "/tickets/{held}/transfer", {"when": "now", "reason": ...}),
    ("clerk", "/tickets/{waits}/strike-priority", {"reason": ...}),
]


def filled(value, nasty, words):
    """The body with the nasty text in the place of the dots."""
    match value:
        case dict():
            return {filled(k, nasty, words): filled(v, nasty, words) for k, v in value.items()}
        case list():
            return [filled(one, nasty, words) for one in value]
        case str():
            return value.format(**words)
        case _:
            return nasty


def tickets_for(house, clerk):
    """Some that a clerk may do something with."""
    house.take()
    return {
        "held": clerk.next()["ticket"]["id"],
        "waits": house.take(priority="elderly")["id"],
        "number": house.take()["number"],
    }


@pytest.mark.parametrize(
    ("who", "path", "body"), FIELDS, ids=lambda part: part if isinstance(part, str) else None
)
def test_nasty_text_never_breaks_the_house(shared_house, subtests, who, path, body):
    clerk = shared_house.clerk()
    citizen = shared_house.citizen().identify()
    tokens = {"kiosk": KIOSK_TOKEN, "clerk": clerk.token, "citizen": citizen.token, "public": ""}
    token = tokens[who]
    for name, nasty in NASTY.items():
        with subtests.test(name):
            words = tickets_for(shared_house, clerk) if who == "clerk" else {}
            said = json.dumps(filled(body, nasty, words)).encode()
            answer = send(shared_house, path.format(**words), said, token)
            if "\x00" in nasty or any("\ud800" <= letter <= "\udfff" for letter in nasty):
                refused(answer, 422, "unfit_text")
            elif answer.status_code >= 400:
                assert answer.status_code < 500
                refused(answer, answer.status_code, answer.json["code"])


@pytest.mark.parametrize("name", ["emoji", "SQL", "HTML", "rare", "format"])
def test_what_is_kept_comes_back_as_it_was(shared_house, name):
    ticket = shared_house.take()
    body = {"number": ticket["number"], "reason": NASTY[name]}
    assert shared_house.clerk().do("call", body).status_code == 200
    assert shared_house.calls()[-1]["by_hand"] == NASTY[name]
