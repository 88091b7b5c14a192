"""Known vulnerabilities of what is installed: pip-audit over requirements.txt, npm audit over the
client's lock file. Where no source of advisories answers, or one that knows no advisory of an old
Jinja2 that has several, says so and goes on; a finding that .ci/advisories.txt does not name with
its reason fails. Never more than a minute each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60
PIP = (
    "-m", "pip_audit", "--disable-pip", "--no-deps", "--progress-spinner", "off", "--format",
    "json", "--timeout", "10", "--requirement",
)  # fmt: skip
VULNERABLE = "jinja2==2.4.1"
"""A mirror that hands out packages, but no advisories, finds nothing wrong with it either."""
NPM = ("npm", "audit", "--json", "--fetch-timeout=10000", "--fetch-retries=0")
NO_ANSWER = "could not be checked: no source of advisories answered"


def main() -> int:
    accepted = reasons()
    found = [*_of("requirements.txt", python()), *_of("miniprogram/package-lock.json", npm())]
    fresh = [each for each in found if each not in accepted]
    for each in found:
        print(f"  {each}: {accepted.get(each, 'NOT ACCEPTED')}")
    for each in accepted.keys() - set(found):
        print(f"  {each} was not found: is its line in .ci/advisories.txt still needed?")
    return 1 if fresh else 0


def reasons() -> dict[str, str]:
    """Advisory -> why it is lived with: lines `ID reason`."""
    lines = (ROOT / ".ci" / "advisories.txt").read_text(encoding="utf-8").splitlines()
    named = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    return {advisory: reason for advisory, _, reason in named}


def _of(what: str, found: list[str] | None) -> list[str]:
    print(f"{what}: " + (NO_ANSWER if found is None else f"{len(found)} known vulnerabilities"))
    return found or []


def python() -> list[str] | None:
    """Advisories of Python packages; None: nobody could be asked."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as known:
        known.write(f"{VULNERABLE}\n")
        known.flush()
        if not _python(known.name):
            return None
    return _python("requirements.txt")


def _python(requirements: str) -> list[str] | None:
    told = _json([sys.executable, *PIP, requirements], ROOT)
    if told is None:
        return None
    return [each["id"] for package in told["dependencies"] for each in package.get("vulns", ())]


def npm() -> list[str] | None:
    """Advisories of the client's packages; None: nobody could be asked."""
    told = _json(list(NPM), ROOT / "miniprogram")
    if told is None or "vulnerabilities" not in told:
        return None
    ways = (via for each in told["vulnerabilities"].values() for via in each["via"])
    return sorted({via["url"].rpartition("/")[2] for via in ways if isinstance(via, dict)})


def _json(command: list[str], folder: Path) -> Any:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        return json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


if __name__ == "__main__":
    sys.exit(main())
