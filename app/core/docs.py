"""The API's description, and a page to read and try it. Everything comes from this machine."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, jsonify, render_template, send_from_directory

from app.core.auth import Access, access_of, public
from app.core.problems import TITLES

bp = APIBlueprint("docs", __name__, enable_openapi=False)

SWAGGER = Path(str(files("flask_swagger_ui"))) / "dist"
PROBLEM = "application/problem+json"


@bp.get("/openapi.json")
@public
def openapi() -> Response:
    """OpenAPI 3.1."""
    with warnings.catch_warnings():
        # Met inside another schema first, and then by itself: see _name_schemas_once.
        warnings.filterwarnings("ignore", message=".*already been added to the spec")
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
            for status in _refusals(method, rule):
                operation["responses"].setdefault(str(status), _problem(status))
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            _link(spec["paths"], path, method, operation["responses"])
    return _name_schemas_once(spec)


def _link(paths: dict[str, Any], path: str, method: str, responses: dict[str, Any]) -> None:
    """What can be done next with what was just made."""
    if method != "post" or path not in MAKES or "201" not in responses:
        return
    name, below = MAKES[path]
    responses["201"]["links"] = {
        f"{verb}-{next_path.removeprefix(below).strip('/') or name}": {
            "operationRef": f"#/paths/{next_path.replace('/', '~1')}/{verb}",
            "parameters": {name: "$response.body#/id"},
        }
        for next_path, operations in paths.items()
        if next_path == below or next_path.startswith(f"{below}/")
        for verb in operations
    }


def _name_schemas_once(spec: dict[str, Any]) -> dict[str, Any]:
    """The generator names a schema again (`TicketOut1`) when it met it inside another first."""
    schemas = spec["components"]["schemas"]
    twice = {
        name: name.rstrip("0123456789")
        for name, schema in schemas.items()
        if name[-1].isdigit() and schemas.get(name.rstrip("0123456789")) == schema
    }
    text = json.dumps(
        {
            **spec,
            "components": {
                **spec["components"],
                "schemas": {name: schema for name, schema in schemas.items() if name not in twice},
            },
        }
    )
    for again, name in twice.items():
        text = text.replace(f'"#/components/schemas/{again}"', f'"#/components/schemas/{name}"')
    once: dict[str, Any] = json.loads(text)
    return once


def _refusals(method: str, rule: Access) -> Iterator[int]:
    """What any route like this may answer, before its use case is asked."""
    yield 429
    if "public" not in rule.kinds:
        yield from (401, 403)
    if method in ("post", "put"):
        yield from (400, 413, 415)


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    return {"description": TITLES[status], "content": {PROBLEM: {"schema": schema}}}


def _name_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        content = response.get("content", {})
        if status >= "400" and "application/json" in content:
            content[PROBLEM] = content.pop("application/json")


_TICKET = ("ticket_id", "/api/v1/tickets/{ticket_id}")
_SUBMISSION = ("submission_id", "/api/v1/submissions/{submission_id}")
MAKES = {
    "/api/v1/kiosk/tickets": _TICKET,
    "/api/v1/kiosk/check-ins": _TICKET,
    "/api/v1/halls/{hall}/tickets": _TICKET,
    "/api/v1/appointments/{appointment_id}/check-in": _TICKET,
    "/api/v1/appointments": ("appointment_id", "/api/v1/appointments/{appointment_id}"),
    "/api/v1/staff/appointments": (
        "appointment_id",
        "/api/v1/staff/appointments/{appointment_id}",
    ),
    "/api/v1/halls/{hall}/waiting-list": ("waiting_id", "/api/v1/waiting-list/{waiting_id}"),
    "/api/v1/submissions": _SUBMISSION,
    "/api/v1/kiosk/submissions": _SUBMISSION,
    "/api/v1/licences/imports": ("import_id", "/api/v1/licences/imports/{import_id}"),
    "/api/v1/me/people": ("person_id", "/api/v1/me/people/{person_id}"),
    "/api/v1/me/authorisations": (
        "authorisation_id",
        "/api/v1/me/authorisations/{authorisation_id}",
    ),
}
"""What a 201 here makes: its name in addresses, and the address below which it goes on."""
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
