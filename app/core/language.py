"""Words in two languages: Chinese is what everything is written in, English is a catalogue of it.

The catalogue is gettext's, a file for each surface in `app/translations/<language>/`. A page or an
answer is in the language its reader chose with `?lang=`, which a cookie keeps; Chinese first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from apiflask import APIBlueprint
from babel.messages.pofile import read_po
from flask import Flask, Response, g, has_app_context, has_request_context, jsonify, request

from app.core.auth import public
from app.core.parts import parts
from app.core.said import Both, Masked, Private, Said

bp = APIBlueprint("language", __name__, enable_openapi=False)

SOURCE = "zh-CN"
LANGUAGES = {SOURCE: "中文", "en": "English"}
"""Each by the name its readers know it by."""
COOKIE = "shunhao_language"
FOLDER = Path(__file__).parent.parent / "translations"
YEAR_S = 365 * 24 * 3600

Words = TypeVar("Words", str, tuple[str, ...])


class Named(Protocol):
    """What a hall file names: in Chinese, and in English where somebody wrote that."""

    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def gettext(words: str) -> str:
    """These words in the request's language; as they are where the catalogue lacks them."""
    return _catalogue(language()).get(("", words), words)


def pgettext(context: str, words: str) -> str | None:
    """What the catalogue holds for these words in this context; None where it holds nothing."""
    return _catalogue(language()).get((context, words))


def tell(said: Said) -> str:
    """A sentence that was kept, in the request's language."""
    return gettext(said.words) % {name: _told(value) for name, value in said.values.items()}


def _told(value: Any) -> Any:
    match value:
        case Said():
            return tell(value)
        case Both(chinese, english):
            return either(chinese, english)
        case Masked() | Private():
            return str(value)
    return value


def named(thing: Named) -> str:
    """The thing's name in the request's language; its Chinese one where it has no other."""
    return either(thing.name, thing.name_en)


def either(chinese: Words, english: Words) -> Words:
    """What a hall file says in the request's language; in Chinese where it says nothing else."""
    return english if english and language() == "en" else chinese


def tongue(thing: Named) -> str:
    """The language in which `named` names it, for pages that mix two."""
    return "en" if thing.name_en and language() == "en" else SOURCE


def language() -> str:
    """The request's language, or that of the request somebody looks again for; elsewhere the one
    everything is written in."""
    return g.get("language", SOURCE) if has_app_context() else SOURCE


@contextmanager
def in_source() -> Iterator[None]:
    """Within, everything is said in Chinese: what is filed is written for the hall, not for whoever
    asks for it."""
    asked = language()
    if has_request_context():
        g.language = SOURCE
    try:
        yield
    finally:
        if has_request_context():
            g.language = asked


def elsewhere() -> list[tuple[str, str, str]]:
    """(code, name, link) of each other language; the link keeps what else the page was asked."""
    return [
        (code, name, f"?{urlencode({**request.args, 'lang': code})}")
        for code, name in LANGUAGES.items()
        if code != language()
    ]


def choose() -> None:
    """Runs before every request."""
    asked = request.args.get("lang") or request.cookies.get(COOKIE)
    g.language = asked if asked in LANGUAGES else SOURCE


def keep(response: Response) -> Response:
    """Runs after every request: who chose once is not asked again."""
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(
            COOKIE,
            g.language,
            max_age=YEAR_S,
            secure=parts().settings.is_https,
            httponly=True,
            samesite="Strict",
        )
    return response


def teach(app: Flask) -> None:
    """Let templates say `_('…')`, and name the other language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, lambda one, many, n: gettext(one if n == 1 else many), newstyle=True
    )
    app.jinja_env.globals.update(
        language=language, elsewhere=elsewhere, named=named, either=either, tongue=tongue
    )
    app.before_request(choose)
    app.after_request(keep)


@bp.get("/words/<any(en):code>.json")
@public
def catalogue(code: str) -> Response:
    """What the pages' modules say, by the Chinese they are written in."""
    plain = {words: said for (context, words), said in _catalogue(code).items() if not context}
    response = jsonify(plain)
    response.cache_control.no_cache = True
    response.add_etag()
    return response.make_conditional(request)


@cache
def _catalogue(code: str) -> dict[tuple[str, str], str]:
    found = {}
    for file in sorted((FOLDER / code).glob("*.po")):
        with file.open("rb") as lines:
            for message in read_po(lines, abort_invalid=True):
                if message.id and message.string:
                    found[message.context or "", str(message.id)] = str(message.string)
    return found
