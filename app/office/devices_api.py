"""The machines and screens of the hall: paired by the code they show, renamed, disabled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import LEADS
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here, wire_time
from app.core.parts import parts
from app.office.deeds import DEVICE_DEEDS, deeds_out
from app.printing.queries import COUNTED, Print, doubtful_since, printers, tests_since, waiting
from app.printing.rules import Printer
from app.printing.schemas import PrinterOut, PrinterSetIn
from app.printing.service import forget_standing, print_test, refuse_address
from app.staff import devices, service
from app.staff.queries import all_devices
from app.staff.schemas import (
    AsksOut,
    CodeIn,
    DeedOut,
    DeviceIn,
    DeviceOut,
    PairIn,
)
from app.tickets.schemas import NothingIn

bp = APIBlueprint("office_devices", __name__, url_prefix="/api/v1/staff", tag="设备")

UNKNOWN = {404: "没有这台设备或窗口"}


@bp.get("/devices")
@access("staff", roles=LEADS, shows=None)
@bp.output(DeviceOut(many=True))
@bp.doc(summary="本大厅的取号机和屏幕")
def all_of_hall() -> Response:
    return answer(_devices(plan_of(actor().hall or "")))


@bp.post("/devices/asks")
@access("staff", roles=LEADS)
@bp.input(CodeIn)
@bp.output(AsksOut)
@bp.doc(
    summary="显示这个登记码的设备打开的是哪种页面",
    responses={409: "登记码不对、已过期或已用过", 429: "输错次数过多"},
)
def asks(json_data: dict[str, Any]) -> Response:
    return answer({"kind": devices.kind_asked(json_data["code"], act())})


@bp.post("/devices/pair")
@access("staff", roles=LEADS)
@bp.input(PairIn)
@bp.output(DeviceOut(many=True), status_code=201)
@bp.doc(
    summary="凭设备屏幕上的登记码登记；答复为全部设备",
    responses={404: "没有这个窗口", 409: "登记码不对、已过期或已用过", 429: "输错次数过多"},
)
def pair(json_data: dict[str, Any]) -> Response:
    doing = act()
    devices.count_try(doing.actor.id, doing)
    return _do(lambda hall: devices.pair(**json_data, hall=hall, act=doing), status=201)


@bp.post("/devices/<device_id>/change")
@access("staff", roles=LEADS)
@bp.input(DeviceIn)
@bp.output(DeviceOut(many=True))
@bp.doc(
    summary="改名；屏幕可改窗口，随即换成那个窗口的页面；取号机可改有无读卡器", responses=UNKNOWN
)
def change(device_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _do(lambda hall: devices.change_device(device_id, hall, **json_data, act=doing))


@bp.post("/devices/<device_id>/disable")
@access("staff", roles=LEADS)
@bp.input(NothingIn)
@bp.output(DeviceOut(many=True))
@bp.doc(summary="停用设备，立即生效；再用须重新登记", responses=UNKNOWN)
def disable(device_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return _do(lambda hall: service.revoke_device(device_id, doing, hall))


@bp.post("/devices/<device_id>/printer")
@access("staff", roles=LEADS)
@bp.input(PrinterSetIn)
@bp.output(PrinterOut(many=True))
@bp.doc(
    summary="取号机的网络打印机（ESC/POS）；null 为没有。答复为全部打印机", responses=UNKNOWN
)
def set_printer(device_id: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(actor().hall or "")
    given = json_data["printer"]
    printer = given and Printer.read(given)

    def done() -> HallPlan:
        refuse_address(device_id, plan.code, printer)
        devices.set_printer(device_id, plan.code, printer and printer.written(), doing)
        forget_standing(device_id)
        return plan

    return perform_here(done, _printers)


@bp.post("/devices/<device_id>/printer/test")
@access("staff", roles=LEADS)
@bp.input(NothingIn)
@bp.output(PrinterOut(many=True))
@bp.doc(
    summary="在取号机的打印机上打印测试页；答复为全部打印机",
    responses={404: "没有这台设备，或它没有打印机"},
)
def test_printer(device_id: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(actor().hall or "")

    def done() -> HallPlan:
        print_test(device_id, plan.code, doing)
        return plan

    return perform_here(done, _printers)


@bp.get("/printers")
@access("staff", roles=LEADS, shows=None)
@bp.output(PrinterOut(many=True))
@bp.doc(summary="本大厅取号机的打印机，以及它们最近的应答")
def all_printers() -> Response:
    return answer(_printers(plan_of(actor().hall or "")))


@bp.get("/devices/deeds")
@access("staff", roles=LEADS, shows=None)
@bp.output(DeedOut(many=True))
@bp.doc(summary="设备最近的变更")
def deeds() -> Response:
    return answer(deeds_out(plan_of(actor().hall or ""), DEVICE_DEEDS))


def _do(use_case: Callable[[str], object], status: int = 200) -> Response:
    plan = plan_of(actor().hall or "")

    def done() -> HallPlan:
        use_case(plan.code)
        return plan

    return perform_here(done, _devices, status=status)


def _devices(plan: HallPlan) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "name": row.name,
            "hall": row.hall,
            "counter": row.counter,
            "reader": row.reader,
            "page": devices.page_of(row.kind, row.hall, row.counter),
            "created_at": wire_time(row.created_at, plan.zone),
            "last_seen_at": row.last_seen_at and wire_time(row.last_seen_at, plan.zone),
            "revoked_at": row.revoked_at and wire_time(row.revoked_at, plan.zone),
        }
        for row in all_devices(plan.code)
    ]


def _printers(plan: HallPlan) -> list[dict[str, Any]]:
    a_day_ago = parts().clock.now() - COUNTED
    doubtful = doubtful_since(plan.code, a_day_ago)
    waits, tests = waiting(plan.code), tests_since(plan.code, a_day_ago)
    return [
        {
            "device": known.device,
            **known.printer.written(),
            "standing": known.standing,
            "at": known.at and wire_time(known.at, plan.zone),
            "since": known.since and wire_time(known.since, plan.zone),
            "waiting": waits.get(known.device, 0),
            "doubtful": doubtful.get(known.device, 0),
            "test": _test_out(tests.get(known.device), plan),
        }
        for known in printers(plan.code)
    ]


def _test_out(test: Print | None, plan: HallPlan) -> dict[str, Any] | None:
    return test and {"state": test.state, "at": wire_time(test.at, plan.zone)}
