"""What is made from the code and kept in the repository, so that a change of it is seen.

`make frozen` writes it anew; tests/guards/test_frozen.py compares.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from app.factory import create_app
from app.tickets.states import as_markdown
from config.settings import ROOT, load_settings


def openapi() -> str:
    """The API's description, sorted; needs no store."""
    nowhere = {"DATABASE_URL": "sqlite://", "REDIS_URL": "redis://127.0.0.1:1"}
    app = create_app(load_settings({"SHUNHAO_MODE": "test", **nowhere}))
    described = app.test_client().get("/openapi.json").json
    return json.dumps(described, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


FROZEN: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "states.md": as_markdown,
    ROOT / "tests" / "guards" / "openapi.json": openapi,
}

if __name__ == "__main__":
    for path, make in FROZEN.items():
        path.write_text(make(), encoding="utf-8")
