"""Forms, for anyone to read: what is asked for is no secret."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from app.core.auth import public
from app.forms.queries import published, version
from app.forms.schemas import FormOut
from app.forms.view import form_out

bp = APIBlueprint("forms", __name__, url_prefix="/api/v1", tag="表单")


@bp.get("/forms/<form>")
@public
@bp.output(FormOut)
@bp.doc(summary="表单的现行版本：栏目、分组、显示条件", responses={404: "没有这张表单"})
def current(form: str) -> dict[str, Any]:
    return form_out(published(form))


@bp.get("/forms/<form>/versions/<n>")
@public
@bp.output(FormOut)
@bp.doc(summary="表单的某一版，填报时用的是哪一版就是哪一版", responses={404: "没有这一版"})
def one_version(form: str, n: str) -> dict[str, Any]:
    return form_out(version(form, int(n) if n.isdecimal() else 0))
