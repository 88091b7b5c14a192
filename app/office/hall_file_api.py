"""The hall's file at the office: judged as `flask hall check` does, then brought in as it was
judged, or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.appointments.rules import never_fits
from app.catalog.errors import BadHallFile, HallFileNotChecked
from app.catalog.file_changes import changes
from app.catalog.hall_file import Fault, HallFile, HallFileError, parse_hall
from app.catalog.loading import LoadReport, file_of, load_hall
from app.catalog.plan import HallPlan
from app.catalog.service import held_plan, plan_of
from app.catalog.yaml_tree import read_tree
from app.core import audit
from app.core.acts import ADMINISTRATOR
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.language import gettext as _
from app.core.language import named
from app.core.parts import parts
from app.office.deeds import HALL_DEEDS, deeds_out
from app.office.hall_file_schemas import (
    CheckedOut,
    CheckIn,
    FileOut,
    LoadDeedOut,
    LoadedOut,
    LoadIn,
)
from app.tickets.queries import live_by_lane

bp = APIBlueprint("office_hall_file", __name__, url_prefix="/api/v1/staff", tag="大厅文件")

NOTED = 50
"""So many changes of one load are kept one by one, besides their number."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A file, and everything that is wrong with it for this hall."""

    file: HallFile | None
    faults: list[Fault]


@bp.get("/hall-file")
@access("staff", roles=ADMINISTRATOR, shows=None)
@bp.output(FileOut)
@bp.doc(summary="大厅现在的文件")
def current() -> Response:
    plan = _plan()
    return answer({"text": file_of(plan.code) or None, "revision": plan.revision})


@bp.post("/hall-file/check")
@access("staff", roles=ADMINISTRATOR)
@bp.input(CheckIn)
@bp.output(CheckedOut)
@bp.doc(summary="核对大厅文件：错误所在的行、提示、与现在相比的变化；不改动任何内容")
def check(json_data: dict[str, Any]) -> Response:
    plan, text = _plan(), json_data["text"]
    judged = _judge(text, plan)
    if judged.file is None:
        faults = [
            {"line": fault.line, "where": fault.where, "text": fault.sentence}
            for fault in judged.faults
        ]
        return answer(
            {"checked": None, "faults": faults, "warnings": [], "size": None, "changes": []}
        )
    return answer(
        {
            "checked": _token(text, plan),
            "faults": [],
            "warnings": _warnings(judged.file.plan, plan),
            "size": _size(judged.file.plan),
            "changes": _changes(judged.file, plan),
        }
    )


@bp.post("/hall-file/load")
@access("staff", roles=ADMINISTRATOR)
@bp.input(LoadIn)
@bp.output(LoadedOut)
@bp.doc(
    summary="载入核对过的大厅文件，整体载入或什么都不载入",
    responses={409: "核对后有变化，或去掉的队列里还有号没有办完"},
)
def load(json_data: dict[str, Any]) -> Response:
    doing, text = act(), json_data["text"]
    judged = _judge(text, _plan())  # before the transaction: a long file takes its time
    file = judged.file
    if file is None:
        raise BadHallFile(errors={"text": [str(fault) for fault in judged.faults]})

    def loaded() -> LoadReport:
        plan = held_plan(file.plan.code, alone=True)
        if json_data["checked"] != _token(text, plan):
            raise HallFileNotChecked
        changed = _changes(file, plan)
        report = load_hall(file, live_by_lane(plan.code))
        told = {} if changed is None else {"count": len(changed), "changes": changed[:NOTED]}
        audit.note(doing, plan.code, "hall_loaded", plan.code, revision=report.revision, **told)
        return report

    return perform_here(
        loaded,
        lambda report: {
            "revision": report.revision,
            "added": report.added,
            "kept": report.kept,
            "retired": list(report.retired),
        },
    )


@bp.get("/hall-file/deeds")
@access("staff", roles=ADMINISTRATOR, shows=None)
@bp.output(LoadDeedOut(many=True))
@bp.doc(summary="最近几次载入，及各改动了什么")
def deeds() -> Response:
    return answer(deeds_out(_plan(), HALL_DEEDS))


def _plan() -> HallPlan:
    return plan_of(actor().hall or "")


def _judge(text: str, plan: HallPlan) -> Judged:
    try:
        file = parse_hall(text.encode())
    except HallFileError as error:
        return Judged(None, error.faults)
    if file.plan.code != plan.code:
        said = {"theirs": file.plan.code, "ours": plan.code}
        sentence = _("这是大厅 %(theirs)s 的文件，本大厅的代码是 %(ours)s") % said
        return Judged(None, [read_tree(text.encode()).fault(("hall", "code"), sentence)])
    return Judged(file, [])


def _token(text: str, plan: HallPlan) -> str:
    """Names this text beside the hall as it stands: whoever shows it has seen what it changes."""
    return parts().seal.find("halls.file", json.dumps([plan.code, plan.revision, text]))


def _warnings(new: HallPlan, plan: HallPlan) -> list[str]:
    leaving = {k: n for k, n in live_by_lane(plan.code).items() if k not in new.lanes}
    return [
        *(
            _("%(lane)s 队列还有 %(n)s 个号没有办完，文件去掉了这个队列，办完之前不能载入。")
            % {"lane": lane, "n": count}
            for lane, count in sorted(leaving.items())
        ),
        *(
            _(
                "%(item)s群众约不上：%(lane)s 队列一个时段最多 %(room)s 分钟可约，"
                "它需要 %(needed)s 分钟。"
            )
            % {"item": named(item), "lane": item.lane, "room": room, "needed": needed}
            for item, room, needed in never_fits(new)
        ),
    ]


def _size(plan: HallPlan) -> dict[str, Any]:
    listed = ("counters", "departments", "lanes", "items")
    return {"name": named(plan), **{part: len(getattr(plan, part)) for part in listed}}


def _changes(file: HallFile, plan: HallPlan) -> list[dict[str, Any]] | None:
    before = file_of(plan.code)
    if not before:
        return None
    return [
        {
            "part": change.part,
            "entry": change.entry,
            "name": change.name,
            "key": change.key,
            "before": change.before,
            "after": change.after,
            "holds": str(change.holds),
        }
        for change in changes(read_tree(before.encode()).root, file.written)
    ]
