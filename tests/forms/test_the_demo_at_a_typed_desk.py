"""Whoever types the number of somebody's card learns nothing that is in their licences, whichever
form they open: not from values, not from what is shown, asked for or found wrong."""

import re
from datetime import date

import pytest
from ruamel.yaml import YAML

from app.core.acts import SYSTEM, Act
from app.demo import CONFIG
from app.demo_people import day_of, read_people, records
from app.forms.definition import judged
from app.forms.service import publish, put_draft
from app.licences.kinds import parse_kinds
from app.licences.queries import kinds
from app.licences.service import load_kinds, put
from app.submissions.masks import HEAD, SHORT
from tests.house import KIOSK_TOKEN, MORNING
from tests.submissions.library import ok

KINDS = {kind.code: kind for kind in parse_kinds((CONFIG / "licence-kinds.yaml").read_bytes())}
PERSONAL = {
    (kind["code"], field["name"])
    for kind in YAML(typ="safe").load(CONFIG / "licence-kinds.yaml")["kinds"]
    for field in kind["fields"]
    if field.get("personal", kind["holder"] == "person")
}
FORMS = [judged(file.read_text(), KINDS).form for file in sorted((CONFIG / "forms").glob("*"))]
WORDS = {each.name for each in (*KINDS.values(), *FORMS)} | {
    each.name for form in FORMS for each in form.materials
}
"""What an answer tells of any form."""
PEOPLE = read_people().holders
OF_A_PERSON = {
    "lease-filing": ("xie", "lin"),
    "lift-installation": ("tang", "xie"),
    "medical-elsewhere": ("zhou", "luo"),
    "residence-permit": ("sun", "chen", "zhao"),
    "social-security-card": ("chen", "lin"),
    "teacher-certificate-collection": ("wu", "tang"),
}
OF_A_FIRM = {
    "film-licence-renewal": ("feng", "cinema"),
    "food-licence": ("he", "restaurant"),
    "public-health-licence": ("cao", "guest-house"),
    "publication-licence": ("he", "bookshop"),
    "road-freight-licence": ("deng", "haulier"),
    "sole-trader-change": ("luo", "grain-shop"),
}
CASES = [(form, key, key) for form, keys in OF_A_PERSON.items() for key in keys] + [
    (form, *who) for form, who in OF_A_FIRM.items()
]
OPENS = {
    "lift-installation": {"disabled": True, "funding": ["subsidy"]},
    "medical-elsewhere": {"filing_type": "retired"},
    "residence-permit": {"residence_kind": "let", "ground": "work", "job_since": "1900-01-01"},
    "lease-filing": {"lease_area": 89.37, "tenant_kind": "person"},
    "social-security-card": {"request": "replace", "delivery": "post"},
    "teacher-certificate-collection": {"collection": "post"},
    "sole-trader-change": {"changes": ["address", "owner"]},
}
"""What makes fields appear, and what a rule would compare with something hidden."""
NOT_TOLD = {"id", "code", "licence", "phone_masked"}
RANDOM = re.compile("[0-9a-f]{32}")
"""Random letters, under whatever name: four of them are soon somebody's."""


@pytest.fixture(scope="module")
def demo(shared_house):
    """The hall with an item for each form, and what the demo knows of its people."""
    act = Act(shared_house.clock.now(), SYSTEM)
    shared_house.within(lambda: put_all(act))
    place = {"department": "zj", "lane": "J", "minutes": 9}
    forms = [*OF_A_PERSON, *OF_A_FIRM]
    shared_house.reload(
        lambda file: file["items"].extend(
            {"code": form, "name": form, "form": form, **place} for form in forms
        )
    )
    return shared_house


def put_all(act):
    """Kinds, forms, and the licences of the demo's people, without its crowd."""
    load_kinds(KINDS.values(), act)
    for file in sorted((CONFIG / "forms").glob("*.yaml")):
        publish(put_draft(file.read_text(), act).code, act)
    put(list(records(read_people(), kinds(), act.now)), act, "test")


@pytest.mark.parametrize(("form", "person", "subject"), CASES)
def test_a_typed_card_opens_nothing_of_a_licence(demo, form, person, subject):
    answers = everything_told(demo, form, PEOPLE[person], PEOPLE[subject])
    told = [each for answer in answers for each in leaves(answer)]
    assert any("*" in str(each) for each in told)
    public = WORDS | {
        x for one in (PEOPLE[person], PEOPLE[subject]) for x in (one.name, one.number)
    }
    found = [
        (name, value, leaf)
        for name, value in secrets(PEOPLE[subject])
        if value not in public
        for leaf in told
        if tells(leaf, value, " ".join(public))
    ]
    assert found == []


def everything_told(house, form, person, subject):
    """The body of every answer of the desk, from the card to the number."""
    card = {"id_number": person.number, "name": person.name, "read": False}
    holders = ok(house.post("/kiosk/holders", KIOSK_TOKEN, card))
    holder = next(each["person"] for each in holders if each["name"] == subject.name)
    body = {**card, "item": form, "holder": holder}
    begun = ok(house.post("/kiosk/submissions", KIOSK_TOKEN, body), 201)
    path = f"/submissions/{begun['id']}"
    yield from (holders, begun)
    saved = begun
    for name, value in OPENS.get(form, {}).items():
        sent = {"values": {name: value}, "revision": saved["revision"]}
        answer = house.request("PUT", f"{path}/values", KIOSK_TOKEN, sent)
        saved = ok(answer)
        yield saved
    yield ok(house.get(path, KIOSK_TOKEN))
    last = {"revision": saved["revision"], "promises": []}
    yield house.post(f"/kiosk{path}/number", KIOSK_TOKEN, last).json
    yield house.post(f"{path}/submit", KIOSK_TOKEN, last).json
    yield house.post(f"{path}/withdraw", KIOSK_TOKEN, {}).json


def leaves(told, key=""):
    """Every value in an answer, but for those of no meaning."""
    if isinstance(told, dict):
        for name, each in told.items():
            if name not in NOT_TOLD and not name.endswith("_at"):
                yield from leaves(each, name)
    elif isinstance(told, list):
        for each in told:
            yield from leaves(each, key)
    elif key != "revision" and not (told is None or isinstance(told, bool) or is_random(told)):
        yield told


def is_random(told):
    return RANDOM.fullmatch(str(told)) is not None


def secrets(holder):
    """(where it stands, value) of all that is personal in somebody's licences. A firm's days stand
    in public registers, and a person's birthday in their number."""
    for licence in holder.licences:
        kind = KINDS[licence["kind"]]
        yield kind.code, str(licence.get("number", holder.number))
        for name, value in licence["data"].items():
            if (kind.code, name) in PERSONAL and name not in ("sex", "birthday"):
                yield f"{kind.code}.{name}", value
        if holder.kind == "person":
            for name in ("issued", "from", "until"):
                if name in licence:
                    yield name, date.fromisoformat(day_of(licence[name], MORNING.date()))


def tells(leaf, value, public):
    """Whether something told has a value in it, or more of it than a mask leaves."""
    if isinstance(value, date):
        return value.isoformat() in str(leaf) or f"{value.year}年{value.month}月" in str(leaf)
    if not isinstance(value, str):
        return leaf == value or bool(re.match(rf"{value}(\.0+)?( |$)", str(leaf)))
    text = str(leaf)
    if len(value) <= SHORT:
        return text == value or (text[:1] == value[0] and text[1:2] == "*")
    if re.fullmatch(r"[0-9]{11}|[0-9]{17}[0-9X]", value):
        return value[4:-4] in text
    parts = (value[at : at + HEAD + 1] for at in range(len(value) - HEAD))
    return any(part in text and part not in public for part in parts)


def test_a_home_let_is_as_large_as_nobody_says(demo):
    xie = PEOPLE["xie"]
    card = {"id_number": xie.number, "name": xie.name, "read": False}
    body = {**card, "item": "lease-filing"}
    form = ok(demo.post("/kiosk/submissions", KIOSK_TOKEN, body), 201)
    told = []
    for area in (1, 500):
        sent = {"values": {"lease_area": area}, "revision": form["revision"]}
        form = ok(demo.request("PUT", f"/submissions/{form['id']}/values", KIOSK_TOKEN, sent))
        told.append((form["visible"], form["problems"], form["materials"]))
    assert told[0] == told[1]
