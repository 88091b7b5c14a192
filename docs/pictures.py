"""Takes the pictures of the running demo again: `make pictures`, some minutes after `make demo`.

They show the hall as it lives, so no two are the same; look at them before they are committed.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
ANNOUNCEMENT = ROOT / "instance" / "demo.json"
LYING, UPRIGHT, DESK, PHONE = (1920, 1080), (1080, 1920), (1366, 768), (390, 844)
SETTLED_MS = 3_000


def main() -> int:
    """Take every picture."""
    if not ANNOUNCEMENT.exists():
        print("No demo runs from this checkout: make demo", file=sys.stderr)
        return 1
    demo = json.loads(ANNOUNCEMENT.read_text())
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        _screens(browser, demo)
        token = _machine(browser, demo)
        _shot(_opened(browser, f"{demo['base_url']}/t/{token}", PHONE), "ticket")
        _staff(browser, demo)
        browser.close()
    return 0


def _screens(browser: Browser, demo: dict[str, Any]) -> None:
    board = f"{demo['base_url']}/screen/{demo['hall']}"
    _shot(_opened(browser, board, LYING), "board")
    _shot(_opened(browser, board, UPRIGHT), "board-upright")
    _shot(_opened(browser, f"{board}/counter/2", (800, 480)), "counter-screen")
    rules = f"{demo['base_url']}/halls/{demo['hall']}/rules"
    _shot(_opened(browser, rules, UPRIGHT), "rules")


def _machine(browser: Browser, demo: dict[str, Any]) -> str:
    """The machine before and after a number is taken; the ticket's token."""
    machine = _opened(browser, f"{demo['base_url']}/kiosk/#token={demo['kiosk_token']}", UPRIGHT)
    _shot(machine, "machine")
    machine.locator("#departments button").first.click()
    machine.locator("#items button").first.click()
    machine.get_by_role("button", name="取号", exact=True).click()
    machine.locator("#ticket-number").wait_for()
    _shot(machine, "machine-ticket")
    address: str = machine.locator("#ticket-qr").get_attribute("src") or ""
    return address.split("/t/")[1].split("/")[0]


def _staff(browser: Browser, demo: dict[str, Any]) -> None:
    staff = {one["username"]: one for one in demo["staff"]}
    clerk = next(one for one in demo["staff"] if one["role"] == "clerk")
    console = _signed_in(browser, demo, "clerk", clerk)
    console.keyboard.press("o")
    console.locator('#status[data-status="open"]').wait_for()
    console.keyboard.press("n")
    _shot(console, "console")
    office = _signed_in(browser, demo, "office", staff["supervisor"])
    _shot(office, "office")
    office.goto(f"{demo['base_url']}/office/report")
    _shot(office, "report")


def _signed_in(browser: Browser, demo: dict[str, Any], where: str, who: dict[str, Any]) -> Page:
    page = _opened(browser, f"{demo['base_url']}/{where}/", DESK)
    page.get_by_label("用户名").fill(who["username"])
    page.get_by_label("密码").fill(who["password"])
    page.get_by_role("button", name="登录").click()
    page.wait_for_load_state()
    return page


def _opened(browser: Browser, address: str, size: tuple[int, int]) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(address)
    return page


def _shot(page: Page, name: str) -> None:
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
