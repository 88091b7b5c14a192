"""The import rules hold, and those of our own notice a breach."""

import subprocess
import sys

import pytest
from grimp import ImportGraph

from config.settings import ROOT
from tests.guards.contracts import Doors, Only


def check(contract, imports) -> list[tuple[str, str]]:
    graph = ImportGraph()
    for importer, imported in imports:
        for module in (importer, imported):
            for depth in range(len(module.split("."))):
                graph.add_module(".".join(module.split(".")[: depth + 1]))
        graph.add_import(importer=importer, imported=imported)
    result = contract.check(graph, verbose=False)
    assert result.kept == (not result.metadata["broken"])
    return result.metadata["broken"]


@pytest.fixture
def doors():
    options = {"features": ["calling", "tickets"], "doors": ["service", "errors"]}
    return Doors(name="doors", session_options={}, contract_options=options)


def test_a_feature_may_use_the_doors_of_another_and_all_of_its_own(doors):
    imports = [
        ("app.calling.service", "app.tickets.service"),
        ("app.tickets.service", "app.tickets.models"),
        ("app.factory", "app.tickets.routes"),
        ("app.tickets.models", "app.core.db"),
    ]
    assert check(doors, imports) == []


def test_a_feature_may_not_reach_into_another(doors):
    breach = ("app.calling.service", "app.tickets.models")
    assert check(doors, [breach, ("app.calling.service", "app.tickets.errors")]) == [breach]


def test_a_package_may_be_held_to_what_it_names():
    options = {"package": "queueing", "may_import": ["redis"]}
    contract = Only(name="only", session_options={}, contract_options=options)
    breach = ("queueing.order", "flask")
    allowed = [("queueing.order", "redis"), ("queueing.order", "json")]
    assert check(contract, [breach, *allowed]) == [breach]


def test_the_import_rules_hold():
    lint = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    result = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout
