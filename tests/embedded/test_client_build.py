"""When the client is built, and what is said when it cannot be. Node is a stand-in here."""

from __future__ import annotations

import os
import sys

import pytest

from embedded import client_build, node
from embedded.client_build import ClientNotBuilt, Target

linux = pytest.mark.skipif(sys.platform != "linux", reason="its Node is a shell script")
pytestmark = linux

NODE = """#!/bin/sh
case "$*" in
  --version) echo v20.1.0;;
  *uni.js*) echo "built for [$VITE_API_BASE]"; mkdir -p {folder} && date +%N > {folder}/index.html;;
esac
"""
NPM = """#!/bin/sh
echo "npm $*" >> npm-ran
mkdir -p node_modules
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    place = tmp_path / "miniprogram"
    (place / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc", "index.html", "vite.config.js"):
        (place / name).write_text("{}")
    (place / "src" / "main.js").write_text("hello")
    monkeypatch.setattr(client_build, "HOME", place)
    monkeypatch.setattr(client_build, "LOGS", tmp_path)
    monkeypatch.setattr(node, "of_wheel", lambda: None)
    return place


@pytest.fixture
def target(home):
    return Target("browser", ("build",), home / "dist" / "h5", "index.html")


@pytest.fixture
def machine(tmp_path, target):
    """An environment whose path has this Node on it."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, script in (("node", NODE.format(folder=target.folder)), ("npm", NPM)):
        (tools / name).write_text(script)
        (tools / name).chmod(0o755)
    return {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}


def built(target) -> str:
    return (target.folder / "index.html").read_text()


def test_it_is_built_when_missing_or_stale_and_only_then(home, target, machine):
    said: list[str] = []
    client_build.build(target, machine, said.append)
    first = built(target)
    assert any("Installing" in one for one in said)

    said.clear()
    client_build.build(target, machine, said.append)
    assert (built(target), said) == (first, [])

    (home / "src" / "page.vue").write_text("new")
    client_build.build(target, machine, said.append)
    assert built(target) != first
    assert (home / "npm-ran").read_text().count("npm ci") == 1

    (home / "package-lock.json").write_text('{"other": true}')
    client_build.build(target, machine, said.append)
    assert (home / "npm-ran").read_text().count("npm ci") == 2


def test_a_build_for_another_host_is_another(target, machine):
    client_build.build(target, machine, print)
    client_build.build(target, {**machine, "CLIENT_API": "https://hall.example/"}, print)
    assert "built for [https://hall.example]" in target.log.read_text()


def test_what_failed_is_said_with_its_last_words_and_tried_again(home, target, machine, tmp_path):
    npm = tmp_path / "bin" / "npm"
    npm.write_text("#!/bin/sh\necho the registry is away >&2\nexit 3\n")
    with pytest.raises(ClientNotBuilt, match=r"npm ended with status 3(.|\n)*the registry is away"):
        client_build.build(target, machine, print)
    npm.write_text(NPM)
    client_build.build(target, machine, print)
    assert built(target)


def test_an_old_node_is_passed_over_for_the_wheel(target, machine, tmp_path, monkeypatch):
    (tmp_path / "bin" / "node").write_text("#!/bin/sh\necho v16.0.0\n")
    monkeypatch.setattr(node, "INSTALL", ("sh", "-c", "echo no line; exit 1"))
    said: list[str] = []
    with pytest.raises(ClientNotBuilt, match="no line"):
        client_build.build(target, machine, said.append)
    assert "no Node 18 or newer" in said[0]
