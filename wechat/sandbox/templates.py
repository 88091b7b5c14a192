"""Templates of messages from the file that the app sends by: see config/wechat-templates.yaml."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from wechat.sandbox.state import Template


def read_templates(path: Path) -> dict[str, Template]:
    """By id."""
    told = YAML(typ="safe").load(path)
    templates = [
        Template(one["id"], one["title"], dict(one["fields"]), bool(one["long_term"]))
        for one in told.values()
    ]
    return {one.id: one for one in templates}
