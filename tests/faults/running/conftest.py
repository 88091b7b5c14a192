from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.faults.running.installation import Installation, Template
from tests.faults.running.table import PROPERTY, Row, lines
from tests.servers import Missing
from tests.wechat_server import Wechat


@pytest.fixture(scope="session")
def template() -> Iterator[Template]:
    with tempfile.TemporaryDirectory(prefix="shunhao-template-") as directory:
        try:
            made = Template(Path(directory))
        except Missing as part:
            missing(part)
        yield made


@pytest.fixture
def installed(
    template: Template, wechat: Wechat, tmp_path: Path
) -> Iterator[Callable[..., Installation]]:
    """Makes the installation of a test; what it takes: tests/faults/running/installation.py."""
    with ExitStack() as stack:
        yield lambda **wanted: stack.enter_context(
            Installation(template, wechat, tmp_path / "hall", **wanted)
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [Row(**row) for row in _told(terminalreporter)]
    if not rows:
        return
    table = lines(rows)
    terminalreporter.section("faults")
    for line in table:
        terminalreporter.line(line)
    if path := os.environ.get("FAULTS_TABLE"):
        Path(path).write_text("\n".join(table) + "\n", encoding="utf-8")


def _told(terminalreporter: pytest.TerminalReporter) -> Iterator[dict[str, Any]]:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            if report.when == "call":
                yield from (told for name, told in report.user_properties if name == PROPERTY)
