"""What is asked for at each door: a body that would do, so that only who asks can be wrong."""

from __future__ import annotations

import re
from typing import Any

from tests.house import id_number
from tests.security.table import Door
from tests.security.world import FULL_DAY, World

API = "/api/v1"


def body_for(world: World, door: Door, who: str) -> Any:
    """JSON for a POST or PUT here: written below, or the least that the API's description asks
    for."""
    own = _bodies(world, who).get(door.path.removeprefix(API))
    return least_body(world, door) if own is None else own


def least_body(world: World, door: Door) -> Any:
    """What has the fields that must be there, each with the first value that comes to mind."""
    spec = described(world)
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", door.path)
    operation = spec["paths"].get(path, {}).get(door.method.lower(), {})
    for content in operation.get("requestBody", {}).get("content", {}).values():
        return _least(spec, content["schema"])
    return {}


def described(world: World) -> Any:
    """The API's description, as it is served."""
    if "spec" not in world.given:
        world.given["spec"] = world.house.app.test_client().get("/openapi.json").json
    return world.given["spec"]


def _least(spec: Any, schema: Any) -> Any:
    while "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    match kind if isinstance(kind, str) else kind[0]:
        case "object":
            fields = schema.get("properties", {})
            return {name: _least(spec, fields[name]) for name in schema.get("required", ())}
        case "string":
            return {"date": FULL_DAY}.get(schema.get("format", ""), "x" * 12)
        case "boolean":
            return True
        case "array":
            return []
        case _:
            return schema.get("minimum", 1)


def query_for(path: str) -> str:
    """What a GET here cannot do without."""
    return {
        f"{API}/halls/<hall>/slots": "?item=id-card&date=2026-11-24",
        f"{API}/halls/<hall>/days": "?item=id-card",
        f"{API}/staff/slots": "?item=id-card&date=2026-11-24",
        f"{API}/staff/appointments": "?date=2026-11-24",
        f"{API}/staff/appointments/hit": "?date=2026-11-24",
        f"{API}/staff/ticket-log": "?number=A001",
    }.get(path, "")


def _bodies(world: World, who: str) -> dict[str, Any]:
    given = world.given
    ticket = world.id_for("ticket_id", who)
    number = given.get(("number", who), given["number"])
    reason = {"reason": "测试"}
    person = {"name": "李小明", "id_number": id_number()}
    return {
        "/appointments": {"slot": given["slot"], "item": "id-card"},
        "/appointments/<appointment_id>/reschedule": {"slot": given["slot"]},
        "/staff/appointments": {"slot": given["slot"], "item": "id-card", **person},
        "/staff/appointments/find": {"code": given["booking_code"]},
        "/staff/appointments/<appointment_id>/reschedule": {"slot": given["slot"]},
        "/staff/appointments/settle": {"action": "cancel", "date": "2026-11-24", **reason},
        "/cabinet/closed": {"box": "A01"},
        "/cabinet/collect": {"code": given["box_code"]},
        "/cabinet/deposit": {"code": given["drop_off_code"]},
        "/counters/<no>/auto-call": {"on": False, "pause_s": 10},
        "/counters/<no>/call": {"number": number, **reason},
        "/deliveries/<delivery_id>/deposit": {"cabinet": "c1"},
        "/deliveries/<delivery_id>/hand-over": {"ticket": ticket},
        "/halls/<hall>/tickets": {"item": "permit"},
        "/halls/<hall>/waiting-list": {"item": "id-card", "date": FULL_DAY},
        "/kiosk/check-ins": {"code": given["booking_code"]},
        "/kiosk/holders": {"id_number": id_number(), "read": True},
        "/kiosk/paper-tickets": {
            "item": "id-card", "number": "A900", "written_at": "08:50",
        },
        "/kiosk/reprints": {"number": number},
        "/kiosk/submissions": {"item": "id-card", "read": True, **person},
        "/kiosk/submissions/<submission_id>/number": {"revision": 1},
        "/kiosk/tickets": {"item": "id-card"},
        "/licences/imports": {"name": "new.csv"},
        "/me/authorisations": {"holder": given["holder"], "until": "2026-12-24", **person},
        "/me/drop-offs": {"contents": ["平面图"], "hall": "t"},
        "/me/identity": person,
        "/me/language": {"language": "en"},
        "/me/notices/read": {"until": "2026-11-23T09:00:00+08:00"},
        "/me/people": person,
        "/me/phone": {"code": "phone:13800001234"},
        "/me/reminders": {"on": False},
        "/me/renewals/<renewal_id>/confirm": {
            "consent": True, "revision": 1, "sha256": "0" * 64, "way": "electronic",
        },
        "/me/renewals/<renewal_id>/contest": {"words": "不对"},
        "/me/subscriptions": {"answers": {}},
        "/staff/accounts": {
            "username": "new", "password": "a long password of tests", "role": "clerk",
        },
        "/staff/accounts/<account_id>/change": {"role": "clerk"},
        "/staff/accounts/<account_id>/password": {"password": "a long password of tests"},
        "/staff/counters/<no>/tiers": {"tiers": [["A"]]},
        "/staff/devices/asks": {"code": "123456"},
        "/staff/devices/pair": {"code": "123456", "kind": "screen", "name": "屏"},
        "/staff/devices/systems": {"name": "另一系统"},
        "/staff/devices/<device_id>/change": {"name": "取号机"},
        "/staff/devices/<device_id>/printer": {"printer": {"host": "192.168.1.51"}},
        "/staff/forms/check": {"text": "form: x"},
        "/staff/forms/publish": {"text": "form: x"},
        "/staff/hall-file/check": {"text": "hall: x"},
        "/staff/hall-file/load": {"text": "hall: x", "checked": "x"},
        "/staff/hall/message": {"message": "请排队"},
        "/staff/hall/stop-numbers": reason,
        "/staff/hall/thresholds": {
            "bad_rating": True, "oldest_wait_minutes": 30, "unserved_lane": True, "waiting": 50,
        },
        "/staff/renewals/<renewal_id>/answer": {"words": "已核"},
        "/staff/renewals/<renewal_id>/ask-for": {"words": "请补", "papers": ["合同"]},
        "/staff/renewals/<renewal_id>/decide": {"granted": True},
        "/submissions": {"hall": "t", "item": "id-card"},
        "/submissions/search": {"code": given["submission_code"], "ticket": ticket},
        "/submissions/<submission_id>/corrections": {
            "changes": {"job": "木匠"}, "revision": 1, "ticket": ticket,
        },
        "/submissions/<submission_id>/materials": {
            "code": "photo", "state": "seen", "ticket": ticket,
        },
        "/submissions/<submission_id>/submit": {"revision": 1},
        "/submissions/<submission_id>/values": {"revision": 1, "values": {}},
        "/tickets/<ticket_id>/gaps": {"note": "缺照片"},
        "/tickets/<ticket_id>/rating": {"grade": "satisfied"},
        "/tickets/<ticket_id>/strike-priority": reason,
        "/tickets/<ticket_id>/transfer": {"lane": "B", **reason},
    }  # fmt: skip
