"""The API's description, and a page to read and try it. Everything comes from this machine."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, jsonify, render_template, send_from_directory

from app.core.auth import access_of, public

bp = APIBlueprint("docs", __name__, enable_openapi=False)

SWAGGER = Path(str(files("flask_swagger_ui"))) / "dist"
PROBLEM = "application/problem+json"


@bp.get("/openapi.json")
@public
def openapi() -> Response:
    """OpenAPI 3.1."""
    return jsonify(current_app.spec)  # type: ignore[attr-defined]


@bp.get("/docs")
@public
def page() -> str:
    """The API to read and try."""
    return render_template("docs.html")


@bp.get("/docs/assets/<path:name>")
@public
def asset(name: str) -> Response:
    """A file of the documentation page, from its wheel."""
    return send_from_directory(SWAGGER, name)


def complete(spec: dict[str, Any]) -> dict[str, Any]:
    """What the routes know and the generator does not: errors are problem+json, POSTs carry an
    Idempotency-Key, event streams are event streams, and who may call what."""
    schemes = {"bearer": {"type": "http", "scheme": "bearer"}}
    spec.setdefault("components", {})["securitySchemes"] = schemes
    views = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower()): current_app.view_functions[
            rule.endpoint
        ]
        for rule in current_app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            view = views.get((path, method))
            rule = access_of(view) if view else None
            if rule is None:
                continue
            operation["x-who"] = sorted(rule.kinds)
            operation["security"] = [] if "public" in rule.kinds else [{"bearer": []}]
            if method == "post" and rule.needs_key:
                operation.setdefault("parameters", []).append(KEY)
            if path.endswith("/events"):
                operation["responses"]["200"] = STREAM
            _name_problems(operation["responses"])
    return spec


def _name_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        content = response.get("content", {})
        if status >= "400" and "application/json" in content:
            content[PROBLEM] = content.pop("application/json")


KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "同一请求重试时保持不变，得到同样的答复",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
STREAM = {
    "description": "server-sent events",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}
