"""The twelve forms of the demo, each filled in by one of its people, as they would on a phone."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from app.core.acts import SYSTEM, Act
from app.demo import CONFIG, put_library
from app.demo_people import read_people
from app.forms.definition import judged
from app.forms.form import Kind, Subject
from app.forms.queries import published_forms
from app.licences.kinds import parse_kinds
from config.settings import ROOT
from tests.house import HALL, id_number

KINDS = {kind.code: kind for kind in parse_kinds((CONFIG / "licence-kinds.yaml").read_bytes())}
FILES = sorted((ROOT / "config" / "forms").glob("*.yaml"))
FILLED_AT_LEAST = 0.6
"""Of what is shown as a form opens."""
NEXT_MONTH, NEXT_YEAR = "2026-12-23", "2027-11-22"
PLACED = {"department": "zj", "lane": "J", "minutes": 9}
OTHER_PHONE, OTHER_NUMBER = "13900139999", id_number("19710203", 7)


@dataclass(frozen=True)
class Filling:
    """How somebody fills a form in."""

    person: str
    rest: dict[str, Any]
    """What is left to them."""
    wrong: dict[str, Any]
    """What cannot be true together."""
    at: str
    """The field at which that is told."""
    shows: dict[str, Any]
    """What makes a field appear that was hidden."""
    shown: str
    firm: str | None = None
    differs: str | None = None
    """A field of which sources say different things."""
    brings: set[str] = field(default_factory=set)
    """The papers that are left to bring."""


FILLINGS = {
    "medical-elsewhere": Filling(
        "zhou",
        {
            "filing_type": "retired",
            "destination": "江苏省吴浦市",
            "starts_on": NEXT_MONTH,
            "contact_phone": OTHER_PHONE,
            "agreed": True,
        },
        wrong={"filing_type": "temporary", "starts_on": NEXT_YEAR, "ends_on": NEXT_MONTH},
        at="ends_on",
        shows={"filing_type": "referral"},
        shown="referred_to",
    ),
    "social-security-card": Filling(
        "chen",
        {"request": "replace"},
        wrong={
            "by_agent": True,
            "agent_id_number": read_people().holders["chen"].number,
        },
        at="agent_id_number",
        shows={"delivery": "post"},
        shown="mail_address",
        differs="home_address",
        brings={"old-card"},
    ),
    "residence-permit": Filling(
        "lin",
        {"residence_kind": "let", "ground": "home"},
        wrong={"resident_since": NEXT_MONTH},
        at="resident_since",
        shows={"ground": "study"},
        shown="school",
        brings={"photo"},
    ),
    "public-health-licence": Filling(
        "cao",
        {"request": "new", "central_air": False, "staff_count": 12, "healthy_count": 12},
        wrong={"staff_count": 12, "healthy_count": 13},
        at="healthy_count",
        shows={"category": "pool"},
        shown="pool_water",
        firm="guest-house",
        differs="area",
        brings={"premises", "floor-plan", "hygiene-test", "health"},
    ),
    "food-licence": Filling(
        "he",
        {
            "request": "renew",
            "unchanged": True,
            "kitchen_area": 96.5,
            "staff_count": 18,
            "safety_officer_phone": OTHER_PHONE,
        },
        wrong={"kitchen_area": 320.01},
        at="kitchen_area",
        shows={"online": True},
        shown="website",
        firm="restaurant",
        differs="premises_address",
        brings={"rules", "health"},
    ),
    "film-licence-renewal": Filling(
        "feng",
        {"screenings": 18250, "box_office": 1236.8},
        wrong={"screenings": 0, "box_office": 0.01},
        at="box_office",
        shows={"changed": True},
        shown="changes",
        firm="cinema",
        differs="cinema_address",
        brings={"annual"},
    ),
    "publication-licence": Filling(
        "he",
        {"request": "new", "staff_count": 4, "shelf_area": 150},
        wrong={"shelf_area": 186.41},
        at="shelf_area",
        shows={"mode": "both"},
        shown="website",
        firm="bookshop",
        differs="premises_address",
        brings={"id-card"},
    ),
    "road-freight-licence": Filling(
        "deng",
        {
            "request": "renew",
            "heavy_class": "first",
            "vehicle_count": 6,
            "driver_name": "邓伟",
            "driver_certificate": "1305990020000298",
        },
        wrong={"load_mass": 25000},
        at="load_mass",
        shows={"request": "extend"},
        shown="old_number",
        firm="haulier",
        differs="load_mass",
        brings={"driver", "safety"},
    ),
    "lease-filing": Filling(
        "xie",
        {
            "co_owner_agrees": True,
            "tenant_kind": "person",
            "starts_on": NEXT_MONTH,
            "ends_on": NEXT_YEAR,
        },
        wrong={"lease_area": 89.37},
        at="lease_area",
        shows={"tenant_kind": "firm"},
        shown="tenant_credit_code",
        brings={"contract", "consent", "tenant"},
    ),
    "sole-trader-change": Filling(
        "luo",
        {"changes": ["address"], "family_member": "康秀兰"},
        wrong={"changes": ["owner"], "new_owner_id_number": read_people().holders["luo"].number},
        at="new_owner_id_number",
        shows={"changes": ["name", "scope"]},
        shown="new_scope",
        firm="grain-shop",
        differs="address",
        brings={"family"},
    ),
    "teacher-certificate-collection": Filling(
        "wu",
        {"collection": "self"},
        wrong={"putonghua_level": "2B"},
        at="putonghua_level",
        shows={"collection": "agent"},
        shown="agent_name",
    ),
    "lift-installation": Filling(
        "tang",
        {
            "households": 12,
            "voting_households": 12,
            "agreeing_households": 11,
            "budget": 520000,
            "funding": ["own", "subsidy"],
            "subsidy": 150000,
            "builder_name": "清河县第一建筑工程公司",
            "starts_on": NEXT_MONTH,
            "ends_on": NEXT_YEAR,
        },
        wrong={"households": 10, "agreeing_households": 11},
        at="agreeing_households",
        shows={"funding": ["subsidy"]},
        shown="bank_account",
        brings={"agreement", "notice", "design"},
    ),
}


@pytest.fixture(scope="module")
def demo(shared_house):
    """The hall with an item for each form, and what the demo knows of its people."""
    house = shared_house
    act = Act(house.clock.now(), SYSTEM)
    house.within(lambda: put_library(act))
    house.reload(
        lambda file: file["items"].extend(
            {"code": form, "name": form, "department": "zj", "lane": "J", "minutes": 9}
            | {"form": form}
            for form in FILLINGS
        )
    )
    return house


def account_of(house, key):
    """The phone of one of the demo's people, who said who they are."""
    person = read_people().holders[key]
    phone = house.citizen(f"demo-{key}")
    identity = {"name": person.name, "id_number": person.number}
    assert phone.put("/me/identity", identity).status_code == 200
    phone.put("/me/phone", {"code": f"phone:{person.phone}"})
    return phone


def begun(house, form):
    """The form as it opens for whom it fits."""
    filling = FILLINGS[form]
    phone = account_of(house, filling.person)
    body = {"hall": HALL, "item": form}
    if filling.firm:
        name = read_people().holders[filling.firm].name
        holders = phone.get("/me/holders").json
        body["person"] = next(each["id"] for each in holders if each["name"] == name)
    answer = phone.post("/submissions", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return phone, answer.json


def saved(phone, submission, values):
    body = {"values": values, "revision": submission["revision"]}
    answer = phone.put(f"/submissions/{submission['id']}/values", body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


@cache
def read(file):
    """What a file of the demo says; to read one takes longer than to fill it in."""
    return judged(file.read_text(), KINDS)


def to_bring(submission):
    return {each["code"] for each in submission["materials"] if each["state"] == "bring"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_form_of_the_demo_is_whole(file):
    found = read(file)
    assert (found.faults, found.warnings) == ([], [])
    form = found.form
    sources = {each.licence for origins in form.prefill.values() for each in origins}
    assert len(sources - {None}) >= 2
    assert len(form.fields) >= 12
    assert any(each.when for each in form.fields.values())
    assert len(form.checks) >= 1
    assert len(form.materials) >= 2
    assert form.code == file.stem


def test_there_are_forms_for_persons_for_firms_and_for_renewals():
    forms = [read(file).form for file in FILES]
    assert {form.code for form in forms} == set(FILLINGS)
    assert {form.subject for form in forms} >= {Subject.PERSON, Subject.FIRM}
    assert "film-licence-renewal" in {form.code for form in forms}
    ways = {way for form in forms for each in form.materials for way, _ in each.ways}
    assert len(ways) == 4
    origins = {each.kind for form in forms for all_of in form.prefill.values() for each in all_of}
    assert origins == set(Kind)


@pytest.mark.parametrize("form", FILLINGS)
def test_somebody_opens_it_filled_completes_it_and_submits(demo, form):
    filling = FILLINGS[form]
    phone, opened = begun(demo, form)
    fields = opened["fields"]
    filled = [name for name in opened["visible"] if name in opened["values"]]
    assert len(filled) / len(opened["visible"]) >= FILLED_AT_LEAST, set(opened["visible"]) - set(
        filled
    )
    assert all(fields[name]["source"] for name in filled)
    assert not opened["problems"] or {each["code"] for each in opened["problems"]} == {"required"}
    if filling.differs:
        assert fields[filling.differs]["others"]

    whole = saved(phone, opened, filling.rest)
    assert not whole["problems"]
    assert {
        each["code"] for each in whole["materials"] if each["state"] == "bring"
    } == filling.brings
    promises = [each["code"] for each in whole["materials"] if each["can_promise"]]
    body = {"revision": whole["revision"], "promises": promises}
    answer = phone.post(f"/submissions/{whole['id']}/submit", body)
    assert (answer.status_code, answer.json["state"]) == (200, "submitted")
    papers = {each["code"]: each["state"] for each in answer.json["materials"]}
    assert {papers[code] for code in promises} <= {"promise"}


@pytest.mark.parametrize("form", FILLINGS)
def test_what_cannot_be_true_is_told_and_what_is_hidden_appears(demo, form):
    filling = FILLINGS[form]
    phone, opened = begun(demo, form)
    hidden = {"request": "new"} if filling.shown == "old_number" else {}
    before = saved(phone, opened, hidden)
    assert filling.shown not in before["visible"]
    after = saved(phone, before, filling.shows)
    assert filling.shown in after["visible"]
    wrong = saved(phone, after, filling.wrong)
    told = {each["field"]: each["code"] for each in wrong["problems"]}
    assert told.get(filling.at) == "check", told
    phone.post(f"/submissions/{opened['id']}/withdraw")


def test_the_library_comes_again_without_a_change(demo):
    versions = [(each.code, each.version) for each in demo.within(published_forms)]
    act = Act(demo.clock.now(), SYSTEM)
    demo.within(lambda: put_library(act))
    assert [(each.code, each.version) for each in demo.within(published_forms)] == versions
    gao = account_of(demo, "gao")
    authorised = [each for each in gao.get("/me/holders").json if each["ground"] == "authorised"]
    assert {each["name"] for each in authorised} == {"周国强", "清河星幕三号影城有限公司"}


def test_whoever_is_merely_declared_reads_nothing(demo):
    huang = account_of(demo, "huang")
    assert [each["ground"] for each in huang.get("/me/holders").json] == ["declared"]
    answer = huang.post("/submissions", {"hall": HALL, "item": "residence-permit"})
    sources = [each["source"] for each in answer.json["fields"].values() if each["source"]]
    assert {each["kind"] for each in sources} <= {"person", "constant"}


def test_a_licence_that_expired_only_guesses(demo):
    sun = account_of(demo, "sun")
    answer = sun.post("/submissions", {"hall": HALL, "item": "residence-permit"})
    address = answer.json["fields"]["residence_address"]
    assert (address["confidence"], bool(address["text"])) == ("guessed", True)
    zhao = account_of(demo, "zhao")
    gaps = zhao.post("/submissions", {"hall": HALL, "item": "residence-permit"}).json["materials"]
    assert {each["code"] for each in gaps if each["state"] == "bring"} >= {
        "id-card",
        "home",
        "photo",
    }


def test_a_rare_character_is_the_same_from_the_card_to_the_form(demo):
    phone, opened = begun(demo, "teacher-certificate-collection")
    assert opened["values"]["name"] == "吴䶮"
    assert phone.get("/me/licences").json[0]["holder"]["name"] == "吴䶮"
