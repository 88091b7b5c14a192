"""Every page of the phone, in Chinese, in elder mode and in English: it asks nobody but the hall,
complains of nothing, fits the screen, and can be read and used by everybody (axe, WCAG 2 A, AA)."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from config.settings import ROOT
from tests.house import HALL
from tests.pages.test_every_page import quirks, still_chinese, too_wide
from tests.phone.conftest import Phone
from tests.phone.papers import open_library
from tests.renewals.renewing import opened_shop

LISTED = re.sub(r"//.*", "", (ROOT / "miniprogram/src/pages.json").read_text())
PAGES = [
    name
    for name in (page["path"].split("/")[1] for page in json.loads(LISTED)["pages"])
    if name != "desk"  # of a machine, not of a phone: test_desk.py
]
FAMILY = "李"
NAMES = (FAMILY, "张三", "清河县", "清河豆腐店", "湖南省", "平方米", "江苏省", "职工")


@pytest.fixture
def queries(house) -> dict[str, str]:
    """What the pages are told, where li holds a number, a booking and a licence that soon ends."""
    shop = opened_shop(house)
    li = shop.owner
    open_library(house, li.id_number, f"{FAMILY}小明")
    li.add(f"{FAMILY}小红", id_number=house.citizen("hong").id_number)
    house.take()
    ticket = li.take_from_afar()
    house.check_in(ticket)
    link = li.post(f"/tickets/{ticket['id']}/follow-link").json
    slots = house.slots(date=house.get(f"/halls/{HALL}").json["date"])
    booked = li.book(slots[-1]["id"], "passport")
    draft = li.post("/submissions", {"hall": HALL, "item": "id-card"}).json
    [licence, *_] = li.get("/me/licences").json
    return {
        "items": f"hall={HALL}",
        "item": f"hall={HALL}&item=id-card",
        "book": f"hall={HALL}&item=id-card",
        "appointment": f"id={booked['id']}",
        "ticket": f"id={ticket['id']}",
        "follow": f"token={link['token']}",
        "form": f"hall={HALL}&item=id-card",
        "submission": f"id={draft['id']}",
        "licence": f"id={licence['id']}",
        "renewal": f"id={shop.due()}",
    }


@pytest.mark.parametrize("pages", [PAGES[::2], PAGES[1::2]], ids=["half", "other half"])
@pytest.mark.parametrize(
    "in_chinese",
    [
        pytest.param(too_wide, id="axe in elder mode"),
        pytest.param(quirks, id="axe in both", marks=pytest.mark.long),
    ],
)
def test_every_page_in_both_languages_and_for_old_eyes(
    house, open_phone, queries, pages, in_chinese
):
    phone = open_phone("#/pages/signin/index")
    phone.sign_in("li")
    wrong = {}

    def look(manner: str, judge) -> None:
        phone.page.reload()  # what was chosen is kept
        for name in pages:
            show(phone, name, queries.get(name, ""))
            wrong[f"{name} {manner}"] = judge(phone.page)

    look("in Chinese", in_chinese)
    phone.go("settings")
    phone.page.get_by_role("switch", name="大字版").press("Enter")
    look("in elder mode", quirks)
    phone.go("settings")
    phone.tap("English")
    look("in English", of_no_reader)
    assert {where: what for where, what in wrong.items() if what} == {}


def of_no_reader(page: Page) -> list[str]:
    """What is told in Chinese to who reads English."""
    page.wait_for_timeout(200)  # titles follow their pages
    return [one for one in still_chinese(page) if not any(name in one for name in NAMES)]


def show(phone: Phone, name: str, query: str) -> None:
    phone.go(f"{name}?{query}")
    expect(phone.page.locator(f"uni-page[data-page='pages/{name}/index']")).to_be_visible()
    expect(phone.page.locator(".bone").filter(visible=True)).to_have_count(0)
