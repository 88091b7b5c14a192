"""What Prometheus and Grafana are given: names that exist, rules that fire when they should, and
for each alert what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from config.settings import ROOT
from tests.conftest import missing
from tests.servers import Missing

PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "shunhao.json"
OPERATIONS = ROOT / "docs" / "operations.md"
NAMES = re.compile(r"\bshunhao_\w+")
OF_A_HISTOGRAM = ("", "_bucket", "_count", "_sum")


def rules() -> list[dict]:
    read = YAML(typ="safe").load((PROMETHEUS / "alerts.yml").read_text())
    return [rule for group in read["groups"] for rule in group["rules"]]


def panels() -> list[dict]:
    return json.loads(DASHBOARD.read_text())["panels"]


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("promtool") is None:
        missing(Missing("promtool", "Debian's package prometheus has it"))
    return subprocess.run(
        ["promtool", *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "arguments", [("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")]
)
def test_prometheus_takes_them_and_they_fire(arguments):
    done = promtool(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_metric_that_is_asked_for_is_exposed(house):
    asked = set()
    for rule in rules():
        asked.update(NAMES.findall(rule["expr"]))
    for panel in panels():
        for target in panel.get("targets", ()):
            asked.update(NAMES.findall(target["expr"]))
    # Prometheus' own form: a counter's family is named without its ending
    exposed = set()
    text = house.app.test_client().get("/metrics").text
    for family in text_string_to_metric_families(text):
        endings = {"counter": ("_total",), "histogram": OF_A_HISTOGRAM}.get(family.type, ("",))
        exposed.update(family.name + ending for ending in endings)
    assert len(asked) > 20
    assert asked - exposed == set()


def test_each_alert_says_what_to_do_and_where_more_of_it_stands():
    headings = re.findall(r"^#+ (.+)$", OPERATIONS.read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
    for rule in rules():
        told = rule["annotations"]
        assert all(told.get(name) for name in ("summary", "description", "action")), rule["alert"]
        page, _, anchor = told["runbook"].partition("#")
        assert (page, anchor in anchors) == ("docs/operations.md", True), told["runbook"]
        assert rule["labels"]["severity"] in ("warning", "critical")


def test_the_dashboards_panels_are_each_their_own():
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels()]
    assert len(places) == len(set(places))
