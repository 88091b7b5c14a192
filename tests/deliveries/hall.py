"""A hall that hands results over: an item to fetch them by, a cabinet of two boxes, a courier."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import select

from app.core.acts import SYSTEM, Act
from app.core.auth import hash_of
from app.core.db import db
from app.core.handover import Address
from app.core.parts import parts
from app.core.said import Both
from app.deliveries import parcels, service
from app.deliveries.boxes import put_cabinet
from app.deliveries.courier import HttpCourier
from app.deliveries.jobs import NUDGE, look_after_deliveries, work_deliveries
from app.deliveries.queries import delivery
from app.deliveries.stored import Names
from app.notices.queries import TABLE as NOTICES
from app.staff.queries import DEVICES
from app.staff.service import put_device
from tests.house import HALL, Citizen, House
from wire import Limits

CABINET_TOKEN = "the token of the test cabinet"
HASTY = Limits(connect=0.5, read=0.3, total=0.6)
HOME = Address("李小明", "13812341234", "北京市海淀区", "学院路 1 号 2 号楼")
LICENCE = Names(Both("《食品经营许可证》", "Food business licence"), "李小明")
CONTENTS = ["食品经营许可证正本", "食品经营许可证副本"]


@dataclass
class Results:
    """A hall in which results are handed over."""

    house: House

    @property
    def act(self) -> Act:
        return Act(self.house.clock.now(), SYSTEM)

    def begin(
        self,
        whose: Citizen,
        way: str,
        subject: str = "",
        account: str = "",
        firm: str = "",
        names: Names = LICENCE,
        **more: Any,
    ) -> str:
        """A result of theirs, or of a firm they act for, to be handed over so, as they or this
        account chose; the delivery's id."""
        person, own = self.ids(whose)
        account = account or own
        given = {"address": HOME if way == "courier" else None, "cabinet": None, **more}
        subject = subject or uuid.uuid4().hex
        return self.house.within(
            lambda: service.begin(
                "renewal", subject, firm or person, account, HALL, way, contents=CONTENTS,
                names=names, act=self.act, **given,
            )
        )  # fmt: skip

    def ids(self, whose: Citizen) -> tuple[str, str]:
        """Their person and their account."""
        from app.citizens.queries import CITIZENS

        person = whose.people()[0]["id"]
        with self.house.app.app_context():
            query = select(CITIZENS.c.id).where(CITIZENS.c.person_id == person)
            return person, db.session.execute(query).scalar_one()

    def made(self, id: str) -> Any:
        """Somebody has printed and packed it; the whole response."""
        return self.staff("POST", f"/staff/deliveries/{id}/made", {})

    def staff(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        token = self.house.sign_in("supervisor")
        return self.house.request(method, path, token, body, key if method == "POST" else None)

    def cabinet(self, path: str, body: Any = None, key: str = "") -> Any:
        """What the cabinet's screen asks; the whole response."""
        if body is None:
            return self.house.get(f"/cabinet{path}", CABINET_TOKEN)
        return self.house.post(f"/cabinet{path}", CABINET_TOKEN, body, key)

    def in_box(self, whose: Citizen) -> tuple[str, dict[str, Any]]:
        """A result that lies in the cabinet; its id, and the box as its owner sees it."""
        id = self.begin(whose, "cabinet")
        assert self.made(id).status_code == 200
        box = self.deposit(id).json["box"]
        assert self.cabinet("/closed", {"box": box}).json == {"state": "in"}
        return id, self.see(whose, id)["box"]

    def deposit(self, id: str, key: str = "") -> Any:
        return self.staff("POST", f"/deliveries/{id}/deposit", {"cabinet": "c1"}, key)

    def doors(self) -> dict[str, str]:
        """Box -> how its door is."""
        return {box["no"]: box["state"] for box in self.cabinet("").json["boxes"]}

    def see(self, whose: Citizen, id: str) -> dict[str, Any]:
        """A delivery, as whom it is for sees it."""
        answer = whose.get(f"/me/deliveries/{id}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json

    def state(self, id: str) -> str:
        with self.house.app.app_context():
            return str(delivery(id).state)

    def look_after(self) -> None:
        """A round of the schedule, which finds something due."""
        with self.house.app.app_context():
            parts().rq.delete(NUDGE.flag)
            look_after_deliveries()
            assert parts().rq.exists(NUDGE.flag)

    def work(self) -> int:
        """What a worker does when the schedule found something due."""
        with self.house.app.app_context():
            return work_deliveries()

    def work_step(self, until: str) -> None:
        """A worker that dies after this step: took, asked, recorded."""
        with self.house.app.app_context():
            taken = self.house.within(lambda: parcels.take_next(self.act.now))
            if until == "took":
                return
            answer = parcels.ask(taken)
            if until == "asked":
                return
            self.house.within(lambda: parcels.record(taken, answer, self.act))

    def told(self, id: str) -> list[str]:
        """The sentences that anybody was, or is to be, told of it."""
        with self.house.app.app_context():
            query = select(NOTICES.c.text).where(NOTICES.c.cause.startswith(f"delivery:{id}:"))
            return list(db.session.scalars(query.order_by(NOTICES.c.at, NOTICES.c.cause)))

    def wire(self, **ports: Any) -> None:
        """Have other parts in place of the demo's."""
        extensions = self.house.app.extensions
        extensions["parts"] = replace(extensions["parts"], **ports)

    def courier(self, url: str) -> None:
        self.wire(courier=HttpCourier(url, "a key", "邮政速递", HASTY))


def furnish(house: House, columns: Sequence[Sequence[int]] = ((1, 1),)) -> Results:
    """This house with what handing over needs."""
    item = {
        "code": "collect-results",
        "name": "领取办理结果",
        "department": "ga",
        "lane": "A",
        "minutes": 3,
        "collects": True,
    }
    house.reload(lambda file: file["items"].append(item))

    def stand() -> None:
        act = Act(house.clock.now(), SYSTEM)
        put_device(CABINET_TOKEN, "cabinet", HALL, "文件柜", act, reader=True)
        query = select(DEVICES.c.id).where(DEVICES.c.token_hash == hash_of(CABINET_TOKEN))
        device = db.session.execute(query).scalar_one()
        name, place = ("智能文件柜", "Smart cabinet"), ("一楼大厅东侧", "Ground floor, east")
        put_cabinet("c1", HALL, name, place, columns, device)

    house.within(stand)
    return Results(house)


class CourierServer:
    """A courier over HTTP that takes every order it is given: ordered twice, it would come twice.

    `manner`: ok, refuse, drop (it takes the order and hangs up), slow, broken, nonsense."""

    def __init__(self) -> None:
        self.manner = "ok"
        self.orders: list[dict[str, Any]] = []
        self.events: Any = []
        self.unserved = "三沙市"
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/serves":
                    return self._say(200, {"serves": server.unserved not in body["region"]})
                if server.manner == "refuse":
                    return self._say(422, {"code": "out_of_range"})
                if server.manner not in ("nonsense", "broken"):
                    server.orders.append(body)
                return self._say(201, {"waybill": f"W{len(server.orders)}"})

            def do_GET(self):
                if self.path.startswith("/parcels/"):
                    return self._say(200, {"events": server.events})
                made = [o["order_no"] for o in server.orders]
                found = self.path.removeprefix("/orders/") in made
                return self._say(200 if found else 404, {"waybill": "W1"} if found else {})

            def _say(self, status, told):
                if server.manner == "drop":
                    return self.connection.close()
                if server.manner == "slow":
                    server.hang.wait(1)
                told = ["<html>"] if server.manner == "nonsense" else told
                body = json.dumps(told).encode()
                self.send_response(500 if server.manner == "broken" else status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return None

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self.hang = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.hang.set()
        self._server.shutdown()
        self._server.server_close()
