"""Everything people read on a page can be read in English; the catalogue holds nothing stale."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from config.settings import ROOT

APP = ROOT / "app"
METHODS = [
    ("**/*.py", "python"),
    ("**/*.html", "jinja2.ext.babel_extract"),
    ("**.js", "javascript"),
]
CHINESE = re.compile("[\u4e00-\u9fff]")
PLACES = re.compile(r"%\(\w+\)s")
QUOTED = re.compile(r"""(?P<before>_\(\s*)?(?P<said>'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)""")
SPOKEN = {"clips.js"}  # a hall is called out in Chinese, whatever language its screens are in
NOT_FOR_PEOPLE = {"docs.html"}  # the API's page, which speaks Chinese as its descriptions do


def _said() -> Iterator[tuple[str, str]]:
    """(file, words) of every `_('…')`."""
    found = extract_from_dir(APP, METHODS, keywords={"_": None, "gettext": None}, options_map={})
    for file, _line, words, _comments, context in found:
        if isinstance(words, str) and words and not context:
            yield file, words


def _catalogues() -> dict[str, Catalog]:
    files = sorted((APP / "translations" / "en").glob("*.po"))
    return {file.stem: read_po(file.open("rb"), abort_invalid=True) for file in files}


def _messages():
    for name, catalogue in _catalogues().items():
        for message in catalogue:
            if message.id:
                yield name, message


def test_every_word_has_its_english():
    known = {m.id for _, m in _messages() if m.string and not m.context}
    missing = sorted({f"{file}: {words}" for file, words in _said() if words not in known})
    assert missing == []


def test_no_english_without_its_word():
    said = {words for _, words in _said()} | _tables()
    stale = sorted(
        f"{name}: {message.id}"
        for name, message in _messages()
        if message.id not in said and not message.context
    )
    assert stale == []


def _tables() -> set[str]:
    """Words that stand in tables and are looked up by variable: any Chinese literal of Python."""
    return {
        node.value
        for file in APP.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (CHINESE.search(node.value) or "、" in node.value)
    }


def test_translations_keep_the_places():
    wrong = [
        f"{name}: {message.id}"
        for name, message in _messages()
        if not message.context
        and set(PLACES.findall(message.id)) != set(PLACES.findall(message.string or message.id))
    ]
    assert wrong == []


def test_no_message_is_translated_twice_differently():
    seen: dict[tuple[str | None, str], str] = {}
    twice = [
        f"{name}: {message.id}"
        for name, message in _messages()
        if seen.setdefault((message.context, message.id), message.string) != message.string
    ]
    assert twice == []


@pytest.mark.parametrize(
    "surface", sorted(p.name for p in (APP / "templates").iterdir() if p.is_dir())
)
def test_templates_say_nothing_in_chinese_only(surface: str):
    wrong = []
    for file in sorted((APP / "templates" / surface).glob("*.html")):
        if file.name in NOT_FOR_PEOPLE:
            continue
        bare = re.sub(r"""_\(\s*('[^']*'|"[^"]*")""", "", file.read_text())
        bare = re.sub(r"\{#.*?#\}", "", bare, flags=re.S)
        wrong += [
            f"{file.name}: {line.strip()}" for line in bare.splitlines() if CHINESE.search(line)
        ]
    assert wrong == []


@pytest.mark.parametrize(
    "surface", sorted(p.name for p in (APP / "static").iterdir() if p.is_dir())
)
def test_modules_say_nothing_in_chinese_only(surface: str):
    wrong = []
    for file in sorted((APP / "static" / surface).glob("*.js")):
        if file.name in SPOKEN:
            continue
        code = "\n".join(_without_comment(line) for line in file.read_text().splitlines())
        wrong += [
            f"{file.name}: {found['said']}"
            for found in QUOTED.finditer(code)
            if CHINESE.search(found["said"]) and not found["before"]
        ]
    assert wrong == []


def _without_comment(line: str) -> str:
    return re.sub(r"(^|\s)(//|/?\*).*$", "", line)


def test_every_form_says_how_it_is_sent():
    """One that only a script sends says `dialog`: entered before the script is there, it stays."""
    silent = [
        f"{path.relative_to(APP)}: {form}"
        for path in sorted((APP / "templates").rglob("*.html"))
        for form in re.findall(r"<form\b[^>]*>", path.read_text())
        if " method=" not in form
    ]
    assert silent == []
