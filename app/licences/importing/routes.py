"""Bringing licences in over HTTP, for administrators and for other systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request, stream_with_context

from app.catalog.service import plan_of
from app.core.acts import ADMINISTRATOR
from app.core.auth import access, act, actor
from app.core.http import FILE, answer, perform_here
from app.core.intake import streamed
from app.core.parts import parts
from app.licences.importing import queries, service
from app.licences.importing.coverage import coverage
from app.licences.importing.errors import NothingToImport
from app.licences.importing.queries import Import
from app.licences.importing.reading import Format
from app.licences.importing.schemas import (
    AfterQuery,
    CancelIn,
    CoverageOut,
    ImportFaultOut,
    ImportIn,
    ImportOut,
)
from app.licences.importing.sheets import faults_csv
from app.licences.importing.view import coverage_out, fault_out, import_out
from app.staff.queries import system_names, usernames
from app.staff.rules import IMPORT, PROGRESS

bp = APIBlueprint("licence_imports", __name__, url_prefix="/api/v1/licences", tag="证照归集")

UNKNOWN = {404: "没有这次导入"}
A_PAGE = 100


@bp.post("/imports")
@access("staff", "system", roles=ADMINISTRATOR, scope=IMPORT)
@bp.input(ImportIn)
@bp.output(ImportOut, status_code=201)
@bp.doc(
    summary="导入证照：直接给出数据，或先登记文件名再传文件",
    responses={413: "内容过大", 422: "数据或文件名不对"},
)
def bring(json_data: dict[str, Any]) -> Response:
    doing, given = act(), json_data
    if ("records" in given) == ("name" in given):
        raise NothingToImport

    def use_case() -> str:
        if "records" in given:
            return service.bring_records(given["records"], doing, given.get("as_of"))
        return service.begin(given["name"], doing, given.get("as_of"))

    return perform_here(use_case, lambda one: _out(queries.import_seen_by(actor(), one)), 201)


@bp.put("/imports/<import_id>/file")
@access("staff", "system", roles=ADMINISTRATOR, scope=IMPORT)
@streamed(lambda: parts().settings.max_import)
@bp.output(ImportOut)
@bp.doc(
    summary="传文件：请求体就是 CSV 或 JSON Lines 文件本身，收完即开始导入",
    responses={
        404: "没有这次导入",
        409: "文件已经收到，或导入已经结束",
        413: "文件过大",
        422: "文件是空的、编码或表头不对",
    },
)
def file(import_id: str) -> Response:
    doing = act()
    found = service.awaiting(import_id, doing)
    kept = service.take_file(import_id, Format(found.format), request.stream.read)

    def use_case() -> Import:
        service.received(kept, doing)
        return queries.own_import(doing.actor, import_id)

    return perform_here(use_case, _out, keyed=False)


@bp.get("/imports")
@access("staff", "system", roles=ADMINISTRATOR, scope=PROGRESS, shows=None)
@bp.output(ImportOut(many=True))
@bp.doc(summary="最近的导入：管理员看到本大厅的，外部系统看到自己的")
def latest() -> Response:
    return answer(_all_out(queries.imports_seen_by(actor())))


@bp.get("/imports/<import_id>")
@access("staff", "system", roles=ADMINISTRATOR, scope=PROGRESS, shows=None)
@bp.output(ImportOut)
@bp.doc(summary="一次导入的进度", responses=UNKNOWN)
def one(import_id: str) -> Response:
    return answer(_out(queries.import_seen_by(actor(), import_id)))


@bp.post("/imports/<import_id>/cancel")
@access("staff", "system", roles=ADMINISTRATOR, scope=IMPORT)
@bp.input(CancelIn)
@bp.output(ImportOut)
@bp.doc(
    summary="取消还没有处理的部分；已经导入的证照留下",
    responses={404: "没有这次导入", 409: "导入已经结束"},
)
def cancel(import_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()

    def use_case() -> Import:
        queries.import_seen_by(doing.actor, import_id)
        service.cancel(import_id, doing)
        return queries.import_seen_by(doing.actor, import_id)

    return perform_here(use_case, _out)


@bp.get("/imports/<import_id>/errors")
@access("staff", "system", roles=ADMINISTRATOR, scope=PROGRESS, shows="licences")
@bp.input(AfterQuery, location="query")
@bp.output(ImportFaultOut(many=True))
@bp.doc(summary=f"有误的行，每页 {A_PAGE} 条；只给导入者本人", responses=UNKNOWN)
def faults(import_id: str, query_data: dict[str, Any]) -> Response:
    queries.own_import(actor(), import_id)
    found = queries.faults_of(import_id, query_data["after"], A_PAGE)
    return answer([fault_out(row) for row in found])


@bp.get("/imports/<import_id>/errors.csv")
@access("staff", "system", roles=ADMINISTRATOR, scope=PROGRESS, shows="licences")
@bp.output(FILE, content_type="text/csv")
@bp.doc(summary="有误的行（CSV）；只给导入者本人", responses=UNKNOWN)
def faults_file(import_id: str) -> Response:
    queries.own_import(actor(), import_id)
    lines: Iterator[str] = stream_with_context(faults_csv(import_id))
    response = Response(lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="errors-{import_id[:8]}.csv"'
    return response


@bp.get("/coverage")
@access("staff", roles=ADMINISTRATOR, shows=None)
@bp.output(CoverageOut)
@bp.doc(summary="各类证照的归集情况")
def covered() -> Response:
    plan = plan_of(actor().hall or "")
    today = parts().clock.now().astimezone(plan.zone).date()
    return answer(coverage_out(coverage(today), today, plan.zone))


def _out(row: Import) -> dict[str, Any]:
    return _all_out([row])[0]


def _all_out(rows: Iterable[Import]) -> list[dict[str, Any]]:
    found = list(rows)
    actors = {row.actor for row in found}
    by = usernames(actors) | system_names(actors)
    return [import_out(row, actor(), by, _zone()) for row in found]


def _zone() -> tzinfo:
    return plan_of(actor().hall or "").zone
