"""What is made from the code and kept in the repository, so that a change of it is seen.

`make frozen` writes it anew; tests/guards/test_frozen.py compares.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from apiflask import APIFlask

from app.factory import create_app
from app.privacy import rules as privacy
from app.tickets.states import as_markdown
from config.settings import ROOT, load_settings
from tests.security import table


def without_stores() -> APIFlask:
    """The app, as far as it needs no store."""
    nowhere = {"DATABASE_URL": "sqlite://", "REDIS_URL": "redis://127.0.0.1:1"}
    return create_app(load_settings({"SHUNHAO_MODE": "test", **nowhere}))


def openapi() -> str:
    """The API's description, sorted."""
    described = without_stores().test_client().get("/openapi.json").json
    return json.dumps(described, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def authorisation() -> str:
    """Who may do what."""
    return table.as_markdown(without_stores())


FROZEN: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "authorisation.md": authorisation,
    ROOT / "docs" / "states.md": as_markdown,
    ROOT / "docs" / "retention.md": privacy.as_markdown,
    ROOT / "tests" / "guards" / "openapi.json": openapi,
}

if __name__ == "__main__":
    for path, make in FROZEN.items():
        path.write_text(make(), encoding="utf-8")
