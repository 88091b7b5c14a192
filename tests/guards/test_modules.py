"""Pages name the modules they need, all of them, and nobody keeps a list of them by hand."""

from __future__ import annotations

import re

import pytest

from app.core.modules import STATIC, imported, reached
from config.settings import ROOT
from tests.house import HALL

TEMPLATES = ROOT / "app" / "templates"
NAMED = re.compile(r"modules\(([^)]*)\)")
FILES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js"))


def named() -> set[str]:
    """The modules that templates begin with."""
    calls = [each for path in TEMPLATES.rglob("*.html") for each in NAMED.findall(path.read_text())]
    return {name.strip(" '") for call in calls for name in call.split(",")}


@pytest.mark.parametrize("name", FILES)
def test_every_import_of_a_module_is_seen(name: str) -> None:
    said = re.findall(r"['\"](\.{1,2}/[^'\"]+\.js)['\"]", (STATIC / name).read_text())
    assert len(imported(name)) == len(set(said))
    assert set(imported(name)) <= set(FILES)


def test_no_template_writes_its_modules_by_hand() -> None:
    by_hand = [path for path in TEMPLATES.rglob("*.html") if 'type="module"' in path.read_text()]
    assert by_hand == []


def test_no_module_is_needed_by_nobody() -> None:
    needed = named() | {other for name in named() for other in reached(name)}
    assert needed == set(FILES) - {"docs.js"}  # of the API page, no module


def test_a_page_names_what_its_modules_need(house) -> None:
    client, path = house.app.test_client(), f"/screen/{HALL}"
    head, _, _ = client.get(path).text.partition("</head>")
    links = re.findall(r'<link rel="modulepreload" href="/static/([^"]+)">', head)
    assert sorted(links) == sorted({*reached("screen/board.js"), *reached("shared/device.js")})
    assert "/words/" not in head
    in_english = client.get(f"{path}?lang=en").text
    assert '<link rel="preload" as="fetch" crossorigin href="/words/en.json">' in in_english
