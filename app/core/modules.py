"""The scripts of a page: small ES modules that import each other, all asked for at once.

A browser learns what a module imports when it has read it, so a chain of imports costs a journey a
link. The page names them all beforehand, as the files themselves say.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path

from apiflask import APIFlask
from markupsafe import Markup

from app.core.language import SOURCE, language

STATIC = Path(__file__).parents[1] / "static"
SAYS = "shared/language.js"
"""Who needs it fetches the words of the reader's language as well."""
WORDS = Markup('<link rel="preload" as="fetch" crossorigin href="/words/{}.json">')
IMPORT = re.compile(r"^(?:import|export)\b(?:[^'\";]*?\bfrom)?\s*['\"](\.[^'\"]+)['\"]", re.M)


def teach(app: APIFlask) -> None:
    """`{{ modules('clerk/console.js') }}` in the head of a page."""
    app.jinja_env.globals["modules"] = modules


def modules(*names: str) -> Markup:
    """These modules of `static/`, and word of all that they need."""
    needed = dict.fromkeys(one for name in names for one in reached(name) if one not in names)
    heads = [Markup('<link rel="modulepreload" href="/static/{}">').format(one) for one in needed]
    if SAYS in needed and language() != SOURCE:
        heads.insert(0, WORDS.format(language()))
    heads += [Markup('<script type="module" src="/static/{}"></script>').format(n) for n in names]
    return Markup("\n  ").join(heads)


@cache
def reached(name: str) -> tuple[str, ...]:
    """What a module imports, and what that imports, and so on: the nearest first."""
    found = [name]
    for one in found:
        found += [other for other in imported(one) if other not in found]
    return tuple(found[1:])


def imported(name: str) -> tuple[str, ...]:
    """What a module says that it needs."""
    text = (STATIC / name).read_text(encoding="utf-8")
    here = posixpath.dirname(name)
    return tuple(dict.fromkeys(posixpath.normpath(f"{here}/{to}") for to in IMPORT.findall(text)))
