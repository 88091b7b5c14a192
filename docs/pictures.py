"""Takes the pictures of the running demo again: `make pictures`, some minutes after `make demo`.

They show the hall as it lives, so no two are the same; look at them before they are committed.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from stdnum.cn import ric

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
        _phone(browser, demo)
        _forms(browser, demo)
        _renewals(browser, demo)
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


def _phone(browser: Browser, demo: dict[str, Any]) -> None:
    """Somebody signs in, takes a number from afar, checks in at the machine, and waits."""
    api = f"{demo['base_url']}/api/v1"
    name = f"张三{secrets.token_hex(4)}"
    page = _opened(browser, f"{demo['base_url']}/m/#/pages/signin/index", PHONE)
    page.locator("input").fill(name)
    page.locator("uni-button", has_text="登录").first.click()
    page.wait_for_url("**/m/#/")
    token = _posted(page, f"{api}/session", {"code": f"sandbox:{name}"}, "")["token"]
    identity = {"name": "张三", "id_number": _an_id_number()}
    page.request.put(f"{api}/me/identity", data=identity, headers=_bearer(token))
    item = page.request.get(f"{api}/halls/{demo['hall']}/items").json()[0]["code"]
    ticket = _posted(page, f"{api}/halls/{demo['hall']}/tickets", {"item": item}, token)
    _posted(page, f"{api}/kiosk/check-ins", {"ticket": ticket["token"]}, demo["kiosk_token"])
    page.reload()
    _shot(page, "phone")
    page.goto(f"{demo['base_url']}/m/#/pages/ticket/index?id={ticket['id']}")
    _shot(page, "phone-number")


def _forms(browser: Browser, demo: dict[str, Any]) -> None:
    """One of the demo's invented people opens a form on the phone; the desk waits for a card."""
    api = f"{demo['base_url']}/api/v1"
    page = _opened(browser, f"{demo['base_url']}/m/#/pages/signin/index", PHONE)
    name = f"表{secrets.token_hex(4)}"
    page.locator("input").fill(name)
    page.locator("uni-button", has_text="登录").first.click()
    page.wait_for_url("**/m/#/")
    token = _posted(page, f"{api}/session", {"code": f"sandbox:{name}"}, "")["token"]
    person = page.request.get(f"{api}/demo/people").json()[0]
    phone = {"code": f"phone:{person['phone']}"}
    page.request.put(f"{api}/me/phone", data=phone, headers=_bearer(token))
    identity = {"name": person["name"], "id_number": person["id_number"]}
    page.request.put(f"{api}/me/identity", data=identity, headers=_bearer(token))
    items = page.request.get(f"{api}/kiosk/forms", headers=_bearer(demo["kiosk_token"])).json()
    item = next(each["code"] for each in items if "居住证" in each["name"])
    page.reload()  # it has to hear who it is
    page.wait_for_timeout(SETTLED_MS)
    page.goto(f"{demo['base_url']}/m/#/pages/form/index?hall={demo['hall']}&item={item}")
    _shot(page, "phone-form")
    desk = _opened(browser, f"{demo['base_url']}/kiosk/forms/#token={demo['kiosk_token']}", UPRIGHT)
    _shot(desk, "desk")


def _renewals(browser: Browser, demo: dict[str, Any]) -> None:
    """What one tap renews, on the phone; what waits for a person, in the office."""
    api = f"{demo['base_url']}/api/v1"
    page = _opened(browser, f"{demo['base_url']}/m/#/pages/signin/index", PHONE)
    page.locator("input").fill("沈佳禾")
    page.locator("uni-button", has_text="登录").first.click()
    page.wait_for_url("**/m/#/")
    renewals = f"{api}/me/renewals"
    token = _posted(page, f"{api}/session", {"code": "sandbox:沈佳禾"}, "")["token"]
    [due] = page.request.get(renewals, headers=_bearer(token)).json()
    page.goto(f"{demo['base_url']}/m/#/pages/renewal/index?id={due['id']}")
    _shot(page, "phone-renewal")
    for name in ("孟凡", "白立新"):
        token = _posted(page, f"{api}/session", {"code": f"sandbox:{name}"}, "")["token"]
        [theirs] = page.request.get(renewals, headers=_bearer(token)).json()
        if theirs["state"] in ("reminded", "opened"):
            seen = _posted(page, f"{renewals}/{theirs['id']}/open", {}, token)
            revision, sha256 = seen["revision"], seen["application"]["sha256"]
            body = {"revision": revision, "sha256": sha256, "consent": True, "way": "electronic"}
            _posted(page, f"{renewals}/{theirs['id']}/confirm", body, token)
    approver = next(one for one in demo["staff"] if one["role"] == "approver")
    office = _signed_in(browser, demo, "office", approver)
    office.goto(f"{demo['base_url']}/office/renewals/{theirs['id']}")
    _shot(office, "renewals")


def _posted(page: Page, address: str, body: dict[str, Any], token: str) -> dict[str, Any]:
    headers = {**_bearer(token), "Idempotency-Key": secrets.token_hex(8)}
    answer: dict[str, Any] = page.request.post(address, data=body, headers=headers).json()
    return answer


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _an_id_number() -> str:
    """Of nobody: a number each time, or a second run would find the first one's ticket."""
    body = f"110105198{secrets.randbelow(10)}0101{secrets.randbelow(1000):03}"
    return body + str(ric.calc_check_digit(f"{body}0"))


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
