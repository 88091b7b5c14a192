"""What may be in the repository, and what must agree in it."""

import re
import subprocess

import pytest

from config.settings import ROOT


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [name for name in listed.stdout.decode().split("\0") if (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    # written in pieces, so that this file does not find itself
    registries = ("files.python" + "hosted.org", "registry.npm" + "js.org", "/sim" + "ple/")
    homes = ("/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "/wo" + "rk/")
    found = []
    for name in tracked():
        text = (ROOT / name).read_bytes().decode(errors="replace")
        text = text.replace("pages" + "/ho" + "me/", "")  # the mini-program's first page
        options = re.findall(r"--(?:extra-)?index-url", text)
        found += [(name, word) for word in (*registries, *homes, *options) if word in text]
    assert found == []


def names(lines: list[str]) -> set[str]:
    found = (re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)", line) for line in lines)
    return {re.sub(r"[-_.]+", "-", one[1]).lower() for one in found if one}


def pinned(stem: str) -> dict[str, str]:
    """Each pinned package with its lines: version, hashes, and why it is there."""
    text = (ROOT / f"{stem}.txt").read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    return {re.split(r"[=\[]", block)[0]: block for block in blocks}


@pytest.mark.parametrize("stem", ["requirements", "requirements-dev", "requirements-node"])
def test_pinned_requirements_come_from_the_short_list(stem):
    direct = names((ROOT / f"{stem}.in").read_text().splitlines())
    because = {name for name, block in pinned(stem).items() if f"-r {stem}.in" in block}
    assert because == direct


@pytest.mark.parametrize("stem", ["requirements", "requirements-dev", "requirements-node"])
def test_every_requirement_is_pinned_with_a_hash(stem):
    loose = [
        name
        for name, block in pinned(stem).items()
        if "==" not in block or "--hash=sha256:" not in block
    ]
    assert loose == []


def test_both_lists_pin_the_same_versions():
    runtime, development = (
        {name: block.split()[0] for name, block in pinned(stem).items()}
        for stem in ("requirements", "requirements-dev")
    )
    both = runtime.keys() & development.keys()
    assert {name for name in both if runtime[name] != development[name]} == set()


def test_every_folder_has_its_line_in_the_architecture():
    told = (ROOT / "docs" / "architecture.md").read_text()
    folders = {
        "/".join(name.split("/")[:depth])
        for name in tracked()
        for depth in range(1, name.count("/") + 1)
    }
    shown = {one for one in folders if not one.startswith(".") and one.count("/") < 2}
    assert [one for one in sorted(shown) if f"`{one}/`" not in told] == []


@pytest.mark.parametrize(
    ("page", "row"), [("architecture.md", r"[\w/]+/"), ("operations.md", r"[A-Z_]{4,}[A-Z_`, ]*")]
)
def test_no_folder_and_no_setting_is_told_twice(page, row):
    told = re.findall(rf"^\| `({row})` \|", (ROOT / "docs" / page).read_text(), re.MULTILINE)
    assert len(told) > 30
    assert sorted(told) == sorted(set(told))


@pytest.mark.parametrize("page", ["operations.md", "security.md"])
def test_each_link_within_the_docs_leads_somewhere(page):
    text = (ROOT / "docs" / page).read_text()
    for other, place in re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", text):
        headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / (other or page)).read_text(), re.M)
        known = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
        assert place in known, f"{other}#{place}"
