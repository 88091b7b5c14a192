"""Who one is and whom one acts for: what is kept, what is refused, each in its own words."""

import pytest

from app.citizens.errors import IdentityNeeded, PersonNotFound
from app.citizens.queries import CITIZENS, PEOPLE, acts_for, own_person, person_served
from app.citizens.service import PEOPLE_AT_MOST
from tests.crowd import rows
from tests.house import KIOSK_TOKEN, credit_code, id_number, refused

MOTHER = id_number("19580308")


def test_what_is_said_may_be_said_again_and_the_name_set_right(house):
    li = house.citizen("li")
    for name in ("李晓明", "李晓明", "李小"):
        answer = li.put("/me/identity", {"name": name, "id_number": li.id_number.lower()})
        assert (answer.status_code, answer.json["name"]) == (200, name)
    assert len(rows(house, PEOPLE)) == len(li.people()) == 1


def test_another_number_is_set_right_in_the_hall_only(house):
    li = house.citizen("li").identify()
    told = refused(
        li.put("/me/identity", {"name": "李小明", "id_number": MOTHER}), 409, "identity_set"
    )
    assert "大厅" in told["detail"]
    assert len(rows(house, PEOPLE)) == 1
    assert li.people()[0]["number"][-1] == li.id_number[-1]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "李3", "id_number": MOTHER}, "name_wrong"),
        ({"name": "李" * 51, "id_number": MOTHER}, "name_wrong"),
        ({"name": "", "id_number": MOTHER}, "name_wrong"),
        ({"name": "<script>alert(1)</script>", "id_number": MOTHER}, "name_wrong"),
        ({"name": "\u202e321A", "id_number": MOTHER}, "name_wrong"),
        ({"name": "A\x00", "id_number": MOTHER}, "unfit_text"),
        ({"name": "李小明", "id_number": MOTHER[:-1] + "?"}, "id_number_wrong"),
        ({"name": "李小明", "id_number": ""}, "id_number_wrong"),
        ({"name": "李小明", "id_number": "9" * 5000}, "id_number_wrong"),
        ({"name": "李小明"}, "invalid"),
        ({"name": "李小明", "id_number": None}, "invalid"),
        ({"name": "李小明", "id_number": MOTHER, "level": "verified"}, "invalid"),
    ],
)
def test_an_identity_that_cannot_be(shared_house, body, code):
    li = shared_house.citizen("li")
    refused(li.put("/me/identity", body), 422, code)
    assert li.get("/me").json["has_identity"] is False


def test_a_real_name_service_is_asked(house):
    li = house.citizen("li").show_phone()
    house.register[li.id_number] = "李小明"
    house.phones[li.id_number] = li.phone
    wrong = {"name": "李大明", "id_number": li.id_number}
    refused(li.put("/me/identity", wrong), 422, "identity_mismatch")
    assert li.get("/me").json["has_identity"] is False
    li.identify("李小明")
    [row] = rows(house, CITIZENS)
    assert row.identity_level == "verified"


def test_the_same_number_is_one_person_and_each_sees_the_name_they_typed(house):
    li, wang = house.citizen("li").identify(), house.citizen("wang").identify("王大力")
    first = li.add("王芳", id_number=MOTHER)
    second = wang.add("汪芳芳", id_number=MOTHER.lower())
    house.take(id_number=MOTHER)
    assert first["id"] == second["id"]
    assert li.people()[1]["name"] == "王芳"
    assert wang.people()[1]["name"] == "汪芳芳"
    assert len(rows(house, PEOPLE)) == 3


def test_a_firm_and_a_person_never_meet(house):
    li = house.citizen("li").identify()
    firm = li.add("小明豆腐店", credit_code=credit_code())
    person = li.add("王芳", id_number=MOTHER)
    kinds = {row.id: row.kind for row in rows(house, PEOPLE)}
    assert (kinds[firm["id"]], kinds[person["id"]]) == ("firm", "person")
    crossed = {"name": "王芳", "id_number": credit_code()}
    refused(li.post("/me/people", crossed), 422, "id_number_wrong")
    refused(
        li.post("/me/people", {"name": "王芳", "credit_code": MOTHER}), 422, "credit_code_wrong"
    )


def test_what_somebody_is_to_the_account_may_be_said(house):
    li = house.citizen("li").identify()
    told = [
        li.add("王芳", id_number=id_number(series=series), **said)["relation"]
        for series, said in enumerate(
            ({}, *({"relation": one} for one in ("spouse", "parent", "child", "other"))), 1
        )
    ]
    firm = li.add("小明豆腐店", credit_code=credit_code())
    assert told == ["family", "spouse", "parent", "child", "other"]
    assert firm["relation"] == "firm"
    kept = [one["relation"] for one in li.people()]
    assert (kept[0], sorted(kept)) == ("self", sorted(["self", *told, "firm"]))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "王芳", "id_number": MOTHER, "relation": "self"}, "invalid"),
        ({"name": "王芳", "id_number": MOTHER, "relation": "firm"}, "invalid"),
        ({"name": "店", "credit_code": credit_code(), "relation": "spouse"}, "invalid"),
        ({"name": "王3", "id_number": MOTHER}, "name_wrong"),
        ({"name": "王芳", "id_number": "x"}, "id_number_wrong"),
        ({"name": "豆腐店", "credit_code": "x"}, "credit_code_wrong"),
        ({"name": "\t", "credit_code": credit_code()}, "name_wrong"),
        ({"name": "王芳"}, "invalid"),
        ({"name": "王芳", "id_number": MOTHER, "credit_code": credit_code()}, "invalid"),
    ],
)
def test_somebody_who_cannot_be(shared_house, body, code):
    li = shared_house.citizen("li-of-a-family").identify()
    refused(li.post("/me/people", body), 422, code)
    assert len(li.people()) == 1


def test_who_acts_for_others_says_first_who_they_are(house):
    li = house.citizen("li")
    body = {"name": "王芳", "id_number": MOTHER}
    refused(li.post("/me/people", body), 409, "identity_needed")
    assert li.people() == []


def test_nobody_is_added_twice_nor_oneself(house):
    li = house.citizen("li").identify()
    li.add("王芳", id_number=MOTHER)
    for number in (MOTHER, li.id_number):
        body = {"name": "王芳芳", "id_number": number}
        refused(li.post("/me/people", body), 409, "person_known")
    assert [one["name"] for one in li.people()] == ["李小明", "王芳"]


def test_there_is_an_end_to_acting_for_others(house):
    li = house.citizen("li").identify()
    for series in range(1, PEOPLE_AT_MOST):
        li.add("王芳", id_number=id_number(series=series))
    one_more = {"name": "王芳", "id_number": MOTHER}
    refused(li.post("/me/people", one_more), 409, "too_many_people")
    li.delete(f"/me/people/{li.people()[-1]['id']}")
    assert li.post("/me/people", one_more).status_code == 201


def test_removing(house):
    li, wang = house.citizen("li").identify(), house.citizen("wang").identify()
    mother = li.add("王芳", id_number=MOTHER)
    own = li.people()[0]
    refused(li.delete(f"/me/people/{own['id']}"), 409, "identity_stays")
    refused(li.delete("/me/people/nobody"), 404, "person_not_found")
    refused(wang.delete(f"/me/people/{mother['id']}"), 404, "person_not_found")
    wang.add("王芳", id_number=MOTHER)
    assert wang.delete(f"/me/people/{mother['id']}").status_code == 204
    refused(wang.delete(f"/me/people/{mother['id']}"), 404, "person_not_found")
    assert mother in li.people()


def test_whom_an_account_means(house):
    li, wang = house.citizen("li"), house.citizen("wang").identify()
    account, other = li.get("/me").json["id"], wang.get("/me").json["id"]
    with house.app.app_context():
        for person in (None, wang.people()[0]["id"]):
            with pytest.raises(IdentityNeeded):
                person_served(account, person)
    li.identify()
    mother = li.add("王芳", id_number=MOTHER)["id"]
    own = li.people()[0]["id"]
    with house.app.app_context():
        assert own_person(account) == person_served(account, None) == own
        assert person_served(account, own) == own
        assert person_served(account, mother) == mother
        assert acts_for(account, mother)
        assert not acts_for(other, mother)
        with pytest.raises(PersonNotFound):
            person_served(other, mother)


def test_a_machine_that_reads_the_card_and_a_phone_mean_the_same_person(house):
    house.reload(lambda file: file["hall"]["rules"].update(one_live_ticket="per_hall"))
    li = house.citizen("li").identify()
    li.take_from_afar()
    at_machine = {"item": "pension", "id_number": li.id_number}
    told = refused(house.post("/kiosk/tickets", KIOSK_TOKEN, at_machine), 409, "live_ticket_held")
    assert told["number"] == "A001"


def test_names_are_told_in_full_to_the_account_that_typed_them_and_to_nobody_else(house):
    """Two of her children are 王大宝 and 王小宝: masked, they would be one."""
    mother = house.citizen("mother").identify("李小明")
    children = [
        mother.add(name, id_number=id_number("20150308", n))
        for n, name in enumerate(("王大宝", "王小宝"), 1)
    ]
    numbers = [each["number"] for each in mother.people()]
    assert len(set(numbers)) == 3
    assert all(each.count("*") == 10 for each in numbers)
    slot, desk = house.slot("09:00"), house.sign_in("supervisor")
    body = {"slot": slot, "item": "id-card", "person": children[1]["id"]}
    key = "the same tap twice"
    made = mother.post("/appointments", body, key=key)
    again = mother.post("/appointments", body, key=key)
    assert made.json["person"]["name"] == again.json["person"]["name"] == "王小宝"
    assert mother.get("/appointments").json[0]["person"]["name"] == "王小宝"
    assert mother.get("/me/notices").json[0]["text"].startswith("王小宝已预约")
    listed = house.get(f"/staff/appointments?date={made.json['date']}", desk).json
    assert "王*宝" in str(listed)
    assert "王小宝" not in str(listed)
    mother.delete(f"/me/people/{children[1]['id']}")
    assert mother.get("/me/notices").json[0]["text"].startswith("王*宝已预约")


def test_an_account_whose_booking_another_made_reads_its_name_masked(house):
    li, son = house.citizen("li").verify(), house.citizen("son").identify()
    his = son.add("李小明", id_number=li.id_number)
    body = {"slot": house.slot("09:00"), "item": "id-card", "person": his["id"]}
    assert son.post("/appointments", body).json["person"]["name"] == "李小明"
    assert li.get("/appointments").json[0]["person"]["name"] == "李*明"
