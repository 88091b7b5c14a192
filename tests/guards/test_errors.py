"""Every refusal has a code of its own, a status, and a sentence to read out."""

import importlib
import pkgutil
import re
from collections import defaultdict

import pytest

import app
from app.core.errors import DomainError
from app.core.problems import TITLES, WORDS

for found in pkgutil.walk_packages(app.__path__, "app."):
    importlib.import_module(found.name)


def subclasses(kind):
    return {kind}.union(*(subclasses(one) for one in kind.__subclasses__()))


ERRORS = sorted(
    (error for error in subclasses(DomainError) if error.__module__.startswith("app.")),
    key=lambda error: error.__qualname__,
)


def test_the_errors_are_found():
    assert {"HallClosed", "KeyReused", "TooManyStreams"} <= {error.__name__ for error in ERRORS}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_an_error_says_what_happened(error):
    assert re.fullmatch("[a-z][a-z_]*[a-z]", error.code)
    assert error.status in TITLES
    assert re.search("[\u4e00-\u9fff].*。$", error.detail)
    assert "code" in vars(error), "it has the code of its base"
    assert "detail" in vars(error), "it has the sentence of its base"


def test_no_two_errors_share_a_code():
    classes = defaultdict(set)
    for error in ERRORS:
        classes[error.code].add(error.__name__)
    assert {code: names for code, names in classes.items() if len(names) > 1} == {}


def test_http_errors_have_the_same_words_as_ours():
    ours = {error.code: error for error in ERRORS}
    for status, (code, detail) in WORDS.items():
        assert re.search("[\u4e00-\u9fff].*。$", detail)
        if code in ours:
            assert ours[code].status == status
