"""Office page of the forms: which there are, a file judged and published, its versions to keep."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from app.core.acts import ADMINISTRATOR
from app.core.auth import access
from app.core.http import attachment
from app.forms.queries import file_of
from app.office.frame import office_page

bp = APIBlueprint("forms_pages", __name__, url_prefix="/office", enable_openapi=False)


@bp.get("/forms")
@access("public", "staff", shows=None)
def page() -> str:
    """Check, look at what people will see, publish."""
    return office_page("office/forms.html", ADMINISTRATOR)


@bp.get("/forms/<form>/<int:n>.yaml")
@access("staff", roles=ADMINISTRATOR, shows=None)
def file(form: str, n: int) -> Response:
    """A version's file, comments and all."""
    return attachment(file_of(form, n), f"{form}-{n}.yaml", "application/yaml")
