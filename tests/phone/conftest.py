"""A citizen's phone: the client as it is built, at `/m/`, in a browser of a phone's size."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from embedded import client_build
from tests.conftest import missing
from tests.pages.conftest import Open, browser, environ, house, open_page
from tests.servers import Missing

__all__ = ["browser", "environ", "house", "open_page"]  # the same as of all other pages

SIZE = (390, 844)


@dataclass
class Phone:
    page: Page

    def sign_in(self, name: str) -> None:
        self.type("名字", name)
        self.tap("登录")
        self.sees_no("填写任意名字")

    def tap(self, words: str) -> None:
        """What is said there, or the button that is named so."""
        self.shown(words).first.click()

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).filter(visible=True).fill(text)

    def sees(self, *words: str) -> None:
        for each in words:
            expect(self.shown(each, exact=False).first).to_be_visible()

    def sees_no(self, words: str) -> None:
        expect(self.shown(words, exact=False)).to_have_count(0)

    def shown(self, words: str, exact: bool = True) -> Locator:
        """On the page in front: those one came from are still there, and hidden."""
        body = self.page.locator("uni-page-body")
        return body.get_by_text(words, exact=exact).filter(visible=True)

    def go(self, path: str) -> None:
        """To a page by its address, as a link in a message leads there: `appointment?id=…`."""
        name, _, query = path.partition("?")
        address = f"/pages/{name}/index?{query}".rstrip("?")
        self.page.evaluate("path => { location.hash = path }", address)

    @property
    def query(self) -> str:
        """Of the address of the page in front: `id=…`."""
        return urlsplit(urlsplit(self.page.url).fragment).query


@pytest.fixture(scope="session")
def built_client() -> None:
    """The client as its sources are now; where it is missing or stale, building takes a minute."""
    try:
        client_build.build(client_build.BROWSER, os.environ, print)
    except (client_build.ClientNotBuilt, OSError) as error:
        missing(Missing("the citizens' client", str(error)))


@pytest.fixture
def open_phone(built_client: None, open_page: Open) -> Callable[..., Phone]:
    """A phone with the client open at `path`; nothing but the hall is asked for anything."""

    def open_phone(path: str = "", **options: str) -> Phone:
        return Phone(open_page(f"/m/{path}", *SIZE, **options))

    return open_phone
