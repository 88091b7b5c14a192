"""The demo's people at the sample-form desk: whoever fills a form there gets it through."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from app.core.acts import SYSTEM, Act
from app.demo import put_library
from app.demo_crowd import crowd
from app.demo_people import read_people
from living import filling
from living.desk import ROUNDS
from tests.house import KIOSK_TOKEN

TODAY = date(2026, 11, 23)
FORMS = {
    "medical-elsewhere": "person",
    "social-security-card": "person",
    "residence-permit": "person",
    "lease-filing": "person",
    "teacher-certificate-collection": "person",
    "lift-installation": "person",
    "public-health-licence": "firm",
    "food-licence": "firm",
    "film-licence-renewal": "firm",
    "publication-licence": "firm",
    "road-freight-licence": "firm",
    "sole-trader-change": "firm",
}
TRIES = 2


@pytest.fixture(scope="module")
def desk(shared_house):
    house = shared_house
    house.within(lambda: put_library(Act(house.clock.now(), SYSTEM)))
    placed = {"department": "zj", "lane": "J", "minutes": 9}
    items = [{"code": form, "name": form, "form": form, **placed} for form in FORMS]
    house.reload(lambda file: file["items"].extend(items))
    return house


def post(house, path, body):
    answer = house.post(path, KIOSK_TOKEN, body)
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return answer.json


def test_the_crowd_is_the_same_at_every_start():
    first, again = crowd(read_people()), crowd(read_people())
    assert first == again
    kinds = Counter(each.kind for each in first.holders.values())
    assert kinds["person"] >= 30
    assert kinds["firm"] >= 10
    assert not {each.number for each in first.persons()} & set(_shown())


def _shown():
    return [each.number for each in read_people().persons()]


@pytest.mark.parametrize("form", FORMS)
def test_most_forms_get_through(desk, form):
    """Each time by somebody else, and with other chance."""
    owners = [each for each in crowd(read_people()).persons() if _fits(each, FORMS[form])]
    through = [_fill(desk, form, owners[n], Random(n)) for n in range(TRIES)]
    assert any(through)


def _fits(person, kind):
    return kind == "person" or f"{person.key}-firm" in crowd(read_people()).holders


def _fill(house, form, person, rng):
    shown = {"id_number": person.number, "name": person.name, "read": True}
    holders = post(house, "/kiosk/holders", shown)
    holder = next(each["person"] for each in holders if each["kind"] == FORMS[form])
    submission = post(house, "/kiosk/submissions", {"item": form, "holder": holder, **shown})
    assert any(each["source"] for each in submission["fields"].values())
    fields = house.get(f"/forms/{form}").json["fields"]
    given = filling.correction(rng, submission)
    for _ in range(ROUNDS):
        given |= filling.answers(rng, submission, fields, TODAY)
        body = {"values": given, "revision": submission["revision"]}
        path = f"/submissions/{submission['id']}/values"
        answer = house.request("PUT", path, KIOSK_TOKEN, body)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        submission, given = answer.json, {}
    if submission["problems"]:
        return False
    body = {"revision": submission["revision"], "promises": filling.promises(submission)}
    ticket = post(house, f"/kiosk/submissions/{submission['id']}/number", body)
    assert ticket["submission"]["id"] == submission["id"]
    return True
