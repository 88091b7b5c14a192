"""The citizens' pages in a browser: `miniprogram/` as it was built, the same as in WeChat."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, make_response, render_template, send_from_directory

from app.core.auth import public
from app.core.pages import YEAR_S
from app.core.parts import parts

bp = APIBlueprint("phone_pages", __name__, url_prefix="/m", enable_openapi=False)

HASHED = "assets/"
"""Files whose name changes with what is in them."""


@bp.get("/")
@public
def page() -> Response:
    """The page that loads the others; in words, where the build is missing."""
    if not (parts().settings.client_path / "index.html").is_file():
        return make_response(render_template("phone/missing.html"), 503)
    return file("index.html")


@bp.get("/<path:name>")
@public
def file(name: str) -> Response:
    """One file of the build; a name that is not in it leads nowhere."""
    response = send_from_directory(parts().settings.client_path, name)
    if name.startswith(HASHED):
        response.cache_control.max_age = YEAR_S
        response.cache_control.public = True
        response.cache_control.immutable = True
        response.cache_control.no_cache = None
    else:
        response.cache_control.no_cache = True
    return response
