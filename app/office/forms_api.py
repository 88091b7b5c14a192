"""Forms at the office: a file is judged, shown as people will see it, and published."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.service import plan_of
from app.core import audit
from app.core.acts import ADMINISTRATOR
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here, wire_time
from app.core.language import either, named
from app.forms import service
from app.forms.definition import DefinitionBroken, Fault, judged
from app.forms.errors import BadForm
from app.forms.form import Form, Kind, Origin
from app.forms.queries import FormVersion, all_versions, is_published
from app.forms.view import field_out
from app.licences.queries import kinds
from app.office.deeds import FORM_DEEDS, deeds_out
from app.office.forms_schemas import FormCheckedOut, FormTextIn, FormVersionOut
from app.staff.schemas import DeedOut
from app.tickets.schemas import NothingIn

bp = APIBlueprint("office_forms", __name__, url_prefix="/api/v1/staff/forms", tag="表单管理")


@bp.get("")
@access("staff", roles=ADMINISTRATOR, shows=None)
@bp.output(FormVersionOut(many=True))
@bp.doc(summary="所有表单的所有版本，新的在前")
def listed() -> Response:
    return answer(_versions())


@bp.post("/check")
@access("staff", roles=ADMINISTRATOR)
@bp.input(FormTextIn)
@bp.output(FormCheckedOut)
@bp.doc(summary="核对表单文件：错误所在的行、提示、办事人将看到的栏目；不改动任何内容")
def check(json_data: dict[str, Any]) -> Response:
    known = kinds()
    found = judged(json_data["text"], known)
    return answer(
        {
            "faults": [_fault_out(each) for each in found.faults],
            "warnings": [_fault_out(each) for each in found.warnings],
            "form": found.form and _shown(found.form),
            "same": found.form is not None and is_published(found.form),
        }
    )


@bp.post("/publish")
@access("staff", roles=ADMINISTRATOR)
@bp.input(FormTextIn)
@bp.output(FormVersionOut(many=True))
@bp.doc(summary="发布表单；填报中的草稿仍用原来的版本", responses={422: "文件里有错误"})
def publish(json_data: dict[str, Any]) -> Response:
    doing, hall = act(), actor().hall or ""

    def published() -> FormVersion:
        try:
            draft = service.put_draft(json_data["text"], doing)
            version = service.publish(draft.code, doing)
        except DefinitionBroken as error:
            raise BadForm(errors={"text": [str(fault) for fault in error.faults]}) from None
        audit.note(doing, hall, "form_published", version.code, version=version.version)
        return version

    return perform_here(published, lambda _: _versions())


@bp.post("/<form>/retire")
@access("staff", roles=ADMINISTRATOR)
@bp.input(NothingIn)
@bp.output(FormVersionOut(many=True))
@bp.doc(summary="停用表单；已经填报的仍可查看", responses={404: "没有使用中的这张表单"})
def retire(form: str, json_data: dict[str, Any]) -> Response:
    doing, hall = act(), actor().hall or ""

    def retired() -> str:
        service.retire(form, doing)
        audit.note(doing, hall, "form_retired", form)
        return form

    return perform_here(retired, lambda _: _versions())


@bp.get("/deeds")
@access("staff", roles=ADMINISTRATOR, shows=None)
@bp.output(DeedOut(many=True))
@bp.doc(summary="最近发布和停用的表单")
def deeds() -> Response:
    return answer(deeds_out(plan_of(actor().hall or ""), FORM_DEEDS))


def _versions() -> list[dict[str, Any]]:
    zone = plan_of(actor().hall or "").zone
    return [
        {
            "code": each.code,
            "version": each.version,
            "name": named(each),
            "state": str(each.state),
            "made_at": wire_time(each.made_at, zone),
            "published_at": wire_time(each.published_at, zone),
            "file": each.has_file,
        }
        for each in all_versions()
    ]


def _fault_out(fault: Fault) -> dict[str, Any]:
    return {"line": fault.line, "where": fault.place, "text": fault.words}


def _shown(form: Form) -> dict[str, Any]:
    """The form as people will see it, and where its values will come from."""
    return {
        "code": form.code,
        "name": named(form),
        "note": either(form.note, form.note_en),
        "groups": [
            {
                "title": either(group.title, group.title_en),
                "fields": [
                    {
                        **field_out(form.fields[name]),
                        "name": name,
                        "when": form.fields[name].when,
                        "sources": [source_of(each) for each in form.prefill.get(name, ())],
                    }
                    for name in group.fields
                ],
            }
            for group in form.groups
        ],
        "checks": [either(check.say, check.say_en) for check in form.checks],
        "materials": [
            {
                "name": either(paper.name, paper.name_en),
                "when": paper.when,
                "ways": [f"{way}:{kind}" if kind else str(way) for way, kind in paper.ways],
            }
            for paper in form.materials
        ],
    }


def source_of(origin: Origin) -> str:
    """A source as it is written in the file."""
    if origin.kind is Kind.LICENCE:
        return f"licence:{origin.licence}.{origin.name}"
    return f"{origin.kind}.{origin.name}" if origin.name else str(origin.kind)
